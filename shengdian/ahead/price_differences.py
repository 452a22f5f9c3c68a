"""The price-difference form of Guangdong 2016: orders state how far from the benchmark tariff, not how much.

The auction clears the differences as it clears prices; a price is the benchmark plus its difference. In 2016 pairs were made, and a share
of the gap between a bid and an offer, the rebate, was returned to the plant (75 %, later 50 % and 25 %, recalled); the user kept the rest
of the cut. 2017 went over to one price and no rebate. Returned here pair by pair: the rebate is the `k` of matched pairs.
"""

from __future__ import annotations

from dataclasses import replace

from shengdian.sim.base.hour_result import StageResult
from shengdian.sim.base.types import Order, Segment


def from_benchmark(order: Order, benchmark: int) -> Order:
    """An order at prices as one in differences; `benchmark` in fen/MWh."""
    return replace(order, segments=tuple(Segment(segment.price - benchmark, segment.quantity) for segment in order.segments))


def at_prices(stage: StageResult, benchmark: int) -> StageResult:
    """A stage cleared in differences, with prices paid in their place; `benchmark` in fen/MWh. What orders asked for stays a difference."""
    return replace(
        stage,
        prices={zone: None if price is None else benchmark + price for zone, price in stage.prices.items()},
        orders=[replace(row, paid_price=None if row.paid_price is None else benchmark + row.paid_price) for row in stage.orders],
        trades=tuple(replace(trade, price=benchmark + trade.price) for trade in stage.trades),
    )
