"""Two equal plants under pay-as-bid and under one price: equilibria of the type of Fabra, von der Fehr and Harbord (2006).

Each has k MWh at no cost; the load takes L MWh at any price up to the cap P, with k < L < 2 k, so that the cheaper plant sells k and the
dearer one L - k. Under pay-as-bid no pure equilibrium exists. In the mixed one each bid b of the support must earn the same as the cap,
where a plant is surely the dearer one: b (k (1 - F(b)) + (L - k) F(b)) = P (L - k), hence

    F(b) = (k b - (L - k) P) / ((2 k - L) b),    from the lowest bid P (L - k) / k up to P,

and both together earn 2 P (L - k), which over the load is a mean price of 2 P (L - k) / L. Under one price for all, the equilibria are
pure: one plant bids P and sets the price; the other bids so little that undercutting it pays less than L - k at P: at most P (L - k) / k.

The auctions are PayAsBidAuction and UniformAuction. A plant's rival plays the middle of each twentieth of F in turn; own bids at the ends
of twentieths then meet exactly their chance of being the dearer one, so that their mean profits should be equal to the kWh and the tick.
The mean price paid is that of all pairs of the two plants' twentieths. The lowest bid is found by bisection: the bid at which a plant
that is always the cheaper one earns what the cap earns, and, under one price, the rival's bid from which on undercutting it pays.
"""

from __future__ import annotations

from collections.abc import Callable

from evidence.validation.exchange import Exchange, Trader
from shengdian.sim.base.types import Bid, Offer, Segment

ROOM = 100_000
"""kWh, k"""
CAP = 100_000
"""fen/MWh, P"""
LOADS = (120, 150, 180)
"""% of k"""
PARTS = 20
"""of the distribution"""
TURNS = 14
"""of a bisection between 0 and P: to P / 16,384"""


class Duopoly:
    """The two plants and their load under one mechanism; `load` in % of a plant's capacity."""

    def __init__(self, chain: str, load: int, mechanism: str) -> None:
        self.load = ROOM * load // 100
        traders = [Trader("own", 0, True), Trader("rival", 0, True), Trader("load", 0, False)]
        self.exchange = Exchange(chain, traders, cap=CAP, mechanism=mechanism)

    def quantile(self, share: float) -> int:
        """The bid (fen/MWh) below which `share` of the mixed strategy lies."""
        least = self.load - ROOM
        return round(least * CAP / (ROOM - share * (2 * ROOM - self.load)))

    def hour(self, own: int, rival: int) -> tuple[int, int]:
        """What the two plants are paid, fen/MWh x kWh, where they bid so (fen/MWh)."""
        bids = {"own": own, "rival": rival}
        orders = [Offer(name, (Segment(bid, ROOM),)) for name, bid in bids.items()]
        rows = self.exchange.hour([*orders, Bid("load", (Segment(CAP, self.load),))]).stages[-1].orders
        paid = {row.trader: row.filled * (row.paid_price or 0) for row in rows}
        return paid["own"], paid["rival"]

    def earns(self, own: int) -> float:
        """Mean profit of a bid against the mixed strategy, as a share of what the cap earns, P (L - k)."""
        rivals = [self.quantile((part + 0.5) / PARTS) for part in range(PARTS)]
        return sum(self.hour(own, rival)[0] for rival in rivals) / PARTS / (CAP * (self.load - ROOM))

    def mean_paid(self) -> float:
        """Mean price where both play the mixed strategy, as a share of P."""
        bids = [self.quantile((part + 0.5) / PARTS) for part in range(PARTS)]
        money = sum(sum(self.hour(own, rival)) for own in bids for rival in bids)
        return money / PARTS**2 / (CAP * self.load)


def _least(holds: Callable[[int], bool]) -> float:
    """The lowest bid from which on `holds`, as a share of P; it should hold at P and not at 0."""
    low, high = 0, CAP
    for _ in range(TURNS):
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high / CAP


def one(chain: str, load: int) -> dict[str, float]:
    """All rows of one load (% of k), by the ids of the targets."""
    bids, uniform = Duopoly(chain, load, "pay-as-bid"), Duopoly(chain, load, "uniform")
    inside = [bids.earns(bids.quantile(part / PARTS)) for part in range(PARTS + 1)]
    lowest = bids.quantile(0)
    guaranteed = CAP * (bids.load - ROOM)
    best = max(range(CAP // 10, CAP + 1, CAP // 10), key=lambda bid: uniform.hour(bid, 0)[0])
    name = f"pay-as-bid-{load}"
    return {
        f"{name}-paid": bids.mean_paid(),
        f"{name}-lowest": _least(lambda bid: bids.hour(bid, bid + 1 if bid < CAP else bid)[0] >= guaranteed),
        f"{name}-flat": 100 * (max(inside) - min(inside)),
        f"{name}-below": bids.earns(lowest * 9 // 10),
        f"{name}-uniform-price": uniform.hour(best, 0)[1] / (ROOM * CAP),
        f"{name}-uniform-rival": _least(lambda rival: uniform.hour(rival - 1, rival)[0] > guaranteed),
    }


def quick(chain: str) -> dict[str, float]:
    """The load half above a plant's capacity."""
    return one(chain, 150)


def measure(chain: str) -> dict[str, float]:
    """What each target asks for, by its id."""
    got: dict[str, float] = {}
    for load in LOADS:
        got |= one(chain, load)
    return got
