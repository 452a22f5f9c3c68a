"""The six-province day with forecast errors, outages and rule 889: who balances, who pays, and what stays as it was."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import cache

import pytest

from shengdian import agents
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.world.uncertainty import relative_errors, running
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.base.streams import stream
from shengdian.sim.model import Model
from shengdian.sim.scenario import Scenario

HOURS = 6


def scenario(design: str = "two_stage", **changes: object) -> Scenario:
    config = override(load_config("deviations-day"), {key.replace("__", "."): value for key, value in changes.items()})
    return replace(build_scenario(config, design, 1), chain="mirror")


def simulate(world: Scenario, hours: int = HOURS) -> tuple[HourResult, ...]:
    model = Model(world, agents.build)
    return tuple(model.step_hour() for _ in range(hours))


@cache
def day(design: str) -> tuple[HourResult, ...]:
    return simulate(scenario(design))


@pytest.mark.parametrize("design", ["provincial", "two_stage", "coupled"])
def test_metered_generation_and_imports_are_metered_load_and_losses_in_every_province(design: str) -> None:
    for hour in day(design):
        balance: dict[str, int] = defaultdict(int)
        for plant in hour.generation:
            balance[plant.zone] += plant.metered
        for user in hour.consumption:
            balance[user.zone] -= user.contracted + user.bought
        for flow in hour.stages[-1].flows:
            balance[flow.source] -= flow.sent
            balance[flow.target] += flow.received
        assert set(balance.values()) == {0}


@pytest.mark.parametrize("design", ["provincial", "two_stage", "coupled"])
def test_money_sums_to_zero_by_hour_and_cause_group_and_names_its_transaction(design: str) -> None:
    group = {"agreement": "agreement", "deviation": "deviation"}
    for hour in day(design):
        sums: dict[str, int] = defaultdict(int)
        transactions: dict[str, set[str]] = defaultdict(set)
        for entry in hour.ledger:
            sums[group.get(entry.cause, "auction")] += entry.money
            transactions[group.get(entry.cause, "auction")].add(entry.transaction)
        assert sums == {"agreement": 0, "auction": 0, "deviation": 0}
        assert {cause: len(hashes) for cause, hashes in transactions.items()} == {"agreement": 1, "auction": 1, "deviation": 1}


def test_deviation_energy_sums_to_zero_in_every_province() -> None:
    world = scenario()
    zone = {plant.id: plant.zone for plant in world.plants} | {user.id: user.zone for user in world.users}
    zone |= {f"{code}_supplier": code for code in world.zones}
    for hour in day("two_stage"):
        energy: dict[str, int] = defaultdict(int)
        for entry in hour.ledger:
            if entry.cause == "deviation" and entry.trader != "grid":
                energy[zone[entry.trader]] += entry.energy
        assert set(energy.values()) == {0}


def test_entries_explain_the_meters_of_plants() -> None:
    for hour in day("two_stage"):
        moved = {entry.trader: entry.energy for entry in hour.ledger if entry.cause == "deviation"}
        for plant in hour.generation:
            assert plant.metered - plant.scheduled == -moved.get(plant.plant, 0)
            assert 0 <= plant.metered <= plant.available


def test_hour_has_a_third_block_and_one_more_transaction() -> None:
    assert [(hour.blocks, hour.transactions["deviation"]) for hour in day("two_stage")[1:]] == [(3, 1)] * (HOURS - 1)


def test_without_errors_nothing_deviates_and_nobody_pays() -> None:
    sure = {"uncertainty.load_error": 0.0, "uncertainty.wind_error": 0.0, "uncertainty.solar_error": 0.0}
    hours = simulate(scenario(**sure), 2)  # type: ignore[arg-type]
    assert [entry for hour in hours for entry in hour.ledger if entry.cause == "deviation"] == []
    plain = simulate(replace(scenario(**sure), deviation=None), 2)  # type: ignore[arg-type]
    for with_meters, without in zip(hours, plain, strict=True):
        assert with_meters.generation == without.generation
        assert with_meters.consumption == without.consumption
        both = [[(entry.trader, entry.cause, entry.money, entry.energy) for entry in hour.ledger] for hour in (with_meters, without)]
        assert both[0] == both[1]


def test_province_that_runs_short_sheds_load_and_still_balances() -> None:
    world = scenario("provincial")
    short = replace(world, users=tuple(replace(user, actual=tuple(3 * energy for energy in user.demand)) for user in world.users))
    hour = simulate(short, 1)[0]
    given, taken = sum(plant.metered for plant in hour.generation), sum(user.contracted + user.bought for user in hour.consumption)
    assert given == taken
    assert sum(user.demand - user.contracted - user.bought for user in hour.consumption) > 0
    assert not any(entry.energy for entry in hour.ledger if entry.cause == "deviation" and entry.trader == "grid")


def test_errors_of_load_keep_their_spread_and_persist() -> None:
    errors = relative_errors(0.02, 0.8, 20_000, stream(1, "test"))
    assert errors.std() == pytest.approx(0.02, rel=0.05)
    assert (errors[1:] * errors[:-1]).mean() / errors.var() == pytest.approx(0.8, abs=0.03)


def test_units_fail_and_are_repaired_as_often_as_the_chain_says() -> None:
    config = override(load_config("deviations-day"), {"uncertainty.forced_outage_rate": 0.01, "uncertainty.repair_hours": 24.0})
    share = running(config, "GD_coal_600_1", 50, 8760, 1)
    assert share[0] == 1_000_000
    assert sum(share) / 8760 / 1e6 == pytest.approx(1 - 0.01 / (0.01 + 1 / 24), abs=0.02)
    assert running(config, "GD_wind", 0, 3, 1) == (1_000_000,) * 3


def test_outage_is_known_from_its_hour_on_and_not_at_the_start_of_the_day() -> None:
    world = scenario(uncertainty__forced_outage_rate=0.05)
    plant = next(plant for plant in world.plants if plant.thermal and plant.available[5] < plant.available[0])
    assert plant.forecast == (plant.available[0],) * 24


def test_error_streams_do_not_move_each_other() -> None:
    both, wind = scenario(), scenario(uncertainty__load_error=0.0, uncertainty__forced_outage_rate=0.0)
    farms = [[plant.actual for plant in world.plants if plant.tech == "wind"] for world in (both, wind)]
    assert farms[0] == farms[1]
    assert all(farms[0])
    assert not any(user.actual for user in wind.users)


def test_errors_without_anyone_to_balance_them_are_refused() -> None:
    with pytest.raises(InputError, match=r"uncertainty\.wind_error is 0\.12; .*settlement\.deviation should be 'pre_listed'"):
        override(load_config("deviations-day"), {"settlement.deviation": "none", "uncertainty.load_error": 0.0})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("settlement.deviation", "later"),
        ("settlement.u1_over_use", 0.9),
        ("settlement.u2_under_use", 1.1),
        ("uncertainty.persistence", 1.0),
    ],
)
def test_key_outside_its_bounds_is_named(key: str, value: object) -> None:
    with pytest.raises(InputError, match=key.replace(".", r"\.")):
        override(load_config("deviations-day"), {key: value})
