"""The day-ahead auction and its twin agree bit for bit: days of orders, corrections inside the hour, and refusals."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pair import CLOCK, POSTER_ROLE, START, Pair, error

from shengdian.sim.adapters import eth_tester, revm
from shengdian.sim.base.orders import pack
from shengdian.sim.base.types import Bid, Offer, Order, Rules, Segment
from shengdian.sim.chain.port import Transaction
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.clearing import solve

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
    """Two traders of one zone; where they are `covered`, limits are set in the collateral's name, on a chain without keys."""

    def __init__(self, covered: bool = False) -> None:
        super().__init__((SELLER, BUYER), revm if covered else eth_tester)
        create = [self.create("Registry", self.address["operator"], 1), self.create("Ledger", self.address["operator"])]
        born = (RULES.zones, RULES.floor, RULES.cap, RULES.k, CLOCK)
        create.append(self.create("DayAheadAuction", self.contracts["Registry"], self.contracts["Ledger"], born, []))
        create.append(self.create("Collateral", *(self.contracts[name] for name in ("Registry", "Ledger", "DayAheadAuction")), 24, CLOCK))
        self.address["Collateral"] = self.contracts["Collateral"]
        self.block(create, START - 200)
        self.traders = [self.address[trader] for trader in (SELLER, BUYER)]
        enrol = [self.to("Registry", "enrol", address, PLANT, 0) for address in self.traders]
        grant = self.to("Ledger", "grantRole", POSTER_ROLE, self.contracts["DayAheadAuction"])
        appoint = [self.to("DayAheadAuction", "appointCollateral", self.address["Collateral"])] if covered else []
        self.block([grant, *enrol, *appoint, self.to("DayAheadAuction", "admit", self.traders)], START - 100)

    def cover(self, until: int, limit: int = 4095) -> Transaction:
        """The same limit for both, in hours before `until`."""
        return self.to("DayAheadAuction", "coverUntil", self.traders, [limit] * 2, until, sender="Collateral")

    def at_risk(self) -> tuple[int, int]:
        """What the buyer's orders can cost, and the first hour that counts."""
        worst, first, _ = self.read("DayAheadAuction", "atRiskOf", self.traders[1])
        return worst, first

    def order_of(self, hour: int) -> tuple[int, int]:
        """The words that stand for the buyer from the day before."""
        found: tuple[int, int] = self.read("DayAheadAuction", "dayOrderOf", self.traders[1], hour)
        return found

    def day(self, trader: str, sent: Sequence[int]) -> Transaction:
        return self.to("DayAheadAuction", "submitDay", list(sent), sender=trader)

    def done(self, transactions: Sequence[Transaction], timestamp: int) -> list[str]:
        """The errors of a block; empty texts where it went well."""
        return [error(receipt) for receipt in self.block(transactions, timestamp).receipts]

    def clear(self, hour: int, orders: Sequence[Order]) -> str:
        """Clears the hour with the solution for `orders`, which must be those that stand."""
        rows = [(0, isinstance(order, Offer), segment.price, segment.quantity) for order in orders for segment in order.segments]
        solution = solve(Book.of(rows), RULES, 0)
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
    better = bid((300, 4), (200, 4), (150, 1), (120, 1))
    again = market.to("DayAheadAuction", "submit(uint256,uint256)", *pack(better, 0), sender=BUYER)
    assert market.done([again], START + 60) == [""]
    assert market.clear(0, [offer((100, 10)), better]) == ""
    assert market.money() == [1100, -1100]  # 10 kWh at the middle of 100 and 120


def test_order_of_one_segment_in_the_hour_replaces_a_long_one_of_the_day_before() -> None:
    market = Market()
    long = bid((500, 2), (400, 2), (300, 2), (200, 2), (150, 2))
    assert market.done([market.day(SELLER, words({1: offer((100, 10))})), market.day(BUYER, words({1: long}))], START - 20) == ["", ""]
    placed = market.to("DayAheadAuction", "submit(uint256)", pack(bid((110, 1)), 1)[0], sender=BUYER)
    assert market.done([placed], START + HOUR) == [""]
    assert market.clear(1, [offer((100, 10)), bid((110, 1))]) == ""
    assert market.money() == [100, -100]  # 1 kWh at the price of the part-filled offer


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
        (words({3: offer((1, 1), (1, 1), (1001, 1), (1, 1))}), "PriceAboveCap"),
        (words({3: offer((1, 1), (1, 1), (1, 1), (1, 1), (1, 0))}), "QuantityZero"),
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


def test_orders_are_taken_for_the_day_that_begins_next() -> None:
    market = Market()
    last, first = market.day(SELLER, words({24: offer((1, 1))})), market.day(SELLER, words({48: offer((1, 1))}))
    assert market.done([last, first], START + DAY - 1) == ["", "HourOutsideDay"]
    assert market.done([last, first], START + DAY) == ["HourOutsideDay", ""]
    assert market.done([first, market.day(SELLER, words({72: offer((1, 1))}))], START + 2 * DAY) == ["HourOutsideDay", ""]


def test_long_orders_of_the_third_day_take_the_places_of_the_first() -> None:
    market = Market()
    sells = {hour: offer(*((100 + hour, 2),) * 5) for hour in (0, 1, 22, 23, 47, 48, 49, 71)}
    buys = {hour: bid(*((400 - hour, 2),) * 4) for hour in (0, 1, 22, 23, 47, 48, 49, 71)}

    def of(first: int) -> list[Transaction]:
        return [market.day(name, words({hour: mine[hour] for hour in mine if first <= hour < first + 24}))
                for name, mine in ((SELLER, sells), (BUYER, buys))]  # fmt: skip

    assert market.done(of(0), START - 20) == ["", ""]
    assert market.done(of(24), START) == ["", ""]
    assert [market.order_of(hour) == pack(buys[hour], hour) for hour in (0, 1, 22, 23, 47)] == [True] * 5
    assert market.done(of(48), START + DAY) == ["", ""]
    assert [market.order_of(hour) == pack(buys[hour], hour) for hour in (22, 47, 48, 49, 71)] == [True] * 5
    assert [market.order_of(hour) for hour in (0, 1, 23, 24, 72, 96)] == [(0, 0)] * 6
    for hour in (47, 48, 49, 71):
        assert market.clear(hour, [sells[hour], buys[hour]]) == ""
    assert market.money() == [8 * (147 + 148 + 149 + 171), -8 * (147 + 148 + 149 + 171)]  # at the price of the part-filled offer


def test_order_of_three_segments_has_no_second_word_where_a_longer_one_left_its_own() -> None:
    market = Market()
    four, three, two = bid(*((5, 1),) * 4), bid(*((5, 1),) * 3), bid(*((5, 1),) * 2)
    for count, order in ((4, four), (3, three), (2, two)):
        assert market.done([market.day(BUYER, words({2: order}))], START - 20 - count) == [""]
        assert market.order_of(2) == (pack(order, 2)[0], 1 | 5 << 32 if count == 4 else 0)


def test_money_at_risk_is_counted_hour_by_hour_to_the_end_of_what_is_covered() -> None:
    market = Market(covered=True)
    today = {0: bid((100, 2)), 1: bid((10, 3)), 23: bid(*((7, 1),) * 5)}
    assert market.done([market.cover(96), market.day(BUYER, words(today))], START - 20) == ["", ""]
    assert market.at_risk() == (200 + 30 + 35, 0)
    tomorrow = {24: bid((1000, 1)), 25: bid((3, 3)), 46: bid(*((11, 2),) * 4), 47: bid((17, 1))}
    assert market.done([market.day(BUYER, words(tomorrow))], START) == [""]
    assert market.at_risk() == (200 + 30 + 35 + 1000 + 9 + 88 + 17, 0)
    after = {48: bid(*((13, 1),) * 5), 49: bid((19, 1)), 71: bid(*((23, 1),) * 5)}
    assert market.done([market.day(BUYER, words(after))], START + 47 * HOUR) == [""]
    assert market.at_risk() == (17 + 65 + 19 + 115, 47)
    assert market.done([market.cover(71)], START + 48 * HOUR) == [""]
    assert market.at_risk() == (65 + 19, 48)
    assert market.done([market.cover(72)], START + 48 * HOUR + 1) == [""]
    assert market.at_risk() == (65 + 19 + 115, 48)


@pytest.mark.parametrize(("in_hour", "at_risk"), [(bid((64, 1)), 65), (bid((65, 1)), 65), (bid((66, 1)), 66), (bid(*((20, 1),) * 5), 100)])
def test_in_an_hour_with_an_order_of_its_own_the_dearer_one_is_at_risk(in_hour: Order, at_risk: int) -> None:
    market = Market(covered=True)
    days = {5: bid((65, 1)), 6: bid((9, 1))}
    assert market.done([market.cover(24), market.day(BUYER, words(days))], START - 20) == ["", ""]
    word, more = pack(in_hour, 5)
    function = "submit(uint256)" if more is None else "submit(uint256,uint256)"
    sent = market.to("DayAheadAuction", function, *(each for each in (word, more) if each is not None), sender=BUYER)
    assert market.done([sent], START + 5 * HOUR) == [""]
    assert market.at_risk() == (at_risk + 9, 5)


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


@pytest.mark.long
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
