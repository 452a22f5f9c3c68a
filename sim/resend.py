"""Sends recorded blocks again, to chains whose state cannot be kept: they then stand where the record ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sim.chain import Chain
from sim.errors import NodeError
from sim.recorded import receipt_of


def resend(chain: Chain, blocks: Iterable[Mapping[str, Any]]) -> None:
    """Sends recorded blocks to a chain that stands where they begin; NodeError where it answers otherwise than recorded."""
    for line in blocks:
        recorded = [receipt_of(one)[0] for one in line["transactions"]]
        block = chain.send_block([receipt.transaction for receipt in recorded], line["timestamp"])
        for got, was in zip(block.receipts, recorded, strict=True):
            if (got.hash, got.success, got.logs) != (was.hash, was.success, was.logs):
                place = f"transaction 0x{was.hash.hex()} of block {line['number']}"
                raise NodeError(f"chain {chain.name!r} answers {place} otherwise than recorded")
