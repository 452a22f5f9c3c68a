"""The chain explorer on an hour of one small province, without a browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shengdian.app.explorer import Explorer
from shengdian.app.live import LiveModel, World
from shengdian.app.running_totals import totals
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.results.plots import price_map
from shengdian.experiments.runs.one_run import run_single
from shengdian.sim.record.chain_record import hexadecimal
from shengdian.sim.record.finished_run import load

SMALL = {"region.zones": ["JX"], "users.count": {"industry": 1, "commerce": 1, "residential": 1}, "run.chain": "mirror"}


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
    row = explorer.outcome(f"0/{trader}/0").iloc[0]
    said = explorer.events(found["hash"].iloc[0])[0]
    price, quantity = f"{row['price_per_mwh']:,.2f} CNY/MWh", f"{row['quantity_mwh']:,.3f} MWh"
    assert said.startswith(
        f"UniformAuction.OrderPlaced: {trader} {'offers' if row['side'] == 'sell' else 'bids'} in hour 0: {quantity} at {price}"
    )


def test_a_hash_finds_its_transaction_and_a_trader_all_of_its_own(explorer: Explorer) -> None:
    clearing = explorer.search("operator").iloc[0]
    assert explorer.search(clearing["hash"])["hash"].tolist() == [clearing["hash"]]
    assert set(explorer.search("JX_supplier")["sender"]) <= {"JX_supplier"}


def test_a_hash_may_be_written_in_capitals(explorer: Explorer) -> None:
    whole = explorer.search("operator").iloc[0]["hash"]
    assert explorer.search("0X" + whole[2:].upper())["hash"].tolist() == [whole]


@pytest.mark.parametrize("text", ["", "nobody", "0x12345678", "7/JX_supplier/0", "0/JX_supplier/9", "a/JX_supplier/0", "0/JX_supplier"])
def test_what_is_not_there_is_not_found(text: str, explorer: Explorer) -> None:
    assert explorer.search(text).empty


def test_gas_has_a_row_for_the_set_up_and_one_for_every_hour(explorer: Explorer) -> None:
    assert explorer.gas().index.tolist() == ["set-up", 0]


TWO = {"region.zones": ["SX", "SD"], "users.count": {"industry": 1, "commerce": 1, "residential": 1}, "run.chain": "mirror"}
WORLDS = {
    "two stages": ("two_stage", {}),
    "day ahead": ("day_ahead", {}),
    "corridors": ("corridor_matching", {}),
    "legs": ("coupled", {"region.network": "legs"}),
    "sealed": ("coupled", {"market.bids": "sealed"}),
    "pairs": ("provincial", {"run.design": "provincial", "run.compare": [], "market.mechanism": "matched-pairs"}),
    "deviations": ("coupled", {"settlement.deviation": "pre_listed"}),
    "collateral": ("coupled", {"collateral.required": True}),
}


@pytest.fixture(scope="module", params=WORLDS)
def world(request: pytest.FixtureRequest) -> World:
    """A first hour of two provinces under other rules."""
    design, changed = WORLDS[request.param]
    made = World(override(load_config("base"), {**TWO, **changed}), design, 1)  # type: ignore[arg-type]
    made.hour()
    return made


def test_every_event_is_said_in_names_and_units(world: World) -> None:
    """No address and no packed word is left: nothing longer than money."""
    explorer = Explorer(world)
    receipts = [receipt for block in world.blocks for receipt in block.receipts if receipt.success]
    lines = [line for receipt in receipts for line in explorer.events(hexadecimal(receipt.hash))]
    assert len(lines) == sum(len(receipt.logs) for receipt in receipts)
    assert [line for line in lines if re.search(r"\d{12}|0x\w{20}|\(", line)] == []
    cleared = [line for line in lines if ".HourCleared: hour 0" in line][-1]
    prices = world.seen.tables["prices"]
    for zone, price in zip(prices["zone"][-2:], prices["price_per_mwh"][-2:], strict=True):
        assert f"{zone} -" in cleared if price != price else f"{zone} {price:,.2f}" in cleared


def test_every_order_is_found_by_its_id(world: World) -> None:
    explorer, orders = Explorer(world), world.seen.tables["orders"]
    for order in set(orders["order_id"].str.removesuffix("/replaced")):
        found = explorer.search(order)
        assert set(found["sender"]) == {order.split("/")[1]}
        assert set(found["called"].str.partition(".")[2]) <= {"submit", "submitDay", "commit", "reveal"}


def test_the_map_can_be_drawn_with_all_lines(world: World) -> None:
    flows, capacity = world.seen.tables["flows"], world.capacity(0)
    for row in flows[flows["sent_mwh"] > 0].groupby(["from", "to"])["sent_mwh"].sum().items():
        assert row[1] <= capacity[row[0]]  # type: ignore[index]
    words = {text.get_text() for text in price_map(world.seen, 0, capacity).axes[0].texts}
    assert {*flows["from"], *flows["to"]} <= {each.partition("\n")[0] for each in words}


def test_totals_are_the_summary_of_the_run(tmp_path: Path) -> None:
    config = override(load_config("base"), {**TWO, "run.hours": 2, "run.design": "coupled", "run.compare": [], "run.seeds": [1]})
    live = World(config, "coupled", 1)
    for _ in range(2):
        live.hour()
    assert live.summary == load(run_single(config, tmp_path)).summary
    table = totals((live, live)).set_index("metric")
    assert table.loc["generation cost", "difference"] == "+0.000"
    assert table.loc["generation cost", "coupled"] == f"{live.summary['generation_cost'] / 1e6:,.3f}"


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
