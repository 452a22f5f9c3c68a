"""Of several optimal solutions the certificate accepts one: the hour's number decides, not who finds it."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from random_books import Market, markets
from tiny_books import tiny_book, tiny_rules

from evidence.uniqueness.adversary import Adversary, every_outcome, money_of
from evidence.uniqueness.books import random_market
from evidence.uniqueness.campaign import Counted, exhaustive, hostile
from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.types import Line, Rules
from shengdian.sim.solve import arcs, certificate, clearing
from shengdian.sim.solve.arcs import SLACK, arcs_of, tie_costs
from shengdian.sim.solve.certificate import certify
from shengdian.sim.solve.clearing import solve, solve_loosely
from tests.sim.where_strict import where_strict

few = settings(max_examples=60, deadline=None)
PART = 1_000
"""books of one test of the long ones"""


def without_ties(patch: pytest.MonkeyPatch) -> None:
    """The rule without tie-breaking costs: the lightest there is, the same on all lines."""
    for module in (arcs, clearing):
        patch.setattr(module, "tie_costs", lambda zones, lines, hour: [0] * lines)


def choices(book: str, *lines: Line, cap: int = 600_000, zones: int = 2, hour: int = 0) -> list[tuple[int, ...]]:
    """Flows sent that lead to an accepted outcome, of all whole flows."""
    rules = Rules(zones, lines, 0, cap, 500_000)
    return sorted(sent for flows in every_outcome(tiny_book(book), rules, hour).values() for sent in flows)


def test_a_local_offer_goes_before_an_equal_one_from_elsewhere() -> None:
    """p17: A and B both offer at 250, B needs 5; the line is free. Any split was optimal."""
    assert choices("A s5@250, B s5@250, b5@400", Line(0, 1, 5, 0, 0)) == [(0,)]


@pytest.mark.parametrize("hour", range(6))
def test_of_two_equal_exporters_the_hour_chooses_one(hour: int) -> None:
    book, lines = "A s5@200, B s5@200, C b5@400", (Line(0, 2, 5, 0, 0), Line(1, 2, 5, 0, 0))
    first, second = tie_costs(3, 2, hour)
    assert choices(book, *lines, zones=3, hour=hour) == [(5, 0) if first < second else (0, 5)]


def test_hours_differ_in_whom_they_choose() -> None:
    book, lines = "A s5@200, B s5@200, C b5@400", (Line(0, 2, 5, 0, 0), Line(1, 2, 5, 0, 0))
    assert len({choices(book, *lines, zones=3, hour=hour)[0] for hour in range(20)}) == 2


def test_of_two_parallel_lines_the_hour_chooses_one() -> None:
    assert len(choices("A s5@200, B b3@400", Line(0, 1, 5, 0, 0), Line(0, 1, 5, 0, 0))) == 1


def test_nothing_goes_round_in_an_idle_circle() -> None:
    assert choices("A s2@200, B b2@400", Line(0, 1, 4, 0, 0), Line(1, 0, 4, 0, 0)) == [(2, 0)]


def test_line_whose_limit_is_a_hair_above_a_whole_kwh_is_filled() -> None:
    """14 kWh arrive at most, of 15.000005 sent; of 15 only 13 arrive."""
    book, lines = "A s16@0, b1@0, C b15@10", (Line(0, 1, 16, 0, 66_667), Line(1, 2, 16, 0, 0))
    assert solve(tiny_book(book), Rules(3, lines, 0, 10, 500_000), 0).sent == (16, 14)
    assert choices(book, *lines, cap=10, zones=3) == [(16, 14)]


@pytest.mark.parametrize(("sent", "received"), [(101, 97), (100, 97), (101, 98), (100, 96)])
def test_out_of_an_exhausted_zone_a_kwh_may_be_wasted_and_nothing_else_chosen(sent: int, received: int) -> None:
    """A has 101 kWh at 10 and sells them all; 97 arrive of them, as of 100. What B's price is then, 500, is no choice."""
    book, rules = tiny_book("A s101@10, B b98@1000, s50@500"), tiny_rules((200, 0, 30_000), cap=1000)
    solution = solve(book, rules, 0)
    assert (solution.sent, solution.received) == ((101,), (97,))
    outcome = Adversary(book, rules, 0).outcome((sent,))
    assert (outcome is not None) == (sent == 101)
    if (sent, received) != (101, 97):
        with pytest.raises(Reverted):
            certify(book, rules, replace(solution, sent=(sent,), received=(received,)), 0)


def test_a_kwh_that_the_sending_zone_could_use_is_not_wasted() -> None:
    assert choices("A s3@10, B b1@1000", Line(0, 1, 5, 0, 500_000)) == [(2,)]


def test_energy_wasted_names_its_line() -> None:
    """A has a kWh more than it sells, at the price at which it sells."""
    book, rules = tiny_book("A s9@10, B b1@1000"), tiny_rules((5, 0, 500_000), cap=1000)
    wasteful = clearing.Market(book, rules, 0).priced((3,))
    with pytest.raises(Reverted) as refused:
        certify(book, rules, wasteful, 0)
    assert refused.value == Reverted("EnergyWasted", {"line": 0})
    assert certify(book, rules, wasteful, 0, strict=False).prices[0] == 10


def test_a_line_is_full_when_no_more_can_arrive() -> None:
    """3 arrive of 4 as of 5; B's price is its own, not A's, although a fifth kWh could be sent."""
    book, rules = tiny_book("A s9@10, B b9@400"), tiny_rules((5, 0, 250_000), cap=500)
    assert [arc.full for arc in arcs_of(rules, 0)] == [4]
    assert sorted(every_outcome(book, rules, 0).values()) == [[(4,)]]


@few
@given(markets(losses=False))
def test_prices_and_gap_are_those_without_tie_breaking_costs_where_nothing_is_lost(market: Market) -> None:
    """A zone of which nothing is taken has no price: which of two equal offers is taken may differ, what is paid for it does not."""
    book, rules = market
    clearing_ = certify(book, rules, solve(book, rules, 7), 7)
    assert clearing_.gap == 0
    with pytest.MonkeyPatch.context() as patch:
        without_ties(patch)
        small = solve_with_least_flow(market)
    # k other than 0, 1/2 and 1 may round a fraction of 0.975 up
    if rules.k in (0, 500_000, 1_000_000):
        assert all(price == other for price, other in zip(clearing_.prices, small, strict=True) if None not in (price, other))


def solve_with_least_flow(market: Market) -> tuple[int | None, ...]:
    """Prices of a solution of the rule without tie-breaking costs; idle circles would give a hub a price, so flows cost a little."""
    book, rules = market
    found = clearing.Market(book, rules, 7)
    flows = found.flows([float(arc.capacity) for arc in found.arcs], ties=[1e-7] * len(rules.lines))
    return certify(book, rules, found.strict(flows), 7).prices


@few
@given(markets())
def test_a_gap_is_never_below_zero_where_no_price_is(market: Market) -> None:
    book, rules = market
    with where_strict():
        clearing_ = certify(book, rules, solve(book, rules, 3), 3)
    if all(price is None or price >= 0 for price in clearing_.prices):
        assert clearing_.gap >= 0


@few
@given(markets())
def test_a_strict_solution_is_taken_in_the_last_minutes_too_and_there_always_is_a_loose_one(market: Market) -> None:
    book, rules = market
    certify(book, rules, solve_loosely(book, rules, 5), 5, strict=False)
    with where_strict():
        solution = solve(book, rules, 5)
    assert money_of(book, certify(book, rules, solution, 5)) == money_of(book, certify(book, rules, solution, 5, strict=False))


@pytest.mark.parametrize(("zones", "lines"), [(1, 0), (2, 1), (6, 22), (31, 120), (255, 256)])
def test_costs_along_any_path_stay_below_what_prices_are_rounded_up_by(zones: int, lines: int) -> None:
    costs = tie_costs(zones, lines, 12)
    assert len(costs) == lines
    assert all(cost > 0 for cost in costs)
    assert sum(sorted(costs, reverse=True)[: zones - 1]) < SLACK


def attacked(counted: Counted) -> None:
    assert counted.books
    assert counted.rounded_up == []


def test_no_hostile_solution_of_a_lossless_book_changes_anybodys_money() -> None:
    counted = hostile(0, 200, losses=False)
    attacked(counted)
    assert (counted.choice, counted.none) == ([], [])


def test_hardly_any_hostile_solution_of_a_lossy_book_changes_anybodys_money() -> None:
    counted = hostile(0, 200, losses=True)
    attacked(counted)
    assert (counted.choice, counted.none) == ([], [])


def test_every_whole_flow_of_tiny_lossy_books_leads_to_one_outcome() -> None:
    counted = exhaustive(0, 300)
    assert (counted.choice, counted.none) == ([], [])


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_ten_thousand_lossless_books_leave_no_choice(part: int) -> None:
    counted = hostile(PART * part, PART, losses=False)
    attacked(counted)
    assert (counted.choice, counted.none) == ([], [])


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_of_ten_thousand_lossy_books_few_leave_a_choice_or_no_solution(part: int) -> None:
    counted = hostile(PART * part, PART, losses=True)
    attacked(counted)
    assert len(counted.choice) <= 2
    assert len(counted.none) <= 10


@pytest.mark.long
@pytest.mark.parametrize("part", range(4))
def test_of_four_thousand_tiny_lossy_books_none_is_without_outcome_and_hardly_any_has_two(part: int) -> None:
    counted = exhaustive(PART * part, PART)
    assert counted.none == []
    assert len(counted.choice) <= 2


def test_without_a_part_of_the_rule_of_waste_no_flow_would_be_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line at what can arrive is full, although more could be sent; and a wasted kWh is not used by sending it over the same line."""
    rules, book = Rules(2, (Line(0, 1, 5, 0, 250_000),), 0, 500, 500_000), tiny_book("A s9@10, B b9@400")
    exhausted, wide = tiny_book("A s101@10, B b98@1000, s50@500"), tiny_rules((200, 0, 30_000), cap=1000)
    assert (len(every_outcome(book, rules, 0)), len(every_outcome(exhausted, wide, 0))) == (1, 1)
    with monkeypatch.context() as patch:
        patch.setattr(certificate, "could_use", lambda lines, sent, low, least, own: arcs.could_use(lines, sent, low, least, -1))
        assert every_outcome(exhausted, wide, 0) == {}
    original = arcs.arcs_of
    for module in (certificate, clearing):
        monkeypatch.setattr(module, "arcs_of", lambda *args: tuple(replace(arc, full=arc.capacity) for arc in original(*args)))
    assert every_outcome(book, rules, 0) == {}


def choices_left(counted: Counted) -> int:
    return len(counted.choice)


def test_the_adversary_finds_the_choice_that_the_rule_without_its_parts_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        without_ties(patch)
        assert choices_left(hostile(0, 40, losses=False)) > 5
    with monkeypatch.context() as patch:
        for module in (certificate, clearing):
            patch.setattr(module, "check_waste", lambda *args: None)
        patch.setattr("evidence.uniqueness.adversary.check_waste", lambda *args: None)
        assert choices_left(exhaustive(0, 300)) > 5


def test_a_book_in_which_the_dual_simplex_loses_its_way_is_solved() -> None:
    book, rules, hour = random_market(Random(7821), True)
    solution = solve(book, rules, hour)
    assert solution.sent == (0, 0)
    assert certify(book, rules, solution, hour).gap == 0


def test_books_are_the_same_every_time() -> None:
    first, again = random_market(Random(3), True), random_market(Random(3), True)
    assert first[1:] == again[1:]
    assert first[0].quantity.tolist() == again[0].quantity.tolist()
