"""A line as an auction is created with it: one word, as contracts/libraries/LineWord.sol lays it out.

Creation code and its arguments have at most 49,152 bytes (EIP-3860). As structs of five words, at most 200 lines fit beside the code of an
auction; as a word each, more than 800 beside that of every one that takes words.
"""

from __future__ import annotations

from collections.abc import Sequence

from shengdian.sim.base.types import Line

_PLACES = ((0, 8), (8, 8), (16, 32), (48, 32), (80, 32))
"""lowest bit and width of source, target, capacity, charge and loss"""


def pack_line(source: int, target: int, capacity: int, charge: int, loss: int) -> int:
    """The word of a line. OverflowError for a field that does not fit."""
    word = 0
    for value, (place, width) in zip((source, target, capacity, charge, loss), _PLACES, strict=True):
        if not 0 <= value < 1 << width:
            raise OverflowError(f"{value} does not fit into {width} bits of a line's word")
        word |= value << place
    return word


def line_of(given: int | Sequence[int]) -> Line:
    """The line of a word, or of the five fields that corridor matching and auctions of a user's own may take."""
    return Line(*(given >> place & (1 << width) - 1 for place, width in _PLACES) if isinstance(given, int) else given)
