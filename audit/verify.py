"""Verifies a proof of one transaction or log with nothing but the proof and one trusted hash. It needs rlp, trie and eth-utils alone.

`trusted` is the run's last block hash or, for a chain without blocks, its `logs_root`; both stand in manifest.json, and can be published.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import rlp
from eth_utils.crypto import keccak
from trie.exceptions import BadTrieProof, InvalidNode, ValidationError
from trie.hexary import HexaryTrie

TRANSACTIONS, RECEIPTS = 4, 5
"""places of the roots in a header"""


def verify(proof: Mapping[str, Any], trusted: str) -> dict[str, Any]:
    """What is proven: `block`, `place`, `transaction` (as signed), `status`, and `logs` as [address, topics, data]; a log alone otherwise.

    Raises ValueError where the proof does not lead to `trusted`, or is no proof at all.
    """
    try:
        return {"logs": [_log(proof, trusted)]} if proof["kind"] == "log" else _receipt(proof, trusted)
    except (KeyError, IndexError, TypeError, AttributeError, rlp.exceptions.RLPException) as cause:
        raise ValueError(f"this is not a proof as query --proof writes it ({type(cause).__name__})") from cause


def _receipt(proof: Mapping[str, Any], trusted: str) -> dict[str, Any]:
    """From the trusted hash back through the headers to the block, and down to the transaction and its receipt."""
    headers = [_bytes(header) for header in proof["headers"]]
    due = trusted
    for header in reversed(headers):
        _require("0x" + keccak(header).hex() == due, "a header's hash is not the trusted one, or not the parent that the next header names")
        due = "0x" + rlp.decode(header)[0].hex()
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
    except (BadTrieProof, InvalidNode, ValidationError, rlp.exceptions.RLPException) as cause:
        raise ValueError(f"the nodes do not lead from the header to the transaction ({type(cause).__name__})") from cause
    _require(bool(found), "the block has no transaction there")
    return bytes(found)


def _log(proof: Mapping[str, Any], trusted: str) -> list[Any]:
    """A log of a chain without blocks: its way up a Merkle tree (RFC 6962) to the root."""
    address, topics, data = _bytes(proof["log"][0]), [_bytes(topic) for topic in proof["log"][1]], _bytes(proof["log"][2])
    _require(len(address) == 20 and all(len(topic) == 32 for topic in topics), "an address has 20 bytes, a topic 32")
    node = keccak(b"\0" + address + bytes([len(topics)]) + b"".join(topics) + data)
    place, last = proof["place"], proof["leaves"] - 1
    _require(0 <= place <= last, "the log's place is not one of the tree's")
    for beside in map(_bytes, proof["path"]):
        if place & 1 or place == last:
            node = keccak(b"\1" + beside + node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = keccak(b"\1" + node + beside)
        place, last = place >> 1, last >> 1
    _require(last == 0 and "0x" + node.hex() == trusted, "the log's way up does not end in the trusted root")
    return ["0x" + address.hex(), ["0x" + topic.hex() for topic in topics], "0x" + data.hex()]


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise ValueError(sentence)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
