"""Two equal plants that learn their markups, against the equilibria of the hour played once.

Each has 100 MWh at cost 100 CNY/MWh and asks for a markup of 0 to 200 CNY/MWh in steps of 20; the load pays whatever it takes; one price
for all. Where the load is 80 MWh either plant can serve it alone: in every pure equilibrium of the one-shot game both ask for the same
markup of at most two steps (Bertrand on a grid, equal bids share). Where it is 160 MWh neither can: in every pure equilibrium one asks for
the highest markup, which is the price, and the other for so little that undercutting it does not pay (von der Fehr and Harbord, Economic
Journal 103, 1993). What counts is the mean price of the last quarter of the hours, with the experiments that learners make, as a share of
the highest markup, and the mean over seeds. Learners have their default parameters, so those of every run that sets none. They need not
end in an equilibrium: they may settle where neither tried enough.
"""

from __future__ import annotations

from collections.abc import Sequence

from evidence.validation.learning_market import LearningMarket

ROOM = 100_000
"""kWh"""
COST, HIGHEST = 10_000, 20_000
"""fen/MWh"""
LOADS = {"low": 80_000, "high": 160_000}
"""kWh"""
LEARNERS = ("best_response", "roth_erev", "q_learning")
"""strategies with their defaults, which are thus what is validated"""
HOURS = 1200
SEEDS = (1, 2, 3, 4, 5)


def markup(chain: str, name: str, load: int, hours: int, seeds: Sequence[int]) -> float:
    """Mean price above cost in the last quarter, as a share of the highest markup; the mean of the seeds."""
    market = LearningMarket((COST, COST), ROOM, (load,), name, {"highest_per_mwh": HIGHEST / 100})
    return (100 * float(market.run(chain, hours, seeds).last(0.25).mean()) - COST) / HIGHEST


def quick(chain: str) -> dict[str, float]:
    """Best replies only."""
    return {f"duopoly-{load}-best_response": markup(chain, "best_response", energy, 60, (1,)) for load, energy in LOADS.items()}


def measure(chain: str) -> dict[str, float]:
    """What each target asks for, by its id."""
    return {f"duopoly-{load}-{name}": markup(chain, name, energy, HOURS, SEEDS) for name in LEARNERS for load, energy in LOADS.items()}
