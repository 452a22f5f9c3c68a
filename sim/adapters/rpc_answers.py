"""What a JSON-RPC node answers, read strictly: ValueError for everything that is not of the kind expected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import rlp
from eth_utils.crypto import keccak

from shengdian.sim.chain.port import Log

HEADER = (
    "parentHash sha3Uncles miner stateRoot transactionsRoot receiptsRoot logsBloom difficulty number gasLimit gasUsed timestamp extraData "
    "mixHash nonce baseFeePerGas withdrawalsRoot blobGasUsed excessBlobGas parentBeaconBlockRoot requestsHash"
)
"""fields of a header, in their order; later forks added to the end"""
NUMBERS = ("difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed", "excessBlobGas")


def field(value: Any, name: str, otherwise: Any = None) -> Any:
    """The field of an object; `otherwise` where it is missing, if that is not None."""
    if not isinstance(value, Mapping):
        raise ValueError(f"no object: {str(value)[:80]}")
    found = value.get(name, otherwise)
    if found is None:
        raise ValueError(f"no {name}")
    return found


def items(value: Any, count: int | None = None) -> list[Any]:
    """A list, of `count` items if that is given."""
    if not isinstance(value, list) or count not in (None, len(value)):
        raise ValueError(f"not a list{'' if count is None else f' of {count}'}: {str(value)[:80]}")
    return value


def number_of(text: Any) -> int:
    """A number, 0x..."""
    if not isinstance(text, str) or not text.startswith("0x"):
        raise ValueError(f"no number: {str(text)[:80]}")
    return int(text, 16)


def bytes_of(text: Any, length: int | None = None) -> bytes:
    """Bytes, 0x...; `length` of them if that is given."""
    if not isinstance(text, str) or not text.startswith("0x"):
        raise ValueError(f"no bytes: {str(text)[:80]}")
    data = bytes.fromhex(text[2:])
    if length not in (None, len(data)):
        raise ValueError(f"not {length} bytes: {text[:80]}")
    return data


def logs_of(receipt: Any) -> tuple[Log, ...]:
    """The logs of a receipt."""
    return tuple(
        Log(
            bytes_of(field(log, "address"), 20),
            tuple(bytes_of(topic, 32) for topic in items(field(log, "topics"))),
            bytes_of(field(log, "data")),
        )
        for log in items(field(receipt, "logs"))
    )


def refused_with(answer: Any) -> bytes | None:
    """The data of the error that a call was answered with; None where it has none."""
    error = answer.get("error")
    data = error.get("data") if isinstance(error, Mapping) else None
    return bytes_of(data) if isinstance(data, str) else None


def header_of(block: Any) -> bytes:
    """RLP of the block's header; empty where its fields, in the order of the yellow paper, do not give its hash (an unknown fork)."""
    fields = [_field(name, block[name]) for name in HEADER.split() if block.get(name) is not None]
    header: bytes = rlp.encode(fields)
    return header if keccak(header) == bytes_of(block["hash"]) else b""


def _field(name: str, text: Any) -> bytes:
    """A field as RLP takes it: numbers without leading zeros."""
    if name not in NUMBERS:
        return bytes_of(text)
    number = number_of(text)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
