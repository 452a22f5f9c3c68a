"""The chain's record read back, block by block, with the signer of every signed transaction recovered."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shengdian.sim.base.errors import InputError
from shengdian.sim.base.parsing import json_of
from shengdian.sim.chain.keys import Signed, opened
from shengdian.sim.chain.port import Block, Log, Receipt, Receipts, Transaction


class Unreadable(InputError):
    """The record cannot be read on; says where."""

    def __init__(self, sentence: str, block: int | None = None, transaction: int | None = None) -> None:
        super().__init__(sentence)
        self.block = block
        """number, as far as it is known"""
        self.transaction = transaction
        """place in the block"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One line of the record."""

    block: Block
    signed: tuple[Signed | None, ...]
    """by transaction; None where the chain signs nothing"""
    line: str
    """as written, without the end of the line"""


def _lines(path: Path) -> Iterator[str]:
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
            for line in lines:
                yield line.removesuffix("\n")
    except (EOFError, OSError, ValueError, zlib.error) as cause:
        raise Unreadable(f"{path.name} is cut short or damaged ({cause})") from cause


def read(path: Path) -> tuple[Mapping[str, Any], str, Iterator[Recorded]]:
    """The first line, parsed and as written, and the blocks, read while they are asked for. Raises Unreadable."""
    lines = _lines(path)
    text = next(lines, "")
    try:
        first = json_of(text)
    except ValueError as cause:
        raise Unreadable(f"the first line of {path.name} is no JSON ({cause})") from cause
    if not isinstance(first, dict):
        raise Unreadable(f"the first line of {path.name} is no object")
    return first, text, (_recorded(text, number) for number, text in enumerate(lines, 1))


def _recorded(text: str, number: int) -> Recorded:
    """`number` is what the block should have; it names the place of an error."""
    place: int | None = None
    try:
        values = json_of(text)
        receipts: list[Receipt] = []
        signed: list[Signed | None] = []
        for each in values["transactions"]:
            place = len(receipts)
            receipt, opening = receipt_of(each)
            receipts.append(receipt)
            signed.append(opening)
        place = None
        block = Block(
            _whole(values["number"]),
            _whole(values["timestamp"]),
            _bytes(values["hash"]),
            Receipts.of(receipts),
            _bytes(values["header"]) if "header" in values else b"",
        )
    except (KeyError, TypeError, ValueError) as cause:
        what = f"no field {cause}" if isinstance(cause, KeyError) else str(cause)
        where = f"block {number}" + (f", transaction {place}," if place is not None else "")
        raise Unreadable(f"{where} cannot be read: {what}", number, place) from cause
    return Recorded(block, tuple(signed), text)


def receipt_of(values: Mapping[str, Any]) -> tuple[Receipt, Signed | None]:
    """A recorded transaction with what came of it, and its opened signature where it is signed."""
    raw = _bytes(values["raw"]) if "raw" in values else b""
    signed = opened(raw) if raw else None
    transaction = signed.transaction if signed else Transaction(_bytes(values["from"]), _bytes(values["to"]), _bytes(values["data"]))
    logs = tuple(Log(_bytes(log["address"]), tuple(map(_bytes, log["topics"])), _bytes(log["data"])) for log in values["logs"])
    output = _bytes(values["output"]) if "output" in values else b""
    success = {0: False, 1: True}[_whole(values["status"])]
    return Receipt(transaction, _bytes(values["hash"]), success, _whole(values["gas_used"]), output, logs, raw), signed


def _bytes(text: Any) -> bytes:
    if not isinstance(text, str) or not text.startswith("0x"):
        raise ValueError(f"{text!r} is not hexadecimal (0x...)")
    return bytes.fromhex(text[2:])


def _whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is not a whole number")
    return value
