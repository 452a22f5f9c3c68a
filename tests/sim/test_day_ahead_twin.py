"""The day-ahead auction and its twin agree bit for bit: days of orders, corrections inside the hour, and refusals."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pair import POSTER_ROLE, START, Pair, error

from sim.book import Book
from sim.chain import Transaction
from sim.orders import pack
from sim.solve import solve
from sim.types import Bid, Offer, Order, Rules, Segment

DAY, HOUR, GATE = 86_400, 3600, 1800
PLANT = 1
RULES = Rules(1, (), 0, 1000, 500_000)
SELLER, BUYER = "trader 0", "trader 1"
some = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


def offer(*segments: tuple[int, int]) -> Offer:
    return Offer(SELLER, tuple(Segment(*segment) for segment in segments))


def bid(*segments: tuple[int, int]) -> Bid:
    return Bid(BUYER, tuple(Segment(*segment) for segment in segments))


def words(orders: dict[int, Order]) -> list[int]:
    """What `submitDay` takes for orders by hour."""
    return [word for hour, order in orders.items() for word in pack(order, hour) if word is not None]


class Market(Pair):
    """Two traders of one zone."""

    def __init__(self) -> None:
        super().__init__((SELLER, BUYER))
        create = [self.create("Registry", self.address["operator"], 1), self.create("Ledger", self.address["operator"])]
        born = (RULES.zones, RULES.floor, RULES.cap, RULES.k, START)
        create.append(self.create("DayAheadAuction", self.contracts["Registry"], self.contracts["Ledger"], born, []))
        self.block(create, START - 200)
        self.traders = [self.address[trader] for trader in (SELLER, BUYER)]
        enrol = [self.to("Registry", "enrol", address, PLANT, 0) for address in self.traders]
        grant = self.to("Ledger", "grantRole", POSTER_ROLE, self.contracts["DayAheadAuction"])
        self.block([grant, *enrol, self.to("DayAheadAuction", "admit", self.traders)], START - 100)

    def day(self, trader: str, sent: Sequence[int]) -> Transaction:
        return self.to("DayAheadAuction", "submitDay", list(sent), sender=trader)

    def done(self, transactions: Sequence[Transaction], timestamp: int) -> list[str]:
        """The errors of a block; empty texts where it went well."""
        return [error(receipt) for receipt in self.block(transactions, timestamp).receipts]

    def clear(self, hour: int, orders: Sequence[Order]) -> str:
        """Clears the hour with the solution for `orders`, which must be those that stand."""
        rows = [(0, isinstance(order, Offer), segment.price, segment.quantity) for order in orders for segment in order.segments]
        solution = solve(Book.of(rows), RULES)
        bounds = [low << 128 | high for low, high in zip(solution.low, solution.high, strict=True)]
        sent = self.to("DayAheadAuction", "clear", hour, self.traders, [], bounds)
        return self.done([sent], START + hour * HOUR + GATE)[0]

    def money(self) -> list[int]:
        return [self.read("Ledger", "balanceOf", number) for number in (2, 3)]


def test_orders_for_a_day_stand_each_in_its_hour() -> None:
    market = Market()
    sells = {hour: offer((100 + hour, 10)) for hour in range(24)}
    buys = {hour: bid((500, 10)) for hour in (0, 23)}
    assert market.done([market.day(SELLER, words(sells)), market.day(BUYER, words(buys))], START - 20) == ["", ""]
    assert market.clear(0, [sells[0], buys[0]]) == ""
    assert market.money() == [3000, -3000]  # 10 kWh at the middle of 100 and 500
    assert market.clear(1, [sells[1]]) == ""
    assert market.money() == [3000, -3000]
    assert market.clear(23, [sells[23], buys[23]]) == ""
    assert market.money() == [6110, -6110]  # at the middle of 123 and 500, rounded down


def test_order_in_the_hour_replaces_the_one_of_the_day_before() -> None:
    market = Market()
    market.done([market.day(SELLER, words({0: offer((100, 10))})), market.day(BUYER, words({0: bid((500, 10))}))], START - 20)
    better = bid((300, 4), (200, 6), (150, 1), (120, 1))
    again = market.to("DayAheadAuction", "submit(uint256,uint256)", *pack(better, 0), sender=BUYER)
    assert market.done([again], START + 60) == [""]
    assert market.clear(0, [offer((100, 10)), better]) == ""
    assert market.money() == [1750, -1750]  # 10 kWh at the middle of 150 and 200


def test_an_order_taken_back_in_the_hour_leaves_the_one_of_the_day_before() -> None:
    market = Market()
    market.done([market.day(SELLER, words({0: offer((100, 10))})), market.day(BUYER, words({0: bid((500, 10))}))], START - 20)
    placed = market.to("DayAheadAuction", "submit(uint256)", pack(bid((110, 1)), 0)[0], sender=BUYER)
    assert market.done([placed, market.to("DayAheadAuction", "withdraw", sender=BUYER)], START + 60) == ["", ""]
    assert market.clear(0, [offer((100, 10)), bid((500, 10))]) == ""
    assert market.money() == [3000, -3000]


def test_orders_for_tomorrow_leave_those_of_today_alone() -> None:
    market = Market()
    market.done([market.day(SELLER, words({23: offer((100, 10))})), market.day(BUYER, words({23: bid((500, 10))}))], START - 20)
    tomorrow = [market.day(SELLER, words({47: offer((200, 5))})), market.day(BUYER, words({47: bid((200, 5))}))]
    assert market.done(tomorrow, START + 12 * HOUR) == ["", ""]
    assert market.clear(23, [offer((100, 10)), bid((500, 10))]) == ""
    assert market.clear(47, [offer((200, 5)), bid((200, 5))]) == ""
    assert market.money() == [4000, -4000]


def test_a_word_without_segments_takes_an_order_back() -> None:
    market = Market()
    market.done([market.day(SELLER, words({0: offer((100, 10)), 1: offer((100, 10))}))], START - 20)
    assert market.done([market.day(SELLER, [1 << 196])], START - 10) == [""]
    assert market.read("DayAheadAuction", "dayOrderOf", market.traders[0], 1) == (0, 0)
    assert market.read("DayAheadAuction", "dayOrderOf", market.traders[0], 0) == (pack(offer((100, 10)), 0)[0], 0)


@pytest.mark.parametrize(
    ("sent", "refusal"),
    [
        (words({24: offer((1, 1))}), "HourOutsideDay"),
        (words({3: offer((1, 1)), 2: offer((1, 1))}), "HourOutsideDay"),
        (words({3: offer((1, 1))}) * 2, "HourOutsideDay"),
        (words({3: offer((1001, 1))}), "PriceAboveCap"),
        (words({3: offer((-1, 1))}), "PriceBelowFloor"),
        (words({3: offer((1, 0))}), "QuantityZero"),
        (words({3: offer(*((1, 1),) * 4)})[:1], "WordMissing"),
        ([3 << 196 | 6 << 192], "SegmentCount"),
    ],
)
def test_orders_that_break_a_rule_are_refused_whole(sent: list[int], refusal: str) -> None:
    market = Market()
    before = words({0: offer((7, 7))})
    assert market.done([market.day(SELLER, before), market.day(SELLER, words({1: offer((1, 1))}) + sent)], START - 20) == ["", refusal]
    assert market.read("DayAheadAuction", "dayOrderOf", market.traders[0], 1) == (0, 0)


def test_a_day_that_has_begun_takes_no_more_orders() -> None:
    market = Market()
    assert market.done([market.day(SELLER, words({5: offer((1, 1))}))], START) == ["HourOutsideDay"]


def test_a_stranger_is_refused() -> None:
    market = Market()
    assert market.done([market.day("stranger", words({5: offer((1, 1))}))], START - 20) == ["NotAdmitted"]


@some
@given(
    st.lists(
        st.tuples(st.booleans(), st.lists(st.integers(0, 2**256 - 1) | st.integers(0, 47).map(lambda hour: hour << 196), max_size=5)),
        max_size=5,
    )
)
def test_any_words_are_taken_or_refused_alike(sent: list[tuple[bool, list[int]]]) -> None:
    market = Market()
    market.done([market.day(SELLER if sells else BUYER, each) for sells, each in sent], START - 20)
    for hour in (0, 1, 23, 24, 47):
        market.read("DayAheadAuction", "dayOrderOf", market.traders[0], hour)


@some
@given(st.data())
def test_random_days_clear_alike(data: st.DataObject) -> None:
    segments = st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 50)), min_size=1, max_size=5)
    sells = {hour: offer(*data.draw(segments)) for hour in range(3)}
    buys = {hour: bid(*data.draw(segments)) for hour in range(3)}
    market = Market()
    assert market.done([market.day(SELLER, words(sells)), market.day(BUYER, words(buys))], START - 20) == ["", ""]
    for hour in range(3):
        assert market.clear(hour, [sells[hour], buys[hour]]) == ""
    assert sum(market.money()) + market.read("Ledger", "balanceOf", 0) + market.read("Ledger", "balanceOf", 1) == 0
