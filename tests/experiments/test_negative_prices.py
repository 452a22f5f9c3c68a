"""Plants that pay for being taken, and prices below zero, with storage and with a lossy line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shengdian.agents.crowd import Crowd
from shengdian.agents.strategies import strategy
from shengdian.agents.strategy import Many
from shengdian.audit import audit
from shengdian.experiments.results.metrics import tally
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.types import Offer
from shengdian.sim.market.view import View
from tests.agents.markets import me
from tests.experiments import one_zone
from tests.experiments.test_storage import CHAINS

PLANTS = "plant,zone,technology,capacity_mw,cost_per_mwh\nA_base,A,base,100,-50\nA_peak,A,peak,100,300\n"
BELOW = {"market.price_floor_per_mwh": -100.0, "strategies.storage.name": "spread"}


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first plant pays 50.00 for every MWh that is taken."""
    return one_zone.write(tmp_path_factory.mktemp("zone"), plants=PLANTS)


@pytest.mark.parametrize("chain", CHAINS)
def test_storage_is_paid_for_charging_where_the_price_is_below_zero(chain: str, zone: Path, tmp_path: Path) -> None:
    run = one_zone.finished(zone, tmp_path, {**BELOW, "run.chain": chain})
    assert list(run.tables["prices"]["price_per_mwh"]) == [-50.0, -50.0, 300.0, 300.0]
    assert list(run.tables["storage"]["money"]) == [1000.0, 1000.0, 6000.0, 3720.0]
    assert list(run.tables["orders"].query("role == 'storage'")["price_per_mwh"])[2:] == [-61.72, -61.72]
    assert run.digest == one_zone.finished(zone, tmp_path / "mirror", BELOW).digest


SETTLED = {"settlement.deviation": "pre_listed", "uncertainty.load_error": 0.05, "run.hours": 4}


@pytest.mark.parametrize("keys", [{}, SETTLED, {"collateral.required": True}, {"run.design": "two_stage"}])
def test_a_market_below_zero_audits_clean_and_its_surpluses_sum_up(keys: Mapping[str, Any], zone: Path, tmp_path: Path) -> None:
    run = one_zone.finished(zone, tmp_path, {**BELOW, **keys})
    assert audit(run, rerun=True).differences == ()
    found = tally(run.tables, run.hours)
    assert sum(found.surpluses().values()) == found.welfare()


def test_at_a_floor_of_zero_such_a_plant_offers_at_the_floor(zone: Path, tmp_path: Path) -> None:
    run = one_zone.finished(zone, tmp_path, {})
    assert list(run.tables["prices"]["price_per_mwh"][:2]) == [0.0, 0.0]


LOSSY = {"region.path": "two-zones", "run.chain": "mirror", "run.design": "coupled", "run.hours": 2}


def test_a_lossy_line_runs_at_every_floor_at_which_losing_energy_earns_nothing(zone: Path, tmp_path: Path) -> None:
    """It charges 20.00 and loses 3 %: a floor of -666.66 is the lowest."""
    keys = {**one_zone.RUN, **LOSSY, "region.exchange": "none", "market.price_floor_per_mwh": -666.66}
    assert audit(one_zone.finished(Path("two-zones"), tmp_path, keys)).differences == ()
    with pytest.raises(InputError, match=r"losing energy would earn money; market\.price_floor_per_mwh should be -666\.66 or more"):
        one_zone.finished(Path("two-zones"), tmp_path, {**keys, "market.price_floor_per_mwh": -666.67})


@pytest.mark.parametrize("name", ["marginal_cost", "markup"])
@pytest.mark.parametrize("cost", [-5_000, 5_000])
def test_dearer_units_and_markups_lie_above_a_cost_of_either_sign(name: str, cost: int) -> None:
    plant, view = me(name, {"unit_spread": 0.1}, cost, "capacity"), View(0, ("GD",), -10_000, 150_000, (1000,), (None,))
    order = strategy(name)().propose(plant, view, np.random.default_rng(1), 90)
    assert isinstance(order, Offer)
    prices = [segment.price for segment in order.segments]
    assert prices == sorted(set(prices))
    assert prices[0] == cost + (500 if name == "markup" else 0)


class Member:
    """A plant as a crowd asks for it."""

    def __init__(self, name: str, cost: int) -> None:
        self.id, self.me, self.strategy = "P", me(name, {"unit_spread": 0.1}, cost, "capacity"), strategy(name)()

    def room(self, hour: int) -> int:
        return 90


@pytest.mark.parametrize("name", ["marginal_cost", "markup"])
def test_many_plants_below_zero_ask_what_each_asks_alone(name: str) -> None:
    view, members = View(0, ("GD",), -10_000, 150_000, (1000,), (None,)), [Member(name, cost) for cost in (-5_000, -1, 0, 1, 5_000)]
    many = strategy(name)()
    assert isinstance(many, Many)
    ladders = many.propose_many(Crowd(members), view, np.full(5, 90, np.int64))
    for at, member in enumerate(members):
        order = member.strategy.propose(member.me, view, np.random.default_rng(1), 90)
        assert order is not None
        assert [segment.price for segment in order.segments] == ladders.price[at, : ladders.count[at]].tolist()
