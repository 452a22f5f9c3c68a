"""Nodal prices against one zonal price with counter-trading: same dispatch, more paid to plants where exports are constrained.

Holmberg and Lazarczyk (2015). Node A has 60 plants of 10 MW that cost 20.5, 21, ..., 50, and a load of 100 MW; node B has 80 of 10 MW
that cost 41, 42, ..., 120, and a load of 590 MW; the line from A to B carries 295 MW.

- Nodal: A makes 395 MW, of which the fortieth plant is the last, so its price is 40; B makes 295, so its price is that of the thirtieth,
  70.
- Zonal: both nodes are one zone, as if there were no line; then counter-trading: who sold may buy back and who did not may sell, at a
  price a node, until the line's limit is kept. The operator stands for what was sold. Counter-trading undoes every step of the zonal
  schedule that the nodal dispatch does without, so the dispatch is the nodal one whatever was sold before.
- Truthful: the zone's 690 MW are met where A's sixtieth and B's tenth plant, both at 50, are the last and share what is left: 595 and 95
  MW at 50. A's plants buy back at 40 what they sold at 50.
- In equilibrium plants foresee the nodal prices. In A each sells in the zone, cheap enough to be taken: it delivers at home or buys back
  at 40. In B none sells in the zone below 70, which it could have later. So A sells all of its 600 MW, B the other 90 and the zonal price
  is 70. A's plants get 600 x 70 - (600 - 395) x 40 = 33,800, against 395 x 40 = 15,800 by nodal prices: 18,000 more, (70 - 40) x 600. B's
  get the same.

Nodal is a coupled auction over the line, zonal one without it, counter-trading a coupled auction again; all three are UniformAuction. No
plant alone can do better: of A's first, fortieth and last and B's first, thirtieth and last, each tries zonal bids from 10 to 130 in
steps of 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evidence.validation.exchange import Exchange, Trader
from shengdian.sim.base.hour_result import StageResult
from shengdian.sim.base.types import Bid, Line, Offer, Order, Segment

FEN, MWH = 1000, 1000
SIZE = 10 * MWH
"""kWh of a plant"""
LINE = 295 * MWH
LOADS = (100 * MWH, 590 * MWH)
COSTS: Mapping[str, tuple[int, int]] = {
    **{f"A {at}": (0, 20 * FEN + at * FEN // 2) for at in range(1, 61)},
    **{f"B {at}": (1, 40 * FEN + at * FEN) for at in range(1, 81)},
}
"""node and cost (fen/MWh) by plant"""
HIGH = 1000 * FEN
WATCHED = ("A 1", "A 40", "A 60", "B 1", "B 30", "B 80")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What plants make and are paid, by plant."""

    output: Mapping[str, int]
    """kWh"""
    paid: Mapping[str, int]
    """fen/MWh x kWh"""
    prices: tuple[float, ...]
    """of the zone or the nodes, in the case's unit"""

    def profit(self, plant: str) -> int:
        """Paid less cost, fen/MWh x kWh."""
        return self.paid[plant] - COSTS[plant][1] * self.output[plant]

    def of(self, node: str, figure: Mapping[str, int]) -> int:
        """The sum over the node's plants."""
        return sum(value for plant, value in figure.items() if plant.startswith(node))


def _prices(stage: StageResult) -> tuple[float, ...]:
    return tuple((price or 0) / FEN for price in stage.prices.values())


class Market:
    """The three auctions, hour after hour."""

    def __init__(self, chain: str) -> None:
        line = (Line(0, 1, LINE, 0, 0), Line(1, 0, LINE, 0, 0))
        plants = [Trader(name, node, True) for name, (node, _) in COSTS.items()]
        loads = [Trader(f"load {node}", node, False) for node in range(2)]
        back = [Trader(f"{name} back", node, False) for name, (node, _) in COSTS.items()]
        operator = [Trader(f"operator {node}", node, True) for node in range(2)]
        self.nodal = Exchange(chain, [*plants, *loads], line, cap=HIGH)
        self.zonal = Exchange(chain, [Trader(trader.id, 0, trader.sells) for trader in (*plants, *loads)], cap=HIGH)
        self.counter = Exchange(chain, [*plants, *loads, *back, *operator], line, cap=HIGH)
        self.loads: list[Order] = [Bid(f"load {node}", (Segment(HIGH, load),)) for node, load in enumerate(LOADS)]

    def by_nodes(self) -> Outcome:
        """Truthful offers over the line."""
        stage = self.nodal.hour([*self.loads, *(Offer(name, (Segment(cost, SIZE),)) for name, (_, cost) in COSTS.items())]).stages[-1]
        rows = {row.trader: row for row in stage.orders if row.side == "sell"}
        output = {name: rows[name].filled for name in COSTS}
        return Outcome(output, {name: rows[name].filled * (rows[name].paid_price or 0) for name in COSTS}, _prices(stage))

    def by_zone(self, bids: Mapping[str, int]) -> Outcome:
        """Zonal offers at `bids` (fen/MWh), then counter-trading at cost; `prices` are the zone's and the nodes'."""
        first = self.zonal.hour([*self.loads, *(Offer(name, (Segment(bid, SIZE),)) for name, bid in bids.items())]).stages[-1]
        sold = {row.trader: row.filled for row in first.orders if row.side == "sell"}
        price = first.prices["A"] or 0
        scheduled = [sum(sold[name] for name, (at, _) in COSTS.items() if at == node) for node in range(2)]
        orders = list(self.loads)
        orders += [Offer(f"operator {node}", (Segment(0, energy),)) for node, energy in enumerate(scheduled) if energy]
        orders += [Offer(name, (Segment(cost, SIZE - sold[name]),)) for name, (_, cost) in COSTS.items() if sold[name] < SIZE]
        orders += [Bid(f"{name} back", (Segment(cost, sold[name]),)) for name, (_, cost) in COSTS.items() if sold[name]]
        second = self.counter.hour(orders).stages[-1]
        rows = {row.trader: row.filled * (1 if row.side == "sell" else -1) for row in second.orders}
        later = {name: rows.get(name, 0) + rows.get(f"{name} back", 0) for name in COSTS}
        nodes = [value or 0 for value in second.prices.values()]
        paid = {name: price * sold[name] + nodes[node] * later[name] for name, (node, _) in COSTS.items()}
        return Outcome({name: sold[name] + later[name] for name in COSTS}, paid, (price / FEN, *_prices(second)))


def foreseen(nodal: Outcome) -> dict[str, int]:
    """Zonal bids of plants that know the nodal prices: in A below the importer's price, in B not below it."""
    low, high = (round(price * FEN) for price in nodal.prices)
    return {name: min(cost, low) if node == 0 else max(cost, high) for name, (node, cost) in COSTS.items()}


def difference(nodal: Outcome, zonal: Outcome) -> float:
    """kWh that plants make otherwise, together."""
    return sum(abs(zonal.output[name] - nodal.output[name]) for name in COSTS)


def gain(market: Market, bids: Mapping[str, int]) -> float:
    """The most that one of the WATCHED plants earns above `bids` by another zonal bid of its own, in the case's money an hour."""
    base, most = market.by_zone(bids), 0
    for name in WATCHED:
        for other in range(10 * FEN, 131 * FEN, 5 * FEN):
            most = max(most, market.by_zone({**bids, name: other}).profit(name) - base.profit(name))
    return most / FEN / MWH


def quick(chain: str) -> dict[str, float]:
    """Everything but the search for a better bid."""
    market = Market(chain)
    nodal = market.by_nodes()
    truthful, played = (market.by_zone(bids) for bids in ({name: cost for name, (_, cost) in COSTS.items()}, foreseen(nodal)))
    more = {node: played.of(node, played.paid) - nodal.of(node, nodal.paid) for node in "AB"}
    return {
        "counter-nodal-A": nodal.prices[0],
        "counter-nodal-B": nodal.prices[1],
        "counter-truthful-dispatch": difference(nodal, truthful) / MWH,
        "counter-truthful-more": (truthful.of("A", truthful.paid) - nodal.of("A", nodal.paid)) / FEN / MWH,
        "counter-zonal": played.prices[0],
        "counter-dispatch": difference(nodal, played) / MWH,
        "counter-more-A": more["A"] / FEN / MWH,
        "counter-more-B": more["B"] / FEN / MWH,
    }


def measure(chain: str) -> dict[str, float]:
    """What each target asks for, by its id."""
    market = Market(chain)
    bids = foreseen(market.by_nodes())
    return {**quick(chain), "counter-gain": gain(market, bids)}
