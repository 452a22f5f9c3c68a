"""The same day under every mechanism: equal energy, and the payments that theory says."""

from __future__ import annotations

from functools import cache

import pytest

from shengdian import agents
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.hour_result import HourResult, OrderResult
from shengdian.sim.model import Model

HOURS = 3
DAY = override(load_config("base"), {"run.chain": "mirror", "run.hours": HOURS, "run.design": "provincial"})


@cache
def day(mechanism: str, design: str = "provincial") -> tuple[HourResult, ...]:
    model = Model(build_scenario(override(DAY, {"run.design": design, "market.mechanism": mechanism}), design, 1), agents.build)
    return tuple(model.step_hour() for _ in range(HOURS))


def filled(result: HourResult) -> list[tuple[str, int, int, int]]:
    return [(row.order_id, row.price, row.quantity, row.filled) for row in result.stages[0].orders]


def paid(result: HourResult, side: str) -> int:
    """1e-5 CNY that bids paid or offers got in the auction."""
    traders = {row.trader for row in result.stages[0].orders if row.side == side}
    money = sum(entry.money for entry in result.ledger if entry.trader in traders and entry.cause in ("auction", "regional"))
    return money if side == "sell" else -money


def own_prices(rows: list[OrderResult]) -> int:
    return sum(row.price * row.filled for row in rows)


@pytest.mark.parametrize("mechanism", ["pay-as-bid", "matched-pairs"])
def test_truthful_orders_trade_the_same_energy_under_every_mechanism(mechanism: str) -> None:
    for uniform, other in zip(day("uniform"), day(mechanism), strict=True):
        assert filled(uniform) == filled(other)


def test_pay_as_bid_pays_everyone_the_own_price_and_the_rest_to_the_rent() -> None:
    for result in day("pay-as-bid"):
        rows = list(result.stages[0].orders)
        bids, offers = (own_prices([row for row in rows if row.side == side]) for side in ("buy", "sell"))
        assert (paid(result, "buy"), paid(result, "sell")) == (bids, offers)
        assert sum(entry.money for entry in result.ledger if entry.trader == "rent") == bids - offers > 0


def test_matched_pairs_pay_sellers_what_buyers_pay_between_the_two_limits() -> None:
    for result in day("matched-pairs"):
        rows = list(result.stages[0].orders)
        bids, offers = (own_prices([row for row in rows if row.side == side]) for side in ("buy", "sell"))
        assert offers < paid(result, "sell") == paid(result, "buy") < bids
        assert bids + offers - 2 * paid(result, "buy") <= 2 * sum(row.filled for row in rows), (
            "half of every pair's difference, to the tick"
        )
        assert set(result.stages[0].prices.values()) == {None}


def test_pairs_stay_inside_their_province() -> None:
    zone = {row.trader: row.zone for result in day("matched-pairs") for row in result.stages[0].orders}
    trades = [trade for result in day("matched-pairs") for trade in result.stages[0].trades]
    assert trades
    assert all(zone[trade.seller] == zone[trade.buyer] for trade in trades)


@pytest.mark.parametrize(("mechanism", "design"), [("matched-pairs", "provincial"), ("pay-as-bid", "coupled")])
def test_money_and_energy_sum_to_zero(mechanism: str, design: str) -> None:
    for result in day(mechanism, design):
        assert sum(entry.money for entry in result.ledger) == 0
        assert sum(entry.energy for entry in result.ledger) == 0


@pytest.mark.parametrize(
    ("mechanism", "design"), [("matched-pairs", "coupled"), ("matched-pairs", "two_stage"), ("pay-as-bid", "two_stage")]
)
def test_mechanism_that_a_design_cannot_use_is_refused(mechanism: str, design: str) -> None:
    sentence = f"market.mechanism is '{mechanism}', which design '{design}' cannot use; it works with 'provincial'"
    with pytest.raises(InputError, match=sentence):
        override(DAY, {"run.compare": ["provincial", design], "market.mechanism": mechanism})


def test_unknown_mechanism_names_the_allowed_ones() -> None:
    allowed = "uniform, pay-as-bid, matched-pairs, one-price, least-cost, own-first"
    with pytest.raises(InputError, match=rf"market\.mechanism is 'pay_as_bid'; allowed: {allowed}; did you mean"):
        override(DAY, {"market.mechanism": "pay_as_bid"})


@pytest.mark.parametrize(
    ("design", "mechanism", "found"),
    [
        ("provincial", "matched-pairs", {"provincial": "matched-pairs"}),
        ("coupled", "pay-as-bid", {"regional": "pay-as-bid"}),
        ("corridor_matching", "uniform", {"provincial": "uniform", "regional": "corridor-matching"}),
    ],
)
def test_orders_name_the_mechanism_of_their_stage(design: str, mechanism: str, found: dict[str, str]) -> None:
    keys = {"run.chain": "mirror", "market.mechanism": mechanism, "run.compare": [], "run.design": design, "run.hours": 1}
    model = Model(build_scenario(override(load_config("six-provinces-day"), keys), design, 1), agents.build)
    assert {stage.stage: stage.mechanism for stage in model.step_hour().stages} == found
