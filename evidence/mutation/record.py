"""A pytest plugin: what the tests send to an EVM is kept with what came of it (`pytest -p evidence.mutation.record`).

Such a file is a pickle of scenarios: only this command writes and reads it.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from evidence.mutation.corpus import Scenario, Step
from shengdian.sim.adapters import eth_tester, revm
from shengdian.sim.base.errors import Reverted
from shengdian.sim.chain.port import Block, Transaction

FOLDER = "MUTATION_CORPUS"
"""environment variable: where the files go"""

TIMES = 5
"""as many examples as the suite tries"""

_scenarios: dict[int, Scenario] = {}
_times: dict[int, int] = {}
"""timestamp of a chain's last block, which may have been empty"""
_chains: list[Any] = []
_test = ""


def _scenario(chain: Any) -> Scenario:
    if id(chain) not in _scenarios:
        _chains.append(chain)  # an id is of one chain only while the chain lives
        _scenarios[id(chain)] = Scenario(_test, [])
    return _scenarios[id(chain)]


def _recorded(chain_class: Any) -> tuple[Callable[..., Block], Callable[..., bytes]]:
    send, call = chain_class.send_block, chain_class.call

    def send_block(self: Any, transactions: Sequence[Transaction], timestamp: int) -> Block:
        block: Block = send(self, transactions, timestamp)
        steps, _times[id(self)] = _scenario(self).steps, timestamp
        for receipt in block.receipts:
            output = receipt.output if receipt.transaction.to or not receipt.success else b""
            step = Step(timestamp, receipt.transaction, False, receipt.success, output, tuple(receipt.logs))
            steps.append(step)
        return block

    def read(self: Any, transaction: Transaction) -> bytes:
        steps, timestamp = _scenario(self).steps, _times.get(id(self), 0)
        try:
            output: bytes = call(self, transaction)
        except Reverted:
            steps.append(Step(timestamp, transaction, True, False, None, ()))
            raise
        steps.append(Step(timestamp, transaction, True, True, output, ()))
        return output

    return send_block, read


def pytest_configure() -> None:
    """Puts the recorder around revm, and revm in the place of the reference chain, which is slower and says the same."""
    for chain in revm.BINDINGS.values():
        chain.send_block, chain.call = _recorded(chain)  # type: ignore[method-assign]
    eth_tester.create = revm.create  # type: ignore[assignment]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Laws are tried on more examples than in the suite, the same ones every time."""
    seen = set()
    for item in items:
        law = getattr(item, "obj", None)
        used = getattr(law, "_hypothesis_internal_use_settings", None)
        if law is not None and used is not None and id(law) not in seen:
            seen.add(id(law))
            law._hypothesis_internal_use_settings = settings(used, max_examples=used.max_examples * TIMES, deadline=None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Scenarios bear the name of their test."""
    global _test
    _test = item.nodeid


def pytest_sessionfinish() -> None:
    """Writes what this process has seen."""
    scenarios = list(_scenarios.values())
    if scenarios:
        Path(os.environ[FOLDER], f"{os.getpid()}.pickle").write_bytes(pickle.dumps(scenarios))
