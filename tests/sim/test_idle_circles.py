"""Nothing goes round in a circle of lines for nothing: no prices support that, not even late in the hour, when rounding is loose."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pair import START, error
from random_books import Market, markets
from test_certificate_on_chain import words_of
from test_twins_agree import Auction, placed
from tiny_books import tiny_book

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import Line, Rules, Submission
from shengdian.sim.base.units import PPM
from shengdian.sim.solve import arcs, clearing
from shengdian.sim.solve.certificate import certify
from shengdian.sim.solve.clearing import solve_loosely
from shengdian.sim.solve.supporting_prices import NotSupporting

LOOSE_FROM = Timetable(0).loose(0)

few = settings(max_examples=60, deadline=None)


@st.composite
def circled(draw: st.DrawFn) -> tuple[Market, list[int], tuple[int, ...]]:
    """A book with a circle of wide lines added to its lines: places of those lines, and kWh that are to go round on each."""
    book, rules = draw(markets(most_zones=5, most_orders=12).filter(lambda market: market[1].zones > 1))
    # prices go round a circle by its tie-breaking cost, to the cap: with the highest cap of `markets` that takes minutes
    assume(rules.cap - rules.floor < 1_000)
    zones = draw(st.permutations(range(rules.zones)))[: draw(st.integers(2, rules.zones))]
    losses = draw(st.lists(st.sampled_from((0, 0, 1, 50_000, 123_456, 500_000)), min_size=len(zones), max_size=len(zones)))
    charge = draw(st.sampled_from((0, 0, 3)))
    ring = [
        Line(source, target, 2**31, max(charge, -(loss * rules.floor // PPM)), loss)
        for source, target, loss in zip(zones, [*zones[1:], zones[0]], losses, strict=True)
    ]
    energy = draw(st.lists(st.integers(1, 1_000_000), min_size=len(zones), max_size=len(zones)))
    if draw(st.booleans()):
        energy = [energy[0]] * len(zones)  # what goes round without a loss changes no zone's balance
    places = list(range(len(rules.lines), len(rules.lines) + len(ring)))
    return (book, replace(rules, lines=(*rules.lines, *ring))), places, tuple(energy)


def with_circle(rules: Rules, solution: Submission, places: list[int], energy: tuple[int, ...], up: bool) -> Submission:
    """The solution with that much more on the lines of the circle; what arrives of it is rounded up or down."""
    sent, received = list(solution.sent), list(solution.received)
    for place, more in zip(places, energy, strict=True):
        keep = PPM - rules.lines[place].loss
        sent[place] += more
        received[place] = -(-keep * sent[place] // PPM) if up else keep * sent[place] // PPM
    return replace(solution, sent=tuple(sent), received=tuple(received))


@few
@given(circled(), st.booleans())
def test_a_solution_with_an_idle_circle_is_refused_whatever_its_bounds(found: tuple[Market, list[int], tuple[int, ...]], up: bool) -> None:
    """Prices would rise along every line of the circle, by its tie-breaking cost at least, and be higher than themselves."""
    (book, rules), places, energy = found
    solution = solve_loosely(book, rules, 5)
    assert certify(book, rules, solution, 5, strict=False)
    wrong = with_circle(rules, solution, places, energy, up)
    with pytest.raises((NotSupporting, RuntimeError)):  # there are no bounds that support it
        clearing.Market(book, rules, 5).priced(wrong.sent, wrong.received)
    with pytest.raises(Reverted):
        certify(book, rules, wrong, 5, strict=False)


@pytest.mark.parametrize("losses", [(0, 0), (500_000, 0), (0, 250_000), (300_000, 500_000)])
@pytest.mark.parametrize("hour", range(3))
def test_of_every_whole_flow_between_two_zones_none_that_is_supported_goes_both_ways(losses: tuple[int, int], hour: int) -> None:
    """Also where a kWh arrives as a kWh, rounded up, so that nothing is lost on the way round."""
    book = tiny_book("A s2@200, b1@150, B s3@210, b2@400")
    lines = (Line(0, 1, 4, 0, losses[0]), Line(1, 0, 4, 0, losses[1]))
    market = clearing.Market(book, Rules(2, lines, 0, 500, 500_000), hour)
    supported = set()
    for sent in product(range(5), repeat=2):
        arrive = [{arc.keep * out // PPM, -(-arc.keep * out // PPM)} for arc, out in zip(market.arcs, sent, strict=True)]
        for received in product(*arrive):
            try:
                market.priced(sent, received)
            except (NotSupporting, RuntimeError):
                continue
            supported.add(sent)
    assert supported
    assert all(0 in sent for sent in supported)


@pytest.mark.parametrize("up", [False, True])
def test_the_contract_refuses_an_idle_circle_in_the_last_minutes_too(up: bool) -> None:
    """1 kWh each way, of which a half arrives, or the whole where it is rounded up; then lossless lines."""
    for loss in (500_000, 0):
        rules = Rules(2, (Line(0, 1, 9, 0, loss), Line(1, 0, 9, 0, loss)), 0, 1000, 500_000)
        book = tiny_book("A s9@100, b1@300, B s9@100, b2@400")
        auction = Auction(rules, book.zone.tolist())
        placed(auction, book)
        right = solve_loosely(book, rules, 0)
        wrong = with_circle(rules, right, [0, 1], (1, 1), up)
        clears = [auction.clear(words_of(each)) for each in (wrong, right)]
        found = [error(receipt) for receipt in auction.block(clears, START + LOOSE_FROM).receipts]
        assert found[0] in ("LowNotSupporting", "HighNotSupporting", "NotLowest")
        assert found[1] == ""


def test_without_tie_breaking_costs_an_idle_circle_would_be_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    """So the tests above can fail."""
    for module in (arcs, clearing):
        monkeypatch.setattr(module, "tie_costs", lambda zones, lines, hour: [0] * lines)
    rules = Rules(2, (Line(0, 1, 9, 0, 0), Line(1, 0, 9, 0, 0)), 0, 1000, 500_000)
    book = tiny_book("A s9@100, b1@300, B s9@100, b2@400")
    market = clearing.Market(book, rules, 0)
    for strict in (True, False):
        assert certify(book, rules, market.priced((5, 5)), 0, strict=strict).gap == 0
