"""The paper's contract allocation. The worked example and its variants are those of the project's domain notes, section 6."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shengdian.sim.base.errors import InputError
from shengdian.sim.solve.allocation import READINGS, PlantCase, PlantPlan, Reading, allocate, contract_energy
from shengdian.sim.solve.output_band import band

LOAD = (700_000, 900_000, 1_000_000, 800_000)
SHARE = 800_000
A = PlantCase("A", 600_000, 300_000, 120_000, 360_000, (600_000,) * 4, 1_400_000)
B = PlantCase("B", 400_000, 160_000, 100_000, 200_000, (400_000,) * 4, 800_000)
C = PlantCase("C", 300_000, 0, 300_000, 100_000, (300_000, 240_000, 180_000, 300_000), 520_000)
PLANTS = (A, B, C)

EXAMPLE: dict[Reading, dict[str, tuple[float, ...]]] = {
    "province": {
        "A": (300.0, 340.964, 398.112, 300.0),
        "B": (168.636, 227.309, 265.408, 192.727),
        "C": (126.477, 136.386, 119.434, 144.545),
        "residual": (104.886, 195.341, 217.045, 162.727),
    },
    "per-plant": {
        "A": (300.0, 364.785, 425.926, 309.288),
        "B": (160.0, 212.239, 247.812, 179.949),
        "C": (124.835, 134.614, 117.883, 142.668),
        "residual": (115.165, 188.361, 208.379, 168.094),
    },
    "literal": {
        "A": (300.0, 364.785, 425.926, 309.288),
        "B": (180.418, 243.19, 283.951, 206.192),
        "C": (135.314, 145.914, 127.778, 154.644),
        "residual": (84.268, 146.11, 162.345, 129.876),
    },
}
"""MW by reading and plant, from contract_allocation_example.csv of the domain notes"""


def close(hours: tuple[int, ...], expected_mw: tuple[float, ...]) -> bool:
    """Within 0.001 MW, in whole kWh."""
    return all(abs(hour - round(mw * 1000)) <= 1 for hour, mw in zip(hours, expected_mw, strict=True))


@pytest.mark.parametrize("reading", READINGS)
def test_worked_example_holds_to_one_kwh(reading: Reading) -> None:
    plan = allocate(LOAD, PLANTS, reading, SHARE)
    for plant in plan.plants:
        assert plant.status == "ok"
        assert close(plant.hours, EXAMPLE[reading][plant.id])
    assert close(plan.residual, EXAMPLE[reading]["residual"])
    assert plan.gen_all == (1_300_000, 1_240_000, 1_180_000, 1_300_000)


def test_province_reading_has_the_published_factor_and_load_rates() -> None:
    plan = allocate(LOAD, PLANTS, "province", SHARE)
    assert plan.coe_all == pytest.approx(0.782955, abs=1e-6)
    assert plan.coe == pytest.approx((0.4216, 0.5683, 0.6635, 0.4818), abs=5e-5)
    assert plan.bidding_energy == 680_000
    assert [round(plant.contract / 100) for plant in plan.plants] == [13391, 8541, 5268]


def test_per_plant_reading_has_the_published_factors_and_meets_every_contract() -> None:
    plan = allocate(LOAD, PLANTS, "per-plant", SHARE)
    assert [plant.factor for plant in plan.plants] == pytest.approx([0.8377, 0.7310, 0.7728], abs=5e-5)
    assert [sum(plant.hours) for plant in plan.plants] == [1_400_000, 800_000, 520_000]
    assert plan.coe_all == 0.8
    assert plan.bidding_energy == 680_000


def test_literal_reading_has_the_published_factor_and_over_allocates() -> None:
    plan = allocate(LOAD, PLANTS, "literal", SHARE)
    assert plan.coe_all == pytest.approx(0.837655, abs=1e-6)
    assert [round(plant.contract / 100) for plant in plan.plants] == [14000, 9138, 5636]
    assert plan.bidding_energy == pytest.approx(522_600, abs=50)


def test_contract_below_the_lowest_output_is_below_min() -> None:
    (plan,) = allocate(LOAD, (replace(A, contract=1_000_000),), "per-plant", SHARE).plants
    assert (plan.status, plan.contract) == ("below_min", 1_200_000)


def test_contract_above_what_is_available_is_above_max() -> None:
    (plan,) = allocate(LOAD, (replace(C, contract=1_200_000),), "per-plant", SHARE).plants
    assert (plan.status, plan.contract) == ("above_max", 1_020_000)


def test_contract_above_what_ramps_allow_is_above_max() -> None:
    (plan,) = allocate(LOAD, (replace(B, contract=1_700_000),), "per-plant", SHARE).plants
    assert (plan.status, plan.contract) == ("above_max", 1_500_000)


def rolled() -> tuple[PlantCase, ...]:
    """Hour 1 is over; B is at half availability in hours 2 and 3."""
    day = allocate(LOAD, PLANTS, "per-plant", SHARE)
    return tuple(
        replace(
            plant,
            delivered=plan.hours[:1],
            initial=plan.hours[0],
            available=(400_000, 200_000, 200_000, 400_000) if plant.id == "B" else plant.available,
        )
        for plant, plan in zip(PLANTS, day.plants, strict=True)
    )


def test_rolling_meets_every_contract_with_half_a_plant_out() -> None:
    """Published to 0.1 MW, from a search that stopped within 0.001 MWh; B's exact last hour is 258.349."""
    plan = allocate(LOAD, rolled(), "per-plant", SHARE, from_hour=1)
    expected = {"A": (363.3, 428.4, 308.4), "B": (181.7, 200.0, 258.4), "C": (142.5, 126.0, 126.7)}
    for plant in plan.plants:
        assert plant.status == "ok"
        assert [hour / 1000 for hour in plant.hours[1:]] == pytest.approx(expected[plant.id], abs=0.06)
    assert [plant.contract for plant in plan.plants] == [1_400_000, 800_000, 520_000]


def test_rolling_keeps_the_ramp_that_binds() -> None:
    a = allocate(LOAD, rolled(), "per-plant", SHARE, from_hour=1).plants[0]
    assert a.hours[2] - a.hours[3] == A.ramp


def test_plant_that_cannot_reach_its_minimum_has_an_empty_band() -> None:
    (plan,) = allocate(LOAD, (replace(A, initial=100_000),), "per-plant", SHARE).plants
    assert (plan.status, plan.hours) == ("band_empty", (0, 0, 0, 0))


def test_availability_below_the_minimum_has_an_empty_band() -> None:
    (plan,) = allocate(LOAD, (replace(A, available=(600_000, 200_000, 600_000, 600_000)),), "per-plant", SHARE).plants
    assert plan.status == "band_empty"


def test_outage_overrides_ramps_and_the_plant_restarts_at_its_minimum() -> None:
    limits = band(replace(A, available=(600_000, 0, 600_000, 600_000)))
    assert limits.low == (300_000, 0, 300_000, 300_000)
    assert limits.high == (480_000, 0, 300_000, 420_000)


def test_derating_below_the_last_output_overrides_the_ramp() -> None:
    limits = band(replace(A, initial=600_000, available=(350_000, 600_000, 600_000, 600_000)))
    assert (limits.low[0], limits.high[0]) == (350_000, 350_000)


def test_ramps_look_ahead_to_a_planned_derating() -> None:
    limits = band(replace(A, initial=500_000, available=(600_000, 600_000, 300_000, 600_000)))
    assert limits.high == (540_000, 420_000, 300_000, 420_000)


def test_oversupplied_hour_is_scaled_down_and_put_back_in_other_hours() -> None:
    flexible = PlantCase("F", 100, 0, 100, 50, (100, 100), 120)
    rigid = PlantCase("R", 60, 60, 60, 60, (60, 60), 120)
    plan = allocate((80, 200), (flexible, rigid), "per-plant", SHARE)
    assert plan.plants == (
        PlantPlan("F", (20, 100), 120, plan.plants[0].factor, "oversupply"),
        PlantPlan("R", (60, 60), 120, 0.0, "ok"),
    )
    assert plan.residual == (0, 40)


def test_oversupply_that_finds_no_other_hour_stays_as_surplus() -> None:
    plant = PlantCase("F", 100, 0, 100, 50, (100, 100), 150)
    plan = allocate((50, 60), (plant,), "per-plant", SHARE)
    assert (plan.plants[0].status, plan.plants[0].contract) == ("oversupply", 150)
    assert plan.bidding_energy == -40


def test_lowest_outputs_above_the_load_are_oversupply() -> None:
    plan = allocate((200_000,) * 4, (replace(A, contract=1_200_000),), "per-plant", SHARE)
    assert (plan.plants[0].status, plan.plants[0].contract, plan.residual) == ("oversupply", 1_200_000, (-100_000,) * 4)


def test_province_share_below_all_minima_is_below_min() -> None:
    plan = allocate(LOAD, PLANTS, "province", 400_000)
    assert [plant.status for plant in plan.plants] == ["below_min"] * 3
    assert sum(plant.contract for plant in plan.plants) == 4 * 300_000 + 4 * 160_000


def test_province_without_plants_leaves_all_load_to_bidding() -> None:
    plan = allocate(LOAD, (), "per-plant", SHARE)
    assert plan.residual == LOAD


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"available": (600_000,) * 3}, "3 hours of availability"),
        ({"available": (600_001,) * 4}, "outside 0 to its capacity"),
        ({"minimum": 700_000}, "minimum 700000"),
        ({"ramp": -1}, "may not be negative"),
        ({"contract": None}, "needs a contract"),
        ({"delivered": (1,)}, "1 hours delivered"),
    ],
)
def test_impossible_plant_is_refused(changed: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        allocate(LOAD, (replace(A, **changed),), "per-plant", SHARE)  # type: ignore[arg-type]


@st.composite
def provinces(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[PlantCase, ...], int]:
    """A day of one to six hours, one to four plants, and a share."""
    hours = draw(st.integers(1, 6))
    plants = []
    for number in range(draw(st.integers(1, 4))):
        capacity = draw(st.integers(1, 1_000))
        plants.append(
            PlantCase(
                str(number),
                capacity,
                draw(st.integers(0, capacity)),
                draw(st.integers(0, capacity)),
                draw(st.integers(0, capacity)),
                tuple(draw(st.lists(st.integers(0, capacity), min_size=hours, max_size=hours))),
                draw(st.integers(0, capacity * hours)),
            )
        )
    load = tuple(draw(st.lists(st.integers(0, 2_000), min_size=hours, max_size=hours)))
    return load, tuple(plants), draw(st.integers(0, 1_000_000))


@given(provinces(), st.sampled_from(READINGS))
def test_plans_keep_bands_ramps_and_contracts(case: tuple[tuple[int, ...], tuple[PlantCase, ...], int], reading: Reading) -> None:
    load, plants, share = case
    plan = allocate(load, plants, reading, share)
    for plant, planned in zip(plants, plan.plants, strict=True):
        limits = band(plant)
        if planned.status == "band_empty":
            assert limits.empty
            assert not any(planned.hours)
            continue
        last = plant.initial
        for hour, output in enumerate(planned.hours):
            assert limits.low[hour] <= output <= limits.high[hour]
            assert -limits.down[hour] <= output - last <= limits.up[hour]
            last = output
        assert plant.contract is not None
        if reading == "per-plant" and planned.status in ("ok", "oversupply"):
            assert planned.contract == plant.contract
        if reading == "literal" and planned.status in ("ok", "oversupply"):
            assert planned.contract >= plant.contract
        if reading != "province" and planned.status == "below_min":
            assert planned.hours == limits.low
            assert planned.contract > plant.contract
        if reading != "province" and planned.status == "above_max":
            assert planned.hours == limits.high
            assert planned.contract < plant.contract
    statuses = {planned.status for planned in plan.plants} - {"band_empty"}
    if reading == "province" and statuses and statuses <= {"ok", "oversupply"}:
        assert sum(planned.contract for planned in plan.plants) == contract_energy(load, share)
    for hour, residual in enumerate(plan.residual):
        for plant, planned in zip(plants, plan.plants, strict=True):
            assert residual >= 0 or planned.status != "ok" or planned.hours[hour] == band(plant).low[hour]
