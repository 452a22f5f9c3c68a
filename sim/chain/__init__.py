"""The port to a chain. One file a chain; these files alone know web3, eth-tester, py-evm or revm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Transaction:
    """What a sender asks of a contract."""

    sender: bytes
    """address, 20 bytes"""
    to: bytes
    """address of the contract, 20 bytes; empty to create one"""
    data: bytes
    """calldata; creation code with arguments where `to` is empty"""


@dataclass(frozen=True, slots=True)
class Log:
    address: bytes
    """contract that emitted it, 20 bytes"""
    topics: tuple[bytes, ...]
    """32 bytes each"""
    data: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    transaction: Transaction
    hash: bytes
    """transaction hash, 32 bytes"""
    success: bool
    gas: int
    """gas used; 0 on a chain without an EVM"""
    output: bytes
    """return data, or the encoded error of a revert"""
    logs: tuple[Log, ...]
    raw: bytes = b""
    """the signed transaction, where the chain signs"""


@dataclass(frozen=True, slots=True)
class Block:
    number: int
    timestamp: int
    """seconds since 1970, simulated"""
    hash: bytes
    """32 bytes; empty on a chain without blocks"""
    receipts: tuple[Receipt, ...]


class Chain(Protocol):
    """A chain that carries out transactions in the order given. Same orders, same logs on every chain."""

    name: str
    """as in the config"""

    def account(self, name: str) -> bytes:
        """The address of the development key derived from `name`, funded; the same on every chain."""

    def send_block(self, transactions: Sequence[Transaction], timestamp: int) -> Block:
        """One block at simulated time `timestamp` with all `transactions`; a revert is data in its receipt."""

    def call(self, transaction: Transaction) -> bytes:
        """Return data of a read at the last block; raises sim.errors.Reverted when refused."""
