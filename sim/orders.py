"""Orders as the words that the auction stores (the layout of `Account` in contracts/Types.sol) and back."""

from __future__ import annotations

from collections.abc import Sequence

from sim.types import Offer, Order, Segment

SEGMENTS_A_WORD = 3
MOST_SEGMENTS = 5
_WORD = (1 << 64) - 1


def _segment_bits(segment: Segment) -> int:
    return (segment.price & 0xFFFFFFFF) << 32 | segment.quantity & 0xFFFFFFFF


def pack(order: Order, hour: int) -> tuple[int, int | None]:
    """The word that is sent and, for four or five segments, the second one."""
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


def _segment(bits: int) -> Segment:
    price = bits >> 32 & 0xFFFFFFFF
    return Segment(price - (1 << 32) if price >> 31 else price, bits & 0xFFFFFFFF)


def unpack(word: int, more: int = 0) -> tuple[int, int, int, bool, tuple[Segment, ...]]:
    """Number, zone, hour, whether it sells, and the segments of an account's word."""
    count = word >> 192 & 7
    segments = tuple(
        _segment((word if place < SEGMENTS_A_WORD else more) >> 64 * (place % SEGMENTS_A_WORD) & _WORD) for place in range(count)
    )
    return word >> 240, word >> 232 & 0xFF, word >> 196 & 0xFFFFFF, bool(word >> 195 & 1), segments


def unpack_fills(words: Sequence[int], count: int) -> list[int]:
    """The first `count` fills, kWh, of an event's packed words (eight a word, first in the lowest bits)."""
    return [words[place // 8] >> 32 * (place % 8) & 0xFFFFFFFF for place in range(count)]
