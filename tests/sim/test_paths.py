"""Paths between provinces: what a bid is worth at the other end, and which paths there are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shengdian.sim.base.types import Line
from shengdian.sim.solve.paths import SCALE, list_paths, path_of

Case = tuple[str, float, float, tuple[tuple[float, float], ...], float, float, float, float]
PUBLISHED: list[Case] = [
    # buyer's bid CNY/MWh, MW, legs (tariff CNY/MWh, loss), coe, fee per sent MWh, converted price, MW at the source
    ("two-leg", 500.0, 100.0, ((30.0, 0.02), (51.1, 0.07)), 0.9114, 75.973, 379.727, 109.721),
    ("SC->JS Jinsu (2018 tariff)", 450.0, 1000.0, ((55.0, 0.07),), 0.93, 51.15, 367.35, 1075.269),
    ("SX->SD", 380.0, 500.0, ((10.8, 0.0242),), 0.9758, 10.539, 360.265, 512.4),
    ("SX->HB->JX", 420.0, 300.0, ((33.2, 0.015), (25.6, 0.0254)), 0.959981, 57.278, 345.915, 312.506),
]
"""Reckoned by hand from the conversion formula of the inter-provincial spot rules (trial of 2021/22), with tariffs and losses of lines by
NDRC 2018-1227 and of regional grids of 2026, as experiments/regions/six-provinces/legs.csv has them."""


def chain(*legs: tuple[float, float]) -> list[Line]:
    """Lines 0 -> 1 -> 2 ... of (tariff CNY/MWh, loss)."""
    return [Line(at, at + 1, 10**9, 0, round(loss * 1e6), tariff=round(tariff * 100)) for at, (tariff, loss) in enumerate(legs)]


@pytest.mark.parametrize("case", PUBLISHED, ids=[case[0] for case in PUBLISHED])
def test_conversion_of_the_published_cases(
    case: tuple[str, float, float, tuple[tuple[float, float], ...], float, float, float, float],
) -> None:
    _, bid, power, legs, coe, fee, converted, source = case
    path = path_of(chain(*legs), range(len(legs)))
    assert path.coe == round(coe * 1e6) * 10**12
    assert round(path.fee / SCALE / 100, 3) == fee
    assert round(path.converted(round(bid * 100)) / SCALE / 100, 3) == converted
    assert path.sent(round(power * 1000)) / 1000 == source


def test_landed_price_of_sichuan_in_jiangsu() -> None:
    """320 of the seller, 35 export charge before the line and 51.1 on it: 320 + 24.09 loss + 37.63 + 51.10 = 432.82."""
    export, line = Line(0, 1, 1, 0, 0, tariff=3500), Line(1, 2, 1, 0, 70_000, tariff=5110)
    assert path_of([export, line], (0, 1)).landed(32000) == 43283  # 432.8204, up to the tick


def test_paths_are_simple_chains_between_provinces_the_cheaper_first() -> None:
    lines = [
        Line(0, 2, 1, 0, 0, tariff=30),  # province 0 to the hub
        Line(2, 1, 1, 0, 0, tariff=5),  # hub to province 1
        Line(0, 1, 1, 0, 0, tariff=40),
        Line(1, 2, 1, 0, 0, tariff=5),
        Line(2, 0, 1, 0, 0, tariff=5),
    ]
    assert [path.legs for path in list_paths(lines, 2)] == [(0, 1), (2,), (3, 4)]
    assert [path.legs for path in list_paths(lines, 2, longest=1)] == [(2,)]


def test_a_path_over_which_nothing_arrives_is_not_listed() -> None:
    lines = [Line(zone, zone + 1, 1, 0, 999_999) for zone in range(4)]
    assert [path.legs for path in list_paths(lines, 5) if path.source == 0] == [(0,), (0, 1), (0, 1, 2)]


legs = st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 200_000)), min_size=1, max_size=6)
kilowatthours = st.integers(0, 10**9)


@given(legs, kilowatthours)
def test_what_is_sent_arrives(given_legs: list[tuple[int, int]], energy: int) -> None:
    lines = [Line(at, at + 1, 0, 0, loss, tariff=tariff) for at, (tariff, loss) in enumerate(given_legs)]
    path = path_of(lines, range(len(lines)))
    carried = path.flows(energy)
    assert carried[0] == path.sent(energy)
    assert carried[-1] == energy
    assert sorted(carried, reverse=True) == list(carried)
    most = path.received(energy)
    assert path.sent(most) <= energy < path.sent(most + 1)


@given(legs, st.lists(kilowatthours, min_size=6, max_size=6))
def test_room_of_a_path_is_what_every_leg_can_carry(given_legs: list[tuple[int, int]], room: list[int]) -> None:
    lines = [Line(at, at + 1, 0, 0, loss, tariff=tariff) for at, (tariff, loss) in enumerate(given_legs)]
    path = path_of(lines, range(len(lines)))
    most = path.received(path.room(room))
    assert all(sent <= limit for sent, limit in zip(path.flows(most)[: len(lines)], room, strict=False) if most)
    assert any(sent > limit for sent, limit in zip(path.flows(most + 1)[: len(lines)], room, strict=False))


@given(legs, st.integers(-10_000, 200_000))
def test_nobody_pays_more_than_was_bid(given_legs: list[tuple[int, int]], bid: int) -> None:
    lines = [Line(at, at + 1, 0, 0, loss, tariff=tariff) for at, (tariff, loss) in enumerate(given_legs)]
    path = path_of(lines, range(len(lines)))
    highest = path.converted(bid) // SCALE
    assert path.landed(highest) <= bid
