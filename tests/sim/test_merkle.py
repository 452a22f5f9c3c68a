"""The Merkle tree over any number of leaves, and the way from a leaf to its root."""

from __future__ import annotations

import pytest
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from shengdian.audit.verify import verify
from shengdian.sim.record.merkle import MerkleTree, path


def root(leaves: list[bytes]) -> bytes:
    tree = MerkleTree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def test_three_leaves_are_hashed_as_rfc_6962_has_it() -> None:
    a, b, c = (keccak(b"\0" + leaf) for leaf in (b"a", b"b", b"c"))
    assert root([b"a", b"b", b"c"]) == keccak(b"\1" + keccak(b"\1" + a + b) + c)


def test_no_leaves_have_the_hash_of_nothing() -> None:
    assert root([]) == keccak(b"")


def test_place_without_a_leaf_has_no_path() -> None:
    with pytest.raises(IndexError):
        path([b"a"], 1)


@given(st.integers(1, 70), st.data())
def test_every_leaf_is_proven_and_no_other(count: int, data: st.DataObject) -> None:
    leaves = [bytes([place]) * 20 + b"\0" for place in range(count)]
    place = data.draw(st.integers(0, count - 1))
    proof = {
        "kind": "log",
        "place": place,
        "leaves": count,
        "log": ["0x" + leaves[place][:20].hex(), [], "0x"],
        "path": ["0x" + node.hex() for node in path(leaves, place)],
    }
    trusted = "0x" + root(leaves).hex()
    assert verify(proof, trusted)["logs"] == [proof["log"]]
    with pytest.raises(ValueError, match="root"):
        verify(proof | {"log": ["0x" + "ff" * 20, [], "0x"]}, trusted)
