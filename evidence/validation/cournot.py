"""Competition in quantities, with and without energy sold forward: best-response plants in the whole simulator.

One province with an inelastic load D and a fringe of small plants whose costs rise in a straight line from c to A take together the part of
n large plants: what load and fringe leave to these at price p is D (A - p) / (A - c), a linear demand. The large plants cost c, and each
replies best to the last hour's book in quantities. Energy sold forward is contract energy: allocated, verified and settled on the chain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from shengdian import agents
from shengdian.sim.base.units import PPM
from shengdian.sim.model import Model
from shengdian.sim.scenario import PlantSpec, Scenario, UserSpec

COST = 10_000
"""fen/MWh, c"""
SPAN = 30_000
"""fen/MWh, A - c"""
LOAD = 3_000_000
"""kWh an hour, D"""
STEPS = 1000
"""of the fringe between c and A: markups are found to a thousandth of A - c"""
DAY = 24
HOURS = 2 * DAY
"""until replies rest: each plant revises every other hour"""
ROUNDS = 6
TRIED = (0.0, 0.2, 0.4)
"""of what a plant may sell forward, as a fraction of D"""
ZONE = "SX"


def fringe(hours: int) -> Iterator[PlantSpec]:
    """Plants of three equal steps each, the first at cost c, the next SPAN / STEPS above it."""
    height, width = SPAN // STEPS, LOAD // STEPS
    for first in range(0, STEPS, 3):
        size = width * min(3, STEPS - first)
        cost = COST + height * first
        yield PlantSpec(
            f"fringe_{first}", ZONE, "coal_300", size, 0, size, cost, 0, COST, (size,) * hours, (size,) * hours,
            parameters={"unit_spread": height / cost}, contractible=(0,) * -(-hours // DAY),
        )  # fmt: skip


def scenario(chain: str, sold: Sequence[int], hours: int) -> Scenario:
    """`sold` is what each large plant has sold forward, kWh an hour."""
    days = -(-hours // DAY)
    large = [
        PlantSpec(
            f"plant_{at}", ZONE, "coal_1000", LOAD, 0, LOAD, COST, 0, COST, (LOAD,) * hours, (LOAD,) * hours,
            strategy="best_response", parameters={"withhold": 1}, contractible=(forward * min(DAY, hours),) * days,
        )
        for at, forward in enumerate(sold)
    ]  # fmt: skip
    return Scenario(
        name="cournot", seed=1, design="provincial", surplus_deficit="economic", chain=chain, hours=hours, start=1_467_302_400,
        zones=(ZONE,), lines=(), floor=0, cap=COST + 2 * SPAN, k=PPM // 2, contract_share=sum(sold) * PPM // LOAD, reading="per-plant",
        plants=(*large, *fringe(hours)), users=(UserSpec("load", ZONE, "residential", True, (LOAD,) * hours),), exchanges=(), config={},
    )  # fmt: skip


def spot(chain: str, sold: Sequence[float], hours: int = HOURS) -> tuple[float, list[float]]:
    """Markup over cost as a fraction of A - c, and every large plant's output as a fraction of D, after `hours` of replies.

    `sold` is what each large plant has sold forward, as a fraction of D.
    """
    model = Model(scenario(chain, [round(share * LOAD) for share in sold], hours), agents.build)
    for _ in range(hours):
        result = model.step_hour()
    price = result.stages[-1].prices[ZONE]
    assert price is not None
    return (price - COST) / SPAN, [plant.metered / LOAD for plant in result.generation[: len(sold)]]


def forward_round(chain: str, firms: int) -> tuple[float, float]:
    """Markup, and what each plant sells forward as a fraction of D, where plants sell forward before the spot market (Allaz and Vila).

    Buyers foresee the spot price, so energy sold forward earns it too. A plant's profit is a quadratic function of what it sells forward
    while the others stay: three spot markets give its best reply, and replies are followed half of the way until they rest.
    """
    forward = 0.0
    for _ in range(ROUNDS):
        outcomes = [spot(chain, [tried] + [forward] * (firms - 1)) for tried in TRIED]
        square, slope, _ = np.polyfit(TRIED, [markup * output[0] for markup, output in outcomes], 2)
        forward += (-slope / (2 * square) - forward) / 2
    return spot(chain, [forward] * firms)[0], forward


def quick(chain: str) -> dict[str, float]:
    """Two plants, without contracts."""
    return {"cournot-2": spot(chain, [0, 0])[0]}


def measure(chain: str) -> dict[str, float]:
    """What each target asks for, by its id."""
    got = {**quick(chain), "cournot-3": spot(chain, [0, 0, 0])[0]}
    for percent in (70, 80, 90):
        share = percent / 100
        markup, output = spot(chain, [share / (4 - share)] * 3)
        got[f"contracts-{percent}"] = markup
        got[f"contracts-{percent}-share"] = 100 * share / (4 - share) / output[0]
    for firms in (2, 3):
        got[f"forward-{firms}"], got[f"forward-{firms}-sold"] = forward_round(chain, firms)
    return got
