"""Collateral in a run: deposits, one who never pays, and who bears it."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import pytest

from shengdian import agents
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.results.metrics import Tally
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.adapters import revm
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.model import Model
from shengdian.sim.record.tables import columns_of, to_arrow
from shengdian.sim.scenario import Scenario

SMALL = {"region.zones": ("GD", "SX"), "run.chain": "mirror", "run.hours": 4, "collateral.hours": 3, "run.compare": ("provincial",)}


def scenario(**changes: object) -> Scenario:
    return build_scenario(
        override(load_config("collateral-day"), {**SMALL, **{key.replace("__", "."): value for key, value in changes.items()}}),
        "provincial",
        1,
    )


@cache
def hours() -> tuple[HourResult, ...]:
    model = Model(scenario(), agents.build)
    return tuple(model.step_hour() for _ in range(4))


def test_a_default_is_covered_by_deposit_then_fund_then_creditors() -> None:
    assert [len(hour.defaults) for hour in hours()] == [0, 0, 2, 0]
    supplier, household = hours()[2].defaults
    assert (supplier.trader, supplier.from_collateral) == ("GD_supplier", supplier.owed)
    assert (household.trader, household.from_collateral, household.from_fund) == ("GD_residential_1", 0, 10**11)
    assert household.owed == household.from_fund + household.shared


def test_who_is_in_default_orders_no_more() -> None:
    refused = [order.trader for stage in hours()[3].stages for order in stage.orders if order.error == "OrderAboveCollateral"]
    assert set(refused) == {"GD_supplier"}
    assert not any(order.error for hour in hours()[:3] for stage in hour.stages for order in stage.orders)


def test_a_close_brings_every_account_to_zero() -> None:
    balances: dict[str, int] = defaultdict(int)
    for hour in hours()[:3]:
        for entry in hour.ledger:
            balances[entry.trader] += entry.money
        assert sum(entry.money for entry in hour.ledger) == 0
    assert set(balances.values()) == {0}


def test_metrics_are_what_they_are_without_collateral() -> None:
    plain = Model(scenario(collateral__required=False), agents.build)
    without = [plain.step_hour() for _ in range(3)]
    totals = []
    for some in (hours()[:3], without):
        tally = Tally()
        tables: dict[str, list[object]] = defaultdict(list)
        for hour in some:
            for name, columns in columns_of(hour):
                tables[name].append(columns)
        tally.add({name: to_arrow(name, parts).to_pandas() for name, parts in tables.items()})  # type: ignore[arg-type]
        totals.append((dict(tally.sums), {who: money for who, money in tally.money.items() if money}, tally.surpluses()))
    assert totals[0] == totals[1]


def test_other_chains_leave_the_same_logs() -> None:
    if not revm.installed():
        pytest.skip("revm is not installed")
    logs = []
    for chain in ("mirror", "revm"):
        model = Model(scenario(run__chain=chain), agents.build)
        for _ in range(2):
            model.step_hour()
        model.step_hour()
        assert model.last_block is not None
        logs.append([receipt.logs for receipt in model.last_block.receipts])
    assert logs[0] == logs[1]


def test_unknown_defaulter_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match=r"collateral.defaults\[0\] is 'GD_suplier'; it is none of the \d+ .*did you mean 'GD_supplier'"):
        scenario(collateral__defaults=("GD_suplier",))


@pytest.mark.parametrize(("key", "value"), [("hours", 0), ("hours", 745), ("factor", -1.0), ("fund", -1.0), ("required", 1)])
def test_values_out_of_range_are_refused_by_full_key(key: str, value: object) -> None:
    with pytest.raises(InputError, match=f"collateral.{key}"):
        override(load_config("collateral-day"), {f"collateral.{key}": value})
