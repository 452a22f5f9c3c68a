"""Manifest, summary and config, and a table nobody can read any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shengdian.audit.files import CONTENTS
from shengdian.audit.tamper import Attack, Place
from shengdian.audit.tamper.attacks.transactions import flip
from shengdian.audit.tamper.books import Books
from shengdian.sim.record.run_folder import MANIFEST, SUMMARY


def manifest(change: Callable[[dict[str, Any]], None], word: str) -> Callable[[Books], Place]:
    """An attack on the manifest."""

    def apply(books: Books) -> Place:
        books.json(MANIFEST, change)
        return Place(MANIFEST, word=word)

    return apply


def flipped(key: str) -> Callable[[Books], Place]:
    """Another digit in a text of the manifest."""
    return manifest(lambda found: found.update({key: flip(found[key], 12)}), key)


def raised(key: str) -> Callable[[Books], Place]:
    """A larger number in the manifest."""
    return manifest(lambda found: found.update({key: found[key] + 1}), key)


def summary(books: Books) -> Place:
    """The summary's welfare times 1.1; the manifest's SHA-256 is made to fit."""
    books.json(SUMMARY, lambda found: found.update(welfare_cny=found["welfare_cny"] * 1.1))
    books.hash_files()
    return Place(SUMMARY, word="welfare_cny")


def config(books: Books) -> Place:
    """Other rules in the config than those that were deployed; the config's hash in the manifest is left as it was."""
    path = books.directory / "config.toml"
    text = path.read_text(encoding="utf-8")
    assert "k = 0.5" in text
    path.write_text(text.replace("k = 0.5", "k = 0.0"), encoding="utf-8")
    books.hash_files()
    return Place(MANIFEST, word="config_hash")


def damaged(books: Books) -> Place:
    """One bit in the middle of orders.parquet; the manifest's SHA-256 is made to fit."""
    path = books.directory / "orders.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    books.hash_files()
    return Place("orders")


def missing(books: Books) -> Place:
    """prices.parquet is deleted, and the manifest no longer names it."""
    (books.directory / "prices.parquet").unlink()
    books.hash_files()
    return Place("prices")


def contents(books: Books) -> Place:
    """The manifest names 64 zeros as the SHA-256 of ledger.parquet."""

    def change(found: dict[str, Any]) -> None:
        found[CONTENTS]["ledger.parquet"] = "0" * 64

    books.json(MANIFEST, change)
    return Place(MANIFEST, word="ledger.parquet")


def artifacts(books: Books) -> Place:
    """The manifest names other contracts than were used."""

    def change(found: dict[str, Any]) -> None:
        name = next(iter(found["artifact_hashes"]))
        found["artifact_hashes"][name] = "0" * 64

    books.json(MANIFEST, change)
    return Place(MANIFEST, word="artifact_hashes")


ATTACKS = (
    Attack("manifest-digest", "files", "the manifest names another digest", flipped("digest")),
    Attack("manifest-last-hash", "files", "the manifest names another last block", flipped("last_block_hash")),
    Attack(
        "manifest-logs-root",
        "files",
        "the manifest names another root, so that proofs of other logs would hold",
        flipped("logs_root"),
    ),
    Attack("manifest-gas", "files", "the manifest counts other gas", raised("gas")),
    Attack("manifest-transactions", "files", "the manifest counts other transactions", raised("transactions")),
    Attack("manifest-seed", "files", "the manifest names another seed", raised("seed")),
    Attack("manifest-contracts", "files", "the manifest names other contracts", artifacts),
    Attack("manifest-contents", "files", "the manifest names another SHA-256 of a table", contents),
    Attack("summary-welfare", "files", "the summary claims a tenth more welfare", summary),
    Attack("config-rules", "files", "the config claims other rules than those deployed", config),
    Attack("table-damaged", "files", "one bit of a table is turned", damaged),
    Attack("table-missing", "files", "a table is gone", missing),
)
