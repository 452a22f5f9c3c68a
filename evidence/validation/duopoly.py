"""Two equal plants that learn their markups, against the equilibria of the hour played once.

Each has 100 MWh at cost 100 CNY/MWh and asks for a markup of 0 to 200 CNY/MWh in steps of 20; the load pays whatever it takes; one price
for all. Where the load is 80 MWh either plant can serve it alone: in every pure equilibrium of the one-shot game both ask for the same
markup of at most two steps (Bertrand on a grid, equal bids share). Where it is 160 MWh neither can: in every pure equilibrium one asks for
the highest markup, which is the price, and the other for so little that undercutting it does not pay (von der Fehr and Harbord, Economic
Journal 103, 1993). What counts is the mean price of the last quarter of the hours, with the experiments that learners make, as a share of
the highest markup, and the mean over seeds. Learners need not end in an equilibrium: they may settle where neither tried enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from evidence.validation.exchange import Exchange, Trader
from shengdian.agents.strategies import parameters, strategy
from shengdian.agents.strategy import Learner, Me
from shengdian.sim.base.streams import stream
from shengdian.sim.base.types import Bid, Order, Segment
from shengdian.sim.market.view import View
from shengdian.sim.scenario import PlantSpec

ROOM = 100_000
"""kWh"""
COST, HIGHEST = 10_000, 20_000
"""fen/MWh"""
LOADS = {"low": 80_000, "high": 160_000}
"""kWh"""
LEARNERS: Mapping[str, Mapping[str, float]] = {
    "best_response": {},
    "roth_erev": {"forgetting": 0.02, "experimentation": 0.02, "modified": 1},
    "q_learning": {"exploration": 1, "decay": 0.005},
}
HOURS = 1200
SEEDS = (1, 2, 3, 4, 5)
VIEW = View(0, ("A",), 0, 100_000, (0,), (None,))


def markup(chain: str, name: str, load: int, hours: int, seed: int) -> float:
    """Mean price above cost in the last quarter, as a share of the highest markup."""
    learner = strategy(name)()
    specs = [PlantSpec(f"plant {at}", "A", "wind", ROOM, 0, ROOM, COST, 0, 0, (ROOM,), (ROOM,), supply="profile") for at in range(2)]
    mes = [Me(spec, parameters(name, {"highest_cny_mwh": HIGHEST / 100, **LEARNERS[name]})) for spec in specs]
    rngs = [stream(seed, "agent", spec.id) for spec in specs]
    exchange = Exchange(chain, [*(Trader(spec.id, 0, True) for spec in specs), Trader("load", 0, False)], cap=100_000)
    prices = []
    for hour in range(hours):
        offers = [learner.propose(me, replace(VIEW, hour=hour), rng, ROOM) for me, rng in zip(mes, rngs, strict=True)]
        orders: list[Order] = [*(offer for offer in offers if offer), Bid("load", (Segment(100_000, load),))]
        result = exchange.hour(orders)
        for me in mes:
            assert isinstance(learner, Learner)
            learner.learn(me, result)
        prices.append(result.stages[-1].prices["A"])
    last = [price for price in prices[-hours // 4 :] if price is not None]
    return (sum(last) / len(last) - COST) / HIGHEST


def quick(chain: str) -> dict[str, float]:
    """Best replies only."""
    return {f"duopoly-{load}-best_response": markup(chain, "best_response", energy, 60, 1) for load, energy in LOADS.items()}


def measure(chain: str) -> dict[str, float]:
    """What each target asks for, by its id."""
    return {
        f"duopoly-{load}-{name}": sum(markup(chain, name, energy, HOURS, seed) for seed in SEEDS) / len(SEEDS)
        for name in LEARNERS
        for load, energy in LOADS.items()
    }
