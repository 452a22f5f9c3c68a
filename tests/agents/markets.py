"""Small hours for strategies to learn from: what a province's book looked like and what came of it."""

from __future__ import annotations

from collections.abc import Mapping

from shengdian.agents.strategies import parameters
from shengdian.agents.strategy import Me
from shengdian.sim.base.hour_result import HourResult, LineFlow, OrderResult, StageResult
from shengdian.sim.base.types import Side, Supply
from shengdian.sim.market.view import View
from shengdian.sim.scenario import PlantSpec

VIEW = View(0, ("GD",), 0, 150_000, (1000,), (None,))


def me(strategy: str, given: Mapping[str, float], cost: int = 10_000, supply: Supply = "profile") -> Me:
    """A plant P in GD that costs 100.00 CNY/MWh and has 100 kWh."""
    spec = PlantSpec("P", "GD", "any", 100, 0, 100, cost, 0, 45_000, (100,), (100,), supply=supply)
    return Me(spec, parameters(strategy, given))


def row(trader: str, side: Side, price: int, quantity: int, filled: int = 0, paid: int | None = None, zone: str = "GD") -> OrderResult:
    return OrderResult(
        "provincial", f"0/{trader}/0", trader, zone, side, price, quantity, filled, paid, role="plant" if side == "sell" else "user"
    )


def hour(*rows: OrderResult, flows: tuple[LineFlow, ...] = (), number: int = 0) -> HourResult:
    return HourResult(number, (StageResult("provincial", {"GD": None}, flows, rows, 0),), (), (), (), (), (), {}, {}, 0)


def sold(paid: int, filled: int) -> HourResult:
    """P sold `filled` kWh at `paid` fen/MWh."""
    return hour(row("P", "sell", 10_000, 100, filled, paid))
