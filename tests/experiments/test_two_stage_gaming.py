"""A plant that sells at home below its cost and buys back in the region: a gain in two stages, a loss in one coupled auction."""

from __future__ import annotations

from dataclasses import replace

from shengdian import Model
from shengdian.agents.learning import profit
from shengdian.agents.strategy import Me
from shengdian.sim.base.types import Line, Rules
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.certificate import certify
from shengdian.sim.solve.clearing import solve, solve_two_stage
from shengdian.sim.solve.regional_book import firm_exports, flexible_book, kept

PLANT = "JX_coal_300_1"


def day(design: str, markup: float) -> int:
    """1e-5 CNY that the plant earns on the day."""
    own = [{"plant": PLANT, "name": "markup", "parameters": {"markup": markup}}]
    model = Model("base", design=design, chain="mirror", **{"strategies.own": own, "market.surplus_deficit": "economic"})
    me = Me(next(plant for plant in model.scenario.plants if plant.id == PLANT), {})
    return sum(profit(me, model.step_hour()) for _ in range(model.scenario.hours))


def test_a_plant_that_sells_at_home_below_cost_and_buys_back_gains_in_two_stages() -> None:
    assert day("two_stage", -0.19) > max(0, day("two_stage", 0.0))


def test_the_same_orders_lose_in_one_coupled_auction() -> None:
    assert day("coupled", -0.19) < 0 <= day("coupled", 0.0)


def test_the_game_by_hand_in_two_zones() -> None:
    """At home (A) 5 are wanted at 10; one plant offers 5 at 7, ours costs 8. The neighbour (B) has 5 at 2 and a line of 5 without charge.

    Truthful, ours is idle. At 6 it sells 5 at home at 6.5, rounded down, and buys 5 back at what energy costs with the line in use, 4.
    """
    rules = Rules(2, (Line(1, 0, 5, 0, 0),), 0, 10, 500_000)

    def earned(ask: int) -> int:
        book = Book.of([(0, True, 7, 5), (0, True, ask, 5), (0, False, 10, 5), (1, True, 2, 5)])
        provincial, regional, first = solve_two_stage(book, rules, "economic")
        home = certify(book, replace(rules, lines=()), provincial).prices[0]
        last = certify(flexible_book(book, first, "economic"), rules, regional, firm_exports(book, first, "economic", 2))
        after = last.fills + kept(book, first, "economic")
        sold, back = int(first[1]), int(first[1] - after[1])
        return (home or 0) * sold - (last.prices[0] or 0) * back - 8 * (sold - back)

    def coupled(ask: int) -> int:
        book = Book.of([(0, True, 7, 5), (0, True, ask, 5), (0, False, 10, 5), (1, True, 2, 5)])
        clearing = certify(book, rules, solve(book, rules))
        return ((clearing.prices[0] or 0) - 8) * int(clearing.fills[1])

    assert earned(8) == 0
    assert earned(6) > 0
    assert coupled(6) <= 0 == coupled(8)
