"""Rows of the validation where the market is another than the row means: each of them then fails."""

from __future__ import annotations

from functools import partial

import pytest

from evidence.validation import (
    books,
    counter_trade,
    cournot,
    dispatch,
    double_auction,
    duopoly,
    hidden_prices,
    line_threshold,
    pay_as_bid,
    solar_duopoly,
    zero_intelligence,
)
from evidence.validation.learning_market import LearningMarket
from evidence.validation.rows import targets
from shengdian.sim.adapters import revm

CHAIN = "revm" if revm.installed() else "mirror"
pytestmark = pytest.mark.long  # about half a minute together


def held(got: dict[str, float]) -> set[str]:
    """Ids of the rows that hold nevertheless."""
    known = targets()
    return {name for name, value in got.items() if known[name].holds(value)}


def test_a_book_that_is_cleared_at_the_lowest_supporting_price(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "once", lambda *given, k, **more: pay_lowest(*given, **more))
    assert "book-uniform-price" not in held(books.quick(CHAIN))


pay_lowest = partial(books.once, k=0)


def test_pay_as_bid_and_one_price_changed_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    class Swapped(pay_as_bid.Duopoly):
        def __init__(self, chain: str, load: int, mechanism: str) -> None:
            super().__init__(chain, load, "uniform" if mechanism == "pay-as-bid" else "pay-as-bid")

    monkeypatch.setattr(pay_as_bid, "Duopoly", Swapped)
    # what a plant earns that is just the cheaper one is nearly the same under both
    assert held(pay_as_bid.quick(CHAIN)) == {"pay-as-bid-150-lowest", "pay-as-bid-150-uniform-rival"}


def test_a_load_that_is_larger_than_the_row_says(monkeypatch: pytest.MonkeyPatch) -> None:
    class Larger(pay_as_bid.Duopoly):
        def __init__(self, chain: str, load: int, mechanism: str) -> None:
            super().__init__(chain, load + 5, mechanism)  # type: ignore[arg-type]

    monkeypatch.setattr(pay_as_bid, "Duopoly", Larger)
    assert held(pay_as_bid.quick(CHAIN)).isdisjoint({"pay-as-bid-150-paid", "pay-as-bid-150-lowest", "pay-as-bid-150-uniform-rival"})


def test_two_monopolies_that_sell_what_each_would_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_threshold, "COURNOT", line_threshold.STEPS // 2)
    assert held(line_threshold.quick(CHAIN)) == {"line-flow"}


def test_two_nodes_that_no_line_joins() -> None:
    apart = {"line-leaving": line_threshold.replies(CHAIN, 0)[1]}
    assert held(apart) == set()


def test_a_market_without_the_sun(monkeypatch: pytest.MonkeyPatch) -> None:
    dark = solar_duopoly.competitive(CHAIN, 0)
    assert held({"solar-2.4-competitive": dark}) == set()


def test_gas_plants_that_reply_as_price_takers_do(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = round((29 - 4 * 2.4) / 9 * solar_duopoly.UNIT)
    monkeypatch.setattr(solar_duopoly.Cournot, "rest", lambda game: taken)
    assert held(solar_duopoly.one(CHAIN, 2.4)) == {"solar-2.4-competitive"}


def test_counter_trading_over_a_line_without_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counter_trade, "LINE", 10**6)
    assert held(counter_trade.quick(CHAIN)) <= {"counter-truthful-dispatch", "counter-dispatch", "counter-more-B"}


def test_no_counter_trading(monkeypatch: pytest.MonkeyPatch) -> None:
    market = counter_trade.Market(CHAIN)
    nodal = market.by_nodes()
    market.counter = market_without_limit()
    undone = market.by_zone({name: cost for name, (_, cost) in counter_trade.COSTS.items()})
    assert held({"counter-truthful-dispatch": counter_trade.difference(nodal, undone) / counter_trade.MWH}) == set()


def market_without_limit() -> counter_trade.Exchange:
    """The counter-trading auction over a line that takes everything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counter_trade, "LINE", 10**6)
        return counter_trade.Market(CHAIN).counter


def test_truthful_zonal_bids_are_no_equilibrium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counter_trade, "WATCHED", ("B 5",))
    truthful = {name: cost for name, (_, cost) in counter_trade.COSTS.items()}
    assert held({"counter-gain": counter_trade.gain(counter_trade.Market(CHAIN), truthful)}) == set()


def test_plants_without_contracts_where_the_row_has_some() -> None:
    markup, _ = cournot.spot(CHAIN, [0, 0, 0])
    assert held({f"contracts-{share}": markup for share in (70, 80, 90)}) == set()


@pytest.mark.parametrize(
    ("other", "rows"),
    [
        ({"region.loss_factor": 0.9}, {"cost", "sent", "prices"}),
        ({"costs.heat_rate_spread": 0.03}, {"cost", "sent", "prices"}),
        ({"region.charge_factor": 0.9}, {"cost", "prices"}),
        ({"region.residual_share": 0.7}, {"cost", "sent", "prices"}),
    ],
)
def test_a_day_that_the_tables_do_not_tell_of(other: dict[str, float], rows: set[str]) -> None:
    assert held(dispatch.compare(CHAIN, 1, 24, other)).isdisjoint(f"dispatch-1-{row}" for row in rows)


def test_traders_with_the_constraint_that_the_row_does_without() -> None:
    assert held({"zero-intelligence-free": zero_intelligence.efficiency(CHAIN, True, 2)}) == set()


def test_calls_that_nobody_can_come_back_to() -> None:
    assert held({"zero-intelligence": zero_intelligence.efficiency(CHAIN, True, 20, calls=1)}) == set()


def test_a_duopoly_under_the_other_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duopoly, "LOADS", {"low": duopoly.LOADS["high"], "high": duopoly.LOADS["low"]})
    assert held(duopoly.quick(CHAIN)) == set()


def test_one_price_where_the_row_has_pay_as_bid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hidden_prices, "LearningMarket", lambda *given: LearningMarket(*given[:5], "uniform", *given[6:]))
    assert held(hidden_prices.quick(CHAIN)) == set()


def test_pairs_that_trade_at_the_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    exchange = double_auction.Exchange
    monkeypatch.setattr(double_auction, "Exchange", lambda *given, k, **more: exchange(*given, k=0, **more))
    assert held(double_auction.quick(CHAIN)) == set()


@pytest.mark.parametrize("capacities", double_auction.CAPACITIES)
def test_traders_who_never_learn(capacities: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(double_auction, "updated", lambda propensities, *rest: propensities)
    got = double_auction.rows(CHAIN, *capacities, 10, 20)
    name = f"double-auction-{capacities[0]}-{capacities[1]}"
    assert held(got).isdisjoint({f"{name}-efficiency", f"{name}-sellers"})
