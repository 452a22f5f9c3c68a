"""geth, a client with a clock of its own, carries out what the reference does. It is built with Go the first time: some minutes."""

from __future__ import annotations

from pathlib import Path

import pytest

from shengdian.sim.adapters import open_chain
from shengdian.sim.adapters.rpc_own_clock import OwnClockChain
from shengdian.sim.base.timetable import HOUR
from shengdian.sim.chain.port import OWN_CLOCK_GAS, Transaction
from tests.geth import started
from tests.sim.test_chains import TRADERS, bytecode, operator, receipts, reference_bytecode

NAMES = ("operator", "stranger", *TRADERS)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def opened(url: str) -> OwnClockChain:
    chain = open_chain(url)
    assert isinstance(chain, OwnClockChain)
    for name in NAMES:
        chain.account(name)
    chain.first_hour(HOUR)
    return chain


def test_geth_carries_out_bytecode_as_the_reference_does(tmp_path: Path) -> None:
    with started(2, tmp_path, NAMES) as url:
        chain = opened(url)
        told = receipts([chain.send_block(block, chain.head().time + 1) for block in bytecode()])
    for got, expected in zip(told, receipts(reference_bytecode()), strict=True):
        assert (got.success, got.logs) == (expected.success, expected.logs)
        assert got.gas == expected.gas or expected.gas > OWN_CLOCK_GAS, (
            "only what uses a share of its limit has another gas under another limit"
        )


def test_geth_takes_the_transactions_of_a_block_in_the_order_sent(tmp_path: Path) -> None:
    with started(2, tmp_path, NAMES) as url:
        chain = opened(url)
        senders = [chain.account(name) for name in (*reversed(TRADERS), "operator", *TRADERS)]
        sent = [Transaction(sender, operator(), b"") for sender in senders]
        assert [each.transaction for each in chain.send_block(sent, chain.head().time + 1).receipts] == sent
