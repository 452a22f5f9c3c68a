"""Once a market is set up, nobody can write to its ledger but its contracts: not even the operator that deployed it."""

from __future__ import annotations

import pytest

from shengdian import agents
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.chain.abi import refusal
from shengdian.sim.market.deployment import ADMIN_ROLE
from shengdian.sim.model import Model
from shengdian.sim.twins.ledger import POSTER_ROLE


@pytest.mark.parametrize("chain", ["mirror", "pyevm"])
def test_operator_can_neither_post_nor_let_anybody_post(chain: str) -> None:
    config = override(load_config("six-provinces-day"), {"region.zones": ["SX"], "run.chain": chain})
    scenario = build_scenario(config, "provincial", 1)
    market = Model(scenario, agents.build).market
    taken = [0, 0, -1_000_000, 1_000_000]
    calls = [
        market.operator_call("Ledger", "post", taken),
        market.operator_call("Ledger", "grantRole", POSTER_ROLE, market.operator),
        market.operator_call("Ledger", "grantRole", ADMIN_ROLE, market.operator),
    ]
    block = market.send([("settle", call) for call in calls], scenario.start)
    assert [receipt.success for receipt in block.receipts] == [False] * 3
    assert {refusal(receipt.output).error for receipt in block.receipts} == {"AccessControlUnauthorizedAccount"}
