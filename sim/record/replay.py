"""A recorded chain carried out again, on the same or another EVM: what the record should say of each block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.keccak import keccak
from shengdian.sim.chain import keys
from shengdian.sim.chain.port import Block, OwnClock, Receipt, Receipts, Transaction
from shengdian.sim.record.recorded_blocks import Recorded

WITHOUT_GAS = "mirror"
"""the chain that measures none"""
REPRODUCIBLE = "eth-tester"
"""the chain whose block hashes are the same in every run"""


class Replay:
    """Carries recorded transactions out on a fresh chain."""

    def __init__(self, chain: str, recorded_on: str, chain_id: int, names: Sequence[str]) -> None:
        """`chain` and `recorded_on` are chain names or URLs, `chain_id` is the record's, `names` are all who have an account.

        Raises InputError for a chain that cannot be opened, MissingExtra where its packages are not installed.
        """
        self.name, self._recorded_on = chain, recorded_on
        self._chain: Any = open_chain(chain)
        if isinstance(self._chain, OwnClock):
            raise InputError(f"chain {chain!r} has a clock of its own, so that nothing can be carried out again there")
        for name in names:
            self._chain.account(name)
        self._signed = chain_id != 0 and chain_id == self._chain.chain_id
        self.checks_gas = WITHOUT_GAS not in (chain, recorded_on)
        self.checks_hashes = chain == recorded_on == REPRODUCIBLE

    def block(self, recorded: Recorded, number: int) -> Block:
        """The block as it should be recorded, under `number`. Signatures, nonces and timestamps must have been checked.

        Where this chain measures no gas, or cannot make the recorded block's hash, the recorded one is taken over.
        """
        asked = recorded.block
        transactions = [receipt.transaction for receipt in asked.receipts]
        raws = [receipt.raw for receipt in asked.receipts]
        if self._signed and all(raws):
            done = self._chain.send_signed(transactions, raws, asked.timestamp)
        else:
            done = self._chain.send_block(transactions, asked.timestamp)
        receipts = Receipts.of(
            Receipt(
                was.transaction,
                named(was.transaction, was.raw, number, place),
                got.success,
                self._gas(was, got),
                got.output,
                got.logs,
                was.raw,
            )
            for place, (was, got) in enumerate(zip(asked.receipts, done.receipts, strict=True))
        )
        if self.checks_hashes:
            return Block(number, asked.timestamp, done.hash, receipts, done.header)
        return Block(number, asked.timestamp, keccak(asked.header) if asked.header else b"", receipts, asked.header)

    def _gas(self, recorded: Receipt, replayed: Receipt) -> int:
        if self._recorded_on == WITHOUT_GAS:
            return 0
        return replayed.gas if self.checks_gas else recorded.gas


def named(transaction: Transaction, raw: bytes, block: int, place: int) -> bytes:
    """The hash of a transaction: of what was signed, or of its place and what it says."""
    return keccak(raw) if raw else keys.unsigned_hash(transaction, block, place)
