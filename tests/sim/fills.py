"""What an auction's event says of fills."""

from __future__ import annotations

from collections.abc import Sequence


def unpack_fills(words: Sequence[int], count: int) -> list[int]:
    """The first `count` fills, kWh, of an event's packed words (eight a word, first in the lowest bits)."""
    return [words[place // 8] >> 32 * (place % 8) & 0xFFFFFFFF for place in range(count)]
