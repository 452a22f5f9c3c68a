"""A plant that sells at home below its cost and buys back in the region: a gain in two stages, a loss in one coupled auction."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evidence.questions.answer import read
from evidence.questions.two_stage_gaming import derived, measure
from shengdian import Model
from shengdian.agents.learning import profit
from shengdian.agents.strategy import Me
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.sim.base.types import Line, Rules
from shengdian.sim.record.finished_run import load
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
        provincial, regional, first = solve_two_stage(book, rules, "economic", 0)
        home = certify(book, replace(rules, lines=()), provincial, 0).prices[0]
        last = certify(flexible_book(book, first, "economic"), rules, regional, 0, firm_exports(book, first, "economic", 2))
        after = last.fills + kept(book, first, "economic")
        sold, back = int(first[1]), int(first[1] - after[1])
        return (home or 0) * sold - (last.prices[0] or 0) * back - 8 * (sold - back)

    def coupled(ask: int) -> int:
        book = Book.of([(0, True, 7, 5), (0, True, ask, 5), (0, False, 10, 5), (1, True, 2, 5)])
        clearing = certify(book, rules, solve(book, rules, 0), 0)
        return ((clearing.prices[0] or 0) - 8) * int(clearing.fills[1])

    assert earned(8) == 0
    assert earned(6) > 0
    assert coupled(6) <= 0 == coupled(8)


GAME = {
    "run.hours": 2,
    "run.chain": "mirror",
    "market.surplus_deficit": "economic",
    "strategies.plants": {"name": "markup", "parameters": {"markup": -0.03, "regional_at_cost": 1}},
}


def test_what_is_made_on_energy_bought_back_is_that_of_the_fills(tmp_path: Path) -> None:
    """Hour by hour from what the model gives, in whole kWh and fen, without a table."""
    (path,) = run_config(override(load_config("base"), GAME), tmp_path)
    model = Model("base", GAME)
    costs = {plant.id: plant.cost for plant in model.scenario.plants if plant.thermal}
    back = made = below = 0
    for _ in range(model.scenario.hours):
        home, region = model.step_hour().stages
        price = home.prices
        for row in region.orders:
            if row.role == "plant" and row.side == "buy" and row.filled:
                earned = ((price[row.zone] or 0) - (row.paid_price or 0)) * row.filled
                back, made = back + row.filled, made + earned
                below += row.filled if (price[row.zone] or 0) < costs.get(row.trader, 0) else 0
    found = {key: value or 0 for key, value in measure(load(path)).items()}
    days = model.scenario.hours / 24
    assert back > below > 0
    assert (found["back"], found["back_below"], found["made"]) == pytest.approx((back / 1e3 / days, below / 1e3 / days, made / 1e5 / days))
    parts = [value for key, value in found.items() if key.startswith("made_") and key != "made_below"]
    assert len(parts) == 6 * 3
    assert sum(parts) == pytest.approx(found["made"])


@pytest.mark.parametrize("design", ["provincial", "coupled"])
def test_nothing_is_bought_back_where_there_is_one_stage(design: str, tmp_path: Path) -> None:
    (path,) = run_config(override(load_config("base"), {**GAME, "run.design": design, "run.hours": 1}), tmp_path)
    assert measure(load(path))["back"] == 0


def test_the_page_of_the_question_claims_what_its_results_hold() -> None:
    """The signs of its answer; a claim whose sign turns fails here."""
    found = read(Path(__file__).parents[2] / "docs" / "evidence" / "results" / "two-stage-gaming.csv")
    means = found.groupby(["market", "strategies.plants.name"])[["back", "made", "back_below", "made_below"]].mean()
    economic, renewable = means.loc["two-stage, economic"], means.loc["two-stage, renewable"]
    assert (means.loc[["provincial", "two-stage, physical", "coupled"], "back"] == 0).all()
    assert economic.loc["marginal_cost", "made"] > 0 == economic.loc["marginal_cost", "back_below"]
    for learner in ("q_learning", "roth_erev"):
        assert economic.loc[learner, "back"] > 3 * economic.loc["marginal_cost", "back"]
        assert economic.loc[learner, "back_below"] > economic.loc[learner, "back"] / 2
        assert economic.loc[learner, "made_below"] < 0
        assert renewable.loc[learner, "back"] < 0.1 * economic.loc[learner, "back"]
        changed = derived(found).groupby(["strategies.plants.name", "market"])[["consumers_more", "producers_more"]].mean().loc[learner]
        assert changed.loc["two-stage, economic", "consumers_more"] > 0
        assert (changed["producers_more"] < 0).all()
    assert (means["made_below"].xs("roth_erev", level=1)[["two-stage, renewable", "two-stage, economic"]] < 0).all()
