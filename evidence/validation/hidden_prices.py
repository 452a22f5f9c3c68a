"""Learners under pay-as-bid and under one price, where nobody is told prices: what Bower and Bunn (2001) found, put to the learners here.

They found pay-as-bid dearer, because under one price every plant's receipts tell its owner the market's price, and under pay-as-bid only
what it asked itself; owners of many plants still compare their plants. Here three owners hold two of six plants each, of 100 MWh at 50,
80, ..., 200 CNY/MWh, and learn one markup for theirs (0 to 200 CNY/MWh in steps of 20) in each quarter of the day, from what they earned
alone; the load takes 250, 350, 450 and 550 MWh in the quarters at any price. What counts is the mean price that the load pays in the last
quarter of 2,400 hours; the row is how much dearer pay-as-bid is, the mean of ten seeds. `-sure` is the lower end of the two-sided 95 %
interval of paired seeds (Student's t, nine degrees of freedom): a claim that pay-as-bid is dearer needs it above 0.

Neither learner looks at a price. Q-learners who are told the last one, ten levels of it being their states, differed by 7.5 % instead of
8.4 (once, these ten seeds, standard error 2.6): hiding it changed nothing that ten seeds could show.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from evidence.validation.learning_market import LearningMarket

COSTS = tuple(range(5_000, 20_001, 3_000))
"""fen/MWh"""
ROOM = 100_000
"""kWh"""
LOADS = tuple(size for size in (250_000, 350_000, 450_000, 550_000) for _ in range(6))
"""kWh by hour of the day"""
OWNERS = 3
LEARNED = ("roth_erev", "q_learning")
"""strategies, with their defaults as in the duopoly"""
HOURS = 2400
SEEDS = tuple(range(1, 11))
T = 2.262
"""Student's t, 97.5 %, nine degrees of freedom"""


def prices(chain: str, learner: str, mechanism: str, hours: int = HOURS) -> NDArray[np.float64]:
    """CNY/MWh that the load pays in the last quarter, by seed."""
    given = {"highest_per_mwh": 200, "parts": 4}
    market = LearningMarket(COSTS, ROOM, LOADS, learner, given, mechanism, OWNERS)
    return market.run(chain, hours, SEEDS).last(0.25)


def dearer(uniform: NDArray[np.float64], own: NDArray[np.float64]) -> tuple[float, float]:
    """How much dearer `own` is, in percent: the mean of paired seeds, and the lower end of its interval."""
    differences = 100 * (own / uniform - 1)
    mean = float(differences.mean())
    return mean, mean - T * float(differences.std(ddof=1)) / sqrt(len(differences))


def quick(chain: str) -> dict[str, float]:
    """What pay-as-bid costs where everybody bids its cost: the mean cost of its plants."""
    paid = LearningMarket(COSTS, ROOM, LOADS, "marginal_cost", {}, "pay-as-bid").run(chain, len(LOADS), (1,))
    return {"hidden-cost": float(paid.last(1)[0])}


def measure(chain: str) -> dict[str, float]:
    """What each target asks for, by its id."""
    got = quick(chain)
    for learner in LEARNED:
        mean, low = dearer(prices(chain, learner, "uniform"), prices(chain, learner, "pay-as-bid"))
        got |= {f"hidden-{learner}": mean, f"hidden-{learner}-sure": low}
    return got
