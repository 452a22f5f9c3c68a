"""The search for a day's factor, held to what it promises: output never falls as the factor rises, so that one factor is the smallest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shengdian.sim.solve.factor_search import FACTOR, Unit, smallest
from shengdian.sim.solve.output_band import PlantCase, band


@st.composite
def provinces(draw: st.DrawFn) -> list[Unit]:
    """One to four plants that can run, of 1 to 10^7 kWh an hour, on a day of one to six hours."""
    hours, most = draw(st.integers(1, 6)), draw(st.sampled_from([3, 100, 10**7]))
    load = [max(draw(st.integers(0, 3 * most)), 1) for _ in range(hours)]
    cases = []
    for number in range(draw(st.integers(1, 4))):
        capacity = draw(st.integers(1, most))
        minimum, ramp, initial = (draw(st.integers(0, capacity)) for _ in range(3))
        forecast = [draw(st.integers(0, capacity)) for _ in range(hours)]
        available = tuple(energy if energy >= minimum else 0 for energy in forecast)
        cases.append(PlantCase(str(number), capacity, minimum, ramp, initial, available, 0))
    scales = [max(sum(case.available[hour] for case in cases), 1) * FACTOR for hour in range(hours)]
    weights = [[load[hour] * case.available[hour] for hour in range(hours)] for case in cases]
    units = [Unit(case, band(case), weight, scales, 0) for case, weight in zip(cases, weights, strict=True)]
    return [unit for unit in units if not unit.band.empty]


def total(units: list[Unit], factor: int) -> int:
    return sum(sum(unit.path(factor)) for unit in units)


@given(provinces().filter(bool), st.data())
def test_found_factor_reaches_what_is_wanted_and_none_below_it_does(units: list[Unit], data: st.DataObject) -> None:
    top = max(unit.top() for unit in units)
    least, most = total(units, 0), total(units, top)
    wanted = data.draw(st.integers(least, most) | st.sampled_from([least, most]))
    factor = smallest(units, wanted, top)
    assert total(units, factor) >= wanted
    assert factor == 0 or total(units, factor - 1) < wanted


@given(provinces().filter(bool))
def test_what_no_factor_reaches_gets_the_highest(units: list[Unit]) -> None:
    top = max(unit.top() for unit in units)
    assert smallest(units, total(units, top) + 1, top) == top


@given(provinces().filter(bool), st.integers(0, 3 * FACTOR), st.integers(0, FACTOR))
def test_nothing_changes_before_the_next_change(units: list[Unit], factor: int, more: int) -> None:
    for unit in units:
        now, later = unit.path(factor), unit.path(factor + more)
        change = unit.next_change(factor, now, later)
        assert now == later or factor < change <= factor + more
        if now != later:
            assert unit.path(change - 1) == now
