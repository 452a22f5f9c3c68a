"""ASSUME, the best-known toolbox with agents and a market, has no chain; we have one, and are to be faster with it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from benchmarks.environment import Unavailable, environment, foreign
from benchmarks.sizes import Size
from benchmarks.table import Report, Row, ratios
from benchmarks.workload import scenario, simulate
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import MissingExtra
from shengdian.sim.base.streams import stream

QUESTION = "trader-hours a second: revm from end to end / ASSUME without a chain"
ASSUME = "assume-framework==0.6.0"
PLANTS, DEMANDS = 95, 60
OPERATORS = {"one operator for all units": (1, 1), "an operator for every unit": (0, 6)}
"""how many (0: one a unit), and the part of the hours that is enough: it is slower"""


def given(size: Size, operators: int, hours: int) -> dict[str, Any]:
    """The units: capacities and costs of the six provinces' plants, and the day of their users, drawn up to the numbers wanted."""
    world = scenario(size, "mirror", 24)
    draws = stream(1, "assume")
    plants = [world.plants[place] for place in draws.integers(len(world.plants), size=PLANTS)]
    users = [world.users[place] for place in draws.integers(len(world.users), size=DEMANDS)]
    return {
        "hours": hours,
        "operators": operators,
        "plants": [{"capacity": plant.capacity / 1e3, "cost": plant.cost / 100 + float(draws.uniform(0, 5))} for plant in plants],
        "demands": [{"demand": [energy / 1e3 for energy in user.demand[:24]]} for user in users],
    }


def measure(size: Size) -> Report:
    rates: dict[str, list[float]] = defaultdict(list)
    try:
        open_chain("revm")
        if not size.peers:
            raise Unavailable("left out")
        python = environment("assume", [ASSUME])
        for _ in range(size.repeats):
            day = simulate(size, "revm", size.assume_hours, keep=False)
            rates["revm"].append(day.traders * day.hours / day.seconds)
            for name, (operators, part) in OPERATORS.items():
                answer = foreign(python, "assume_days", given(size, operators, size.assume_hours // part))
                rates[name].append(answer["units"] * answer["cleared"] / answer["seconds"])
    except (MissingExtra, Unavailable) as error:
        return Report([Row(f"revm: end to end / {ASSUME}, trader-hours a second", (), "x", "at least", 3, note=str(error))])
    note = f"{size.assume_hours} h; {day.traders} traders here, {PLANTS + DEMANDS} units there"
    rows = [
        Row(f"revm: end to end / ASSUME, {name}, trader-hours a second", ratios(rates["revm"], rates[name]), "x", "at least", 3, note=note)
        for name in OPERATORS
    ]
    rows += [
        Row(f"trader-hours a second: {f'ASSUME, {name}' if name in OPERATORS else name}", tuple(values), "1/s")
        for name, values in rates.items()
    ]
    return Report(rows, {"hours": size.assume_hours, "trader_hours_a_second": rates})
