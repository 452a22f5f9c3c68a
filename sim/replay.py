"""Carries a recorded chain out again, for chains whose state cannot be kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import rlp
from eth_account import Account
from eth_utils.address import to_canonical_address

from sim.chain import Chain, Log, Transaction
from sim.errors import InputError


def replay(chain: Chain, blocks: Iterable[Mapping[str, Any]]) -> None:
    """Sends recorded blocks to a chain that stands where they begin; InputError where it answers otherwise than recorded."""
    for line in blocks:
        recorded = line["transactions"]
        block = chain.send_block([transaction(one) for one in recorded], line["timestamp"])
        for receipt, one in zip(block.receipts, recorded, strict=True):
            if (_text(receipt.hash), receipt.success, [_log(log) for log in receipt.logs]) != (
                one["hash"],
                bool(one["status"]),
                one["logs"],
            ):
                place = f"transaction {one['hash']} of block {line['number']}"
                raise InputError(f"chain {chain.name!r} answers {place} otherwise than recorded; remove the run to begin it again")


def transaction(recorded: Mapping[str, Any]) -> Transaction:
    """A transaction of the record, which holds either its parts or the signed whole."""
    if "raw" not in recorded:
        return Transaction(*(bytes.fromhex(recorded[part][2:]) for part in ("from", "to", "data")))
    raw = bytes.fromhex(recorded["raw"][2:])
    fields = rlp.decode(raw)
    return Transaction(to_canonical_address(Account.recover_transaction(raw)), fields[3], fields[5])


def _log(log: Log) -> dict[str, Any]:
    return {"address": _text(log.address), "topics": [_text(topic) for topic in log.topics], "data": _text(log.data)}


def _text(data: bytes) -> str:
    return "0x" + data.hex()
