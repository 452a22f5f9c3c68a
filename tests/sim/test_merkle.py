"""The Merkle tree over any number of leaves, and the way from a leaf to its root."""

from __future__ import annotations

import pytest
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from shengdian.audit.verify import verify
from shengdian.sim.base import keccak as hashing
from shengdian.sim.record.merkle import MerkleTree, path


def root(leaves: list[bytes]) -> bytes:
    tree = MerkleTree()
    tree.extend(leaves)
    return tree.root()


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1."""
    if len(leaves) == 1:
        return keccak(b"\0" + leaves[0])
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return keccak(b"\1" + by_definition(leaves[:split]) + by_definition(leaves[split:]))


def test_three_leaves_are_hashed_as_rfc_6962_has_it() -> None:
    a, b, c = (keccak(b"\0" + leaf) for leaf in (b"a", b"b", b"c"))
    assert root([b"a", b"b", b"c"]) == keccak(b"\1" + keccak(b"\1" + a + b) + c)


def test_no_leaves_have_the_hash_of_nothing() -> None:
    assert root([]) == keccak(b"")


@given(st.lists(st.lists(st.binary(max_size=40), max_size=9), min_size=1, max_size=9).filter(any))
def test_leaves_that_come_in_parts_make_the_tree_of_the_definition(parts: list[list[bytes]]) -> None:
    leaves = [leaf for part in parts for leaf in part]
    tree = MerkleTree()
    for part in parts:
        tree.extend(part)
        tree = MerkleTree.of(tree.state())
    assert (tree.leaves, tree.root()) == (len(leaves), by_definition(leaves))


@pytest.mark.parametrize("native", [True, False])
def test_hashes_of_many_are_those_of_each(native: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if native:
        pytest.importorskip("shengdian_native")
    else:
        monkeypatch.setattr(hashing, "_native", None)
    parts = [b"", b"a", b"", b"b" * 300]
    assert hashing.keccaks(parts) == [keccak(part) for part in parts]
    assert hashing.keccak_chain(b"c", [b"d", b"", b"e"]) == keccak(keccak(keccak(b"cd")) + b"e")
    assert (hashing.keccaks([]), hashing.keccak_chain(b"c", [])) == ([], b"c")


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
