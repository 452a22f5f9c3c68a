"""Verifies a proof of one transaction or log with nothing but the proof and one trusted hash. It needs rlp, trie and eth-utils alone.

`trusted` is the run's last block hash or, for a chain without blocks, its `logs_root`; both stand in manifest.json, and can be published.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import rlp
from eth_utils.crypto import keccak
from trie.exceptions import BadTrieProof, InvalidNode, ValidationError
from trie.hexary import HexaryTrie

TRANSACTIONS, RECEIPTS = 4, 5
"""places of the roots in a header"""


def verify(proof: Mapping[str, Any], trusted: str) -> dict[str, Any]:
    """What is proven: `block`, `place`, `transaction` (as signed), `status`, and `logs` as [address, topics, data]; a log alone otherwise.

    Raises ValueError where the proof does not lead to `trusted`.
    """
    if proof["kind"] == "log":
        return {"logs": [_log(proof, trusted)]}
    headers = [_bytes(header) for header in proof["headers"]]
    for above, below in pairwise(headers):
        _require(rlp.decode(below)[0] == keccak(above), "a header is not the parent of the next one")
    _require("0x" + keccak(headers[-1]).hex() == trusted, "the last header's hash is not the trusted one")
    first = rlp.decode(headers[0])
    raw = _entry(first[TRANSACTIONS], proof["place"], proof["transaction_proof"])
    receipt = rlp.decode(_entry(first[RECEIPTS], proof["place"], proof["receipt_proof"]))
    logs = [["0x" + address.hex(), ["0x" + topic.hex() for topic in topics], "0x" + data.hex()] for address, topics, data in receipt[3]]
    number = int.from_bytes(first[8], "big")
    return {"block": number, "place": proof["place"], "transaction": "0x" + raw.hex(), "status": int(receipt[0] == b"\1"), "logs": logs}


def _entry(root: bytes, place: int, nodes: list[str]) -> bytes:
    """The entry at `place` of the trie with this root, by the nodes on the way to it."""
    get: Any = HexaryTrie.get_from_proof
    try:
        found = get(root, rlp.encode(place), [rlp.decode(_bytes(node)) for node in nodes])
    except (BadTrieProof, InvalidNode, ValidationError, rlp.DecodingError) as cause:
        raise ValueError(f"the nodes do not lead from the header to the transaction ({type(cause).__name__})") from cause
    _require(bool(found), "the block has no transaction there")
    return bytes(found)


def _log(proof: Mapping[str, Any], trusted: str) -> list[Any]:
    """A log of a chain without blocks: its way up a Merkle tree (RFC 6962) to the root."""
    address, topics, data = proof["log"]
    node, place, last = keccak(b"\0" + _bytes(address) + b"".join(map(_bytes, topics)) + _bytes(data)), proof["place"], proof["leaves"] - 1
    for beside in map(_bytes, proof["path"]):
        if place & 1 or place == last:
            node = keccak(b"\1" + beside + node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = keccak(b"\1" + node + beside)
        place, last = place >> 1, last >> 1
    _require(last == 0 and "0x" + node.hex() == trusted, "the log's way up does not end in the trusted root")
    return [address, topics, data]


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise ValueError(sentence)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
