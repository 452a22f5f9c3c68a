"""`shengdian.Model` keeps Mesa's conventions, on Mesa 3 and without the names that Mesa 4 removes; strategies may be classes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest

import shengdian
from shengdian.sim import model as core
from tests.api.ideas import Dear
from tests.api.scenarios import two_zones

SMALL: dict[str, Any] = {"hours": 2, "chain": "mirror", "region.zones": ["SX", "SD"]}


def small(**more: Any) -> shengdian.Model:
    return shengdian.Model("six-provinces-day", **{"design": "coupled", "seed": 1, **SMALL, **more})


def test_run_model_ends_after_the_hours_of_the_scenario() -> None:
    model = small()
    model.run_model()
    assert (model.hour, model.steps, model.running) == (2, 2, False)


def test_finished_model_is_not_stepped_further() -> None:
    model = small(hours=1)
    model.step()
    with pytest.raises(shengdian.InputError, match="the model is finished: its scenario has 1 hours, 0 to 0"):
        model.step()
    assert model.steps == 1


def test_datacollector_keeps_prices_welfare_and_gas_of_every_hour() -> None:
    model = shengdian.Model(two_zones(), chain="pyevm")
    model.run_model()
    frame = model.datacollector.get_model_vars_dataframe()
    assert frame[["price_per_mwh_N", "price_per_mwh_S"]].to_numpy().tolist() == [[0.0, 300.0]] * 2
    assert frame["welfare"].tolist() == [80 * 1500 - 30 * 300] * 2
    assert (frame["gas"] > 100_000).all()


def test_welfare_by_hour_sums_to_that_of_the_run(tmp_path: Path) -> None:
    given = {**SMALL, "design": "two_stage", "settlement.deviation": "pre_listed", "uncertainty.load_error": 0.03}
    model = shengdian.Model("six-provinces-day", **given)
    model.run_model()
    (run,) = shengdian.run("six-provinces-day", out=tmp_path, seed=1, **given)
    assert model.datacollector.get_model_vars_dataframe()["welfare"].sum() == pytest.approx(run.summary["welfare"], abs=1e-4)


def test_chain_that_counts_no_gas_has_none() -> None:
    model = small(hours=1)
    model.step()
    assert model.datacollector.model_vars["gas"] == [None]


def test_batch_run_gives_rows_with_prices() -> None:
    parameters = {**SMALL, "region.zones": [["SX", "SD"]], "design": ["provincial", "coupled"], "seed": range(1, 3)}
    rows = mesa.batch_run(shengdian.Model, parameters, number_processes=1, display_progress=False)
    assert [(row["design"], row["seed"], row["Step"]) for row in rows] == [
        ("provincial", 1, 1),
        ("provincial", 2, 1),
        ("coupled", 1, 1),
        ("coupled", 2, 1),
    ]
    assert all(row["price_per_mwh_SX"] > 0 and row["welfare"] > 0 for row in rows)


class Mesa4:
    """What is left of Mesa's model in version 4: no seed, no steps, a clock and a scenario of its own."""

    def __init__(self, *, rng: int | None = None) -> None:
        self.running, self.time = True, 0.0
        self.rng, self.random = np.random.default_rng(rng), random.Random(rng)
        self._user_step, self.step = self.step, self._wrapped_step  # type: ignore[has-type]
        self.scenario = None

    def _wrapped_step(self) -> None:
        self.time += 1
        self._user_step()

    def run_model(self) -> None:
        while self.running:
            self.step()

    def register_agent(self, agent: Any) -> None:
        agent.unique_id = id(agent)


@pytest.fixture
def mesa_4() -> Iterator[None]:
    """Inside it, models are those of Mesa 4."""
    core.Model.__bases__ = (Mesa4,)  # type: ignore[assignment]
    yield
    core.Model.__bases__ = (mesa.Model,)


def stepped_through() -> Any:
    model = small()
    model.run_model()
    return model


def test_model_works_without_the_names_that_mesa_4_removes(request: pytest.FixtureRequest) -> None:
    now = stepped_through()
    request.getfixturevalue("mesa_4")
    later = stepped_through()
    assert (later.steps, later.running, later.time) == (2, False, 2.0)
    assert later.datacollector.model_vars == now.datacollector.model_vars


def test_a_model_has_one_design_and_one_seed() -> None:
    with pytest.raises(shengdian.InputError, match=r"seed is \[1, 2\]; a model has one"):
        small(seed=[1, 2])
    assert small(seed=3).scenario.seed == 3


def test_a_wrong_word_of_a_model_is_refused() -> None:
    with pytest.raises(shengdian.InputError, match=r"unknown word 'sead'.*did you mean 'seed'"):
        small(sead=1)


def test_addresses_of_a_model_are_checksummed() -> None:
    from eth_utils.address import is_checksum_address

    assert all(is_checksum_address(address) for address in small().deployments.values())


@pytest.mark.parametrize("chosen", [Dear, "tests.api.ideas.Dear"])
def test_a_strategy_may_be_a_class_or_its_dotted_name(chosen: type[Any] | str, tmp_path: Path) -> None:
    scenario = shengdian.Scenario(
        "own",
        zones=["A"],
        plants=[shengdian.Plant("p", "A", 10, 1, strategy=chosen, parameters={"price_per_mwh": 250})],
        users=[shengdian.User("u", "A", 5)],
        hours=1,
    )
    run = shengdian.run_scenario(scenario, tmp_path, design="coupled", chain="mirror")
    assert run.tables["prices"]["price_per_mwh"].tolist() == [250.0]
    assert shengdian.audit(run).clean


def test_a_strategy_of_a_config_may_be_a_class(tmp_path: Path) -> None:
    (run,) = shengdian.run("six-provinces-day", {"strategies.plants": Dear}, design="coupled", out=tmp_path, **SMALL)
    asked = run.tables["orders"].query("side == 'sell' and not trader.str.endswith('supplier')")
    assert set(asked["price_per_mwh"]) == {200.0}


def test_an_object_is_no_strategy() -> None:
    plant = shengdian.Plant("p", "A", 10, 1, strategy=Dear())  # type: ignore[arg-type]
    with pytest.raises(shengdian.InputError, match="it should be a name or a class"):
        shengdian.Scenario("own", zones=["A"], plants=[plant], users=[])
