"""The nodal auction and its twin at the bounds of the flow certificate: one unit inside is taken, one outside is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from nodal import KIND, Nodal
from pair import START, error
from test_flow_certificate import named

from shengdian.sim.base.types import Dual, Network, NodalSolution, Rules
from shengdian.sim.base.units import PPM, U32
from shengdian.sim.chain.abi import interface
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.flow_certificate import FAR, FINE, MOST_SPANS
from shengdian.sim.solve.nodal_clearing import solve_nodal
from shengdian.sim.solve.ptdf import FACTOR

GATE = 1800
CAP = 200
LOOSE = 10**6
"""kWh of a limit that is never met"""


def rules_of(*factors: tuple[int, ...], zones: int = 2, limits: tuple[int, ...] = (), k: int = 500_000, tolerance: int = 1) -> Rules:
    """Rows with the same limit both ways."""
    network = Network(factors, limits, limits, tolerance)
    return Rules(zones, (), 0, CAP, k, network)


def refusals(book: Book, rules: Rules, *solutions: NodalSolution) -> list[str]:
    """What the contract says to each, one after another."""
    auction = Nodal(book, rules)
    receipts = auction.block([auction.clear(each) for each in solutions], START + GATE).receipts
    assert sum(auction.balances()) == 0
    return [error(receipt) for receipt in receipts]


def untried(net: tuple[int, ...], *duals: Dual) -> NodalSolution:
    """Net exports with nothing to support them: flows are looked at first."""
    zeros = (0,) * len(net)
    return NodalSolution(net, (0, 0), duals, (zeros, zeros))


# --- rows -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("full", [(0,), (1,), (6,), (7,), (8,), (9,), (15,), (16,), (7, 8), (3, 16)])
def test_a_full_row_of_any_word_is_found_and_has_its_price(full: tuple[int, ...]) -> None:
    """A sells at 10 and 20, B at 50, and C wants all: of 17 rows one lets A export 1,000 kWh, another half of A and B 700."""
    rows = [(3 + row, 0, 1) for row in range(17)]
    limits = [LOOSE] * 17
    for place, row in enumerate(full):
        rows[row], limits[row] = ((FACTOR, 0, 0), (FACTOR // 2, FACTOR, 0))[place], (1_000, 700)[place]
    book = Book.of([(0, True, 10, 600), (0, True, 20, 9_000), (1, True, 50, 9_000), (2, False, 150, 5_000)])
    rules = rules_of(*rows, zones=3, limits=tuple(limits))
    right = solve_nodal(book, rules)
    assert tuple(dual.row for dual in right.duals) == full
    more = replace(right, net=(right.net[0] + 2, right.net[1], right.net[2] - 2))
    unlisted = replace(right, duals=right.duals[:-1])
    spare = replace(right, duals=(*right.duals, Dual(17, 0, 0)))
    assert refusals(book, rules, more, unlisted, spare, right) == ["FlowAboveLimit", "RowNotListed", "RowNotFull", ""]


@pytest.mark.parametrize("row", [0, 1, 2, 7, 8])
@pytest.mark.parametrize("sign", [1, -1])
def test_flow_of_a_row_is_exact_to_the_last_digit_of_its_factors(row: int, sign: int) -> None:
    rows = [(0, 0, 0)] * 9
    rows[row] = (FACTOR, 1, 3)
    rules = rules_of(*rows, zones=3, limits=(1_000,) * 9)
    book = Book.of([])
    nets = [(1_001 + 3, 0, -1_004), (1_002, 1, -1_003), (1_001, 7, -1_008), (1_001, 3_024, -4_025), (1_001, 3_025, -4_026)]
    solutions = [untried((sign * a, sign * b, sign * c)) for a, b, c in nets]
    above = "FlowAboveLimit" if sign > 0 else "FlowBelowLimit"
    flows = [FACTOR * a + b + 3 * c for a, b, c in nets]
    expected = [above if flow > 1_001 * FACTOR else "RowNotListed" for flow in flows]
    assert set(expected) == {above, "RowNotListed"}
    assert refusals(book, rules, *solutions) == expected


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("tolerance", [1, 7])
def test_a_row_is_full_from_the_tolerance_below_its_limit_to_the_tolerance_above(sign: int, tolerance: int) -> None:
    """The second node's factor is 1e-9: a kWh of it moves the flow by the least there is."""
    rules = rules_of((FACTOR, 1, 0), zones=3, limits=(1_000,), tolerance=tolerance)
    high, low = 1_000 + tolerance, 1_000 - tolerance
    nets = [(high, 1, -high - 1), (high, 0, -high), (low, 0, -low), (low, -1, 1 - low)]
    solutions = [untried((sign * a, sign * b, sign * c)) for a, b, c in nets]
    above = "FlowAboveLimit" if sign > 0 else "FlowBelowLimit"
    assert refusals(Book.of([]), rules, *solutions)[:3] == [above, "RowNotListed", "RowNotListed"]
    assert refusals(Book.of([]), rules, *solutions)[3] not in (above, "RowNotListed")


@pytest.mark.parametrize("sign", [1, -1])
def test_a_row_is_worth_ten_thousand_spans_at_most(sign: int) -> None:
    rules, most = rules_of((FACTOR, 0), limits=(1_000,)), MOST_SPANS * CAP * FINE
    worths = [(most, 0), (0, most), (most // 2 + 1, most), (most + 1, 0), (0, most + 1)]
    solutions = [untried((sign * 1_000, -sign * 1_000), Dual(0, sign * low, sign * high)) for low, high in worths]
    found = refusals(Book.of([]), rules, *solutions)
    assert "DualTooLarge" not in found[:3]
    assert found[3:] == ["DualTooLarge"] * 2
    wrong = [untried((sign * 1_000, -sign * 1_000), Dual(0, low, high)) for low, high in ((-sign, 0), (0, -sign))]
    assert refusals(Book.of([]), rules, *wrong) == ["DualOfWrongSide"] * 2


def test_exports_are_thirty_two_bits_together() -> None:
    rules = rules_of(zones=3)
    found = refusals(Book.of([]), rules, *map(untried, [(U32, 1, -U32 - 1), (U32, 0, -U32), (U32 - 1, 1, -U32)]))
    assert found[0] == "ExportsTooHigh"
    assert "ExportsTooHigh" not in found[1:]


# --- prices -----------------------------------------------------------------------------------------------------------------------

ONE = Book.of([(0, True, 20, 4_000_000_000), (0, False, 120, 4_000_000_000)])
"""one node: any price from 20 to 120 supports"""


@pytest.mark.parametrize("end", [0, 1])
def test_no_price_is_farther_than_2_to_the_30_ticks(end: int) -> None:
    rules = rules_of(zones=1, k=PPM * end)
    levels = [FAR, FAR + 1, -FAR, -FAR - 1]
    solutions = [replace(untried((0,)), levels=(level * FINE, level * FINE)) for level in levels]
    found = refusals(Book.of([]), rules, *solutions)
    assert [each == "PriceTooFar" for each in found] == [False, True, False, True]


@pytest.mark.parametrize(("k", "less", "price"), [(9_999, 0, 21), (9_998, 0, 20), (9_999, 1, 20), (19_999, 0, 22)])
def test_price_may_lack_a_ten_thousandth_to_its_tick(k: int, less: int, price: int) -> None:
    """Between 20 and 120 lies 20.9999 at k = 0.009999; `less` is of the low end, 1e-18 tick."""
    rules = rules_of(zones=1, k=k)
    right = solve_nodal(ONE, rules)
    auction = Nodal(ONE, rules)
    receipt = auction.block([auction.clear(replace(right, levels=(20 * FINE - less, 120 * FINE)))], START + GATE).receipts[0]
    assert error(receipt) == ""
    assert tuple(interface(KIND).event(receipt.logs[0])[1]["prices"]) == (price,)


def farthest(taken: Callable[[int], bool]) -> int:
    """The last of 0, 1, 2 ... that is taken, where all before it are."""
    low, high = 0, 1
    while taken(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if taken(middle) else (low, middle)
    return low


@pytest.mark.parametrize("k", [0, PPM])
@pytest.mark.parametrize("end", [0, 1])
@pytest.mark.parametrize("sign", [1, -1])
def test_an_end_is_taken_as_far_from_the_book_as_the_square_of_a_hundredth_tick_allows(k: int, end: int, sign: int) -> None:
    """Whatever that is worth at the node's book stands in the gap."""
    rules = rules_of(zones=1, k=k)
    right = solve_nodal(ONE, rules)

    def moved(by: int) -> NodalSolution:
        levels = list(right.levels)
        levels[end] += sign * by
        return replace(right, levels=(levels[0], levels[1]))

    most = farthest(lambda by: not named(ONE, rules, moved(by)))
    found = refusals(ONE, rules, moved(most + 1), moved(most))
    assert found[0] in ("NotNearest", "PriceOutsideBook", "NetExportTooLow", "NetExportTooHigh")
    assert found[1] == ""


@pytest.mark.parametrize("book", ["far", "near"])
@pytest.mark.parametrize("end", [0, 1])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_direction_is_taken_up_to_the_same_bound_and_not_a_unit_further(book: str, end: int, sign: int) -> None:
    """Where no order bounds a node's price it may go 2^30 ticks, and a direction misses by that much less."""
    orders = [(0, True, 10, 500), (1, False, 60, 500)]
    bounded = [(0, False, 5, 100), (0, True, 90, 100), (1, False, 5, 100), (1, True, 90, 100)]
    rows, rules = Book.of(orders + (bounded if book == "near" else [])), rules_of((FACTOR, 0), limits=(LOOSE,))
    right = solve_nodal(rows, rules)

    def turned(by: int) -> NodalSolution:
        directions = [list(each) for each in right.directions]
        directions[end][0] += sign * by
        directions[end][1] -= sign * by
        return replace(right, directions=(tuple(directions[0]), tuple(directions[1])))

    most = farthest(lambda by: not named(rows, rules, turned(by)))
    assert refusals(rows, rules, turned(most + 1), turned(most)) == ["NotNearest", ""]
