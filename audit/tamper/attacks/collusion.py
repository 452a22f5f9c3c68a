"""The operator puts another consistent run in the place of the first, chain and tables alike: only what was published helps."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from shengdian import agents
from shengdian.audit.anchor import anchors
from shengdian.audit.tamper import HOUR, Attack, Place
from shengdian.audit.tamper.books import Books
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.one_run import run_single
from shengdian.sim.base.orders import Orders
from shengdian.sim.market.view import View
from shengdian.sim.model import Model
from shengdian.sim.record.chain_record import NAME
from shengdian.sim.scenario import Scenario


class Rewritten(list[Any]):
    """Agents of a run whose orders are changed from an hour on."""

    def __init__(self, society: Sequence[Any], change: Callable[[Orders], Orders]) -> None:
        super().__init__(society)
        self._society: Any = society
        self._change = change

    def propose(self, view: View) -> Orders:
        """The orders that reach the chain."""
        orders: Orders = self._society.propose(view)
        return self._change(orders) if view.hour >= HOUR else orders


def put_in_place(books: Books, keys: Mapping[str, Any], build_agents: Callable[[Model, Scenario], Sequence[Any]]) -> Place:
    """Makes the run anew, with other keys of the config or other agents; found at the first block that is not as published."""
    before = anchors(books.directory)
    config = override(load_config(books.directory / "config.toml"), dict(keys))
    with TemporaryDirectory() as folder:
        made = run_single(config, Path(folder), build_agents=build_agents)
        shutil.rmtree(books.directory)
        shutil.copytree(made, books.directory)
    after = anchors(books.directory)
    return Place(NAME, block=next(number for number, due in before.items() if after.get(number) != due))


def remade(keys: Mapping[str, Any]) -> Callable[[Books], Place]:
    """Another experiment under the name of the first."""
    return lambda books: put_in_place(books, keys, agents.build)


def rewritten(change: Callable[[Orders], Orders]) -> Callable[[Books], Place]:
    """The same experiment, with other orders from an hour on; cleared, settled, mined and tabled as it should be."""
    return lambda books: put_in_place(books, {}, lambda model, scenario: Rewritten(agents.build(model, scenario), change))


def without_one(orders: Orders) -> Orders:
    """The first trader's order never came; its signature is not needed for that."""
    return orders.rows(np.arange(1, len(orders)))


def without_any(orders: Orders) -> Orders:
    """No order ever came."""
    return orders.rows(np.arange(0))


def dearer(orders: Orders) -> Orders:
    """Offers that ask for 10 CNY/MWh more, signed with the keys of the plants."""
    used = np.arange(orders.price.shape[1]) < orders.count[:, None]
    return replace(orders, price=orders.price + 1000 * (used & orders.sells[:, None]))


def smaller(orders: Orders) -> Orders:
    """Bids for half of the energy, signed with the keys of the users."""
    halved = np.where(orders.sells[:, None], orders.quantity, (orders.quantity + 1) // 2)
    return replace(orders, quantity=halved)


ATTACKS = (
    Attack("run-of-another-seed", "collusion", "the run is replaced by one with other draws", remade({"run.seeds": [2]})),
    Attack("run-under-other-rules", "collusion", "the run is replaced by one that prices at the dear end", remade({"market.k": 1.0})),
    Attack(
        "run-with-other-costs",
        "collusion",
        "the run is replaced by one in which plants ask for more",
        remade({"strategies.plants.name": "markup", "strategies.plants.parameters": {"markup": 0.1}}),
    ),
    Attack("run-of-another-month", "collusion", "the run is replaced by one of another month", remade({"time.month": 1})),
    Attack("run-made-shorter", "collusion", "the run is replaced by one that ends an hour earlier", remade({"run.hours": 2})),
    Attack(
        "trader-left-out",
        "collusion",
        "the operator alone mines the chain anew from the second hour on, without one trader's orders",
        rewritten(without_one),
    ),
    Attack(
        "market-silenced", "collusion", "the operator alone mines the chain anew, without any order from an hour on", rewritten(without_any)
    ),
    Attack(
        "offers-signed-anew",
        "collusion",
        "with the plants' keys, offers are signed anew at higher prices, and all that follows is made to fit",
        rewritten(dearer),
    ),
    Attack(
        "bids-signed-anew",
        "collusion",
        "with the users' keys, bids are signed anew for half of the energy, and all that follows is made to fit",
        rewritten(smaller),
    ),
)
