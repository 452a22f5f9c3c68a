"""Manifest, summary and config, and a table nobody can read any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow.parquet as pq

from shengdian.audit.files import CONTENTS
from shengdian.audit.tamper import Attack, Place
from shengdian.audit.tamper.attacks.transactions import flip
from shengdian.audit.tamper.books import Books
from shengdian.experiments.config.loading import load_config
from shengdian.sim.record.chain_record import NAME
from shengdian.sim.record.run_folder import CONFIG, MANIFEST, SUMMARY, config_hash, run_id


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
    books.json(SUMMARY, lambda found: found.update(welfare=found["welfare"] * 1.1))
    books.hash_files()
    return Place(SUMMARY, word="welfare")


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


def declared(old: str, new: str) -> Callable[[Books], Place]:
    """Another config, with every hash in the manifest made to fit."""

    def apply(books: Books) -> Place:
        path = books.directory / CONFIG
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        config = load_config(path)
        digest = config_hash(config.resolved())
        name = run_id(config.name, config.run.design, config.run.seeds[0], config.resolved())
        books.json(MANIFEST, lambda found: found.update(config_hash=digest, run_id=name))
        books.hash_files()
        return Place(CONFIG, word="first block binds")

    return apply


def appended(file: str) -> Callable[[Books], Place]:
    """Bytes after the end of a file, whose SHA-256 in the manifest is made to fit."""

    def apply(books: Books) -> Place:
        path = books.directory / file
        path.write_bytes(path.read_bytes() + bytes(8))
        books.hash_files()
        return Place(file)

    return apply


def units(books: Books) -> Place:
    """The prices are said to be CNY/GWh."""
    path = books.directory / "prices.parquet"
    rows = pq.read_table(path)
    at = rows.schema.get_field_index("price_per_mwh")
    pq.write_table(rows.cast(rows.schema.set(at, rows.schema.field(at).with_metadata({"unit": "CNY/GWh"}))), path)
    books.hash_files()
    return Place("prices")


def hidden(books: Books) -> Place:
    """Bytes between the columns of a table and what describes them; no reader sees them."""
    path = books.directory / "orders.parquet"
    data = path.read_bytes()
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    path.write_bytes(data[:footer] + b"more" + data[footer:])
    books.hash_files()
    return Place("orders")


def added(books: Books) -> Place:
    """A file beside those of the run, which the manifest names."""
    (books.directory / "approved.txt").write_text("audited", encoding="utf-8")
    books.hash_files()
    return Place("approved.txt")


def twice(books: Books) -> Place:
    """The manifest says the seed twice; most readers take the last."""
    path = books.directory / MANIFEST
    path.write_text(path.read_text(encoding="utf-8").replace("{", '{\n  "seed": 7,', 1), encoding="utf-8")
    return Place(MANIFEST)


def commit(books: Books) -> Place:
    """The manifest names a commit that can be none."""
    books.json(MANIFEST, lambda found: found.update(git_commit="approved"))
    return Place(MANIFEST, word="git_commit")


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
    Attack("config-coal", "files", "the config claims half of the cost of coal", declared("coal = 1.0", "coal = 0.5")),
    Attack("config-ordering", "files", "the config claims another ordering", declared('ordering = "seeded"', 'ordering = "fifo"')),
    Attack("units-changed", "files", "prices are said to have another unit", units),
    Attack("bytes-hidden", "files", "bytes are hidden in a table, where no reader looks", hidden),
    Attack("archive-extended", "files", "bytes are put after the end of the record's archive", appended(NAME)),
    Attack("file-added", "files", "a file is added, and the manifest names it", added),
    Attack("key-twice", "files", "a key stands twice in the manifest", twice),
    Attack("commit-invented", "files", "the manifest names a commit that can be none", commit),
)
