"""The ABI's 32-byte words without a general coder: whole numbers and lists of words, and the lanes that a word holds.

Contract ABI specification, "Formal Specification of the Encoding": https://docs.soliditylang.org/en/latest/abi-spec.html
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

WORD = 32
"""bytes"""


def encode(arguments: Sequence[int | bytes]) -> bytes:
    """Arguments as eth_abi encodes them: a number of 0 or more, or a list as its packed words.

    Raises OverflowError for a number that does not fit.
    """
    heads: list[bytes] = []
    tails: list[bytes] = []
    at = WORD * len(arguments)
    for argument in arguments:
        if isinstance(argument, bytes):
            heads.append(at.to_bytes(WORD, "big"))
            tails += ((len(argument) // WORD).to_bytes(WORD, "big"), argument)
            at += WORD + len(argument)
        else:
            heads.append(argument.to_bytes(WORD, "big"))
    return b"".join(heads + tails)


def decode(data: bytes, lists: Sequence[bool]) -> list[bytes]:
    """What `encode` was given, all as words; `lists` says which arguments are lists. ValueError for data that is too short."""
    parts = []
    for place, listed in enumerate(lists):
        begin, count = WORD * place, 1
        if listed:
            begin = int.from_bytes(data[begin : begin + WORD], "big") + WORD
            count = int.from_bytes(data[begin - WORD : begin], "big")
        part = data[begin : begin + WORD * count]
        if len(part) < WORD * count:
            raise ValueError(f"{count} words do not fit into {len(data)} bytes")
        parts.append(part)
    return parts


def signed(word: bytes) -> int:
    """An `int256`."""
    return int.from_bytes(word, "big", signed=True)


def unpack_lanes(words: bytes, bits: int) -> NDArray[np.int64]:
    """Every value of `bits` bits (16, 32 or 64) that packed words hold, the first in the lowest bits; one of 64 bits is taken as signed."""
    kind = ">i8" if bits == 64 else f">u{bits // 8}"
    return np.frombuffer(words, kind).reshape(-1, 256 // bits)[:, ::-1].ravel().astype(np.int64)


def pack_lanes(values: ArrayLike, bits: int) -> bytes:
    """Packed words of values of `bits` bits each (16, 32 or 64), the first in the lowest bits; the last word is filled up with zeros.

    Raises OverflowError for a value that does not fit.
    """
    whole = np.asarray(values, np.int64)
    a_word = 256 // bits
    if len(whole) and (whole.min() < 0 or (bits < 64 and whole.max() >> bits)):
        raise OverflowError(f"not every value fits into {bits} bits: {whole.min()} to {whole.max()}")
    filled = np.zeros(-(-len(whole) // a_word) * a_word, f">u{bits // 8}")
    filled[: len(whole)] = whole
    return filled.reshape(-1, a_word)[:, ::-1].tobytes()


def pack_words(values: Sequence[int], bits: int) -> list[int]:
    """Values of `bits` bits each as words; raises OverflowError for one that does not fit."""
    width = bits // 8
    data = b"".join(value.to_bytes(width, "little") for value in values)
    return [int.from_bytes(data[at : at + 32], "little") for at in range(0, len(data), 32)]


def join_words(words: Sequence[int]) -> bytes:
    """Whole words as packed words; raises OverflowError for a number below 0 or above 256 bits."""
    return b"".join([word.to_bytes(WORD, "big") for word in words])


def unpack_words(words: Sequence[int], bits: int) -> list[int]:
    """Every value of `bits` bits that the words hold."""
    mask = 2**bits - 1
    return [word >> shift & mask for word in words for shift in range(0, 256, bits)]
