"""What a storage may order, and what the rule `spread` asks for it."""

from __future__ import annotations

from dataclasses import replace

import mesa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shengdian.agents.storage import Storage
from shengdian.agents.strategies import names, strategy
from shengdian.agents.strategy import Me
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.hour_result import HourResult, StageResult, StorageHour
from shengdian.sim.base.storage_spec import StorageSpec
from shengdian.sim.base.types import Bid, Offer, Order, Segment
from shengdian.sim.base.units import PPM
from shengdian.sim.market.view import View

FLOOR, CAP = -10_000, 150_000
SPEC = StorageSpec("S", "GD", "battery", 20, 20, 40, 900_000, 900_000, 0, 30_000)
DAY = (60,) * 12 + (150,) * 12
"""kWh of net load: cheap hours, then dear ones"""


def agent(spec: StorageSpec = SPEC, net_load: tuple[int, ...] = DAY * 2) -> Storage:
    return Storage(mesa.Model(), 1, spec, net_load)


def view(hour: int) -> View:
    return View(hour, ("GD",), FLOOR, CAP, (1000,), (None,))


def told(storage: Storage, hour: int, bought: int, sold: int, price: int) -> HourResult:
    """What came of an hour in which the storage bought or sold at `price` (fen/MWh)."""
    left = storage.spec.after(storage.left, bought, sold)
    row = StorageHour("S", "GD", "battery", bought, sold, storage.spec.held(left), price * (sold - bought), left)
    return HourResult(hour, (StageResult("provincial", {"GD": price}, (), (), 0),), (), (), (), (), (), {}, {}, 0, storage=(row,))


def energy(order: Order | None) -> int:
    return sum(segment.quantity for segment in order.segments) if order else 0


@st.composite
def specs(draw: st.DrawFn) -> StorageSpec:
    size = draw(st.integers(1, 10**9))
    each = st.integers(1, 10**9)
    losses = st.integers(1, PPM)
    stored = draw(st.integers(0, size))
    return StorageSpec("S", "GD", "battery", draw(each), draw(each), size, draw(losses), draw(losses), stored, draw(st.integers(0, CAP)))


shares = st.lists(st.integers(0, 1000), min_size=1, max_size=60)
prices = st.lists(st.integers(FLOOR, CAP), min_size=60, max_size=60)
loads = st.lists(st.integers(-100, 1000), min_size=60, max_size=60)


# --- what there is room for ---------------------------------------------------------------------------------------------------------


@given(specs(), shares)
def test_a_full_purchase_never_overfills_and_a_full_sale_never_overdraws(spec: StorageSpec, fills: list[int]) -> None:
    left, most = spec.at_first, spec.energy * spec.efficiency_discharge * PPM
    for hour, share in enumerate(fills):
        room = spec.can_buy(left) if hour % 2 else spec.can_sell(left)
        moved = room * share // 1000
        left = spec.after(left, moved, 0) if hour % 2 else spec.after(left, 0, moved)
        assert 0 <= left <= most
        assert 0 <= spec.held(left) <= spec.energy


@given(specs())
def test_room_is_all_of_the_power_or_all_that_fits(spec: StorageSpec) -> None:
    most, left = spec.energy * spec.efficiency_discharge * PPM, spec.at_first
    buy, sell = spec.can_buy(left), spec.can_sell(left)
    assert buy == spec.charge or spec.after(left, buy + 1, 0) > most
    assert sell == spec.discharge or spec.after(left, 0, sell + 1) < 0


@given(specs(), loads, st.lists(st.integers(0, 1000), min_size=60, max_size=60), st.sampled_from([1, 24]))
def test_whatever_becomes_of_its_orders_it_never_holds_less_than_nothing_nor_more_than_fits(
    spec: StorageSpec, load: list[int], fills: list[int], at_once: int
) -> None:
    """Also where `at_once` hours are ordered before the first of them is cleared."""
    storage, orders = agent(spec, tuple(load)), dict[int, Order | None]()
    for hour, share in enumerate(fills):
        if hour % at_once == 0:
            orders = {ahead: storage.propose(view(ahead)) for ahead in range(hour, min(hour + at_once, len(fills)))}
        moved = energy(orders[hour]) * share // 1000
        sells = isinstance(orders[hour], Offer)
        storage.receive(told(storage, hour, 0 if sells else moved, moved if sells else 0, 10_000))
        assert 0 <= storage.left <= spec.energy * spec.efficiency_discharge * PPM


class Greedy:
    """Orders a kWh too much."""

    kind = "storage"

    def propose(self, me: Me, view: View, rng: object, room: object) -> Order:
        return Bid("S", (Segment(0, 21),))


def test_a_strategy_that_orders_more_than_there_is_room_for_is_refused_in_a_sentence() -> None:
    storage = agent()
    storage.strategy = Greedy()  # type: ignore[assignment]
    with pytest.raises(InputError, match="strategy 'spread' orders 21 kWh for S in hour 0, which has room for 20"):
        storage.propose(view(0))


# --- spread -------------------------------------------------------------------------------------------------------------------------


def test_it_bids_what_a_kwh_will_earn_and_offers_what_it_has_cost() -> None:
    """The worked example: 300.00 x 0.81, then 100.00 / 0.81, down and up to the tick."""
    storage = agent()
    assert storage.propose(view(0)) == Bid("S", (Segment(24_300, 20),))
    storage.receive(told(storage, 0, 20, 0, 10_000))
    assert storage.propose(view(1)) == Bid("S", (Segment(24_300, 20),))
    storage.receive(told(storage, 1, 20, 0, 10_000))
    assert storage.propose(view(12)) == Offer("S", (Segment(12_346, 20),))
    storage.receive(told(storage, 12, 0, 20, 30_000))
    assert storage.propose(view(13)) == Offer("S", (Segment(12_346, 12),))


def test_it_expects_the_mean_price_of_yesterday_s_discharging_hours() -> None:
    storage = agent()
    for hour in range(24):
        storage.propose(view(hour))
        storage.receive(told(storage, hour, 0, 0, 10_000 if hour < 12 else 20_000 + 100 * hour))
    assert storage.propose(view(24)) == Bid("S", (Segment((20_000 + 1750) * 81 // 100, 20),))


def test_what_is_there_at_hour_0_has_cost_nothing() -> None:
    storage = agent(replace(SPEC, stored=40))
    assert storage.propose(view(12)) == Offer("S", (Segment(0, 20),))


@pytest.mark.parametrize("net_load", [(100,) * 24, (0,) * 24])
def test_it_never_charges_on_a_day_without_hours_below_the_median(net_load: tuple[int, ...]) -> None:
    storage = agent(net_load=net_load)
    assert not any(isinstance(storage.propose(view(hour)), Bid) for hour in range(24))


@given(specs(), loads, prices, st.lists(st.integers(0, 1000), min_size=60, max_size=60))
def test_it_sells_no_kwh_for_less_than_it_has_cost(spec: StorageSpec, load: list[int], price: list[int], fills: list[int]) -> None:
    """Whatever it is filled and paid: at its limit or better, what is sold brings in what was paid for it."""
    storage, paid = agent(replace(spec, stored=0), tuple(load)), 0
    for hour, share in enumerate(fills):
        order = storage.propose(view(hour))
        moved = energy(order) * share // 1000
        if order is None or not moved:
            storage.receive(told(storage, hour, 0, 0, price[hour]))
        elif isinstance(order, Bid):
            at = min(price[hour], order.segments[0].price)
            paid += at * moved
            storage.receive(told(storage, hour, moved, 0, at))
        else:
            at = max(price[hour], order.segments[0].price)
            before = storage.left
            assert at * moved * before >= paid * moved * PPM**2
            storage.receive(told(storage, hour, 0, moved, at))
            paid = -(-paid * storage.left // before)


def test_it_remembers_plain_numbers_and_goes_on_from_them() -> None:
    one, other = agent(), agent()
    for hour in range(13):
        one.propose(view(hour))
        one.receive(told(one, hour, 1 if hour < 12 else 0, 0, 9_999))
    other.restore(one.state())
    assert other.propose(view(13)) == one.propose(view(13))
    assert {row.key for row in one.learned()} == {"expected", "paid", "prices", "hours"}


def test_strategies_of_storage_are_no_strategies_of_plants_or_users() -> None:
    assert names("storage") == ["spread"]
    assert strategy("spread").kind == "storage"
    assert "spread" not in [*names("plant"), *names("user")]
