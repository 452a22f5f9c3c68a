"""The chain explorer on an hour of one small province, without a browser."""

from __future__ import annotations

import pytest

from experiments.config import load_config, override
from experiments.explorer import Explorer
from experiments.live import LiveModel, World

SMALL = {"region.provinces": ["JX"], "users.count": {"industry": 1, "commerce": 1, "residential": 1}, "run.chain": "mirror"}


@pytest.fixture(scope="module")
def explorer() -> Explorer:
    world = World(override(load_config("base"), SMALL), "provincial", 1)
    world.hour()
    return Explorer(world)


def test_latest_block_is_first_and_holds_clearing_and_settlement(explorer: Explorer) -> None:
    blocks = explorer.blocks()
    assert blocks["hour"].tolist()[:2] == [0, 0]
    called = explorer.transactions(int(blocks["block"][0]))["called"].tolist()
    assert called == ["UniformAuction.clear", "Allocation.settle"]


def test_an_order_is_found_with_what_it_left(explorer: Explorer) -> None:
    trader = explorer.world.seen.tables["orders"]["trader"].iloc[0]
    found = explorer.search(f"0/{trader}/0")
    assert found["sender"].tolist() == [trader]
    assert found["called"].tolist() == ["UniformAuction.submit"]
    assert explorer.events(found["hash"].iloc[0])[0].startswith("UniformAuction.OrderPlaced(account=")


def test_a_hash_finds_its_transaction_and_a_trader_all_of_its_own(explorer: Explorer) -> None:
    clearing = explorer.search("operator").iloc[0]
    assert explorer.search(clearing["hash"])["hash"].tolist() == [clearing["hash"]]
    assert set(explorer.search("JX_supplier")["sender"]) <= {"JX_supplier"}


@pytest.mark.parametrize("text", ["", "nobody", "0x12345678", "7/JX_supplier/0"])
def test_what_is_not_there_is_not_found(text: str, explorer: Explorer) -> None:
    assert explorer.search(text).empty


def test_gas_has_a_row_for_the_set_up_and_one_for_every_hour(explorer: Explorer) -> None:
    assert explorer.gas().index.tolist() == ["set-up", 0]


def live(**asked: object) -> LiveModel:
    model = LiveModel(override(load_config("base"), {**SMALL, "run.hours": 2}), chain="mirror", **asked)  # type: ignore[arg-type]
    model.wait()
    return model


def test_no_more_hours_are_simulated_than_there_are() -> None:
    model = live()
    for _ in range(5):
        model.step()
    model.wait()
    assert (model.asked, model.done, model.running) == (2, 2, False)
    model.stop()


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"seed": "-1"}, "seed is '-1'; it should be a whole number"), ({"bids": "sealed", "design": "day_ahead"}, "market.bids is 'sealed'")],
)
def test_impossible_parameters_are_said_and_nothing_is_simulated(asked: dict[str, str], said: str) -> None:
    model = live(**asked)
    model.step()
    model.wait()
    assert model.problem.startswith(said)
    assert model.done == 0
    model.stop()
