"""Blocks, transactions, receipts and logs as JSON-RPC writes them (Ethereum's execution API)."""

from __future__ import annotations

from typing import Any

import rlp

from shengdian.serving.record import COINBASE, GAS_LIMIT, Served
from shengdian.sim.chain.port import Log
from shengdian.sim.chain.tries import bloom_of
from shengdian.sim.record.chain_record import hexadecimal

FIELDS = {
    "parentHash": 0,
    "sha3Uncles": 1,
    "stateRoot": 3,
    "transactionsRoot": 4,
    "receiptsRoot": 5,
    "logsBloom": 6,
    "extraData": 12,
    "mixHash": 13,
    "nonce": 14,
    "withdrawalsRoot": 16,
    "parentBeaconBlockRoot": 19,
    "requestsHash": 20,
}
"""bytes of a header, by place"""
NUMBERS = {"difficulty": 7, "baseFeePerGas": 15, "blobGasUsed": 17, "excessBlobGas": 18}
"""numbers of a header, by place"""
WITHDRAWALS = 16
"""place of the root that says that a block may have withdrawals"""


def quantity(number: int) -> str:
    """A number: hexadecimal without leading zeros."""
    return hex(number)


def block(served: Served, whole: bool) -> dict[str, Any]:
    """A block, with its transactions `whole` or only their hashes."""
    fields = served.header
    found = {name: hexadecimal(fields[place]) for name, place in FIELDS.items() if place < len(fields)}
    found |= {name: quantity(int.from_bytes(fields[place], "big")) for name, place in NUMBERS.items() if place < len(fields)}
    receipts = served.receipts
    bodies = [[rlp.decode(raw) for raw in receipts.raws], [], *([[]] if len(fields) > WITHDRAWALS else [])]
    if len(fields) > WITHDRAWALS:
        found["withdrawals"] = []  # type: ignore[assignment]
    return {
        **found,
        "number": quantity(served.block.number),
        "hash": hexadecimal(served.block.hash),
        "timestamp": quantity(served.block.timestamp),
        "miner": hexadecimal(fields[COINBASE]),
        "gasLimit": quantity(int.from_bytes(fields[GAS_LIMIT], "big")),
        "gasUsed": quantity(sum(receipts.gas)),
        "size": quantity(len(rlp.encode([list(fields), *bodies]))),
        "uncles": [],
        "transactions": [transaction(served, place) if whole else hexadecimal(receipts.hashes[place]) for place in range(len(receipts))],
    }


def transaction(served: Served, place: int) -> dict[str, Any]:
    """A transaction, by its place in the block."""
    signed, fields = served.signed[place], rlp.decode(served.receipts.raws[place])
    return {
        **_place(served, place),
        "hash": hexadecimal(served.receipts.hashes[place]),
        "type": "0x0",
        "chainId": quantity(signed.chain_id),
        "from": hexadecimal(signed.transaction.sender),
        "to": hexadecimal(signed.transaction.to) if signed.transaction.to else None,
        "nonce": quantity(signed.nonce),
        "gas": quantity(signed.gas_limit),
        "gasPrice": quantity(signed.gas_price),
        "value": quantity(signed.value),
        "input": hexadecimal(signed.transaction.data),
        **{name: quantity(int.from_bytes(value, "big")) for name, value in zip("vrs", fields[6:], strict=True)},
    }


def receipt(served: Served, place: int) -> dict[str, Any]:
    """The receipt of a transaction, by its place in the block."""
    signed, receipts = served.signed[place], served.receipts
    created = served.created(place)
    return {
        "transactionHash": hexadecimal(receipts.hashes[place]),
        **_place(served, place),
        "type": "0x0",
        "from": hexadecimal(signed.transaction.sender),
        "to": hexadecimal(signed.transaction.to) if signed.transaction.to else None,
        "contractAddress": hexadecimal(created) if created else None,
        "status": quantity(receipts.success[place]),
        "gasUsed": quantity(receipts.gas[place]),
        "cumulativeGasUsed": quantity(sum(receipts.gas[: place + 1])),
        "effectiveGasPrice": quantity(signed.gas_price),
        "logs": logs(served, place),
        "logsBloom": hexadecimal(bloom_of(receipts[place].logs)),
    }


def logs(served: Served, place: int) -> list[dict[str, Any]]:
    """The logs of a transaction, by its place in the block."""
    first = served.receipts.logs_of(place).start
    return [_log(served, place, first + at, each) for at, each in enumerate(served.receipts[place].logs)]


def _log(served: Served, place: int, index: int, log: Log) -> dict[str, Any]:
    return {
        "address": hexadecimal(log.address),
        "topics": [hexadecimal(topic) for topic in log.topics],
        "data": hexadecimal(log.data),
        **_place(served, place),
        "transactionHash": hexadecimal(served.receipts.hashes[place]),
        "blockTimestamp": quantity(served.block.timestamp),
        "logIndex": quantity(index),
        "removed": False,
    }


def _place(served: Served, place: int) -> dict[str, Any]:
    return {"blockHash": hexadecimal(served.block.hash), "blockNumber": quantity(served.block.number), "transactionIndex": quantity(place)}
