"""The chain's own record: `chain.jsonl.gz`, one block a line, and the digest over all logs."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak

from sim.chain import Block, Log, Receipt
from sim.errors import InputError

NAME = "chain.jsonl.gz"


class Digest:
    """A keccak chain over logs in order: d = keccak(d || address || topics || data), beginning with 32 zero bytes.

    It knows nothing of blocks, gas or signatures, so it is equal on every chain that ran the same orders.
    """

    def __init__(self) -> None:
        self.value = bytes(32)

    def add(self, log: Log) -> None:
        """Takes in one more log."""
        self.value = keccak(self.value + log.address + b"".join(log.topics) + log.data)

    def hex(self) -> str:
        """0x and 64 hexadecimal digits."""
        return hexadecimal(self.value)


def hexadecimal(data: bytes) -> str:
    """Bytes as people write them, 0x..."""
    return "0x" + data.hex()


def _transaction(receipt: Receipt) -> dict[str, Any]:
    line: dict[str, Any] = {"hash": hexadecimal(receipt.hash)}
    if receipt.raw:
        line["raw"] = hexadecimal(receipt.raw)
    else:
        asked = receipt.transaction
        line |= {"from": hexadecimal(asked.sender), "to": hexadecimal(asked.to), "data": hexadecimal(asked.data)}
    line |= {"status": int(receipt.success), "gas_used": receipt.gas}
    if not receipt.success:
        line["output"] = hexadecimal(receipt.output)
    line["logs"] = [
        {"address": hexadecimal(log.address), "topics": [hexadecimal(topic) for topic in log.topics], "data": hexadecimal(log.data)}
        for log in receipt.logs
    ]
    return line


class ChainRecord:
    """Writes the record while the run goes on.

    Blocks that come before `begin` (deployment and enrolment) wait in memory, because the first line names what was deployed.
    """

    def __init__(self, path: Path) -> None:
        self.digest = Digest()
        self.blocks = 0
        self.transactions = 0
        self.gas = 0
        self.last_hash = b""
        """32 bytes; empty before the first block and on a chain without blocks"""
        self._begun = False
        self._waiting: list[str] = []
        self._raw = path.open("wb")
        # no file name and no time in the header: the same blocks give the same bytes
        self._file = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=self._raw, mtime=0)

    def begin(self, chain_id: int, genesis: Mapping[str, int], deployments: Mapping[str, str]) -> None:
        """The first line: chain id, wei by address at genesis, address by contract name."""
        if self._begun:
            raise RuntimeError("the first line of the chain's record is already written")
        self._begun = True
        self._put({"chain_id": chain_id, "genesis": dict(genesis), "deployments": dict(deployments)})
        for line in self._waiting:
            self._file.write(line.encode())
        self._waiting.clear()

    def block(self, block: Block) -> None:
        """One more block."""
        self.blocks += 1
        self.transactions += len(block.receipts)
        self.last_hash = block.hash
        for receipt in block.receipts:
            self.gas += receipt.gas
            for log in receipt.logs:
                self.digest.add(log)
        self._put(
            {
                "number": block.number,
                "timestamp": block.timestamp,
                "hash": hexadecimal(block.hash),
                "transactions": [_transaction(receipt) for receipt in block.receipts],
            }
        )

    def close(self) -> None:
        """Ends the file; a record that never began gets an empty first line."""
        if self._raw.closed:
            return
        if not self._begun:
            self.begin(0, {}, {})
        self._file.close()
        self._raw.close()

    def _put(self, value: Mapping[str, Any]) -> None:
        line = json.dumps(value, separators=(",", ":")) + "\n"
        if self._begun:
            self._file.write(line.encode())
        else:
            self._waiting.append(line)


def read_record(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a record: first the chain, then its blocks. InputError where the file is cut short or no record."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)
    except (EOFError, OSError, ValueError) as cause:
        raise InputError(f"{path}: not a whole chain record ({cause})") from cause
