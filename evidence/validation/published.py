"""Worked clearing examples that others have published: those that ASSUME holds its clearing against, a lecture's, and the spot rule's own.

https://github.com/assume-framework/assume (tests/test_clearing_paper_examples.py, tests/test_complex_market_mechanisms.py) takes them from
papers and from its authors. Of the papers' cases those are here whose orders may be cut anywhere, as all orders of this market may; block
orders and minimum acceptance ratios have no counterpart. What an example calls a MW of an hour is a MWh here.
"""

from __future__ import annotations

from collections.abc import Sequence

from evidence.validation.exchange import Exchange, Trader, once
from shengdian.sim.base.hour_result import HourResult, StageResult
from shengdian.sim.base.types import Bid, Line, Offer, Segment

FEN = 100
"""fen/MWh in one unit of an example's price"""
FINE = 10_000
"""the same where a price is wanted to a thousandth"""
MWH = 1000
Steps = Sequence[tuple[float, float]]
"""MWh and price"""

LECTURE_SUPPLY: Steps = (
    (120, 0), (50, 0), (200, 15), (400, 30), (60, 32.5), (50, 34), (60, 36), (100, 37.5), (70, 39), (50, 40), (70, 60), (45, 70), (50, 100),
    (60, 150), (50, 200),
)  # fmt: skip
LECTURE_DEMAND: Steps = (
    (250, 200), (300, 110), (120, 100), (80, 90), (40, 85), (70, 75), (60, 65), (45, 40), (30, 38), (35, 31), (25, 24), (10, 16),
)  # fmt: skip
"""Pinson's auction. By hand: bids of 38 and more are 995 MWh; offers below 37.5 are 940, and 55 of the 100 at it cover the rest"""
WHITE_PAPER: tuple[Steps, Steps] = ((1, 40), (11, 40), (13, 100)), ((10, 300), (14, 10))
"""Fig. 5 a: offers, bids"""
DAY_SUPPLY: Steps = ((15, 5), (20, 3))
DAY_DEMAND: Sequence[Steps] = (((4, 100), (3, 100)), ((6, 100), (6, 100)), ((10, 100), (12, 100)))
"""5.1.1: the same offers in three hours, and the bids of two buyers in each"""
ISLANDS = (("A", 1000, 100, 1000), ("B", 1000, 50, 200), ("C", 400, 75, 500))
"""zone, MWh offered, at which price, MWh wanted at 3,000"""


def _hour(chain: str, supply: Steps, demand: Steps, mechanism: str = "uniform") -> StageResult:
    steps = [(f"seller {at}", 0, True, round(price * FEN), round(size * MWH)) for at, (size, price) in enumerate(supply)]
    steps += [(f"buyer {at}", 0, False, round(price * FEN), round(size * MWH)) for at, (size, price) in enumerate(demand)]
    return once(chain, steps, k=500_000, mechanism=mechanism).stages[-1]


def _price(stage: StageResult, zone: str = "A") -> float:
    price = stage.prices[zone]
    assert price is not None
    return price / FEN


def _sold(stage: StageResult, price: float | None = None) -> float:
    """MWh, of offers at `price` only where one is given."""
    rows = (row for row in stage.orders if row.side == "sell" and (price is None or row.price == round(price * FEN)))
    return sum(row.filled for row in rows) / MWH


def _both(one: int, other: int, capacity: int) -> tuple[Line, Line]:
    return Line(one, other, capacity * MWH, 0, 0), Line(other, one, capacity * MWH, 0, 0)


def islands(chain: str, lines: Sequence[Line]) -> StageResult:
    """ASSUME's three zones."""
    steps = [(f"plant {zone}", at, True, price * FEN, size * MWH) for at, (zone, size, price, _) in enumerate(ISLANDS)]
    steps += [(f"load {zone}", at, False, 3000 * FEN, wanted * MWH) for at, (zone, *_, wanted) in enumerate(ISLANDS)]
    return once(chain, steps, lines, k=500_000).stages[-1]


def two_legs(chain: str) -> HourResult:
    """The inter-provincial rule's conversion: 100 MWh that are worth 500 at the end of two lines, offered for nothing at their beginning.

    So the seller gets half of the converted bid. A tick stands for 0.0001 here.
    """
    legs = ((0, 2, 30 * FINE, 20_000), (2, 1, round(51.1 * FINE), 70_000))
    lines = [Line(source, target, 10**6, tariff * (10**6 - loss) // 10**6, loss, tariff=tariff) for source, target, tariff, loss in legs]
    traders = [Trader("seller", 0, True), Trader("buyer", 1, False)]
    exchange = Exchange(chain, traders, lines, cap=1000 * FINE, two_stage="economic", hubs=("hub",), regional="corridor_matching")
    return exchange.hour([Offer("seller", (Segment(0, 300 * MWH),)), Bid("buyer", (Segment(500 * FINE, 100 * MWH),))])


def quick(chain: str) -> dict[str, float]:
    """What each target asks for, by its id."""
    lecture, paper = _hour(chain, LECTURE_SUPPLY, LECTURE_DEMAND), _hour(chain, *WHITE_PAPER)
    own = _hour(chain, LECTURE_SUPPLY, LECTURE_DEMAND, "pay-as-bid")
    got = {
        "lecture-price": _price(lecture),
        "lecture-volume": _sold(lecture),
        "lecture-marginal": _sold(lecture, 37.5),
        "lecture-own-prices": sum((row.paid_price or 0) * row.filled for row in own.orders if row.side == "sell") / FEN / MWH,
        "white-paper-price": _price(paper),
        "white-paper-volume": _sold(paper),
    }
    for at, demand in enumerate(DAY_DEMAND, 1):
        stage = _hour(chain, DAY_SUPPLY, demand)
        got |= {f"three-hours-{at}-price": _price(stage), f"three-hours-{at}-volume": _sold(stage)}
    apart, joined = islands(chain, _both(0, 1, 500)), islands(chain, (*_both(0, 1, 500), *_both(1, 2, 200)))
    got |= {f"islands-{zone}": _price(apart, zone) for zone in "ABC"} | {f"joined-{zone}": _price(joined, zone) for zone in "ABC"}
    got |= {"joined-sent": sum(flow.sent for flow in joined.flows) / MWH}
    stage = two_legs(chain).stages[-1]
    first, last = stage.flows
    (sale,) = (row for row in stage.orders if row.side == "sell")
    assert sale.paid_price is not None
    return got | {
        "two-legs-kept": last.received / first.sent,
        "two-legs-price": 2 * sale.paid_price / FINE,
        "two-legs-source": first.sent / MWH,
    }


measure = quick
