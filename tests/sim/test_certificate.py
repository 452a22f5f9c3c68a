# ruff: noqa: E501 (the cases are a table)
"""Every check of the certificate has a book whose wrong solution that check alone refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tiny_books import TIE, submission, tiny_book, tiny_rules

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.types import Submission
from shengdian.sim.base.units import PPM
from shengdian.sim.solve import certificate
from shengdian.sim.solve import supporting_prices as supporting
from shengdian.sim.solve.arcs import NANO
from shengdian.sim.solve.certificate import certify
from shengdian.sim.solve.clearing import solve, solve_loosely

Mutation = Callable[[pytest.MonkeyPatch], None]


def without(*errors: str) -> Mutation:
    """A verifier that never raises these errors."""
    require = certificate.require

    def mutate(patch: pytest.MonkeyPatch) -> None:
        def lenient(holds: bool, error: str, **args: int) -> None:
            if error not in errors:
                require(holds, error, **args)

        patch.setattr(certificate, "require", lenient)

    return mutate


def sweeping_without(*conditions: str) -> Mutation:
    """A verifier whose sweeps leave conditions of the lines out."""
    nothing = {"source_with_room": -1, "target_in_use": -1, "target_with_room": 10**30, "source_in_use": 10**30}

    def mutate(patch: pytest.MonkeyPatch) -> None:
        for condition in conditions:
            patch.setattr(supporting, condition, lambda *args, never=nothing[condition]: never)

    return mutate


def line_without(figure: str, *conditions: str) -> Mutation:
    """A verifier that takes a figure of the line, charge or loss, as 0 in conditions; in these cases the other one is 0."""
    changed = {"charge": {"wedge": 0}, "loss": {"wedge": 0, "keep": PPM}}[figure]

    def mutate(patch: pytest.MonkeyPatch) -> None:
        for condition in conditions:
            original = getattr(supporting, condition)
            patch.setattr(supporting, condition, lambda arc, *args, do=original: do(replace(arc, **changed), *args))

    return mutate


def neighbours_without(side: str, where: str) -> Mutation:
    """A verifier that leaves one side's orders out of the nearest prices."""

    def mutate(patch: pytest.MonkeyPatch) -> None:
        original = getattr(certificate, where)

        def partial(book: Any, *args: Any) -> Any:
            return original(book.with_quantity(book.quantity * (book.sells != (side == "sells"))), *args)

        patch.setattr(certificate, where, partial)

    return mutate


@dataclass(frozen=True)
class Case:
    removed: str
    """the check that alone refuses the wrong solution"""
    book: str
    line: tuple[int, int, int] | None
    """capacity, charge, loss"""
    wrong: Submission
    error: str
    """what refuses it"""
    gives: tuple[int | None, ...] | None
    """prices where the check is missing; None where only acceptance matters"""
    right: tuple[int | None, ...]
    """prices of the right solution"""
    mutation: Mutation
    k: int = 500_000


IN_USE, WITH_ROOM = ("target_in_use", "source_in_use"), ("source_with_room", "target_with_room")
NO_LINE: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())


def line(sent: int, received: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return (sent,), (received,)


CASES = [
    Case("capacity", "A s2@1, B b2@4", (1, 0, 0), submission(*line(2, 2), (1, 1 + TIE), (4 - TIE, 4)), "FlowAboveCapacity", None, (1, 4), without("FlowAboveCapacity")),
    Case("received at most the ceiling", "B b2@4", (1, 0, 0), submission(*line(0, 1), (4 - TIE, 4), (10, 4)), "ReceivedNotSentLessLoss", None, (None, None), without("ReceivedNotSentLessLoss")),
    Case("received at least the floor", "A s2@1", (1, 0, 0), submission(*line(1, 0), (1, 1 + TIE), (1, 10)), "ReceivedNotSentLessLoss", None, (None, None), without("ReceivedNotSentLessLoss")),
    Case("net at most the right end", "A s1@2, B b2@4", (2, 0, 0), submission(*line(2, 2), (3, 3 + TIE), (4 - TIE, 4)), "NetExportTooHigh", (3, 3), (4, 4), without("NetExportTooHigh")),
    Case("net at least the left end", "A s2@1, s5@3, B b1@4", (2, 0, 0), submission(*line(2, 2), (1, 1 + TIE), (2 - TIE, 2)), "NetExportTooLow", (2, 2), (1, 1), without("NetExportTooLow"), PPM),
    Case("low at least lo", "s1@2, b1@6", None, submission(*NO_LINE, (0,), (6,)), "LowBelowBook", (3,), (4,), without("LowBelowBook", "NotLowest")),
    Case("high at most hi", "s1@2, b1@6", None, submission(*NO_LINE, (2,), (10,)), "HighAboveBook", (6,), (4,), without("HighAboveBook", "NotHighest")),
    Case("low is lowest", "s1@2, b1@6", None, submission(*NO_LINE, (4,), (6,)), "NotLowest", (5,), (4,), without("NotLowest")),
    Case("high is highest", "s1@2, b1@6", None, submission(*NO_LINE, (2,), (4,)), "NotHighest", (3,), (4,), without("NotHighest")),
    Case("room", "A s2@2, B b2@6", (2, 0, 0), submission(*line(0, 0), (0, 6), (2, 10)), "LowNotSupporting", (None, None), (4, 4), sweeping_without(*WITH_ROOM)),
    Case("room, with a charge", "A s2@2, B b2@6", (2, 3, 0), submission(*line(0, 0), (0, 6), (2, 10)), "LowNotSupporting", (None, None), (2, 5), sweeping_without(*WITH_ROOM)),
    Case("used", "A s2@6, B b2@2", (1, 0, 0), submission(*line(1, 1), (6, 2), (6, 2)), "LowNotSupporting", (6, 2), (None, None), sweeping_without(*IN_USE)),
    Case("charge in used", "A s2@2, B b2@5", (1, 4, 0), submission(*line(1, 1), (2, 5), (2, 5)), "LowNotSupporting", (2, 5), (None, None), line_without("charge", *IN_USE)),
    Case("loss in used", "A s6@8, B b9@9", (5, 0, 200_000), submission(*line(5, 4), (8, 9), (8, 9)), "LowNotSupporting", (8, 9), (None, None), line_without("loss", *IN_USE)),
    Case("room, low sweep", "A s1@1, B b2@3", (2, 0, 0), submission(*line(1, 1), (1, 3), (3 - TIE, 3)), "LowNotSupporting", (2, 3), (3, 3), sweeping_without("source_with_room")),
    Case("room, high sweep", "A s2@3, B b1@9", (2, 0, 0), submission(*line(1, 1), (3, 3 + TIE), (3, 9)), "HighNotSupporting", (3, 6), (3, 3), sweeping_without("target_with_room")),
    Case("used, low sweep", "A s2@3, B b1@9", (1, 0, 0), submission(*line(1, 1), (3, 0), (3, 9)), "LowNotSupporting", (3, 4), (3, 6), sweeping_without("target_in_use")),
    Case("used, high sweep", "A s1@1, B b2@3", (1, 0, 0), submission(*line(1, 1), (1, 3), (10, 3)), "HighNotSupporting", (5, 3), (2, 3), sweeping_without("source_in_use")),
    Case("unserved bids below", "s1@2, b1@8, b1@4", None, submission(*NO_LINE, (2,), (8,)), "LowBelowBook", (5,), (6,), neighbours_without("bids", "nearest_below")),
    Case("served sells below", "s1@2, b1@6", None, submission(*NO_LINE, (0,), (6,)), "LowBelowBook", (3,), (4,), neighbours_without("sells", "nearest_below")),
    Case("unsold sells above", "s1@2, b1@8, s1@6", None, submission(*NO_LINE, (2,), (8,)), "HighAboveBook", (5,), (4,), neighbours_without("sells", "nearest_above")),
    Case("served bids above", "s1@2, b1@7", None, submission(*NO_LINE, (2,), (10,)), "HighAboveBook", (6,), (4,), neighbours_without("bids", "nearest_above")),
]  # fmt: skip
each_case = pytest.mark.parametrize("case", CASES, ids=[case.removed for case in CASES])


def rules_of(case: Case) -> Any:
    return tiny_rules(case.line, k=case.k) if case.line else tiny_rules(zones=1, k=case.k)


@each_case
def test_right_solution_is_accepted_with_its_prices(case: Case) -> None:
    book, rules = tiny_book(case.book), rules_of(case)
    assert certify(book, rules, solve(book, rules, 0), 0).prices == case.right


@each_case
def test_wrong_solution_is_refused(case: Case) -> None:
    with pytest.raises(Reverted) as refused:
        certify(tiny_book(case.book), rules_of(case), case.wrong, 0)
    assert refused.value.error == case.error


@each_case
def test_wrong_solution_passes_only_where_its_check_is_missing(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    case.mutation(monkeypatch)
    clearing = certify(tiny_book(case.book), rules_of(case), case.wrong, 0)
    assert case.gives is None or clearing.prices == case.gives


@pytest.mark.parametrize(
    ("book", "line", "flow", "prices"),
    [
        ("A s2@2, B b2@6", (1, 0, 0), (1, 1), (2, 6)),
        ("A s2@6, b1@9, B s1@1, b2@2", (1, 0, 0), (0, 0), (6, 2)),
        ("A s2@2, B b2@4", (2, 3, 0), (0, 0), (None, None)),
        ("A s2@8, B b2@9", (2, 0, 200_000), (0, 0), (None, None)),
    ],
    ids=["room at capacity is none", "nothing sent is not in use", "a charge bars trade", "a loss bars trade"],
)
def test_line_condition_holds_only_where_it_applies(
    book: str, line: tuple[int, int, int], flow: tuple[int, int], prices: tuple[int | None, int | None]
) -> None:
    orders, rules = tiny_book(book), tiny_rules(line)
    solution = solve(orders, rules, 0)
    assert (solution.sent, solution.received) == ((flow[0],), (flow[1],))
    assert certify(orders, rules, solution, 0).prices == prices


@pytest.mark.parametrize(("floor", "book", "price"), [(0, "s1@2, b1@5", 3), (-10, "s1@-5, b1@-2", -4)])
def test_half_a_tick_is_rounded_down(floor: int, book: str, price: int) -> None:
    orders, rules = tiny_book(book), tiny_rules(zones=1, floor=floor)
    assert certify(orders, rules, solve(orders, rules, 0), 0).prices == (price,)


def test_crossed_bounds_are_refused() -> None:
    with pytest.raises(Reverted) as refused:
        certify(tiny_book("s1@2, b1@6"), tiny_rules(zones=1), submission((), (), (6,), (2,)), 0)
    assert refused.value == Reverted("BoundsCrossed", {"zone": 0, "low": 6 * NANO, "high": 2 * NANO})


def test_price_above_the_cap_is_refused() -> None:
    with pytest.raises(Reverted) as refused:
        certify(tiny_book("s1@2, b1@6"), tiny_rules(zones=1), submission((), (), (11,), (11,)), 0)
    assert refused.value == Reverted("PriceOutsideLimits", {"zone": 0, "price": 11})


def test_tie_is_shared_pro_rata_and_remainders_go_by_order_id() -> None:
    book = tiny_book("s4@2, s3@2, s3@2, b5@6")
    clearing = certify(book, tiny_rules(zones=1), solve(book, tiny_rules(zones=1), 0), 0)
    assert clearing.fills.tolist() == [2, 2, 1, 5]  # shares 2, 1.5, 1.5: the whole one gets no more
    assert clearing.prices == (2,)


def test_equal_prices_trade_the_most_volume() -> None:
    book = tiny_book("s5@4, b3@4")
    clearing = certify(book, tiny_rules(zones=1), solve(book, tiny_rules(zones=1), 0), 0)
    assert (clearing.prices, clearing.fills.tolist()) == ((4,), [3, 3])


def test_loop_of_lossy_lines_alone_sets_the_price() -> None:
    book, rules = tiny_book("A s100@1000, B b92@100000"), tiny_rules((100, 0, 100_000), (100, 2000, 50_000), cap=300_000)
    solution = solve(book, rules, 0)
    clearing = certify(book, rules, solution, 0)
    assert (solution.sent, clearing.prices) == ((60, 40), (36_000, 40_000))
    assert clearing.charges == (0, 80_000)
    assert clearing.rents == (40_000 * 54 - 36_000 * 60, 40_000 * 38 - 36_000 * 40 - 80_000)


def test_of_two_whole_flows_around_the_optimum_of_a_lossy_line_one_passes_and_late_in_the_hour_both() -> None:
    """The optimum sends 9.47 kWh of which 9 arrive. Of 9 sent only 8 arrive to the kWh; 10 sent end on a step of A's book."""
    book, rules = tiny_book("A s10@10, B b9@400, b100@5"), tiny_rules((20, 0, 50_000), cap=500)
    solution = solve(book, rules, 0)
    assert (solution.sent, solution.received) == ((10,), (9,))
    clearing = certify(book, rules, solution, 0)
    assert clearing.prices == (195, 205)
    assert clearing.gap >= 6  # welfare is 5.3 below the optimum's 3505.3
    other = solve_loosely(book, rules, 0)
    assert (other.sent, other.received) == ((9,), (9,))
    with pytest.raises(Reverted, match="ReceivedNotSentLessLoss"):
        certify(book, rules, other, 0)
    assert certify(book, rules, other, 0, strict=False).prices == (10, 10)
    assert certify(book, rules, solution, 0, strict=False).prices == (195, 205)


def test_refusal_names_its_figures() -> None:
    with pytest.raises(Reverted) as refused:
        certify(tiny_book("A s2@2, B b1@4"), tiny_rules((2, 0, 0)), submission((2,), (2,), (2, 2), (2, 2)), 0)
    assert refused.value == Reverted("NetExportTooLow", {"zone": 1, "net": -2, "least": -1})
