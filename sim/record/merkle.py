"""A Merkle tree over any number of leaves, as Certificate Transparency has it (RFC 6962, section 2.1), with keccak for SHA-256.

A leaf is hashed as keccak(0x00 || leaf), two nodes as keccak(0x01 || left || right); the left subtree has the largest power of two of
leaves that is smaller than their number. Only the roots of whole subtrees are kept, one a power of two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shengdian.sim.base.keccak import keccak, keccaks

LEAF, NODE = b"\0", b"\1"


class MerkleTree:
    """Takes in leaves in order, many at once; memory grows with the logarithm of their number."""

    def __init__(self) -> None:
        self.leaves = 0
        self._peaks: list[bytes] = []
        """roots of whole subtrees, the largest first"""

    def extend(self, leaves: Sequence[bytes]) -> None:
        """More leaves, as bytes of any length. Nodes of one height are hashed together."""
        nodes, peaks, before = keccaks([LEAF + leaf for leaf in leaves]), list[bytes](), self.leaves
        self.leaves += len(leaves)
        while nodes or before:
            if before & 1:
                nodes.insert(0, self._peaks.pop())
            if len(nodes) & 1:
                peaks.append(nodes.pop())
            nodes = keccaks([NODE + left + right for left, right in zip(nodes[::2], nodes[1::2], strict=True)])
            before >>= 1
        self._peaks = peaks[::-1]

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
    tree.extend(leaves)
    return tree.root()
