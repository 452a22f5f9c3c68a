"""Orders as columns, and as the words that the auction stores (the layout of `Account` in contracts/libraries/Account.sol)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shengdian.sim.base.types import Bid, Offer, Order, Segment

SEGMENTS_A_WORD = 3
MOST_SEGMENTS = 5
_LOW = 0xFFFFFFFF

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Orders:
    """Many orders, one row an order."""

    traders: Sequence[str]
    """id by row"""
    sells: NDArray[np.bool_]
    """True: an offer, False: a bid; shape (row,)"""
    count: Integers
    """segments, 1 to 5; shape (row,)"""
    price: Integers
    """fen/MWh; shape (row, 5), 0 from `count` on"""
    quantity: Integers
    """kWh; shape (row, 5), 0 from `count` on"""
    regional: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    """fen/MWh that the order asks or bids more in the second of two stages; shape (row,), or (0,) where nobody does"""

    @classmethod
    def of(cls, orders: Sequence[Order]) -> Orders:
        """Orders as columns; ValueError for one of more than five segments."""
        count = np.array([len(order.segments) for order in orders], np.int64)
        if len(orders) and count.max() > MOST_SEGMENTS:
            raise ValueError(f"an order of {count.max()} segments; at most {MOST_SEGMENTS} are allowed")
        price, quantity = np.zeros((2, len(orders), MOST_SEGMENTS), np.int64)
        here = np.arange(MOST_SEGMENTS) < count[:, None]
        price[here] = [segment.price for order in orders for segment in order.segments]
        quantity[here] = [segment.quantity for order in orders for segment in order.segments]
        sells = np.array([isinstance(order, Offer) for order in orders], np.bool_)
        regional = np.array([order.regional for order in orders], np.int64)
        return cls([order.trader for order in orders], sells, count, price, quantity, regional if regional.any() else regional[:0])

    @classmethod
    def joined(cls, parts: Sequence[Orders]) -> Orders:
        """All rows of the first part, then all of the next."""
        if not parts:
            return cls.of(())
        traders = [trader for part in parts for trader in part.traders]
        sells = np.concatenate([part.sells for part in parts])
        numbers = (np.concatenate([getattr(part, name) for part in parts]) for name in ("count", "price", "quantity"))
        regional = np.concatenate([part.markups() for part in parts]) if any(len(part.regional) for part in parts) else parts[0].regional
        count, price, quantity = numbers
        return cls(traders, sells, count, price, quantity, regional)

    def markups(self) -> Integers:
        """fen/MWh that the order asks or bids more in the second of two stages, shape (row,)."""
        return self.regional if len(self.regional) else np.zeros(len(self), np.int64)

    def __len__(self) -> int:
        return len(self.traders)

    def rows(self, chosen: Integers) -> Orders:
        """The rows whose indices are `chosen`, shape (row,), in the order given."""
        traders = self.traders
        return Orders(
            [traders[row] for row in chosen.tolist()],
            self.sells[chosen],
            self.count[chosen],
            self.price[chosen],
            self.quantity[chosen],
            self.regional[chosen] if len(self.regional) else self.regional,
        )

    def order(self, row: int) -> Order:
        """One row as agents write it."""
        steps = zip(self.price[row].tolist(), self.quantity[row].tolist(), strict=True)
        segments = tuple(Segment(price, quantity) for price, quantity in list(steps)[: self.count[row]])
        return (Offer if self.sells[row] else Bid)(self.traders[row], segments, int(self.markups()[row]))

    def words(self, hour: int) -> bytes:
        """64 bytes a row: the word that `pack` gives, and the second one, which is 0 for one to three segments."""
        lanes = np.zeros((len(self), 8), ">u8")
        lanes[:, 0] = (hour & 0xFFFFFF) << 4 | self.sells.astype(np.int64) << 3 | self.count & 7
        # segment 1 is in the lowest lane of the first word, segment 4 in the lowest of the second
        lanes[:, [3, 2, 1, 7, 6]] = (self.price.astype(np.uint64) & _LOW) << 32 | (self.quantity.astype(np.uint64) & _LOW)
        return lanes.tobytes()


def _segment_bits(segment: Segment) -> int:
    return (segment.price & _LOW) << 32 | segment.quantity & _LOW


def pack(order: Order, hour: int) -> tuple[int, int | None]:
    """The word that is sent for `hour` and, for four or five segments, the second one; fen/MWh and kWh, 32 bits each."""
    segments = order.segments
    word = (hour & 0xFFFFFF) << 196 | int(isinstance(order, Offer)) << 195 | (len(segments) & 7) << 192
    for place, segment in enumerate(segments[:SEGMENTS_A_WORD]):
        word |= _segment_bits(segment) << 64 * place
    if len(segments) <= SEGMENTS_A_WORD:
        return word, None
    more = 0
    for place, segment in enumerate(segments[SEGMENTS_A_WORD:]):
        more |= _segment_bits(segment) << 64 * place
    return word, more


def unpack_segment(bits: int) -> Segment:
    """The segment in the lowest 64 bits: price in the high 32 (fen/MWh, signed), quantity in the low 32 (kWh)."""
    price = bits >> 32 & _LOW
    return Segment(price - (1 << 32) if price >> 31 else price, bits & _LOW)


def unpack(word: int, more: int = 0) -> tuple[int, int, int, bool, tuple[Segment, ...]]:
    """Number, zone, hour, whether it sells, and the segments (fen/MWh and kWh) of an account's word and its second one."""
    count = word >> 192 & 7
    segments = tuple(
        unpack_segment((word if place < SEGMENTS_A_WORD else more) >> 64 * (place % SEGMENTS_A_WORD)) for place in range(count)
    )
    return word >> 240, word >> 232 & 0xFF, word >> 196 & 0xFFFFFF, bool(word >> 195 & 1), segments
