"""The nodal auction and its twin agree bit for bit: random networks, every law broken, limits of the constructor, money and clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nodal import KIND, Nodal
from pair import START, error
from random_networks import Meshed, networks
from test_flow_certificate import BROKEN, P4_BOOK, PJM_BOOK, p4, pjm, triangle

from shengdian.sim.adapters import revm
from shengdian.sim.base.roles import GRID, RENT
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import Dual, Network, NodalSolution, Rules
from shengdian.sim.chain.abi import interface
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.flow_certificate import FINE, certify_nodal
from shengdian.sim.solve.nodal_clearing import solve_nodal
from shengdian.sim.twins.nodal_auction import solution_of_words, words_of_network, words_of_solution

GATE, OPEN_TO_ALL = 1800, 2700
some = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize(("broken", "change"), BROKEN, ids=[f"{at}-{name}" for at, (name, _) in enumerate(BROKEN)])
def test_contract_refuses_what_the_twin_refuses(broken: str, change: Callable[[NodalSolution], NodalSolution]) -> None:
    rules = pjm()
    auction, right = Nodal(PJM_BOOK, rules), solve_nodal(PJM_BOOK, rules)
    receipts = auction.block([auction.clear(change(right)), auction.clear(right)], START + GATE).receipts
    assert [error(receipt) for receipt in receipts] == ([broken, ""] if broken else ["", "AlreadyCleared"])
    assert sum(auction.balances()) == 0


@pytest.mark.parametrize("x", [10, 14, 15, 16, 20])
def test_contract_takes_the_nearest_of_supporting_prices_alone(x: int) -> None:
    auction, right = Nodal(P4_BOOK, p4()), solve_nodal(P4_BOOK, p4())
    worth, level = 3 * x * FINE, (30 + x) * FINE
    other = replace(right, levels=(level, level), duals=(Dual(0, worth, worth),))
    assert error(auction.block([auction.clear(right if x == 15 else other)], START + GATE).receipts[0]) == ("" if x == 15 else "NotNearest")


def moved(draw: st.DrawFn, right: NodalSolution) -> NodalSolution:
    """A solution with one to three of its figures changed a little or a lot."""
    positions, levels, duals = words_of_solution(right)
    words = [*positions, levels, *duals]
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(words) - 1))
        lane = draw(st.sampled_from((0, 96, 120, 128, 192, 240)))
        change = draw(st.sampled_from((-1, 1, FINE, -FINE)) | st.integers(-(2**95), 2**95))
        words[place] = (words[place] + (change << lane)) % 2**256
    zones = len(positions)
    return solution_of_words(words[:zones], words[zones], words[zones + 1 :])


@some
@given(case=networks(most_zones=10, most_orders=20), data=st.data())
def test_random_networks_and_spoiled_solutions(case: Meshed, data: st.DataObject) -> None:
    book, rules, _ = case
    auction, right = Nodal(book, rules), solve_nodal(book, rules)
    spoiled = [data.draw(st.composite(moved)(right)) for _ in range(12)]
    block = auction.block([auction.clear(each) for each in (*spoiled, right)], START + GATE)
    assert sum(receipt.success for receipt in block.receipts) == 1
    balances = auction.balances()
    assert sum(balances) == 0
    assert balances[RENT] >= 0
    if block.receipts[-1].success:
        assert balances[GRID] + balances[RENT] == certify_nodal(book, rules, right).rent


def test_prices_below_the_floor_and_above_the_cap_are_paid() -> None:
    rules = triangle(20_000, cap=120)
    book = Book.of([(0, True, 30, 50_000), (0, False, 0, 1_000), (1, True, 20, 500_000), (2, True, 100, 90_000), (2, False, 120, 90_000)])
    auction = Nodal(book, rules)
    block = auction.block([auction.clear(solve_nodal(book, rules))], START + GATE)
    cleared, network = (interface(KIND).event(log)[1] for log in block.receipts[0].logs[:2])
    assert list(cleared["prices"]) == [-60, 20, 100]
    assert network["net"][0] == -1_000
    assert auction.balances()[3] == 60_000
    dear = Rules(3, (), 0, 60, 500_000, rules.network)
    book = Book.of([(0, True, 0, 500_000), (1, True, 30, 500_000), (1, False, 60, 90_000), (2, False, 60, 90_000)])
    auction = Nodal(book, dear)
    assert error(auction.block([auction.clear(solve_nodal(book, dear))], START + GATE).receipts[0]) == ""


def test_anybody_clears_when_the_operator_does_not_and_only_once() -> None:
    rules = pjm()
    auction, right = Nodal(PJM_BOOK, rules), solve_nodal(PJM_BOOK, rules)
    by_operator, by_stranger = auction.clear(right), auction.clear(right, sender="stranger")
    early = auction.block([by_operator], START + GATE - 1).receipts
    soon = auction.block([by_stranger], START + OPEN_TO_ALL - 1).receipts
    late = auction.block([by_stranger, by_operator], START + OPEN_TO_ALL).receipts
    assert [error(receipt) for receipt in (*early, *soon, *late)] == ["GateOpen", "NotOperator", "", "AlreadyCleared"]


def test_solution_of_other_lengths_and_an_incomplete_book_are_refused() -> None:
    rules = pjm()
    auction, right = Nodal(PJM_BOOK, rules), solve_nodal(PJM_BOOK, rules)
    short = replace(right, net=right.net[:-1], directions=(right.directions[0][:-1], right.directions[1][:-1]))
    clears = [auction.clear(short), auction.clear(right, auction.addresses[:-1]), auction.clear(right, auction.addresses[::-1])]
    receipts = auction.block(clears, START + GATE).receipts
    assert [error(receipt) for receipt in receipts] == ["WrongLength", "WrongLength", "WrongNumber"]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (pjm(), ""),
        (replace(pjm(), zones=0), "BadRules"),
        (replace(pjm(), floor=-(2**29) - 1), "PricesTooWide"),
        (replace(pjm(), cap=2**29 + 1), "PricesTooWide"),
        (replace(pjm(), floor=-(2**29), cap=2**29), ""),
        (Rules(3, (), 0, 100, 0, Network(((1, 2, 0),), (100,), (None,))), ""),
        (Rules(3, (), 0, 100, 0, Network(((1, 2, 0),), (99,), (None,))), "LimitTooSmall"),
        (Rules(3, (), 0, 100, 0, Network(((1, 2, 0),), (500,), (499,), 5)), "LimitTooSmall"),
        (Rules(3, (), 0, 100, 0, Network((), (), ())), ""),
    ],
)
def test_constructor_takes_what_the_certificate_can_prove(rules: Rules, expected: str) -> None:
    auction = Nodal(PJM_BOOK, pjm())
    assert error(auction.block([auction.creation(rules)], START + 100).receipts[0]) == expected


def test_constructor_refuses_factors_of_another_number_of_zones() -> None:
    auction, network = Nodal(PJM_BOOK, pjm()), pjm().network
    assert network is not None
    born, grid = (6, 0, 10, 0, Timetable(START).word), words_of_network(network, 5)
    create = auction.create(KIND, auction.contracts["Registry"], auction.contracts["Ledger"], born, grid)
    assert error(auction.block([create], START + 100).receipts[0]) == "WrongLength"


@pytest.mark.parametrize("rows", [0, 1, 8, 9, 152, 170])
def test_network_is_read_as_it_was_written_also_out_of_several_contracts(rows: int) -> None:
    """31 zones and 170 rows are 852 words: two contracts."""
    factors = tuple(tuple((row * 31 + zone) * 1_000_003 % 2**32 for zone in range(31)) for row in range(rows))
    down = tuple(None if row % 3 == 0 else 100 + row for row in range(rows))
    network = Network(factors, tuple(100 + row for row in range(rows)), down)
    auction = Nodal(Book.of([]), Rules(31, (), 0, 100, 0, network), revm)
    limits, words, tolerance = words_of_network(network, 31)
    assert auction.read(KIND, "grid") == (tuple(limits), tuple(words), tolerance)
