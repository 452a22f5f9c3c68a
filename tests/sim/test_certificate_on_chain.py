"""The contract refuses what the twin refuses: the certificate's cases, and solutions of random books with one figure moved by one."""

from __future__ import annotations

import pytest
from fills import unpack_fills
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pair import START, error
from random_books import Market, markets
from test_certificate import Case, each_case, rules_of
from test_twins_agree import GATE, Auction, Words, placed
from tiny_books import tiny_book, tiny_rules

from shengdian.sim.base.roles import RENT
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import READINGS, Bid, Line, Offer, Order, Rules, Segment, Submission, SurplusDeficit
from shengdian.sim.base.units import PPM
from shengdian.sim.chain.abi import interface
from shengdian.sim.solve.arcs import NANO
from shengdian.sim.solve.book import Book

LOOSE_FROM = Timetable(0).loose(0)

NO_PRICE = -(2**31)
"""where nothing is traded and nothing passes"""
MOVES = (-NANO, -2, -1, 1, 2, NANO)


def words_of(solution: Submission) -> Words:
    flows = [sent << 128 | received for sent, received in zip(solution.sent, solution.received, strict=True)]
    return flows, [low << 128 | high for low, high in zip(solution.low, solution.high, strict=True)]


def moved(words: Words) -> list[Words]:
    """The words with one of their figures moved a little, for every figure and every move that leaves it positive."""
    result = []
    for kind in (0, 1):
        for place, word in enumerate(words[kind]):
            for shift in (0, 128):
                figure = word >> shift & 2**128 - 1
                for move in MOVES:
                    if figure + move >= 0:
                        changed = [list(each) for each in words]
                        changed[kind][place] += move << shift
                        result.append((changed[0], changed[1]))
    return result


@each_case
def test_contract_refuses_the_wrong_solution_and_takes_the_right_one(case: Case) -> None:
    book = tiny_book(case.book)
    auction = Auction(rules_of(case), book.zone.tolist())
    placed(auction, book)
    clears = [auction.clear(words_of(case.wrong)), auction.clear(auction.solution(book))]
    assert [error(receipt) for receipt in auction.block(clears, START + GATE).receipts] == [case.error, ""]


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(market=markets(most_zones=3, most_orders=8), passing=st.booleans())
def test_solution_with_a_figure_moved_is_judged_alike(market: Market, passing: bool) -> None:
    book, rules = market
    auction = Auction(rules, book.zone.tolist())
    placed(auction, book)
    words = auction.solution(book)
    others = moved(words)
    order = [*others, words] if passing else [words, *others]
    receipts = auction.block([auction.clear(each) for each in order], START + GATE).receipts
    assert sum(receipt.success for receipt in receipts) == 1
    assert sum(auction.balances()) == 0
    assert auction.balances()[RENT] >= 0


@pytest.mark.parametrize(
    ("sent", "received", "expected", "late"),
    [
        (10, 9, "", ""),  # 9.5 arrive: rounded down
        (10, 10, "ReceivedNotSentLessLoss", ""),  # late in the hour up, too
        (10, 8, "ReceivedNotSentLessLoss", "ReceivedNotSentLessLoss"),
        (10, 11, "ReceivedNotSentLessLoss", "ReceivedNotSentLessLoss"),
        (20, 18, "ReceivedNotSentLessLoss", "ReceivedNotSentLessLoss"),  # 19 arrive to the kWh
        (20, 19, "", ""),
        (20, 20, "ReceivedNotSentLessLoss", "ReceivedNotSentLessLoss"),
        (21, 20, "FlowAboveCapacity", "FlowAboveCapacity"),
    ],
)
def test_what_arrives_is_what_was_sent_less_the_loss_to_the_kwh(sent: int, received: int, expected: str, late: str) -> None:
    book = Book.of([(0, True, 10, 100), (1, False, 10, 100)])
    rules = tiny_rules((20, 0, 50_000), cap=10)
    auction = Auction(rules, (0, 1))
    placed(auction, book)
    words = words_of(Submission((sent,), (received,), (0, 0), (0, 0)))  # bounds are looked at after flows
    for time, wanted in ((GATE, expected), (LOOSE_FROM - 1, expected), (LOOSE_FROM, late)):
        found = error(auction.block([auction.clear(words)], START + time).receipts[0])
        assert found == wanted or (not wanted and found not in ("", "ReceivedNotSentLessLoss", "FlowAboveCapacity"))


def test_gap_of_a_solution_beside_the_optimum_is_the_twins() -> None:
    book, rules = tiny_book("A s10@10, B b9@400, b100@5"), tiny_rules((20, 0, 50_000), cap=500)
    auction = Auction(rules, book.zone.tolist())
    placed(auction, book)
    assert auction.block([auction.clear(auction.solution(book))], START + GATE).receipts[0].success


def gap_of(auction: Auction, words: Words, time: int = GATE) -> int:
    """What the event says of a solution that is taken, 1e-5 CNY."""
    receipt = auction.block([auction.clear(words)], START + time).receipts[0]
    assert error(receipt) == ""
    return int(interface(auction.kind).event(receipt.logs[0])[1]["gap"])


@pytest.mark.parametrize("capacity", [2, 1_000_000_000])
def test_any_gap_above_zero_counts_as_one(capacity: int) -> None:
    """A may not sell at 1 and B's price follows: a kWh more over the line would be worth a millionth of a millionth of a tick."""
    book, rules = tiny_book("A s1@1"), tiny_rules((capacity, 0, 1), k=PPM)
    auction = Auction(rules, (0,))
    placed(auction, book)
    words = auction.solution(book)
    assert gap_of(auction, words) == 1


@pytest.mark.parametrize(("received", "gap"), [(0, 1), (1, -1)])
def test_a_gap_of_a_whole_unit_is_not_rounded(received: int, gap: int) -> None:
    """Half a kWh worth 2 fen/MWh, lost or won by rounding what arrives of one, in the last minutes, when both pass."""
    book = tiny_book("A s5@0, B s5@2, b5@2")
    auction = Auction(tiny_rules((1, 0, 500_000)), book.zone.tolist())
    placed(auction, book)
    assert gap_of(auction, words_of(Submission((1,), (received,), (0, 2 * NANO), (0, 2 * NANO))), LOOSE_FROM) == gap


def test_highest_price_upstream_is_rounded_up_to_the_nano_tick() -> None:
    """C pays 1, so that B's price is at most 0.999999 and A's 0.999998000001, less what the lines' tie-breaking costs make of it."""
    book = tiny_book("A s3@0, C b5@1")
    auction = Auction(Rules(3, (Line(0, 1, 3, 0, 1), Line(1, 2, 3, 0, 1)), 0, 10, PPM), book.zone.tolist())
    placed(auction, book)
    words = auction.solution(book)
    assert [flow >> 128 for flow in words[0]] == [3, 2]
    receipts = auction.block([auction.clear(each) for each in (*moved(words), words)], START + GATE).receipts
    assert [error(receipt) == "" for receipt in receipts] == [False] * (len(receipts) - 1) + [True]


def test_line_in_use_that_does_not_pay_at_any_price_of_its_source_is_refused() -> None:
    """C keeps B's price at 1.005690345 at most, and from A energy would be a little more there, although A gives it away."""
    book = tiny_book("A s10@0, B b1@5, C s10@1")
    auction = Auction(Rules(3, (Line(2, 1, 10, 0, 2564), Line(0, 1, 10, 1, 753)), 0, 10, 500_000), book.zone.tolist())
    placed(auction, book)
    wrong = words_of(Submission((0, 1), (0, 1), (0, 1_005_690_345, NANO), (0, 1_005_690_345, NANO)))
    receipts = auction.block([auction.clear(wrong), auction.clear(auction.solution(book))], START + LOOSE_FROM).receipts
    assert [error(receipt) for receipt in receipts] == ["HighNotSupporting", ""]


@pytest.mark.parametrize(("reading", "price"), [("physical", NO_PRICE), ("economic", 6)])
def test_one_kwh_sold_at_home_is_a_trade_of_the_region_where_that_may_replace_its_seller(reading: SurplusDeficit, price: int) -> None:
    """Its price lies between the offer and the cap, as the bid is firm; a zone without orders has no price in either stage."""
    book = tiny_book("A s1@2, b1@8")
    auction = Auction(tiny_rules((3, 0, 0)), (0, 0), reading)
    placed(auction, book)
    receipt = auction.block([auction.clear(auction.solution(book))], START + GATE).receipts[0]
    prices = [interface(auction.kind).event(log)[1]["prices"] for log in receipt.logs if log.address == auction.contracts[auction.kind]]
    assert [tuple(each) for each in prices] == [(5, NO_PRICE), (price, NO_PRICE)]


@pytest.mark.parametrize("count", [1, 8, 9, 16, 17, 23, 24, 25])
def test_fills_of_every_row_are_announced_eight_a_word(count: int) -> None:
    """Bids at 9 and offers at 0: the shorter side trades in full, the longer one pro rata."""
    auction = Auction(tiny_rules(zones=1), [0] * -(-count // 5))
    orders: list[Order] = []
    for place, trader in enumerate(auction.traders):
        segments = tuple(Segment(9 - 9 * (place % 2), 3 + place) for _ in range(min(5, count - 5 * place)))
        orders.append((Offer if place % 2 else Bid)(trader, segments))
    assert all(receipt.success for receipt in auction.block([auction.order(order) for order in orders], START + 60).receipts)
    rows = [(0, isinstance(order, Offer), segment.price, segment.quantity) for order in orders for segment in order.segments]
    receipt = auction.block([auction.clear(auction.solution(Book.of(rows)))], START + GATE).receipts[0]
    _, event = interface(auction.kind).event([log for log in receipt.logs if log.address == auction.contracts[auction.kind]][-1])
    fills = unpack_fills(event["fills"], count)
    assert len(event["fills"]) == -(-count // 8)
    traded = [sum(fill for fill, (_, sells, _, _) in zip(fills, rows, strict=True) if sells == side) for side in (False, True)]
    offered = [sum(quantity for _, sells, _, quantity in rows if sells == side) for side in (False, True)]
    assert traded == [min(offered)] * 2


@pytest.mark.parametrize(("k", "price"), [(974_999, 2), (975_000, 3)])
def test_price_may_lack_a_fortieth_to_its_tick(k: int, price: int) -> None:
    book = tiny_book("s1@2, b1@3")
    auction = Auction(tiny_rules(zones=1, k=k), (0, 0))
    placed(auction, book)
    assert auction.block([auction.clear(auction.solution(book))], START + GATE).receipts[0].success
    assert auction.balances()[2:] == [price, -price]


@pytest.mark.parametrize(("sent", "received"), [(1, 0), (999_999, 999_999)])
def test_what_arrives_may_lack_or_exceed_all_but_a_millionth_of_a_kwh(sent: int, received: int) -> None:
    """0.999999 and 999,998.000001 kWh arrive of what is sent; what is wrong then is the book."""
    book = tiny_book("A s1@2, B b1@4")
    auction = Auction(tiny_rules((10**6, 0, 1)), (0, 1))
    placed(auction, book)
    words = words_of(Submission((sent,), (received,), (0, 0), (10 * NANO, 10 * NANO)))
    assert error(auction.block([auction.clear(words)], START + LOOSE_FROM).receipts[0]) in ("LowBelowBook", "NetExportTooHigh")


@pytest.mark.parametrize("kind", ["UniformAuction", "PayAsBidAuction", "OnePriceAuction"])
def test_book_in_which_everybody_has_five_segments_at_the_floor_clears(kind: str) -> None:
    rules = tiny_rules((5, 0, 0), k=0)
    auction = Auction(rules, (0, 0, 1), kind=kind)
    orders = [
        Offer("trader 0", (Segment(0, 10),) * 5),
        Bid("trader 1", tuple(Segment(price, 3) for price in (9, 8, 7, 6, 0))),
        Bid("trader 2", (Segment(0, 1),) * 5),
    ]
    assert all(receipt.success for receipt in auction.block([auction.order(order) for order in orders], START + 60).receipts)
    zones = (0, 0, 1)
    rows = [(zones[i], isinstance(order, Offer), seg.price, seg.quantity) for i, order in enumerate(orders) for seg in order.segments]
    assert auction.block([auction.clear(auction.solution(Book.of(rows)))], START + GATE).receipts[0].success


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_large_flows_over_lossy_lines_are_judged_alike(data: st.DataObject) -> None:
    """Every rounding shows in the gap where a billion kWh flow."""
    draw = data.draw
    size = st.integers(1, 2 * 10**9)
    floor = draw(st.sampled_from((0, -50)))
    price = st.integers(floor, 400)
    book = Book.of(
        [
            (0, True, draw(price), draw(size)),
            (0, True, draw(price), draw(size)),
            (1, False, draw(price), draw(size)),
            (1, False, 400, draw(size)),
        ]
    )
    lines = tuple(
        Line(0, 1, draw(size), draw(st.sampled_from((10, 77))), draw(st.sampled_from((12_345, 66_667, 123_456)))) for _ in range(2)
    )
    rules = Rules(2, lines, floor, 400, draw(st.sampled_from((0, 333_333, 500_000, 1_000_000))))
    auction = Auction(rules, book.zone.tolist())
    placed(auction, book)
    words = auction.solution(book)
    shifted = [moved_flow(words, line, by) for line in range(2) for by in (-20, -1, 1, 20)]
    auction.block([*(auction.clear(each) for each in shifted), auction.clear(words)], START + GATE)
    assert sum(auction.balances()) == 0


def moved_flow(words: Words, line: int, by: int) -> Words:
    """As much more is sent as arrives more."""
    flows = list(words[0])
    sent, received = flows[line] >> 128, flows[line] & 2**128 - 1
    flows[line] = max(sent + by, 0) << 128 | max(received + by, 0)
    return flows, words[1]


@pytest.mark.parametrize(
    ("kind", "reading"),
    [
        *((kind, None) for kind in ("UniformAuction", "PayAsBidAuction", "OnePriceAuction")),
        *(("TwoStageAuction", reading) for reading in READINGS),
    ],
)
def test_book_of_twenty_five_rows_takes_four_words_of_fills(kind: str, reading: SurplusDeficit | None) -> None:
    zones = (0, 1, 0, 1, 0)
    auction = Auction(tiny_rules((7, 1, 10_000), cap=50, k=333_333), zones, reading, kind)
    orders = [
        (Offer if place % 2 == 0 else Bid)(f"trader {place}", tuple(Segment(9 + 3 * i + place, 5 + i + 7 * place) for i in range(5)))
        for place in range(5)
    ]
    assert all(receipt.success for receipt in auction.block([auction.order(order) for order in orders], START + 60).receipts)
    rows = [(zones[i], isinstance(order, Offer), seg.price, seg.quantity) for i, order in enumerate(orders) for seg in order.segments]
    assert auction.block([auction.clear(auction.solution(Book.of(rows)))], START + GATE).receipts[0].success
    assert sum(auction.balances()) == 0


@pytest.mark.parametrize(
    ("book", "energy"),
    [
        ("A s1@2, s1@2, s1@2, b2@6, B s1@2, s1@2, s1@2, b2@6", (1, 1, 0, 2, 1, 1, 0, 2)),
        ("A b1@6, b1@6, b1@6, s2@2, B b1@6, b1@6, b1@6, s2@2", (1, 1, 0, 2, 1, 1, 0, 2)),
        ("A s1@2, s1@2, s2@2, b1@6, B b1@6, b1@6, b2@6, s1@2", (1, 0, 0, 1, 1, 0, 0, 1)),
        ("A s2@2, s1@2, s1@2, b2@6, B b2@6, b1@6, b1@6, s2@2", (1, 1, 0, 2, 1, 1, 0, 2)),
    ],
)
def test_remainders_of_a_zone_stay_in_it_and_go_by_order_id(book: str, energy: tuple[int, ...]) -> None:
    orders, rules = tiny_book(book), tiny_rules(k=0)
    auction = Auction(rules, orders.zone.tolist())
    placed(auction, orders)
    receipt = auction.block([auction.clear(auction.solution(orders))], START + GATE).receipts[0]
    _, event = interface("UniformAuction").event(receipt.logs[0])
    assert tuple(unpack_fills(event["fills"], len(energy))) == energy
