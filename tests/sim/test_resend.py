"""A chain whose state cannot be kept stands where it stood once its recorded blocks are carried out again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from shengdian import agents
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.one_run import run_single
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.adapters.mirror import MirrorChain
from shengdian.sim.base.errors import NodeError
from shengdian.sim.chain import keys
from shengdian.sim.chain.port import Block, Durable, Transaction
from shengdian.sim.model import Model
from shengdian.sim.record.chain_record import read_record
from shengdian.sim.record.recorded_blocks import receipt_of
from tests.experiments.test_sweep import contents

CHANGES = {
    "region.zones": ["JX"],
    "users.count": {"industry": 1, "commerce": 1, "residential": 1},
    "run.chain": "mirror",
    "run.compare": [],
}


class Node:
    """The mirror chain without a state that can be kept, as a JSON-RPC node."""

    name = "mirror"
    chain_id = 0
    genesis: Mapping[bytes, int] = {}

    def __init__(self) -> None:
        self._chain = MirrorChain()

    def account(self, name: str) -> bytes:
        return self._chain.account(name)

    def send_block(self, transactions: Sequence[Transaction], timestamp: int) -> Block:
        return self._chain.send_block(transactions, timestamp)

    def call(self, asked: Transaction) -> bytes:
        return self._chain.call(asked)


def test_run_on_a_node_is_resumed_from_its_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = override(load_config("six-provinces-day"), {**CHANGES, "run.hours": 30})
    whole = run_single(config, tmp_path / "whole")
    monkeypatch.setattr("shengdian.sim.model.open_chain", lambda name: Node())
    assert not isinstance(Node(), Durable)
    hours: list[int] = []

    def stop(more: int, before: bool) -> None:
        hours.append(more)
        if len(hours) == 26:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_single(config, tmp_path / "node", stop)
    assert contents(run_single(config, tmp_path / "node", resume=True)) == contents(whole)


def test_chain_that_answers_otherwise_than_recorded_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = override(load_config("six-provinces-day"), {**CHANGES, "run.hours": 1})
    blocks = list(read_record(run_single(config, tmp_path) / "chain.jsonl.gz"))[1:]
    blocks[-1]["transactions"][0]["logs"] = []
    monkeypatch.setattr("shengdian.sim.model.open_chain", lambda name: Node())
    model = Model(build_scenario(config, config.run.design, 1), agents.build)
    with pytest.raises(NodeError, match=r"answers transaction 0x[0-9a-f]+ of block 6 otherwise than recorded"):
        model.restore({}, {}, blocks)


def test_signed_transaction_of_the_record_names_sender_contract_and_calldata() -> None:
    asked = Transaction(keys.address("someone"), b"\x02" * 20, b"\x03\x04")
    raw = keys.signed(keys.private_key("someone"), asked, 7, 31337)
    assert receipt_of({"raw": "0x" + raw.hex(), "hash": "0x", "status": 1, "gas_used": 0, "logs": []})[0].transaction == asked
