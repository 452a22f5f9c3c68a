"""The two Merkle-Patricia tries that a block's header commits to: its transactions and its receipts (Ethereum yellow paper, 4.3).

Keys are the RLP of the place in the block. Every transaction here is of the kind without a type, as `chain.keys.signed` makes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import rlp
from eth_bloom.bloom import BloomFilter
from trie.hexary import HexaryTrie

from shengdian.sim.chain.port import Block, Log, Receipt

_PARENT, _TRANSACTIONS, _RECEIPTS, _NUMBER, _GAS_USED, _TIMESTAMP = 0, 4, 5, 8, 10, 11


@dataclass(frozen=True, slots=True)
class Header:
    """What a block's header says of what is recorded."""

    parent: bytes
    """hash of the block before, 32 bytes"""
    transactions: bytes
    """root of the transactions' trie, 32 bytes"""
    receipts: bytes
    """root of the receipts' trie, 32 bytes"""
    number: int
    gas: int
    """used by the whole block"""
    timestamp: int
    """seconds since 1970"""


def header(encoded: bytes) -> Header:
    """A header out of its RLP; ValueError for anything else."""
    try:
        fields = rlp.decode(encoded)
    except rlp.DecodingError as cause:
        raise ValueError(f"no RLP ({cause})") from cause
    if not isinstance(fields, list) or len(fields) < 15 or not all(isinstance(field, bytes) for field in fields):
        raise ValueError("not the fields of a header")
    number, gas, timestamp = (int.from_bytes(fields[place], "big") for place in (_NUMBER, _GAS_USED, _TIMESTAMP))
    return Header(fields[_PARENT], fields[_TRANSACTIONS], fields[_RECEIPTS], number, gas, timestamp)


def encoded_receipt(receipt: Receipt, gas: int) -> bytes:
    """A receipt as consensus has it: status, `gas` used in the block so far, bloom filter and logs, as RLP."""
    encoded: bytes = rlp.encode([int(receipt.success), gas, bloom_of(receipt.logs), [_log(log) for log in receipt.logs]])
    return encoded


def bloom_of(logs: Iterable[Log]) -> bytes:
    """The bloom filter over addresses and topics of logs, 256 bytes."""
    bloom = BloomFilter()
    for log in logs:
        bloom.add(log.address)
        for topic in log.topics:
            bloom.add(topic)
    return int(bloom).to_bytes(256, "big")


def _log(log: Log) -> list[bytes | list[bytes]]:
    return [log.address, list(log.topics), log.data]


def encoded_receipts(block: Block) -> list[bytes]:
    """Every receipt of the block as consensus has it."""
    gas, out = 0, []
    for receipt in block.receipts:
        gas += receipt.gas
        out.append(encoded_receipt(receipt, gas))
    return out


def key(place: int) -> bytes:
    """What a trie files the entry at `place` under."""
    encoded: bytes = rlp.encode(place)
    return encoded


def trie_of(entries: Sequence[bytes]) -> HexaryTrie:
    """The trie of a block's transactions or receipts."""
    trie = HexaryTrie({}, prune=True)
    for place, entry in enumerate(entries):
        trie[key(place)] = entry
    return trie
