"""The recorded blocks of a run, found by number and by hash: what every answer is made of."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import NamedTuple

import rlp

from shengdian.sim.base.errors import InputError
from shengdian.sim.base.keccak import keccak
from shengdian.sim.chain.keys import Signed, created_address
from shengdian.sim.chain.port import Block, Receipts
from shengdian.sim.record.chain_record import NAME
from shengdian.sim.record.finished_run import load
from shengdian.sim.record.recorded_blocks import Recorded, read

COINBASE, GAS_LIMIT, BASE_FEE = 2, 9, 15
"""places of fields in a header"""


class Place(NamedTuple):
    """Where a transaction is."""

    block: int
    """number"""
    transaction: int
    """in the block"""


@dataclass(frozen=True, slots=True)
class Served:
    """A block as it is served."""

    block: Block
    signed: Sequence[Signed]
    """by transaction"""
    header: Sequence[bytes]
    """the fields of the header"""

    @property
    def receipts(self) -> Receipts:
        """What came of its transactions."""
        return self.block.receipts

    @property
    def coinbase(self) -> bytes:
        """Who gets the tips, 20 bytes."""
        return self.header[COINBASE]

    @property
    def base_fee(self) -> int:
        """wei a gas; 0 before there was one."""
        return int.from_bytes(self.header[BASE_FEE], "big") if len(self.header) > BASE_FEE else 0

    def created(self, place: int) -> bytes:
        """The contract that a transaction created, 20 bytes; empty where it created none."""
        opened = self.signed[place]
        return (
            b"" if opened.transaction.to or not self.receipts.success[place] else created_address(opened.transaction.sender, opened.nonce)
        )


@dataclass(slots=True)
class Balances:
    """wei by account, after every block in which it changed."""

    _numbers: dict[bytes, list[int]] = field(default_factory=dict)
    _amounts: dict[bytes, list[int]] = field(default_factory=dict)

    def change(self, account: bytes, number: int, amount: int) -> None:
        """Adds `amount` at block `number`."""
        numbers, amounts = self._numbers.setdefault(account, []), self._amounts.setdefault(account, [])
        if numbers and numbers[-1] == number:
            amounts[-1] += amount
        else:
            numbers.append(number)
            amounts.append((amounts[-1] if amounts else 0) + amount)

    def at(self, account: bytes, number: int) -> int:
        """After block `number`."""
        place = bisect_right(self._numbers.get(account, ()), number)
        return self._amounts[account][place - 1] if place else 0


class Record:
    """All blocks of a run, in memory."""

    def __init__(self, chain_id: int, genesis: Mapping[bytes, int], contracts: Mapping[str, bytes]) -> None:
        """`genesis` is wei by address before the first block, `contracts` the market's addresses by name."""
        self.chain_id, self.genesis, self.contracts = chain_id, genesis, contracts
        self.blocks: dict[int, Served] = {}
        """by number, in order"""
        self.numbers: list[int] = []
        self.by_hash: dict[bytes, int] = {}
        """the number of a block"""
        self.transactions: dict[bytes, Place] = {}
        """by hash"""
        self.balances = Balances()
        self._sent: dict[bytes, list[int]] = {}
        for account, amount in genesis.items():
            self.balances.change(account, 0, amount)

    @property
    def last(self) -> int:
        """The number of the last block; 0 before the first."""
        return self.numbers[-1] if self.numbers else 0

    def add(self, recorded: Recorded) -> None:
        """One more block. Raises InputError where it is not signed, or its hash is not its header's."""
        block, signed = recorded.block, tuple(each for each in recorded.signed if each)
        if not block.header or len(signed) != len(block.receipts):
            raise InputError(f"block {block.number} has no header or is not signed: only runs of eth-tester or of a node can be served")
        if keccak(block.header) != block.hash:
            raise InputError(f"block {block.number} has a hash that is not its header's; shengdian audit says more")
        fields = rlp.decode(block.header)
        served = Served(block, signed, fields)
        self.blocks[block.number] = served
        self.numbers.append(block.number)
        self.by_hash[block.hash] = block.number
        for place, (name, opened, gas) in enumerate(zip(block.receipts.hashes, signed, block.receipts.gas, strict=True)):
            sender = opened.transaction.sender
            self.transactions[name] = Place(block.number, place)
            self._sent.setdefault(sender, []).append(block.number)
            moved = opened.value if block.receipts.success[place] else 0
            self.balances.change(sender, block.number, -gas * opened.gas_price - moved)
            self.balances.change(served.coinbase, block.number, gas * (opened.gas_price - served.base_fee))
            if moved:
                self.balances.change(opened.transaction.to or served.created(place), block.number, moved)

    def sent(self, account: bytes, number: int) -> int:
        """How many transactions an account had sent by the end of block `number`: its next nonce."""
        return bisect_right(self._sent.get(account, ()), number)

    def between(self, first: int, last: int) -> Iterable[Served]:
        """The blocks from `first` to `last`."""
        begin, end = bisect_right(self.numbers, first - 1), bisect_right(self.numbers, last)
        return (self.blocks[number] for number in self.numbers[begin:end])


def check_signed(chain_id: int | None, run: str, chain: str) -> None:
    """Raises InputError for a chain without an id: it signs nothing."""
    if not chain_id:
        why = "signs nothing and makes no block hashes, so that no client could check an answer"
        raise InputError(f"{run}: chain {chain!r} {why}; run it with --chain eth-tester")


def record_of(run: str | PathLike[str]) -> Record:
    """The record of a finished run, read once. Raises InputError for what is no run, is damaged, or was carried by a chain that does not
    sign or makes no block hashes."""
    finished = load(run)
    first, _, blocks = read(Path(finished.directory) / NAME)
    check_signed(first.get("chain_id"), str(run), finished.manifest["chain"])
    genesis = {bytes.fromhex(account[2:]): int(wei) for account, wei in first["genesis"].items()}
    found = Record(int(first["chain_id"]), genesis, {name: bytes.fromhex(at[2:]) for name, at in first["deployments"].items()})
    for recorded in blocks:
        found.add(recorded)
    return found
