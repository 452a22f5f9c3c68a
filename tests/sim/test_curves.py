"""The curves of agreements, and how energy falls on months, days and hours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shengdian.sim.base.errors import InputError
from shengdian.sim.market.curves import FLAT, Curve, by_month, flat_energy, load_proportional, own

weights = st.lists(st.integers(0, 2**32 - 1), min_size=24, max_size=24).filter(any)
curves = st.one_of(st.just(FLAT), weights.map(own), weights.map(load_proportional))


@given(curves, st.integers(0, 10**12), st.lists(st.integers(1, 10**9), min_size=1, max_size=31))
def test_every_kwh_is_delivered(curve: Curve, energy: int, load: list[int]) -> None:
    days = curve.month(energy, load)
    assert len(days) == len(load)
    assert all(len(hours) == 24 and min(hours) >= 0 for hours in days)
    assert sum(sum(hours) for hours in days) == energy


def test_flat_curve_gives_the_odd_kwh_to_the_first_hours() -> None:
    assert FLAT.hours(50) == (3, 3, *(2,) * 22)


def test_load_proportional_curve_follows_load_of_days_and_hours() -> None:
    curve = load_proportional([1] * 12 + [3] * 12)
    assert curve.month(192, [1, 3]) == ((*(1,) * 12, *(3,) * 12), (*(3,) * 12, *(9,) * 12))


def test_own_curve_is_the_same_every_day() -> None:
    assert own(range(24)).month(2 * 276, [1, 3]) == (tuple(range(24)),) * 2


def test_annual_energy_falls_on_months_by_load() -> None:
    assert by_month(10, [1, 1, 2]) == (3, 2, 5)  # 2.5, 2.5 and 5: the odd one to the first


def test_flat_energy_of_a_month() -> None:
    assert flat_energy(1_000, 31) == 744_000


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: own([1] * 23), "values are 23; a day has 24"),
        (lambda: own([0] * 24), "not all 0"),
        (lambda: load_proportional([-1] + [1] * 23), "from -1 to 1"),
    ],
)
def test_bad_curve_is_refused(make: object, match: str) -> None:
    with pytest.raises(InputError, match=match):
        make()  # type: ignore[operator]
