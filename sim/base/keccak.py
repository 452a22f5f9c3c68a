"""Keccak-256 of what a run hashes often, by the quickest package there is: the crate in `native/` for many at once, pysha3 for one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

try:
    import shengdian_native

    _native: Any = shengdian_native
except ModuleNotFoundError:
    _native = None

try:
    from sha3 import keccak_256
except ModuleNotFoundError:
    from eth_utils.crypto import keccak as _usual

    keccak: Callable[[bytes], bytes] = _usual
else:

    def keccak(data: bytes) -> bytes:
        """32 bytes."""
        digest: bytes = keccak_256(data).digest()
        return digest


def keccaks(parts: Sequence[bytes]) -> list[bytes]:
    """The hash of every part, 32 bytes each."""
    if _native is None:
        return [keccak(part) for part in parts]
    hashes: bytes = _native.keccaks(*_packed(parts))
    return [hashes[at : at + 32] for at in range(0, len(hashes), 32)]


def keccak_chain(value: bytes, parts: Sequence[bytes]) -> bytes:
    """`value = keccak(value || part)` over all parts in order."""
    if _native is None:
        for part in parts:
            value = keccak(value + part)
    else:
        value = _native.keccak_chain(value, *_packed(parts))
    return value


def _packed(parts: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Parts one after the other, and where each ends, as the crate takes them."""
    return b"".join(parts), np.fromiter(accumulate(map(len, parts)), "<u8", len(parts)).tobytes()


__all__ = ["keccak", "keccak_chain", "keccaks"]
