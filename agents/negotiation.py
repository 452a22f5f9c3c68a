"""How two parties come to a price: they offer in turn and concede as the deadline nears, or part without an agreement.

Time-dependent concession of Faratin, Sierra and Jennings, "Negotiation decision functions for autonomous agents" (Robotics and Autonomous
Systems 24, 1998): of n rounds, offer r lies the share (r / (n - 1)) ^ (1 / concession) of the way from the first offer to the reservation
price. A patient party has a concession below 1 and gives way late. Who is offered at least what it would itself ask for next accepts; in
the last round the reservation price decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from shengdian.sim.base.types import Side

OPENING = 10_000
"""fen/MWh between reservation price and first offer, an assumption: 100 CNY/MWh"""
MOST_CONCESSION = 4.0
"""concessions are drawn from a quarter to this"""


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a negotiation: what it wants, and how fast it gives way (Faratin, Sierra and Jennings, 1998)."""

    side: Side
    reservation: int
    """fen/MWh; a seller agrees to no less, a buyer to no more"""
    first: int
    """fen/MWh of its first offer; not worse for itself than the reservation price"""
    concession: float
    """above 0; below 1 patient, above 1 hasty"""
    quantity: int
    """kWh it wants to trade at most"""

    def asks(self, turn: int, rounds: int) -> int:
        """Its price in round `turn` of `rounds`, counted from 0, fen/MWh."""
        share = (turn / (rounds - 1)) ** (1 / self.concession) if turn else 0.0
        price = self.first + (self.reservation - self.first) * share
        return ceil(price) if self.side == "sell" else floor(price)

    def takes(self, price: int, least: int) -> bool:
        """Whether `price` is at least as good as `least`, both fen/MWh."""
        return price >= least if self.side == "sell" else price <= least


@dataclass(frozen=True, slots=True)
class Quote:
    """One round: a side's price."""

    by: Side
    price: int
    """fen/MWh"""


@dataclass(frozen=True, slots=True)
class Negotiation:
    """How a negotiation went: the quotes in turn, and the energy agreed on."""

    quotes: tuple[Quote, ...]
    """by round"""
    quantity: int
    """kWh agreed on; 0 without an agreement"""

    @property
    def price(self) -> int | None:
        """fen/MWh; None without an agreement."""
        return self.quotes[-1].price if self.quantity else None


def concession(rng: np.random.Generator) -> float:
    """A concession between a quarter and four, patience as likely as haste (log-uniform); `rng` is a named stream (sim/base/streams.py)."""
    return float(MOST_CONCESSION ** rng.uniform(-1, 1))


def seller(marginal_cost: float, margin: float, quantity: int, rng: np.random.Generator, opening: int = OPENING) -> Party:
    """A plant that wants its `marginal_cost` (fen/MWh) and the share `margin` on top; `quantity` in kWh, `opening` in fen/MWh."""
    reservation = ceil(marginal_cost * (1 + margin))
    return Party("sell", reservation, reservation + opening, concession(rng), quantity)


def buyer(alternative: float, saving: float, quantity: int, rng: np.random.Generator, opening: int = OPENING) -> Party:
    """A user that pays its `alternative` (fen/MWh, such as the benchmark tariff less the line's charge) less the share `saving` at most."""
    reservation = floor(alternative * (1 - saving))
    return Party("buy", reservation, reservation - opening, concession(rng), quantity)


def negotiate(selling: Party, buying: Party, rounds: int, first: Side = "sell") -> Negotiation:
    """At most `rounds` offers in turn, beginning with the side `first`; about the smaller of both quantities.

    With two rounds or more there is an agreement if and only if the seller's reservation price is not above the buyer's and both quantities
    are above 0; with one round, if the first offer is within the other's reservation price. The price lies between both.
    Raises ValueError for less than one round.
    """
    if rounds < 1:
        raise ValueError(f"{rounds} rounds; at least 1 is needed")
    quantity = min(selling.quantity, buying.quantity)
    quotes: list[Quote] = []
    asking, answering = (selling, buying) if first == "sell" else (buying, selling)
    for turn in range(rounds if quantity > 0 else 0):
        price = asking.asks(turn, rounds)
        quotes.append(Quote(asking.side, price))
        least = answering.asks(turn + 1, rounds) if turn + 1 < rounds else answering.reservation
        if answering.takes(price, least):
            return Negotiation(tuple(quotes), quantity)
        asking, answering = answering, asking
    return Negotiation(tuple(quotes), 0)
