"""Three buyers and three sellers who learn in a clearinghouse with midpoint pricing: Nicolaisen, Petrov and Tesfatsion (2001).

A MWh is worth 37, 17 and 12 $ to the buyers and costs the sellers 35, 16 and 11 $. In every round each asks for all it has, a seller at
its cost and a markup of 0, 1, ..., 39 $, a buyer at its value less such a markup (no less than 0); the highest bid trades with the lowest
offer, then the next, and each pair pays the middle of the two (here MatchedPairsAuction with k = 0.5). All learn by the modified rule of
Roth and Erev in `agents/strategies/roth_erev.py`, whose `updated` is called for buyers and sellers alike: forgetting R = 0.10,
experimentation E = 0.20, K = 40 markups, and S1 = 9, so that a propensity is at first S1 X / K, X being the mean profit of a trader in
the competitive equilibrium (the markups' grid and X are our reading; the paper is quoted from memory). A run is 1,000 rounds; a hundred
runs stand side by side as a hundred zones of one auction, which no line joins.

Efficiency is the surplus of a run's trades over that of the competitive equilibrium; a side's market power is its profit over that in the
equilibrium at the middle of the equilibrium prices, less one. With 20 MWh a seller and 10 a buyer the equilibrium price is 14 (12 to 16),
with 10 and 10 it is 16.5, with 10 and 20 it is 26 (17 to 35). Were everybody truthful, midpoint pricing alone would give sellers 160 $
where the equilibrium gives 60, then 135 where it gives 60, then 235 where it gives 250: so sellers gain and buyers lose in the first two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence.validation.exchange import Exchange, Trader
from shengdian.agents.learning import drawn
from shengdian.agents.strategies.roth_erev import updated
from shengdian.sim.base.streams import stream
from shengdian.sim.base.types import Bid, Offer, Segment

VALUES, COSTS = (37, 17, 12), (35, 16, 11)
"""$ a MWh"""
FORGETTING, EXPERIMENTATION, MARKUPS, SCALE = 0.10, 0.20, 40, 9.0
ROUNDS, RUNS = 1000, 100
FEN, MWH = 100, 1000
CAPACITIES = ((20, 10), (10, 10), (10, 20))
"""MWh of a seller and of a buyer"""
EQUILIBRIUM = {(20, 10): 14.0, (10, 10): 16.5, (10, 20): 26.0}
"""$ a MWh: the middle of the equilibrium prices, by hand"""


@dataclass(frozen=True, slots=True)
class Profits:
    """$ by run; shape (run,)."""

    buyers: NDArray[np.float64]
    sellers: NDArray[np.float64]

    @property
    def surplus(self) -> NDArray[np.float64]:
        return self.buyers + self.sellers


def equilibrium(sellers: int, buyers: int) -> tuple[float, float]:
    """$ a round that buyers and sellers earn at the equilibrium price; capacities in MWh."""
    price = EQUILIBRIUM[sellers, buyers]
    gain = [max(0.0, value - price) * buyers for value in VALUES], [max(0.0, price - cost) * sellers for cost in COSTS]
    return sum(gain[0]), sum(gain[1])


class Learners:
    """All traders of all runs, in the order of the exchange; those who never revise are truthful."""

    def __init__(self, runs: int, sellers: int, buyers: int, learn: bool = True) -> None:
        self.worth = [(-cost, sellers) for cost in COSTS] + [(value, buyers) for value in VALUES]
        kinds = [(f"{'buyer' if worth > 0 else 'seller'} {abs(worth)}", worth < 0) for worth, _ in self.worth]
        self.traders = [Trader(f"{name} {run}", run, sells) for run in range(runs) for name, sells in kinds]
        self.rngs = [stream(trader.zone + 1, "agent", trader.id) for trader in self.traders]
        first = SCALE * sum(equilibrium(sellers, buyers)) / len(self.worth) / MARKUPS
        self.propensities = [[first] * MARKUPS for _ in self.traders]
        self.learn = learn

    def orders(self) -> tuple[list[int], list[Offer | Bid]]:
        """The markups drawn ($), and the orders with them."""
        chosen, orders = [], list[Offer | Bid]()
        for at, trader in enumerate(self.traders):
            worth, capacity = self.worth[at % len(self.worth)]
            markup = drawn(self.propensities[at], self.rngs[at]) if self.learn else 0
            price = max(0, abs(worth) - markup if worth > 0 else abs(worth) + markup)
            segment = (Segment(price * FEN, capacity * MWH),)
            chosen.append(markup)
            orders.append(Offer(trader.id, segment) if trader.sells else Bid(trader.id, segment))
        return chosen, orders

    def revise(self, chosen: Sequence[int], profits: Sequence[float]) -> None:
        """Takes in what each earned in the round, $."""
        for at, earned in enumerate(profits):
            self.propensities[at] = updated(self.propensities[at], chosen[at], max(0.0, earned), FORGETTING, EXPERIMENTATION, True)


def play(chain: str, sellers: int, buyers: int, runs: int = RUNS, rounds: int = ROUNDS, learn: bool = True) -> Profits:
    """Profits of all rounds, by run; capacities in MWh."""
    learners = Learners(runs, sellers, buyers, learn)
    exchange = Exchange(chain, learners.traders, k=500_000, cap=100 * FEN, mechanism="matched-pairs")
    number = {trader.id: at for at, trader in enumerate(learners.traders)}
    total = np.zeros(len(number))
    for _ in range(rounds):
        chosen, orders = learners.orders()
        profits = np.zeros(len(number))
        for trade in exchange.hour(orders).stages[-1].trades:
            seller, buyer = number[trade.seller], number[trade.buyer]
            profits[seller] += (trade.price / FEN + learners.worth[seller % len(learners.worth)][0]) * trade.quantity / MWH
            profits[buyer] += (learners.worth[buyer % len(learners.worth)][0] - trade.price / FEN) * trade.quantity / MWH
        learners.revise(chosen, profits.tolist())
        total += profits
    by_run = total.reshape(runs, len(learners.worth))
    return Profits(by_run[:, len(COSTS) :].sum(axis=1), by_run[:, : len(COSTS)].sum(axis=1))


def rows(chain: str, sellers: int, buyers: int, runs: int, rounds: int) -> dict[str, float]:
    """Efficiency in percent and market power, by the ids of the targets."""
    profits, (bought, sold) = play(chain, sellers, buyers, runs, rounds), equilibrium(sellers, buyers)
    efficiency = 100 * profits.surplus / (rounds * (bought + sold))
    name = f"double-auction-{sellers}-{buyers}"
    got = {f"{name}-efficiency": float(efficiency.mean()), f"{name}-sd": float(efficiency.std(ddof=1))}
    if sellers < buyers:  # no sign is claimed
        return got
    return got | {
        f"{name}-buyers": float(profits.buyers.mean() / (rounds * bought) - 1),
        f"{name}-sellers": float(profits.sellers.mean() / (rounds * sold) - 1),
    }


def quick(chain: str) -> dict[str, float]:
    """What midpoint pricing alone does to truthful traders of 10 MWh each."""
    profits, (bought, sold) = play(chain, 10, 10, 1, 1, learn=False), equilibrium(10, 10)
    return {
        "double-auction-truthful-buyers": float(profits.buyers[0]) / bought - 1,
        "double-auction-truthful-sellers": float(profits.sellers[0]) / sold - 1,
    }


def measure(chain: str) -> dict[str, float]:
    """What each target asks for, by its id."""
    got = quick(chain)
    for sellers, buyers in CAPACITIES:
        got |= rows(chain, sellers, buyers, RUNS, ROUNDS)
    return got
