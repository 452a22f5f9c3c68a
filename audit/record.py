"""The record against itself and against the chain carried out again: hashes, signatures, nonces, statuses, gas, outputs, logs, headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from shengdian.audit.verdict import Difference
from shengdian.sim.chain import keys, tries
from shengdian.sim.chain.port import (
    BALANCE,
    GAS_PRICE,
    OWN_CLOCK_FUNDS,
    OWN_CLOCK_GAS,
    TRANSACTION_GAS,
    Block,
    Log,
    Receipt,
    own_clock_prices,
)
from shengdian.sim.record.chain_record import NAME, Counted, block_line, first_line, hexadecimal
from shengdian.sim.record.recorded_blocks import Recorded, Unreadable, read
from shengdian.sim.record.replay import Replay

NO_HASH = ("mirror", "pyevm", "revm")
"""chains that neither sign nor make block hashes"""


class RecordAudit:
    """Walks through the record once. `blocks` gives what each block should say; `differences` holds where the record says otherwise.

    On a node with a clock of its own (`own_clock`) the run's blocks need not follow one another: the node makes others in between, of which
    there is no record. Its transactions have a gas limit, and its accounts balances, of their own.
    """

    def __init__(self, path: Path, chain: str, recorded_on: str, names: Sequence[str], own_clock: bool = False) -> None:
        self.differences: list[Difference] = []
        self.counted, self.signatures = Counted(), 0
        self.genesis = {keys.address(name): BALANCE for name in names}
        """wei by address, as it should be on a chain that signs"""
        self._own_clock, self._gas_limit = own_clock, OWN_CLOCK_GAS if own_clock else TRANSACTION_GAS
        self._recorded_on, self._senders, self._nonces = recorded_on, set(self.genesis), dict.fromkeys(self.genesis, 0)
        self._timestamp = self._number = 0
        self._first: Mapping[str, Any] = {}
        self._text = ""
        self._recorded: Iterator[Recorded] = iter(())
        try:
            self._first, self._text, self._recorded = read(path)
        except Unreadable as error:
            self._note(str(error))
        chain_id = self._first.get("chain_id")
        self.replay = Replay(chain, recorded_on, chain_id if type(chain_id) is int else 0, names)

    def _note(self, sentence: str, block: int | None = None, transaction: str | None = None) -> None:
        self.differences.append(Difference(sentence, block, transaction, NAME))

    def blocks(self) -> Iterator[Block]:
        """What the record should say, block by block. Ends early where the record cannot be carried out."""
        try:
            for recorded in self._recorded:
                number = max(self._number + 1, recorded.block.number if self._own_clock else 0)
                if not self._may_be_replayed(recorded, number):
                    return
                block = self.replay.block(recorded, number)
                if block_line(block) != recorded.line:
                    self._compare(recorded, block)
                self._header(recorded.block, block)
                self._number = number
                self.counted.add(block)
                yield block
        except Unreadable as error:
            self._note(str(error), error.block)

    # --- before a block is carried out ----------------------------------------------------------------------------------------

    def _may_be_replayed(self, recorded: Recorded, number: int) -> bool:
        """Whether every transaction is one that a chain would take; notes the first that is not."""
        block = recorded.block
        if block.timestamp <= self._timestamp:
            self._note(f"its time is {block.timestamp}, not after that of the block before, {self._timestamp}", number)
            return False
        self._timestamp = block.timestamp
        signs = self._recorded_on not in NO_HASH
        count = len(block.receipts)
        prices = own_clock_prices(count) if self._own_clock else [GAS_PRICE] * count
        for receipt, signed, price in zip(block.receipts, recorded.signed, prices, strict=True):
            sender = receipt.transaction.sender
            nonce = self._nonces.get(sender, 0)
            sentence = ""
            if signs and signed is None:
                sentence = f"the transaction is not signed, but chain {self._recorded_on} signs"
            elif not signs and signed is not None:
                sentence = f"the transaction is signed, but chain {self._recorded_on} signs nothing"
            elif sender not in self._senders:
                who = "the signature is" if signed else "the sender is"
                sentence = f"{who} {hexadecimal(sender)}'s, who is nobody of this run"
            elif len(receipt.transaction.to) not in (0, 20):
                sentence = f"the transaction goes to {hexadecimal(receipt.transaction.to)}, which is no address"
            elif signed and signed.nonce != nonce:
                sentence = f"the nonce is {signed.nonce}; the sender's next one is {nonce}"
            elif signed and (signed.gas_price, signed.gas_limit, signed.value) != (price, self._gas_limit, 0):
                sentence = "gas price, gas limit or value are not those that every transaction of a run has"
            elif signed and signed.chain_id != self._first.get("chain_id"):
                sentence = f"signed for chain id {signed.chain_id}; the first line says {self._first.get('chain_id')}"
            if sentence:
                self._note(sentence, number, hexadecimal(receipt.hash))
                return False
            self._nonces[sender] = nonce + 1
            self.signatures += signed is not None
        return True

    # --- after it -------------------------------------------------------------------------------------------------------------

    def _compare(self, recorded: Recorded, block: Block) -> None:
        """Notes what the record says otherwise of a block; the first thing in every transaction."""
        found, before = recorded.block, len(self.differences)
        for what, said, due in (
            ("number", found.number, block.number),
            ("header", hexadecimal(found.header), hexadecimal(block.header)),
            ("hash", hexadecimal(found.hash), hexadecimal(block.hash)),
        ):
            if said != due:
                self._note(f"the block's {what} is recorded as {_short(said)}; the chain makes it {_short(due)}", block.number)
        for was, due_receipt in zip(found.receipts, block.receipts, strict=True):
            sentence = _differs(was, due_receipt)
            if sentence:
                self._note(sentence, block.number, hexadecimal(due_receipt.hash))
        if len(self.differences) == before:
            self._note("the line holds what no record writes (blanks, another order, or fields that nobody reads)", block.number)

    def _header(self, recorded: Block, block: Block) -> None:
        """Notes where the header is not that of the block, or not a child of the one before."""
        number = block.number
        if self._recorded_on in NO_HASH or self.replay.checks_hashes:
            return
        if not recorded.header:
            self._note("the header is missing, so that the block's hash cannot be checked on another chain", number)
            return
        try:
            header = tries.header(recorded.header)
        except ValueError as error:
            self._note(f"the header cannot be read ({error})", number)
            return
        gas = sum(receipt.gas for receipt in block.receipts)
        parent = self.counted.last_hash if number == self._number + 1 else b""
        for what, said, due in (
            ("parent", header.parent, parent or header.parent),
            ("number", header.number, number),
            ("time", header.timestamp, block.timestamp),
            ("gas used", header.gas, gas),
            ("root of transactions", header.transactions, tries.trie_of([receipt.raw for receipt in block.receipts]).root_hash),
            ("root of receipts", header.receipts, tries.trie_of(tries.encoded_receipts(block)).root_hash),
        ):
            if said != due:
                shown = [hexadecimal(value) if isinstance(value, bytes) else value for value in (said, due)]
                self._note(f"the header's {what} is {_short(shown[0])}; what is recorded gives {_short(shown[1])}", number)

    def compare_first_line(self, deployments: Mapping[str, str]) -> None:
        """Notes where the first line is not what the deployed contracts (address by name) and the run's accounts make it."""
        if not self._text:
            return
        signs = self._recorded_on not in NO_HASH
        chain_id = self._first.get("chain_id") if signs else 0
        genesis = self._due_genesis() if signs else {}
        for what, due in (("chain_id", chain_id), ("genesis", genesis), ("deployments", dict(deployments))):
            if self._first.get(what) != due:
                self._note(f"the first line's {what} is not what accounts and contracts of the run make it")
                return
        if type(chain_id) is not int or self._text != first_line(chain_id, genesis, deployments):
            self._note("the first line holds what no record writes")

    def _due_genesis(self) -> dict[str, int]:
        """Wei by address. What a node's own accounts gave is taken over where it is enough for a run."""
        genesis = {hexadecimal(address): wei for address, wei in self.genesis.items()}
        found = self._first.get("genesis")
        if self._own_clock and isinstance(found, dict):
            given = {address: found.get(address) for address in genesis}
            return {address: wei if type(wei) is int and wei >= OWN_CLOCK_FUNDS else OWN_CLOCK_FUNDS for address, wei in given.items()}
        return genesis


def _differs(was: Receipt, due: Receipt) -> str:
    """A sentence on the first thing that a recorded transaction says otherwise; empty where there is none."""
    facts: list[tuple[str, Any, Any]] = [
        ("hash", hexadecimal(was.hash), hexadecimal(due.hash)),
        ("status", int(was.success), int(due.success)),
        ("gas used", was.gas, due.gas),
    ]
    if not due.success:
        facts.append(("output", hexadecimal(was.output), hexadecimal(due.output)))
    for what, said, made in facts:
        if said != made:
            return f"{what} is recorded as {_short(said)}; the chain makes it {_short(made)}"
    if len(was.logs) != len(due.logs):
        return f"{len(was.logs)} logs are recorded; the chain leaves {len(due.logs)}"
    for place, (said, made) in enumerate(zip_longest(was.logs, due.logs)):
        if said != made:
            return f"log {place}: {_log_differs(said, made)}"
    return ""


def _log_differs(was: Log, due: Log) -> str:
    for what in ("address", "topics", "data"):
        said, made = getattr(was, what), getattr(due, what)
        if said != made:
            texts = [hexadecimal(value if isinstance(value, bytes) else b"".join(value)) for value in (said, made)]
            at = next((place for place, (one, other) in enumerate(zip(*texts, strict=False)) if one != other), min(map(len, texts)))
            said, made = (text[max(at - 8, 0) : at + 16] for text in texts)
            return f"{what} is recorded as ...{said}... (digit {at}); the chain makes it ...{made}..."
    raise AssertionError("equal logs")


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 70 else f"{text[:30]}...{text[-12:]}"
