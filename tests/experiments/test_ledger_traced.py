"""With everything switched on, every money flow of a run leads to a transaction, sums to zero by hour and cause group, and nothing else
moves a balance."""

from __future__ import annotations

from collections import defaultdict

import pytest

from shengdian import agents
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.base.units import money
from shengdian.sim.chain.abi import interface
from shengdian.sim.model import Model
from shengdian.sim.record.finished_run import load
from tests.experiments.audited import SMALL, VARIANTS, blocks, finished

EVERYTHING = [name for name in VARIANTS if name.startswith("everything")]
GROUP = dict.fromkeys(("auction", "regional", "wheeling", "rent", "loss"), "auction")
"""of the causes that one clearing pays together; the others are a group each, but for charges and losses of an agreement's line"""


@pytest.mark.parametrize("variant", EVERYTHING)
def test_every_row_of_the_ledger_leads_to_a_transaction_and_groups_sum_to_zero(variant: str) -> None:
    run = load(finished(variant))
    made = {block["number"]: {each["hash"]: each["status"] for each in block["transactions"]} for block in blocks(run.directory)}
    sums: dict[tuple[int, str], int] = defaultdict(int)
    senders: dict[tuple[int, str], set[str]] = defaultdict(set)
    for row in run.tables["ledger"].itertuples(index=False):
        assert made[row.block][row.transaction] == 1
        group = GROUP.get(row.cause, row.cause)
        sums[row.hour, group] += money(row.money)
        senders[row.hour, group].add(row.transaction)
    hours = {hour for hour, _ in sums}
    assert hours == set(range(run.hours))
    assert set(sums.values()) == {0}
    contracts = "difference" if "financial" in variant else "agreement"
    assert {group for _, group in sums} >= {contracts, "auction", "deviation"}
    assert all(len(senders[hour, group]) == 1 for hour in hours for group in (contracts, "auction"))


@pytest.mark.parametrize("variant", EVERYTHING)
def test_balances_on_the_chain_are_what_the_rows_of_the_ledger_sum_to(variant: str) -> None:
    config = override(load_config("base"), {**SMALL, **VARIANTS[variant]})
    model = Model(build_scenario(config, config.run.design, 1), agents.build)
    numbers = {"grid": 0, "rent": 1, **model.market.number}
    numbers |= {"bank": 2 + len(model.market.number)} if model.collaterals else {}
    sums = dict.fromkeys(numbers, 0)
    for _ in range(3 if config.run.hours > 2 else config.run.hours):
        for entry in model.step_hour().ledger:
            sums[entry.trader] += entry.money
        for who, number in numbers.items():
            call = model.market.operator_call("Ledger", "balanceOf", number)
            assert interface("Ledger").returned("balanceOf", model.chain.call(call)) == sums[who], who
