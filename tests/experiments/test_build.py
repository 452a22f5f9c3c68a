"""From a config to a world: sums are exact, draws do not depend on the design, and every contract fits its plant."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.world.fleet import energy, with_contracts
from shengdian.regions.region import Region
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.units import kwh
from shengdian.sim.scenario import PlantSpec, Scenario

CONFIG = load_config("six-provinces-day")
LEAST = {"N": 1.0, "C": 0.45, "R": 0.1, "W": 0.0}
"""least output over capacity of the plants below"""


@pytest.fixture(scope="module")
def day() -> Scenario:
    return build_scenario(CONFIG, "coupled", 1)


def tiny(id: str, tech: str, capacity: int, forecast: tuple[int, ...], budget: tuple[int, ...] | None = None) -> PlantSpec:
    kind = Region.load().technologies[tech]
    spec = PlantSpec(id, "GD", tech, capacity, 0, capacity, 100, 0, 100, forecast, forecast, budget)
    return replace(spec, must_run=kind.must_run, renewable=kind.is_renewable)


def test_a_summer_day_has_ninety_plants_sixty_users_and_twelve_lines(day: Scenario) -> None:
    assert (len(day.plants), len(day.users), len(day.lines), day.hours) == (90, 60, 12, 24)
    assert day.start == 1_467_302_400
    assert [line.name.split()[0] for line in day.lines[:3]] == ["SX-SD", "SD-SX", "SC-GD"]


def test_a_line_carries_its_residual_share_and_charges_what_is_sent(day: Scenario) -> None:
    line = day.lines[2]
    assert (line.source, line.target, line.capacity, line.loss) == (4, 0, 1_920_000, 65_000)
    assert line.charge == 4_974  # 53.20 CNY/MWh delivered x (1 - 0.065) = 49.742


def test_demand_of_a_provinces_users_sums_to_its_load(day: Scenario) -> None:
    assert day.load("GD", 0) == 77_201_000
    assert max(day.load("GD", hour) for hour in range(24)) == 94_669_000


def test_sectors_have_their_share_of_load(day: Scenario) -> None:
    industry = sum(user.demand[0] for user in day.users if user.zone == "SD" and user.sector == "industry")
    assert industry / day.load("SD", 0) == pytest.approx(0.71, abs=1e-6)
    assert {user.sector for user in day.users if user.captive} == {"residential"}


def test_users_of_a_sector_differ_in_size(day: Scenario) -> None:
    sizes = [user.demand[0] for user in day.users if user.zone == "GD" and user.sector == "industry"]
    assert len(set(sizes)) == 5


@pytest.mark.parametrize("share", [0.0, 0.5, 0.8, 0.9])
def test_contracts_sum_to_their_share_of_net_load_to_the_kwh(share: float) -> None:
    world = build_scenario(override(CONFIG, {"contracts.share": share}), "coupled", 1)
    for exchange in world.exchanges:
        net = sum(world.load(exchange.zone, hour) for hour in range(24)) - 24 * exchange.imported
        assert sum(plant.contractible[0] for plant in world.plants if plant.zone == exchange.zone) == net * round(share * 10) // 10


def test_every_contract_fits_between_minimum_and_what_a_plant_has(day: Scenario) -> None:
    for plant in day.plants:
        assert plant.minimum * 24 <= plant.contractible[0] <= energy(plant)[0]
        assert plant.minimum <= min(plant.forecast)


def test_nuclear_has_everything_under_contract(day: Scenario) -> None:
    nuclear = [plant for plant in day.plants if plant.tech == "nuclear"]
    assert len(nuclear) == 2
    assert all(plant.contractible[0] == 24 * plant.minimum == sum(plant.available) for plant in nuclear)


def test_others_share_equally_after_nuclear() -> None:
    fleet = (
        tiny("N", "nuclear", 10, (10, 10)),
        tiny("C", "coal_300", 100, (100, 100)),
        tiny("R", "hydro_reservoir", 60, (60, 60), (40,)),
    )
    planned = with_contracts(fleet, (75, 75), 800_000, LEAST)
    assert [plant.contractible for plant in planned] == [(20,), (83,), (17,)]  # 120 - 20 nuclear = 100 by 200 : 40
    assert planned[0].minimum == 10
    assert planned[1].minimum == int(0.45 * 100 * 41 / 75)


def test_wind_sun_and_water_come_before_coal_where_they_have_priority() -> None:
    fleet = (
        tiny("N", "nuclear", 10, (10, 10)),
        tiny("C", "coal_300", 100, (100, 100)),
        tiny("R", "hydro_reservoir", 60, (60, 60), (40,)),
        tiny("W", "wind", 30, (30, 10)),
    )
    first = with_contracts(fleet, (75, 75), 800_000, LEAST, priority="renewable_first")
    assert [plant.contractible for plant in first] == [(20,), (20,), (40,), (40,)]  # 120: all that runs or renews itself, then coal
    short = with_contracts(fleet, (40, 35), 800_000, LEAST, priority="renewable_first")
    assert [plant.contractible for plant in short] == [(20,), (0,), (20,), (20,)]  # 60 - 20 nuclear = 40 by 40 : 40


def test_priority_changes_who_has_contracts_and_not_how_much() -> None:
    worlds = [build_scenario(override(CONFIG, {"contracts.priority": rule}), "coupled", 1) for rule in ("equal", "renewable_first")]
    for zone in worlds[0].zones:
        equal, first = ([plant for plant in world.plants if plant.zone == zone] for world in worlds)
        assert sum(plant.contractible[0] for plant in equal) == sum(plant.contractible[0] for plant in first)
        for before, after in zip(equal, first, strict=True):
            if before.renewable:
                assert after.contractible[0] >= before.contractible[0]
            elif not before.must_run:
                assert after.contractible[0] <= before.contractible[0]
    sichuan = [plant for plant in worlds[1].plants if plant.zone == "SC" and not plant.renewable]
    assert sum(plant.contractible[0] for plant in sichuan) < sum(
        plant.contractible[0] for plant in worlds[0].plants if plant.zone == "SC" and not plant.renewable
    )


def test_nuclear_is_scaled_where_it_alone_exceeds_the_contracts() -> None:
    planned = with_contracts((tiny("N", "nuclear", 10, (10, 10)), tiny("C", "coal_300", 100, (100, 100))), (5, 5), 800_000, LEAST)
    assert [plant.contractible for plant in planned] == [(8,), (0,)]
    assert [plant.minimum for plant in planned] == [4, 0]


def test_no_more_units_are_on_than_the_lowest_hour_needs() -> None:
    fleet = (tiny("N", "nuclear", 10, (10, 10)), tiny("C", "coal_300", 100, (100, 100)))
    assert [plant.minimum for plant in with_contracts(fleet, (95, 95), 800_000, LEAST)] == [10, int(0.45 * 100 * 66 / 75)]
    assert [plant.minimum for plant in with_contracts(fleet, (160, 30), 800_000, LEAST)] == [10, 20]  # 30 less 10 of the nuclear plant


def test_a_reservoir_has_the_months_inflow_as_its_budget(day: Scenario) -> None:
    reservoir = next(plant for plant in day.plants if plant.id == "SC_hydro_reservoir_1")
    assert reservoir.available == (9_963_000,) * 24
    assert reservoir.energy_budget == (24 * 9_963_000 * 618 // 1000,)


def test_cost_is_fuel_with_its_spread_plus_variable_cost(day: Scenario) -> None:
    costs = [plant.cost for plant in day.plants if plant.zone == "GD" and plant.tech == "coal_300"]
    assert len(set(costs)) == 3
    assert all(228.2 * 0.97 + 15 <= cost / 100 <= 228.2 * 1.03 + 15 for cost in costs)
    assert next(plant.cost for plant in day.plants if plant.tech == "wind") == 0


def test_the_fixed_net_import_is_that_of_2016_and_flat() -> None:
    fixed = build_scenario(override(CONFIG, {"region.exchange": "fixed"}), "coupled", 1)
    imported = {exchange.zone: exchange.imported for exchange in fixed.exchanges}
    assert imported["GD"] == round(150_961e6 / 8784)
    assert imported["SC"] == round(-105_034e6 / 8784)
    assert build_scenario(override(CONFIG, {"region.exchange": "none"}), "coupled", 1).exchanges == ()


def test_designs_differ_in_nothing_but_the_design(day: Scenario) -> None:
    assert replace(build_scenario(CONFIG, "provincial", 1), design="coupled") == day


def test_seeds_differ_in_sizes_and_costs(day: Scenario) -> None:
    other = build_scenario(CONFIG, "coupled", 2)
    assert [plant.cost for plant in other.plants] != [plant.cost for plant in day.plants]
    assert [user.demand for user in other.users] != [user.demand for user in day.users]


def test_leaving_a_province_out_does_not_change_the_others(day: Scenario) -> None:
    pair = build_scenario(override(CONFIG, {"region.zones": ["SD", "SX"]}), "coupled", 1)
    assert pair.plants == tuple(plant for code in ("SD", "SX") for plant in day.plants if plant.zone == code)
    assert [(line.source, line.target) for line in pair.lines] == [(1, 0), (0, 1)]


def test_an_outage_takes_what_is_available_and_leaves_the_forecast() -> None:
    outage = {"plant": "GD_nuclear_1", "from_hour": 5, "to_hour": 7, "available_share": 0.5}
    world = build_scenario(override(CONFIG, {"outages": [outage]}), "coupled", 1)
    plant = next(plant for plant in world.plants if plant.id == "GD_nuclear_1")
    full = plant.forecast[0]
    assert plant.available[4:8] == (full, full // 2, full // 2, full)
    assert plant.forecast == (full,) * 24


def test_a_plant_and_a_line_of_the_config_join_the_others() -> None:
    own = {
        "plants": [{"id": "GD_new_1", "province": "GD", "technology": "gas_ccgt", "capacity_mw": 100, "cost_per_mwh": 300.5}],
        "lines": [{"from": "GD", "to": "JX", "capacity_mw": 10, "charge_per_mwh": 1, "loss": 0.05}],
    }
    world = build_scenario(override(CONFIG, own), "coupled", 1)
    plant = next(plant for plant in world.plants if plant.id == "GD_new_1")
    assert (plant.capacity, plant.cost) == (100_000, 30_050)
    assert (world.lines[-1].source, world.lines[-1].target, world.lines[-1].capacity, world.lines[-1].charge) == (0, 5, 10_000, 100)


def test_longer_runs_repeat_the_typical_day() -> None:
    world = build_scenario(override(CONFIG, {"run.hours": 30, "region.zones": ["JX"]}), "coupled", 1)
    assert all(user.demand[24:] == user.demand[:6] for user in world.users)
    assert all(len(plant.contractible) == 2 and plant.contractible[1] < plant.contractible[0] for plant in world.plants)


def test_an_unknown_design_is_refused() -> None:
    with pytest.raises(InputError, match=r"design is 'two-stage'; allowed: provincial, two_stage, .*; did you mean 'two_stage'\?"):
        build_scenario(CONFIG, "two-stage", 1)


def test_net_load_is_in_whole_kwh(day: Scenario) -> None:
    assert day.load("JX", 0) % kwh(1) == 0
