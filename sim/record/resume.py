"""Sends recorded blocks again, to chains whose state cannot be kept: they then stand where the record ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from shengdian.sim.base.errors import NodeError
from shengdian.sim.chain.port import Block, Chain
from shengdian.sim.record.recorded_blocks import receipt_of


def resend(chain: Chain, blocks: Iterable[Mapping[str, Any]], on_block: Callable[[Block], None]) -> None:
    """Sends recorded blocks to a chain that stands where they begin; NodeError where it answers otherwise than recorded.

    `on_block` sees the blocks made: their hashes are new ones where a node puts its own clock or chance into them, as anvil does.
    """
    for line in blocks:
        recorded = [receipt_of(one)[0] for one in line["transactions"]]
        block = chain.send_block([receipt.transaction for receipt in recorded], line["timestamp"])
        for got, was in zip(block.receipts, recorded, strict=True):
            if (got.hash, got.success, got.gas, got.logs) != (was.hash, was.success, was.gas, was.logs):
                place = f"transaction 0x{was.hash.hex()} of block {line['number']}"
                raise NodeError(f"chain {chain.name!r} answers {place} otherwise than recorded")
        on_block(block)
