"""A proof of one transaction of a run, for somebody who has nothing of the run but one hash (see audit/verify.py).

On a chain with real blocks: Merkle-Patricia proofs of the transaction and of its receipt against the roots in the block's header, and the
headers from there to the run's last block; on a node with a clock of its own, which makes blocks in between that are not recorded, only
as far as they follow one another. On a chain without blocks: the place of one of its logs in the Merkle tree of all logs, whose
root is `logs_root` in the manifest; it proves what a contract said, not who signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import rlp

from shengdian.sim.base.errors import InputError
from shengdian.sim.chain import tries
from shengdian.sim.chain.port import Block, Log
from shengdian.sim.record.chain_record import NAME, hexadecimal, leaves
from shengdian.sim.record.merkle import path as merkle_path
from shengdian.sim.record.recorded_blocks import read


def prove(run_directory: str | PathLike[str], block: int, place: int) -> dict[str, Any]:
    """The proof of transaction `place` of a block, as JSON can hold it. InputError where there is none, or nothing to prove."""
    _, _, recorded = read(Path(run_directory) / NAME)
    blocks = [each.block for each in recorded]
    at = next((index for index, each in enumerate(blocks) if each.number == block), None)
    if at is None or not 0 <= place < len(blocks[at].receipts):
        raise InputError(f"{run_directory}: block {block} has no transaction {place}")
    return _by_receipt(blocks[at:], place) if blocks[at].header else _by_log(blocks, at, place)


def _by_receipt(blocks: Sequence[Block], place: int) -> dict[str, Any]:
    block = blocks[0]
    linked = 1
    while linked < len(blocks) and blocks[linked].header and tries.header(blocks[linked].header).parent == blocks[linked - 1].hash:
        linked += 1
    transactions = tries.trie_of([receipt.raw for receipt in block.receipts])
    receipts = tries.trie_of(tries.encoded_receipts(block))
    return {
        "kind": "receipt",
        "place": place,
        "transaction_proof": _nodes(transactions, place),
        "receipt_proof": _nodes(receipts, place),
        "headers": [hexadecimal(each.header) for each in blocks[:linked]],
    }


def _nodes(trie: Any, place: int) -> list[str]:
    """The nodes on the way to an entry, from the root."""
    return [hexadecimal(rlp.encode(node)) for node in trie.get_proof(tries.key(place))]


def _by_log(blocks: Sequence[Block], at: int, place: int) -> dict[str, Any]:
    logs: list[Log] = []
    first = -1
    for index, block in enumerate(blocks):
        for position, receipt in enumerate(block.receipts):
            if (index, position) == (at, place):
                first = len(logs) if receipt.logs else -1
            logs += receipt.logs
    if first < 0:
        raise InputError(
            f"transaction {place} of block {blocks[at].number} was refused and left no log; "
            "on a chain without blocks only logs can be proven (run on eth-tester to prove receipts)"
        )
    log = logs[first]
    return {
        "kind": "log",
        "place": first,
        "leaves": len(logs),
        "log": [hexadecimal(log.address), [hexadecimal(topic) for topic in log.topics], hexadecimal(log.data)],
        "path": [hexadecimal(node) for node in merkle_path(leaves(logs), first)],
    }
