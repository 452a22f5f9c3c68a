"""Two chains that are given the same transactions: the contracts on an EVM, and their twins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eth_utils.crypto import keccak

from shengdian.sim.adapters import eth_tester, mirror
from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.chain.abi import interface, refusal
from shengdian.sim.chain.keys import created_address
from shengdian.sim.chain.port import Block, Receipt, Transaction

START = 1_700_000_000
"""block time of hour 0"""
CLOCK = Timetable(START).word
"""of hours that last 3,600 seconds"""
POSTER_ROLE = keccak(text="POSTER_ROLE")


class Pair:
    """The reference chain and the mirror, compared at every transaction and every read."""

    def __init__(self, accounts: Sequence[str] = (), evm: Any = eth_tester) -> None:
        """`evm` is the module of another reference, for what takes thousands of transactions."""
        self.chains = (evm.create(), mirror.create())
        self.address = {name: self.account(name) for name in ("operator", "stranger", *accounts)}
        self.contracts: dict[str, bytes] = {}
        self._nonce = 0

    def account(self, name: str) -> bytes:
        first, second = (chain.account(name) for chain in self.chains)
        assert first == second
        return first

    def block(self, transactions: Sequence[Transaction], timestamp: int) -> Block:
        """The mirror's block, after it was found to equal the EVM's in everything but gas and hashes."""
        on_evm, on_twins = (chain.send_block(transactions, timestamp) for chain in self.chains)
        for evm, twin in zip(on_evm.receipts, on_twins.receipts, strict=True):
            assert twin.success == evm.success, (evm.output, twin.output)
            assert twin.output == evm.output or (not twin.transaction.to and evm.success)  # creation returns code
            assert twin.logs == evm.logs
        return on_twins

    def create(self, name: str, *args: Any) -> Transaction:
        """The operator's next transaction, which creates a contract. The operator may send nothing else before the last of these."""
        self.contracts[name] = created_address(self.address["operator"], self._nonce)
        self._nonce += 1
        return Transaction(self.address["operator"], b"", interface(name).creation(*args))

    def to(self, contract: str, function: str, *args: Any, sender: str = "operator") -> Transaction:
        return Transaction(self.address[sender], self.contracts[contract], interface(contract).call(function, *args))

    def read(self, contract: str, function: str, *args: Any, sender: str = "stranger") -> Any:
        """The value of a read, or its refusal, equal on both chains."""
        outcomes: list[Any] = []
        for chain in self.chains:
            try:
                outcomes.append(interface(contract).returned(function, chain.call(self.to(contract, function, *args, sender=sender))))
            except Reverted as reverted:
                outcomes.append(reverted)
        assert outcomes[0] == outcomes[1]
        return outcomes[0]


def error(receipt: Receipt) -> str:
    """Name of the error that a transaction was refused with; empty for a success."""
    return "" if receipt.success else refusal(receipt.output).error
