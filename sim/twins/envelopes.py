"""Orders in envelopes: what a trader commits to before anybody knows its order, and what opens it later."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shengdian.sim.base.keccak import keccak
from shengdian.sim.base.orders import MOST_SEGMENTS, Orders
from shengdian.sim.base.streams import stream
from shengdian.sim.base.units import U32
from shengdian.sim.chain.abi import selector
from shengdian.sim.chain.abi_words import WORD
from shengdian.sim.chain.port import Transaction

HASH_BITS = 200
"""of the hash that a commitment holds, below the energy"""
HOUR_FROM = 232
"""bit of a commitment from which the hour stands, above the energy"""
SaltOf = Callable[[str, int], bytes]
"""the 32 bytes that a trader puts into its envelope of an hour"""
_COMMIT = selector("commit(uint256)")
_REVEAL = selector("reveal(uint256,uint256,uint256)")


def commitment(hour: int, order: int, more: int, salt: int, trader: bytes, energy: int) -> int:
    """The word that binds `trader` (20 bytes) to an order of at most `energy` kWh, as contracts/interfaces/ISealedBook.sol defines it."""
    return _commitment(hour, b"".join(word.to_bytes(WORD, "big") for word in (order, more, salt)), trader, energy)


def committed(word: int) -> tuple[int, int]:
    """Hour and kWh that a commitment says in clear."""
    return word >> HOUR_FROM, word >> HASH_BITS & U32


def _commitment(hour: int, words: bytes, trader: bytes, energy: int) -> int:
    digest = int.from_bytes(keccak(words + trader.rjust(WORD, b"\0")), "big")
    return hour << HOUR_FROM | energy << HASH_BITS | digest & (1 << HASH_BITS) - 1


def seeded_salts(seed: int) -> SaltOf:
    """Salts of each trader's own random stream under `seed`: the same in every run, so whoever has the seed knows them beforehand."""
    return lambda trader, hour: stream(seed, "salt", trader, str(hour)).bytes(WORD)


def random_salts() -> SaltOf:
    """Salts of the operating system's random source, kept for the last hour asked for: nobody knows one before it is revealed."""
    kept: dict[tuple[str, int], bytes] = {}

    def salt(trader: str, hour: int) -> bytes:
        if any(earlier != hour for _, earlier in kept):
            kept.clear()
        return kept.setdefault((trader, hour), secrets.token_bytes(WORD))

    return salt


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


def envelopes(orders: Orders, hour: int, salt: SaltOf, address: Callable[[str], bytes]) -> list[Envelope]:
    """Every order in an envelope that says how much energy it has, 2^32 - 1 kWh at most; the same as long as salts are."""
    here = np.arange(MOST_SEGMENTS) < orders.count[:, None]
    energy = np.clip(((orders.quantity & U32) * here).sum(axis=1), 0, U32).tolist()
    words, closed = orders.words(hour), []
    for row, name in enumerate(orders.traders):
        contents, trader = words[2 * WORD * row : 2 * WORD * (row + 1)] + salt(name, hour), address(name)
        closed.append(Envelope(trader, contents, _commitment(hour, contents, trader, energy[row])))
    return closed
