"""Storage of a scenario made in Python: the worked example, its scenario.json, and what is refused in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import shengdian
from shengdian.agents.strategy import Me, Room
from shengdian.experiments.world.made_world import of_json
from shengdian.sim.base.types import Bid, Segment

LAKE = shengdian.Storage(
    "lake", "A", charge_mw=20, discharge_mw=20, energy_mwh=40, benchmark_per_mwh=300, efficiency_charge=0.9, efficiency_discharge=0.9
)


def scenario(*storages: shengdian.Storage, **more: Any) -> shengdian.Scenario:
    return shengdian.Scenario(
        "one zone",
        zones=["A"],
        plants=[shengdian.Plant("base", "A", 100, 100), shengdian.Plant("peak", "A", 100, 300)],
        users=[shengdian.User("mill", "A", demand_mw=[60, 60, 150, 150])],
        storages=storages,
        hours=4,
        design="coupled",
        chain="mirror",
        **more,
    )


def test_storage_earns_what_the_system_saves(tmp_path: Path) -> None:
    without = shengdian.run_scenario(scenario(), out=tmp_path)
    run = shengdian.run_scenario(scenario(LAKE), out=tmp_path)
    assert run.summary["storage_surplus"] == 5720.0
    assert run.summary["generation_cost"] == without.summary["generation_cost"] - 5720.0 == 56_280.0
    assert shengdian.audit(run, rerun=True).clean


def test_a_world_without_storage_has_the_bytes_that_it_always_had() -> None:
    plain, stored = scenario().world, scenario(LAKE).world
    assert b"storage" not in plain.to_json()
    assert of_json(plain.to_json(), "scenario.json") == plain
    assert of_json(stored.to_json(), "scenario.json") == stored
    assert plain.sha256 != stored.sha256


REFUSED: list[tuple[Mapping[str, Any], str]] = [
    ({"id": "mill"}, "two of kind plant, user or storage are called 'mill'"),
    ({"zone": "B"}, "lake: zone is 'B'; zones: A"),
    ({"charge_mw": 0}, "lake: power and energy of storage should be 0.001 MW and MWh"),
    ({"charge_mw": "much"}, "storage 'lake': charge_mw is 'much'; it should be a number"),
    ({"efficiency_charge": 0}, "lake: efficiencies of storage should be above 0 and at most 1"),
    ({"efficiency_discharge": 1.1}, "lake: efficiencies of storage should be above 0 and at most 1"),
    ({"stored_mwh": 41}, "lake: it holds 41000 kWh at hour 0; it should be 0 to 40000"),
    ({"strategy": "markup"}, "storage 'lake': strategy 'markup' is for plants, not for storages"),
]


@pytest.mark.parametrize(("change", "sentence"), REFUSED)
def test_storage_that_cannot_be_is_refused_in_a_sentence(change: Mapping[str, Any], sentence: str) -> None:
    with pytest.raises(shengdian.InputError) as caught:
        scenario(replace(LAKE, **change))
    assert sentence in str(caught.value)


class Eager:
    """Buys at the cap whenever there is room."""

    kind = "storage"
    known: Mapping[str, shengdian.Parameter] = {}

    def propose(self, me: Me, view: shengdian.View, rng: object, room: Room) -> Bid | None:
        return Bid(me.spec.id, (Segment(view.cap, room.buy),)) if room.buy else None


def test_a_strategy_of_one_s_own_decides_for_storage(tmp_path: Path) -> None:
    model = shengdian.Model(scenario(replace(LAKE, strategy=Eager)))
    assert [[row.bought for row in model.step_hour().storage] for _ in range(4)] == [[20_000], [20_000], [4_444], [0]]
