"""The six-province day from end to end with the clock running, and its recorded transactions alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.clock import now
from benchmarks.sizes import Size
from shengdian import agents
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.adapters import open_chain
from shengdian.sim.chain.port import Block, Chain, Transaction
from shengdian.sim.model import Model
from shengdian.sim.record.chain_record import hexadecimal
from shengdian.sim.record.run_writer import RunWriter
from shengdian.sim.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Day:
    """Hours that were simulated, set-up left out of every figure."""

    model: Model
    seconds: float
    """of the hours: deciding, sending, solving, decoding, settling and recording"""
    hours: int
    orders: int
    traders: int
    """who may order"""
    setup: tuple[Block, ...]
    """blocks made before the first hour"""
    blocks: tuple[Block, ...]
    """two an hour; empty where they were not kept"""
    digest: str
    """over all logs"""

    @property
    def transactions(self) -> int:
        """In the blocks of the hours."""
        return sum(len(block.receipts) for block in self.blocks)


def scenario(size: Size, chain: str, hours: int, design: str = "two_stage") -> Scenario:
    """The six-province day, repeated for as many hours as wanted."""
    changes = {**dict(size.changes), "run.chain": chain, "run.hours": hours}
    return build_scenario(override(load_config("six-provinces-day"), changes), design, 1)


def simulate(size: Size, chain: str, hours: int, design: str = "two_stage", keep: bool = True) -> Day:
    """Simulates and records; as `shengdian run` does it, without its summary.

    Unless `keep`, no block stays in memory: a real run holds none, and many of them would slow this one down.
    """
    world = scenario(size, chain, hours, design)
    blocks: list[Block] = []
    building = True
    with TemporaryDirectory() as directory, RunWriter(Path(directory), "day", world.config) as writer:

        def see(block: Block) -> None:
            if keep or building:
                blocks.append(block)
            writer.block(block)

        model = Model(world, agents.build, see, writer.table_writer.hour)
        writer.begin_chain(
            model.chain.chain_id,
            {hexadecimal(address): wei for address, wei in model.chain.genesis.items()},
            {name: hexadecimal(address) for name, address in model.market.contracts.items()},
        )
        setup, orders, building = tuple(blocks), 0, False
        blocks.clear()
        begun = now()
        for _ in range(hours):
            orders += model.step_hour().transactions.get("orders", 0)
        writer.tables()
        seconds = now() - begun
        digest = writer.chain.counted.digest.hex()
    return Day(model, seconds, hours, orders, len(model.market.traders), setup, tuple(blocks), digest)


def transactions(block: Block) -> list[Transaction]:
    """What was sent for a block."""
    return [receipt.transaction for receipt in block.receipts]


def after_setup(day: Day, chain: Chain | None = None) -> Chain:
    """A fresh chain, one of the same name if none is given, with the set-up of the day carried out. Not for chains that sign."""
    chain = chain or open_chain(day.model.chain.name)
    for block in day.setup:
        chain.send_block(transactions(block), block.timestamp)
    return chain


def replay(day: Day, chain: Chain | None = None) -> float:
    """Seconds of the chain's own part: the recorded transactions through a fresh chain, one of the same name if none is given."""
    chain = after_setup(day, chain)
    prepared = [(transactions(block), block.timestamp) for block in day.blocks]
    begun = now()
    done = [chain.send_block(sent, timestamp) for sent, timestamp in prepared]
    seconds = now() - begun
    same(done, day.blocks)
    return seconds


def same(blocks: Sequence[Block], recorded: Sequence[Block]) -> None:
    """AssertionError unless the work was the same: status and logs of every transaction."""
    for block, other in zip(blocks, recorded, strict=True):
        for receipt, expected in zip(block.receipts, other.receipts, strict=True):
            assert (receipt.success, receipt.logs) == (expected.success, expected.logs)
