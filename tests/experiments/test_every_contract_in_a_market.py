"""Every contract there is works in a market on an EVM and leaves the logs of its twin: who adds one adds its scene here, or is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from shengdian import agents, contracts
from shengdian.ahead.bilateral import Bilateral
from shengdian.ahead.listing import Listing
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.chain.port import Block, Log
from shengdian.sim.market.deployment import Deployment
from shengdian.sim.model import Model
from tests.experiments.audited import AGREED, CLOSES, ERRORS, FINANCIAL, SEALED, SMALL
from tests.experiments.medium_term.small import opening, state, terms

Watch = Callable[[Block], None]


def hour(**keys: Any) -> Callable[[str, Watch], Deployment]:
    """An hour of two provinces with these keys of the config."""

    def played(chain: str, watch: Watch) -> Deployment:
        config = override(load_config("base"), {**SMALL, "run.hours": 1, "run.chain": chain, **keys})
        scenario = replace(build_scenario(config, config.run.design, 1), terms=(b"\1" * 32,) * 4)
        model = Model(scenario, agents.build, watch)
        model.step_hour()
        return model.market

    return played


def agreements(chain: str, watch: Watch) -> Deployment:
    """A year's agreement, and one hour of its delivery."""
    desk = Bilateral(state(opening()), chain, terms(), 1)
    desk.market.chain = Watched(desk.market.chain, watch)
    desk.annual("SX")
    desk.market.settle(0)
    return desk.market


def listing(chain: str, watch: Watch) -> Deployment:
    """A month that is listed, taken and shared."""
    board = Listing(state(opening(annual=0.0, listing=1.0)), ["SX"], chain, terms(), 1)
    board.market.chain = Watched(board.market.chain, watch)
    board.month(0)
    return board.market


class Watched:
    """A chain whose blocks somebody sees."""

    def __init__(self, chain: Any, watch: Watch) -> None:
        self._chain, self._watch = chain, watch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chain, name)

    def send_block(self, *arguments: Any) -> Block:
        block: Block = self._chain.send_block(*arguments)
        self._watch(block)
        return block


COUPLED, PAIRS, OWN_PRICE = {"run.design": "coupled"}, {"market.mechanism": "matched-pairs"}, {"market.mechanism": "pay-as-bid"}
CLOSED = {"region.exchange": "none"}
ONE_PRICE = {**COUPLED, "market.mechanism": "one-price"}
SCENES: Mapping[str, Callable[[str, Watch], Deployment]] = {
    "Agreements": agreements,
    "Allocation": hour(),
    "AuditedUniformAuction": hour(**COUPLED, **{"market.audit_margin": 0.1}),
    "Collateral": hour(**{**CLOSES, "collateral.hours": 1}),
    "CorridorMatchingAuction": hour(**{"run.design": "corridor_matching"}),
    "DayAheadAuction": hour(**{"run.design": "day_ahead"}),
    "Deviation": hour(**ERRORS),
    "Differences": hour(**FINANCIAL),
    "LeastCostDispatch": hour(**CLOSED, **{"structure.preset": "china_monopoly"}),
    "Ledger": hour(),
    "Listing": listing,
    "MatchedPairsAuction": hour(**PAIRS, **{"run.design": "provincial"}),
    "NodalAuction": hour(
        **{"run.design": "nodal", "region.path": "pjm-five-bus", "region.zones": ["A", "B", "C", "D", "E"], "run.start": "2016-07-01"}
    ),
    "OnePriceAuction": hour(**ONE_PRICE),
    "OwnFirstDispatch": hour(**CLOSED, **{"structure.preset": "japan"}),
    "PayAsBidAuction": hour(**COUPLED, **OWN_PRICE),
    "PricedDayAheadAuction": hour(**FINANCIAL, **{"run.design": "day_ahead"}),
    "PricedOnePriceAuction": hour(**FINANCIAL, **ONE_PRICE),
    "PricedTwoStageAuction": hour(**FINANCIAL),
    "PricedUniformAuction": hour(**FINANCIAL, **COUPLED),
    "Registry": hour(),
    "Reservations": hour(**AGREED),
    "Retail": hour(**{"structure.preset": "american", "structure.retailers": 2}),
    "SealedMatchedPairsAuction": hour(**SEALED, **PAIRS, **{"run.design": "provincial"}),
    "SealedOnePriceAuction": hour(**SEALED, **ONE_PRICE),
    "SealedPayAsBidAuction": hour(**SEALED, **COUPLED, **OWN_PRICE),
    "SealedPricedOnePriceAuction": hour(**SEALED, **FINANCIAL, **ONE_PRICE),
    "SealedPricedTwoStageAuction": hour(**SEALED, **FINANCIAL),
    "SealedPricedUniformAuction": hour(**SEALED, **FINANCIAL, **COUPLED),
    "SealedTwoStageAuction": hour(**SEALED),
    "SealedUniformAuction": hour(**SEALED, **COUPLED),
    "Tariffs": hour(),
    "Terms": hour(),
    "TwoStageAuction": hour(),
    "UniformAuction": hour(**COUPLED),
}
WITHOUT_LOGS = {"Ledger"}
"""contracts that say nothing themselves after they are set up"""


@cache
def logs(name: str, chain: str) -> tuple[bytes, tuple[Log, ...]]:
    """The contract's address, and all that any contract of its scene says."""
    blocks: list[Block] = []
    market = SCENES[name](chain, blocks.append)
    assert all(receipt.success for block in blocks for receipt in block.receipts)
    return market.contracts[name], tuple(log for block in blocks for receipt in block.receipts for log in receipt.logs)


@pytest.mark.parametrize("name", contracts.names())
def test_contract_in_its_scene_leaves_the_logs_of_its_twin(name: str) -> None:
    assert name in SCENES, f"{name} has no scene in which its twin is compared"
    address, said = logs(name, "pyevm")
    assert said == logs(name, "mirror")[1]
    assert name in WITHOUT_LOGS or any(log.address == address for log in said)
