"""A Merkle tree over any number of leaves, as Certificate Transparency has it (RFC 6962, section 2.1), with keccak for SHA-256.

A leaf is hashed as keccak(0x00 || leaf), two nodes as keccak(0x01 || left || right); the left subtree has the largest power of two of
leaves that is smaller than their number. Only the roots of whole subtrees are kept, one a power of two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shengdian.sim.base.keccak import keccak

LEAF, NODE = b"\0", b"\1"


class MerkleTree:
    """Takes in leaves one after another; memory grows with the logarithm of their number."""

    def __init__(self) -> None:
        self.leaves = 0
        self._peaks: list[bytes] = []
        """roots of whole subtrees, the largest first"""

    def add(self, leaf: bytes) -> None:
        """One more leaf, as bytes of any length."""
        node = keccak(LEAF + leaf)
        count = self.leaves
        while count & 1:
            node = keccak(NODE + self._peaks.pop() + node)
            count >>= 1
        self._peaks.append(node)
        self.leaves += 1

    def state(self) -> dict[str, Any]:
        """What it knows, as plain values."""
        return {"leaves": self.leaves, "peaks": [peak.hex() for peak in self._peaks]}

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> MerkleTree:
        """A tree that goes on from another's `state`."""
        tree = cls()
        tree.leaves, tree._peaks = state["leaves"], [bytes.fromhex(peak) for peak in state["peaks"]]
        return tree

    def root(self) -> bytes:
        """32 bytes; keccak of nothing where there is no leaf."""
        if not self._peaks:
            return keccak(b"")
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = keccak(NODE + peak + root)
        return root


def path(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """The nodes beside the way from the leaf at `place` up to the root, the lowest first. IndexError for a place without a leaf."""
    if not 0 <= place < len(leaves):
        raise IndexError(place)
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    left, right = leaves[:split], leaves[split:]
    if place < split:
        return [*path(left, place), _root(right)]
    return [*path(right, place - split), _root(left)]


def _root(leaves: Sequence[bytes]) -> bytes:
    tree = MerkleTree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()
