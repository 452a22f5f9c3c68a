"""Allocative efficiency of traders without intelligence, in a market of calls.

Twenty buyers, to whom a MWh is worth 20 to 210 CNY in steps of ten, and twenty sellers, at cost 10 to 200, each with one MWh a period. A
period is thirty calls: in each, everybody who has not traded yet orders at a new random price, the auction clears at one price, and those
who traded leave. So a cheap seller who asked too much in one call comes again in the next. Efficiency is the value less the cost of what
was traded in the period over the most that can be had, 200 + 180 + ... + 20 = 1,100 CNY, the mean of a hundred periods (a thousand of a
single call).

Without the constraint nobody minds a loss, so that after thirty calls all have traded: 20 MWh of values are worth 2,300, their costs
2,100, and the efficiency is 200 / 1,100 = 18.18 %. With it, no formula is known: 20,000 periods of the same market in twenty lines of
numpy, in which neither auction nor strategy of the simulator has a part (tests/validation/test_zero_intelligence.py), give 97.14 %
(standard deviation of a period 2.25) after thirty calls and 30.0 % (12.2) after a single one. Gode and Sunder's own market is a
continuous double auction, in which a trade happens as soon as two orders cross; they found about 100 %.
"""

from __future__ import annotations

from dataclasses import replace

from evidence.validation.exchange import Exchange, Trader
from shengdian.agents.strategies import parameters
from shengdian.agents.strategies.zero_intelligence import Strategy
from shengdian.agents.strategy import Me
from shengdian.sim.base.streams import stream
from shengdian.sim.base.types import Order
from shengdian.sim.market.view import View
from shengdian.sim.scenario import PlantSpec, UserSpec

TRADERS = 20
CALLS = 30
PERIODS = 100
MWH = 1000
CAP = 30_000
"""fen/MWh"""
VALUES = [2000 + 1000 * at for at in range(TRADERS)]
COSTS = [1000 + 1000 * at for at in range(TRADERS)]
"""fen/MWh"""
MOST = sum(max(0, value - cost) for value, cost in zip(sorted(VALUES, reverse=True), COSTS, strict=True))
VIEW = View(0, ("A",), 0, CAP, (0,), (None,))


def _agents(constrained: bool) -> dict[str, tuple[Me, int]]:
    """Each trader and what its MWh is worth to the market: value, or cost with a minus."""
    given = {"constrained": float(constrained), "highest_per_mwh": CAP / 100}
    found: dict[str, tuple[Me, int]] = {}
    for at, cost in enumerate(COSTS):
        spec = PlantSpec(f"seller {at}", "A", "wind", MWH, 0, MWH, cost, 0, 0, (MWH,), (MWH,), supply="profile")
        found[spec.id] = Me(spec, parameters("zero_intelligence", given)), -cost
    for at, value in enumerate(VALUES):
        user = UserSpec(f"buyer {at}", "A", "industry", False, (MWH,))
        found[user.id] = Me(user, parameters("zero_intelligence", given | {"highest_per_mwh": value / 100})), value
    return found


def efficiency(chain: str, constrained: bool, periods: int, calls: int = CALLS) -> float:
    """Percent of the most that can be had."""
    agents, strategy = _agents(constrained), Strategy()
    exchange = Exchange(chain, [Trader(name, 0, worth < 0) for name, (_, worth) in agents.items()], k=500_000, cap=CAP)
    rngs = {name: stream(1, "agent", name) for name in agents}
    gained = 0
    for _ in range(periods):
        left = dict.fromkeys(agents, MWH)
        for _ in range(calls):
            view = replace(VIEW, hour=exchange.hours)
            made = [strategy.propose(me, view, rngs[name], left[name]) for name, (me, _) in agents.items() if left[name]]
            orders: list[Order] = [order for order in made if order is not None]
            for row in exchange.hour(orders).stages[-1].orders:
                left[row.trader] -= row.filled
                gained += agents[row.trader][1] * row.filled
    return 100 * gained / (MOST * MWH * periods)


def quick(chain: str) -> dict[str, float]:
    """Two periods without the constraint."""
    return {"zero-intelligence-free": efficiency(chain, False, 2)}


def measure(chain: str) -> dict[str, float]:
    """What each target asks for, by its id."""
    return {
        "zero-intelligence": efficiency(chain, True, PERIODS),
        "zero-intelligence-free": efficiency(chain, False, PERIODS),
        "zero-intelligence-one-call": efficiency(chain, True, 10 * PERIODS, calls=1),
    }
