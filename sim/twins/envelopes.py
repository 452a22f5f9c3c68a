"""Orders in envelopes: what a trader commits to before anybody knows its order, and what opens it later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shengdian.sim.base.keccak import keccak
from shengdian.sim.base.orders import Orders
from shengdian.sim.base.streams import stream
from shengdian.sim.chain.abi import selector
from shengdian.sim.chain.abi_words import WORD
from shengdian.sim.chain.port import Transaction

HASH_BITS = 232
"""of the hash that a commitment holds, below the hour"""
_COMMIT = selector("commit(uint256)")
_REVEAL = selector("reveal(uint256,uint256,uint256)")


def commitment(hour: int, order: int, more: int, salt: int, trader: bytes) -> int:
    """The word that binds `trader` (20 bytes) to an order, as contracts/interfaces/ISealedBook.sol defines it."""
    return _commitment(hour, b"".join(word.to_bytes(WORD, "big") for word in (order, more, salt)), trader)


def _commitment(hour: int, words: bytes, trader: bytes) -> int:
    digest = int.from_bytes(keccak(words + trader.rjust(WORD, b"\0")), "big")
    return hour << HASH_BITS | digest & (1 << HASH_BITS) - 1


@dataclass(frozen=True, slots=True)
class Envelope:
    """One order, closed."""

    trader: bytes
    """address"""
    contents: bytes
    """order, its second word and the salt: 96 bytes"""
    commitment: int

    def commit(self, auction: bytes) -> Transaction:
        """The transaction that binds the trader."""
        return Transaction(self.trader, auction, _COMMIT + self.commitment.to_bytes(WORD, "big"))

    def reveal(self, auction: bytes) -> Transaction:
        """The transaction that opens the envelope."""
        return Transaction(self.trader, auction, _REVEAL + self.contents)


def envelopes(orders: Orders, hour: int, seed: int, address: Callable[[str], bytes]) -> list[Envelope]:
    """Every order in an envelope, with a salt from its trader's own random stream under `seed`; the same at every call."""
    words, closed = orders.words(hour), []
    for row, name in enumerate(orders.traders):
        salt = stream(seed, "salt", name, str(hour)).bytes(WORD)
        contents, trader = words[2 * WORD * row : 2 * WORD * (row + 1)] + salt, address(name)
        closed.append(Envelope(trader, contents, _commitment(hour, contents, trader)))
    return closed
