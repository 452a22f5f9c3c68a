"""The operator lies from the first block on: the chain, its anchors and all tables are those of the lie. Only deciding again helps."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from shengdian import agents
from shengdian.audit.tamper import Attack, Place
from shengdian.audit.tamper.attacks.collusion import Rewritten, without_one
from shengdian.audit.tamper.books import Books
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.one_run import run_single
from shengdian.experiments.scenario import build_scenario
from shengdian.sim import model
from shengdian.sim.market import chain_market, creation
from shengdian.sim.market.hour_clearing import HourClearing
from shengdian.sim.market.ordering import arrange
from shengdian.sim.record.chain_record import NAME

DECIDED = "; the config decides"
Keys = Mapping[str, Any]


def made(books: Books, declared: Keys, build_agents: Callable[..., Sequence[Any]] = agents.build) -> None:
    """Puts a run in the place of the first whose config, first block and tables say what is `declared`."""
    config = override(load_config(books.directory / "config.toml"), dict(declared))
    with TemporaryDirectory() as folder:
        run = run_single(config, Path(folder), build_agents=build_agents)
        shutil.rmtree(books.directory)
        shutil.copytree(run, books.directory)


def decided_by(true: Keys, declared: Keys) -> Callable[[Books], Place]:
    """Agents decide by other keys than those that are declared."""

    def apply(books: Books) -> Place:
        config = override(load_config(books.directory / "config.toml"), dict(true))
        real = build_scenario(config, config.run.design, config.run.seeds[0])
        made(books, declared, lambda model, scenario: agents.build(model, real))
        return Place(NAME, word=DECIDED)

    return apply


def ordered_otherwise(books: Books) -> Place:
    """Blocks are made as their maker likes, and first come, first served is declared."""
    with patch.object(model, "arrange", lambda _, *more: arrange("adversarial", *more)):
        made(books, {"market.ordering": "fifo"})
    return Place(NAME, word="under the config's ordering it is")


def dropped(books: Books) -> Place:
    """An order that somebody sent never reaches a block."""
    made(books, {}, lambda model, scenario: Rewritten(agents.build(model, scenario), without_one))
    return Place(NAME, word="is missing; under the config it is")


def left_out(share: float) -> Callable[[Books], Place]:
    """The last of those who trade, two or a `share` of all, are not admitted."""

    def apply(books: Books) -> Place:
        admit = creation._admissions

        def kept(traders: Sequence[Any]) -> Sequence[Any]:
            return traders[: -max(2, round(len(traders) * share))]

        with (
            patch.object(creation, "_admissions", lambda deployment, rules, traders: admit(deployment, rules, kept(traders))),
            patch.object(chain_market, "HourClearing", lambda deployment, rules, traders: HourClearing(deployment, rules, kept(traders))),
        ):
            made(books, {})
        return Place(word="were left out: of")

    return apply


ATTACKS = (
    Attack("two-left-out", "lie", "the operator leaves two who trade out of the auction", left_out(0)),
    Attack("most-left-out", "lie", "the operator leaves 60 % of those who trade out of the auction", left_out(0.6)),
    Attack(
        "markup-declared-as-cost",
        "lie",
        "plants ask for 30 % more, and marginal_cost is declared",
        decided_by({"strategies.plants.name": "markup", "strategies.plants.parameters": {"markup": 0.3}}, {}),
    ),
    Attack("ordering-declared-as-fifo", "lie", "blocks are ordered as their maker likes, and fifo is declared", ordered_otherwise),
    Attack(
        "coal-declared-cheap",
        "lie",
        "coal is declared at half of what plants pay",
        decided_by({}, {"costs.fuel_factor": {"coal": 0.5}}),
    ),
    Attack("heat-rates-declared-equal", "lie", "plants are declared to be equal", decided_by({}, {"costs.heat_rate_spread": 0.0})),
    Attack("order-dropped", "lie", "the operator drops an order that somebody sent", dropped),
)
