"""The chain's own record: `chain.jsonl.gz`, one block a line, and the digest over all logs."""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from shengdian.sim.base.errors import InputError
from shengdian.sim.base.keccak import keccak_chain
from shengdian.sim.base.parsing import json_of
from shengdian.sim.chain.port import Block, Log, Logs, Receipts
from shengdian.sim.record.background import Background
from shengdian.sim.record.merkle import MerkleTree

NAME = "chain.jsonl.gz"
COMPRESSION = 1
"""level of gzip: a fifth larger than the default one, in a third of its time"""
AT_ONCE = 24
"""blocks that wait in memory before they are taken in together"""


class Digest:
    """A keccak chain over logs in order: d = keccak(d || address || topics || data), beginning with 32 zero bytes.

    It knows nothing of blocks, gas or signatures, so it is equal on every chain that ran the same orders.
    """

    def __init__(self) -> None:
        self.value = bytes(32)

    def extend(self, logs: Iterable[Log]) -> None:
        """Takes in more logs."""
        self.value = keccak_chain(self.value, [address + topics + data for address, topics, data in columns_of(logs)])

    def hex(self) -> str:
        """0x and 64 hexadecimal digits."""
        return hexadecimal(self.value)


def hexadecimal(data: bytes) -> str:
    """Bytes as people write them, 0x..."""
    return "0x" + data.hex()


def leaves(logs: Iterable[Log]) -> list[bytes]:
    """What the Merkle tree of a run holds of logs: address || number of topics || topics || data.

    With the number, no topic can be passed off as the beginning of the data.
    """
    return [address + bytes((len(topics) // 32,)) + topics + data for address, topics, data in columns_of(logs)]


def columns_of(logs: Iterable[Log]) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Address, topics one after the other, and data of every log."""
    kept = Logs.of(logs)
    return zip(kept.addresses, kept.topics, kept.data, strict=True)


class Counted:
    """What is counted of blocks, one after the other: how many, transactions, gas, the digest and the tree of all logs, the last hash."""

    def __init__(self) -> None:
        self.digest, self.logs = Digest(), MerkleTree()
        self.blocks = self.transactions = self.gas = 0
        self.last_hash = b""
        """32 bytes; empty before the first block and on a chain without blocks"""

    def add(self, *blocks: Block) -> None:
        """Takes in more blocks."""
        for block in blocks:
            self.blocks += 1
            self.transactions += len(block.receipts)
            self.last_hash = block.hash
            self.gas += sum(block.receipts.gas)
            self.digest.extend(block.receipts.logs)
        self.logs.extend([leaf for block in blocks for leaf in leaves(block.receipts.logs)])

    def facts(self) -> dict[str, Any]:
        """As the manifest has it."""
        return {
            "blocks": self.blocks,
            "transactions": self.transactions,
            "gas": self.gas,
            "last_block_hash": hexadecimal(self.last_hash),
            "digest": self.digest.hex(),
            "logs_root": hexadecimal(self.logs.root()),
        }

    def state(self) -> dict[str, Any]:
        """As plain values, from which `of` goes on."""
        counted = {"blocks": self.blocks, "transactions": self.transactions, "gas": self.gas}
        return {**counted, "digest": self.digest.value.hex(), "last_hash": self.last_hash.hex(), "logs": self.logs.state()}

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Counted:
        """What `state` gave."""
        found = cls()
        found.blocks, found.transactions, found.gas = (int(state[name]) for name in ("blocks", "transactions", "gas"))
        found.digest.value, found.last_hash = bytes.fromhex(state["digest"]), bytes.fromhex(state["last_hash"])
        found.logs = MerkleTree.of(state["logs"])
        return found


def first_line(chain_id: int, genesis: Mapping[str, int], deployments: Mapping[str, str]) -> str:
    """Chain id, wei by address at genesis and address by contract name, as JSON."""
    return json.dumps({"chain_id": chain_id, "genesis": dict(genesis), "deployments": dict(deployments)}, separators=(",", ":"))


def block_line(block: Block) -> str:
    """A block as JSON. Hexadecimal text needs no escapes, so it is put together without an encoder."""
    header = f',"header":"0x{block.header.hex()}"' if block.header else ""
    place = f'"number":{block.number},"timestamp":{block.timestamp},"hash":"0x{block.hash.hex()}"{header}'
    return f'{{{place},"transactions":[{",".join(_transactions(block.receipts))}]}}'


def _transactions(receipts: Receipts) -> list[str]:
    """Every transaction as JSON."""
    logs, begins = _logs(receipts.logs), [0, *receipts.log_ends]
    return [
        f'{{"hash":"0x{name.hex()}",{_signed(raw) if raw else _asked(*transaction)},"status":{success:d},"gas_used":{gas}'
        f'{"" if success else _output(output)},"logs":[{",".join(logs[begin:end])}]}}'
        for transaction, name, success, gas, output, raw, begin, end in zip(
            receipts.transactions,
            receipts.hashes,
            receipts.success,
            receipts.gas,
            receipts.outputs,
            receipts.raws,
            begins,
            receipts.log_ends,
            strict=False,
        )
    ]


def _signed(raw: bytes) -> str:
    return f'"raw":"0x{raw.hex()}"'


def _asked(sender: bytes, to: bytes, data: bytes) -> str:
    return f'"from":"0x{sender.hex()}","to":"0x{to.hex()}","data":"0x{data.hex()}"'


def _output(output: bytes) -> str:
    return f',"output":"0x{output.hex()}"'


def _logs(logs: Logs) -> list[str]:
    """Every log as JSON."""
    return [
        f'{{"address":"0x{address.hex()}","topics":[{_topics(topics)}],"data":"0x{data.hex()}"}}'
        for address, topics, data in columns_of(logs)
    ]


def _topics(topics: bytes) -> str:
    return '"0x' + topics.hex(",", 32).replace(",", '","0x') + '"' if topics else ""


class ChainRecord:
    """Writes the record while the run goes on.

    Blocks that come before `begin` (deployment and enrolment) wait in memory, because the first line names what was deployed. A record that
    goes on from `kept` has them already and leaves them out.
    """

    def __init__(self, path: Path, background: Background, kept: Mapping[str, Any] | None = None) -> None:
        """`background` compresses and writes; `kept` is what `state` gave when the file at `path` was as it is now."""
        self._background = background
        self._counted = Counted()
        self._begun = False
        self._kept = kept
        self._waiting: list[Block] = []
        self._raw = path.open("ab")
        self._file: gzip.GzipFile | None = None

    def begin(self, chain_id: int, genesis: Mapping[str, int], deployments: Mapping[str, str]) -> None:
        """The first line: chain id, wei by address at genesis, address by contract name."""
        if self._begun:
            raise RuntimeError("the first line of the chain's record is already written")
        self._begun = True
        if self._kept is not None:
            self._counted = Counted.of(self._kept)
        else:
            self._background.do(self._write, f"{first_line(chain_id, genesis, deployments)}\n")

    def block(self, block: Block) -> None:
        """One more block."""
        if self._kept is not None and not self._begun:
            return
        self._waiting.append(block)
        if len(self._waiting) >= AT_ONCE:
            self._take_in()

    @property
    def counted(self) -> Counted:
        """What is counted of all blocks so far."""
        self._take_in()
        return self._counted

    def keep(self) -> int:
        """Makes everything so far durable, as gzip members of their own, and gives the length of the file in bytes."""
        self._take_in()
        self._end_member()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        return self._raw.tell()

    def close(self) -> None:
        """Ends the file; a record that never began gets an empty first line."""
        if self._raw.closed:
            return
        if not self._begun:
            self.begin(0, {}, {})
        self._take_in()
        self._end_member()
        self._raw.close()

    def drop(self) -> None:
        """Gives the file up as it is."""
        self._file = None
        with suppress(OSError):
            self._raw.close()

    def _take_in(self) -> None:
        """Counts the blocks that wait and has their lines written, once the first line is."""
        if self._begun and self._waiting:
            self._counted.add(*self._waiting)
            self._background.do(self._write, "".join([f"{block_line(block)}\n" for block in self._waiting]))
            self._waiting.clear()

    def _write(self, text: str) -> None:
        if self._file is None:
            # no file name and no time in the header: the same blocks give the same bytes
            self._file = gzip.GzipFile(filename="", mode="wb", compresslevel=COMPRESSION, fileobj=self._raw, mtime=0)
        self._file.write(text.encode())

    def _end_member(self) -> None:
        self._background.wait()
        if self._file is not None:
            self._file.close()
            self._file = None


def read_record(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a record: first the chain, then its blocks. InputError where the file is cut short or no record."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json_of(line)
    except (EOFError, OSError, ValueError, zlib.error) as cause:
        raise InputError(f"{path}: not a whole chain record ({cause})") from cause
