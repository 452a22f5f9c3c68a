"""Water in whole runs: what flows in is given, spilled or kept under every design, what is lost is one figure, and runs go on with it."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shengdian
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.results.metrics import tally
from shengdian.experiments.runs.one_run import run_single
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.designs import design_names
from shengdian.sim.model import Model
from shengdian.sim.record.finished_run import load
from shengdian.sim.record.tables import COLUMNS, whole
from shengdian.sim.scenario import Scenario
from tests.experiments.test_sweep import contents

KEPT = {"water.carry_over": True}
METERS = {"settlement.deviation": "pre_listed"}


def valley(lakes: list[shengdian.Plant], load: float | list[float], hours: int, **rules: Any) -> tuple[Scenario, list[HourResult]]:
    """A zone with lakes, a river of 20 MW and coal of 200 MW at 200 CNY/MWh, and a neighbour who may buy 30 MW."""
    scenario = shengdian.Scenario(
        "valley",
        zones=["V", "W"],
        plants=[
            *lakes,
            shengdian.Plant("river", "V", 20, 3, available_mw=20),
            shengdian.Plant("coal", "V", 200, 200),
            shengdian.Plant("oil", "W", 200, 400),
        ],
        users=[shengdian.User("town", "V", load), shengdian.User("port", "W", 50)],
        lines=[shengdian.Line("V", "W", 30, charge_per_mwh=10, loss=0.02)],
        hours=hours,
        chain="mirror",
        **{"design": "provincial", **KEPT, **rules},
    )
    model: Model = shengdian.Model(scenario)
    return model.scenario, [model.step_hour() for _ in range(hours)]


def lake(name: str = "lake", **more: Any) -> shengdian.Plant:
    given = {"energy_mwh": 240, "volume_mwh": 1000, **more}
    return shengdian.Plant(name, "V", 40, 3, **given)


@st.composite
def lakes(draw: st.DrawFn) -> list[shengdian.Plant]:
    each = st.tuples(st.integers(0, 900), st.sampled_from((0, 10, 300, 5000)))
    return [
        lake(f"lake {at}", energy_mwh=flow, volume_mwh=most) for at, (flow, most) in enumerate(draw(st.lists(each, min_size=1, max_size=3)))
    ]


@pytest.mark.long
@settings(max_examples=15, deadline=None)
@given(
    plants=lakes(),
    load=st.lists(st.integers(0, 120), min_size=50, max_size=50),
    design=st.sampled_from(("provincial", "two_stage", "coupled", "day_ahead")),
    share=st.sampled_from((0.0, 0.5, 0.9)),
    level=st.sampled_from((0.0, 0.5, 1.0)),
    meters=st.booleans(),
)
def test_inflow_is_output_and_spill_and_change_of_storage_in_every_market(
    plants: list[shengdian.Plant], load: list[int], design: str, share: float, level: float, meters: bool
) -> None:
    rules = {"design": design, "contracts.share": share, "water.start_level": level, **(METERS if meters else {})}
    scenario, results = valley(plants, [float(energy) for energy in load], 50, **rules)
    specs = {plant.id: plant for plant in scenario.plants if plant.energy_budget is not None}
    stored = {name: spec.stored for name, spec in specs.items()}
    given_ = dict.fromkeys(specs, 0)
    for result in results:
        for made in result.generation:
            if made.plant in given_:
                given_[made.plant] += made.metered
        assert len(result.reservoirs) == (len(specs) if result.hour in (23, 47, 49) else 0)
        for row in result.reservoirs:
            spec = specs[row.plant]
            assert spec.energy_budget is not None
            assert row.inflow == spec.energy_budget[row.day] == row.output + row.spilled + row.stored - stored[row.plant]
            assert row.output == given_[row.plant]
            assert 0 <= row.stored <= spec.volume
            assert row.spilled >= 0
            stored[row.plant], given_[row.plant] = row.stored, 0


def metered(results: list[HourResult], plant: str) -> int:
    return sum(row.metered for result in results for row in result.generation if row.plant == plant)


def test_a_river_sells_before_a_reservoir_that_could_keep_its_water() -> None:
    _, results = valley([lake()], 15.0, 24, **{"water.start_level": 1.0})
    assert metered(results, "river") == 15_000 * 24
    assert metered(results, "lake") == 0


def test_where_nothing_is_carried_over_the_two_cost_the_same() -> None:
    _, results = valley([lake(energy_mwh=480)], 15.0, 24, **{"water.carry_over": False})
    assert 0 < metered(results, "river") < 15_000 * 24


def test_water_replaces_coal_only_where_it_is_worth_less() -> None:
    _, full = valley([lake(volume_mwh=10_000)], 100.0, 24, **{"water.start_level": 1.0})
    assert metered(full, "lake") == 40_000 * 24
    _, dear = valley([lake(volume_mwh=10_000)], 100.0, 24, **{"water.start_level": 0.0, "water.value_factor": 2.0})
    assert metered(dear, "lake") == 0


def test_what_a_day_keeps_lowers_what_water_costs_on_the_next_day() -> None:
    _, results = valley([lake(volume_mwh=1000)], 10.0, 48, **{"water.start_level": 0.0})
    first, second = (next(row.price for row in results[hour].stages[0].orders if row.trader == "lake") for hour in (0, 24))
    # T = 200, c = 3: 240 of 1,000 MWh on the first day, 480 on the second
    assert (first, second) == (300 + 19_700 * 760 // 1000, 300 + 19_700 * 520 // 1000)


def test_a_zone_without_thermal_plants_values_water_at_a_tick() -> None:
    scenario, _ = valley([lake()], 10.0, 1)
    assert next(plant.water_value for plant in scenario.plants if plant.id == "lake") == 19_700
    alone = shengdian.Scenario("alone", zones=["V"], plants=[lake()], users=[shengdian.User("town", "V", 1)], hours=1, chain="mirror")
    assert shengdian.Model(alone).scenario.plants[0].water_value == 0


def test_a_plant_that_keeps_water_without_inflow_is_refused() -> None:
    with pytest.raises(InputError, match="lake: the volume is 1000000 kWh; it should be 0 or more, and 0 without an energy budget"):
        valley([lake(energy_mwh=None)], 10.0, 1)


# --- the region -----------------------------------------------------------------------------------------------------------------------


def region(**keys: Any) -> Scenario:
    given = {"region.zones": ["JX"], **{key.replace("__", "."): value for key, value in keys.items()}}
    return build_scenario(override(load_config("base"), {**KEPT, **given}), "provincial", 1)


def reservoir(scenario: Scenario) -> Any:
    return next(plant for plant in scenario.plants if plant.supply == "budget")


@pytest.mark.parametrize(("calendar", "days"), [("day", 1), ("year", 1), ("months", 365 / 12), ("seasons", 365 / 4)])
def test_a_day_that_stands_for_many_has_a_part_of_the_volume(calendar: str, days: float) -> None:
    plant = reservoir(region(time__calendar=calendar))
    assert plant.volume == int(plant.capacity * 400 / days)
    assert plant.stored == plant.volume // 2


def test_an_empty_reservoir_asks_the_mean_cost_of_thermal_plants_times_the_factor() -> None:
    scenario = region(water__value_factor=1.5)
    thermal = [plant for plant in scenario.plants if plant.thermal]
    mean = sum(plant.cost * plant.capacity for plant in thermal) // sum(plant.capacity for plant in thermal)
    plant = reservoir(scenario)
    assert plant.opportunity_cost(0) == mean * 3 // 2
    assert plant.opportunity_cost(plant.volume) == plant.cost + 1


def test_contract_quantities_do_not_depend_on_what_is_carried_over() -> None:
    kept, lost = region(), region(water__carry_over=False)
    assert [plant.contractible for plant in kept.plants] == [plant.contractible for plant in lost.plants]
    assert (reservoir(lost).volume, reservoir(lost).stored) == (0, 0)


# --- finished runs --------------------------------------------------------------------------------------------------------------------


def small(**keys: Any) -> Any:
    given = {"region.zones": ["JX"], "run.chain": "mirror", "run.hours": 50, "run.design": "coupled", **keys}
    return override(load_config("base"), {**KEPT, **given})


def test_a_run_that_was_stopped_goes_on_with_its_water(tmp_path: Path) -> None:
    done = count(1)

    def stop(more: int, before: bool) -> None:
        if next(done) == 30:
            raise KeyboardInterrupt

    whole_run = run_single(small(), tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run_single(small(), tmp_path / "stopped", stop)
    assert contents(run_single(small(), tmp_path / "stopped", resume=True)) == contents(whole_run)


@pytest.mark.parametrize("keys", [{}, {"water.start_level": 1.0}, {"water.carry_over": False}, METERS])
def test_every_lost_kwh_of_wind_sun_and_water_is_in_one_figure(keys: dict[str, Any], tmp_path: Path) -> None:
    run = load(run_single(small(**keys), tmp_path))
    days, made = run.tables["reservoirs"], run.tables["generation"]

    def kwh(table: str, frame: Any, column: str) -> int:
        return int(whole(frame[column], COLUMNS[table][column]).sum())

    free = made[made["supply"] == "profile"]
    lost = kwh("generation", free, "available_mwh") - kwh("generation", free, "metered_mwh") + kwh("reservoirs", days, "spilled_mwh")
    there = kwh("generation", free, "available_mwh") + kwh("reservoirs", days, "inflow_mwh")
    parts = {key: value for key, value in run.summary.items() if key.startswith("lost_")}
    assert parts["lost_mwh"] == lost / 1000
    assert parts["lost_share"] == lost / there
    by_technology = [round(1000 * value) for key, value in parts.items() if key.endswith("_mwh") and key != "lost_mwh"]
    assert sum(by_technology) == lost
    assert {"lost_hydro_reservoir_mwh", "lost_hydro_run_of_river_mwh", "lost_solar_mwh", "lost_wind_mwh"} <= set(parts)
    change = [kwh("reservoirs", days, f"{name}_mwh") for name in ("inflow", "output", "spilled")]
    assert run.summary["stored_change_mwh"] == (change[0] - change[1] - change[2]) / 1000
    assert run.summary["stored_worth"] == kwh("reservoirs", days, "worth") / 100_000


def test_a_run_of_before_is_read_as_one_without_reservoirs(tmp_path: Path) -> None:
    run = run_single(small(**{"run.hours": 2}), tmp_path)
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    del manifest["rows"]["reservoirs"], manifest["contents"]["reservoirs.parquet"]
    (run / "reservoirs.parquet").unlink()
    with pytest.raises(InputError, match=r"reservoirs\.parquet: the table is missing or damaged"):
        load(run)
    (run / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    before = load(run, contents=True)
    assert before.tables["reservoirs"].empty
    assert tally(before.tables, 2).lost.stored == 0


@pytest.mark.parametrize("design", design_names())
def test_a_province_with_reservoirs_runs_under_every_design(design: str, tmp_path: Path) -> None:
    run = load(run_single(small(**{"run.design": design, "run.hours": 25}), tmp_path))
    assert len(run.tables["reservoirs"]) == 2
    assert shengdian.audit(run.directory).differences == ()
