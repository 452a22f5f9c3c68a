"""Code and storage at any block of a record: its transactions carried out again by revm, every block's changes kept."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from shengdian.serving.record import Record
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import InputError
from shengdian.sim.chain import keys
from shengdian.sim.chain.port import NUMBER, Transaction

SLOT = 52
"""bytes of a key of storage in what a chain keeps: an address and a slot"""
KEPT = 8
"""chains at a block that wait for the next question"""
READER = bytes.fromhex("600e8060095f395ff3" + "5f3560601c803b805f5f843c5ff3")
"""creates a contract that returns the code of the address in its first 20 bytes of calldata: the port of a chain has calls, but no code"""
LIBRARIAN = keys.address("whoever reads code")
"""who creates it, on chains that serve nothing else"""


class States:
    """The states of all blocks: storage by slot, and for a call a chain of its own at the block that is asked for."""

    def __init__(self, record: Record) -> None:
        """Carries every block out. Raises MissingExtra without revm, InputError where a block does not come to what is recorded."""
        self._record = record
        self._slots: dict[bytes, tuple[list[int], list[bytes]]] = {}
        """of every key the blocks that changed it, and what it was after them"""
        self._chain: Any = open_chain("revm")
        self._state: Mapping[bytes, bytes] = {}
        self._created = 0
        """the last block that created a contract"""
        self._at: OrderedDict[int, tuple[Any, bytes]] = OrderedDict()
        for number in record.numbers:
            self.add(number)

    def add(self, number: int) -> None:
        """Carries the record's block `number` out, which follows those before it."""
        recorded = self._record.blocks[number].block
        done = self._chain.send_block(recorded.receipts.transactions, recorded.timestamp)
        for what in ("success", "gas", "logs"):
            if list(getattr(done.receipts, what)) != list(getattr(recorded.receipts, what)):
                raise InputError(f"block {number}: carried out again it has other {what} than is recorded; shengdian audit says more")
        if not all(transaction.to for transaction in recorded.receipts.transactions):
            self._created = number
        state = self._chain.state()
        for key, value in state.items():
            if key != NUMBER and self._state.get(key) != value:
                numbers, values = self._slots.setdefault(key, ([], []))
                numbers.append(number)
                values.append(value)
        self._state = state

    def storage(self, address: bytes, slot: int, number: int) -> bytes:
        """32 bytes in a contract's slot after block `number`."""
        return self._value(address + slot.to_bytes(32, "big"), number) or bytes(32)

    def code(self, address: bytes, number: int) -> bytes:
        """The code at an address after block `number`; empty where there is none."""
        chain, reader = self._chain_at(number)
        found: bytes = chain.call(Transaction(LIBRARIAN, reader, address))
        return found

    def call(self, transaction: Transaction, number: int) -> bytes:
        """What a call returns after block `number`; raises Reverted where it is refused."""
        found: bytes = self._chain_at(number)[0].call(transaction)
        return found

    def _value(self, key: bytes, number: int) -> bytes:
        numbers, values = self._slots.get(key, ((), ()))
        place = bisect_right(numbers, number)
        return values[place - 1] if place else b""

    def _chain_at(self, number: int) -> tuple[Any, bytes]:
        """A chain whose state is that after block `number`, and where its reader of code is. An engine keeps what it has read in a call, so
        that no chain is ever set back."""
        if number in self._at:
            self._at.move_to_end(number)
            return self._at[number]
        chain: Any = open_chain("revm")
        for each in self._record.between(0, min(number, self._created)):
            chain.send_block(each.receipts.transactions, each.block.timestamp)
        chain.send_block([Transaction(LIBRARIAN, b"", READER)], self._record.blocks[number].block.timestamp)
        found = {key: self._value(key, number) or bytes(32 if len(key) == SLOT else 8) for key in self._slots}
        chain.restore({**found, NUMBER: (number - 1).to_bytes(8, "big")})
        chain.send_block([], self._record.blocks[number].block.timestamp)
        self._at[number] = chain, keys.created_address(LIBRARIAN, 0)
        if len(self._at) > KEPT:
            self._at.popitem(last=False)
        return self._at[number]
