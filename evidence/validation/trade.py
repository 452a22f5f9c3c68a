"""Two regions with rising marginal cost and a line between them: what theory and a textbook say of prices, flow, rent and saving.

A region's plants cost `first` + `slope` x q at output q. Their offers are a staircase on that line: steps of 10 MW, and of 10 kWh within
10 MW of the outcome that the coarse steps gave. Money is scaled by a hundred, so that a tick of the auction is 0.0001 of a case's unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evidence.validation.exchange import once
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.base.types import Line
from shengdian.sim.base.units import PPM

FEN = 10_000
"""fen/MWh of the auction in one unit of a case's price"""
MWH = 1000
COARSE, FINE = 10 * MWH, 10
"""kWh"""


@dataclass(frozen=True, slots=True)
class Region:
    first: float
    """price at q = 0"""
    slope: float
    """price per MW"""
    load: int
    """MW"""
    most: int
    """MW that its plants can give"""

    def price(self, output: float) -> float:
        """Marginal cost at `output` MW."""
        return self.first + self.slope * output

    def cost(self, output: float) -> float:
        """Of `output` MW for an hour."""
        return self.first * output + self.slope * output**2 / 2

    def steps(self, around: float | None) -> Iterator[tuple[int, int]]:
        """Price (fen/MWh) and size (kWh) of each step, fine ones within 10 MW of `around` (MW)."""
        at = 0
        while at < self.most * MWH:
            size = FINE if around is not None and abs(at + COARSE / 2 - around * MWH) <= 1.5 * COARSE else COARSE
            at += size
            yield round(self.price(at / MWH) * FEN), size


@dataclass(frozen=True, slots=True)
class Outcome:
    prices: tuple[float, float]
    outputs: tuple[float, float]
    """MW"""
    flow: float
    """MW sent from the first region to the second"""
    rent: float

    def saving(self, regions: tuple[Region, Region]) -> float:
        """Percent of what both cost alone."""
        alone = sum(region.cost(region.load) for region in regions)
        return 100 * (1 - sum(region.cost(output) for region, output in zip(regions, self.outputs, strict=True)) / alone)


def trade(chain: str, regions: tuple[Region, Region], capacity: int = 10_000, charge: float = 0, loss: float = 0) -> Outcome:
    """The market of both regions over a line of `capacity` MW with a charge per MWh sent and a loss (fraction)."""
    line = Line(0, 1, capacity * MWH, round(charge * FEN), round(loss * PPM))
    coarse = _outcome(_clear(chain, regions, line, (None, None)))
    return _outcome(_clear(chain, regions, line, coarse.outputs))


def _clear(chain: str, regions: tuple[Region, Region], line: Line, around: Sequence[float | None]) -> HourResult:
    steps = []
    for zone, region in enumerate(regions):
        steps += [("plants", zone, True, price, size) for price, size in region.steps(around[zone])]
        steps.append(("load", zone, False, 10**8, region.load * MWH))
    return once(chain, steps, (line,))


def _outcome(result: HourResult) -> Outcome:
    stage = result.stages[-1]
    first, second = (price / FEN for price in stage.prices.values() if price is not None)
    sold = [sum(row.filled for row in stage.orders if row.zone == zone and row.side == "sell") / MWH for zone in stage.prices]
    return Outcome((first, second), (sold[0], sold[1]), stage.flows[0].sent / MWH, stage.flows[0].rent / (FEN * MWH))


PROVINCES = (Region(100, 0.1, 1000, 1700), Region(100, 0.3, 1000, 1100))
SYLDAVIA = (Region(10, 0.01, 500, 1600), Region(13, 0.02, 1500, 1600))
"""Borduria, which exports, and Syldavia"""


def quick(chain: str) -> dict[str, float]:
    """The textbook's congested case."""
    congested = trade(chain, SYLDAVIA, capacity=400)
    return {
        "borduria-limit-first": congested.prices[0],
        "borduria-limit-second": congested.prices[1],
        "borduria-limit-rent": congested.rent,
    }


def measure(chain: str) -> dict[str, float]:
    """What each target asks for, by its id."""
    free, limit = trade(chain, PROVINCES), trade(chain, PROVINCES, capacity=300)
    charged, lossy = trade(chain, PROVINCES, charge=20), trade(chain, PROVINCES, loss=0.05)
    book = trade(chain, SYLDAVIA)
    return {
        **quick(chain),
        "borduria-free-price": book.prices[0],
        "borduria-free-flow": book.flow,
        "provinces-free-price": free.prices[0],
        "provinces-free-saving": free.saving(PROVINCES),
        "provinces-limit-first": limit.prices[0],
        "provinces-limit-second": limit.prices[1],
        "provinces-limit-rent": limit.rent,
        "provinces-limit-saving": limit.saving(PROVINCES),
        "provinces-charge-flow": charged.flow,
        "provinces-charge-first": charged.prices[0],
        "provinces-charge-second": charged.prices[1],
        "provinces-loss-flow": lossy.flow,
        "provinces-loss-first": lossy.prices[0],
        "provinces-loss-second": lossy.prices[1],
    }
