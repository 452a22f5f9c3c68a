"""Worked examples of one hour's book, small enough to check by hand."""

from __future__ import annotations

from evidence.validation.exchange import once
from shengdian.sim.base.hour_result import HourResult

POOL_SUPPLY = ((200, 12), (50, 15), (50, 20), (150, 16), (50, 17), (100, 13), (50, 18))
POOL_DEMAND = ((50, 13), (100, 23), (50, 11), (150, 22), (50, 10), (200, 25))
"""MWh and $/MWh. By hand: bids of 22 and more are 450 MWh; offers below 16 are 350 MWh, and the next, at 16, covers the rest"""
OWN_SUPPLY = ((100, 300), (100, 320), (100, 360))
OWN_DEMAND = ((120, 400), (80, 350), (100, 310))


def _clear(chain: str, supply: tuple[tuple[int, int], ...], demand: tuple[tuple[int, int], ...], mechanism: str = "uniform") -> HourResult:
    steps = [(f"seller {at}", 0, True, price * 100, size * 1000) for at, (size, price) in enumerate(supply)]
    steps += [(f"buyer {at}", 0, False, price * 100, size * 1000) for at, (size, price) in enumerate(demand)]
    return once(chain, steps, k=500_000, cap=100_000, mechanism=mechanism)


def _price_and_volume(result: HourResult) -> tuple[float, float]:
    stage = result.stages[-1]
    price = stage.prices["A"]
    assert price is not None
    return price / 100, sum(row.filled for row in stage.orders if row.side == "sell") / 1000


def measure(chain: str) -> dict[str, float]:
    """What each target asks for, by its id."""
    pool, own = (_price_and_volume(_clear(chain, *book)) for book in ((POOL_SUPPLY, POOL_DEMAND), (OWN_SUPPLY, OWN_DEMAND)))
    trades = _clear(chain, OWN_SUPPLY, OWN_DEMAND, "matched-pairs").stages[-1].trades
    return {
        "pool-price": pool[0],
        "pool-volume": pool[1],
        "book-uniform-price": own[0],
        "book-uniform-volume": own[1],
        "book-pairs-price": sum(trade.price * trade.quantity for trade in trades) / sum(trade.quantity for trade in trades) / 100,
    }


quick = measure
