"""How the files of a run are written: what no reader of their values would see. Asked last, where nothing else differs."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import tomli_w

from shengdian.audit.verdict import Difference
from shengdian.experiments.runs.provenance import PACKAGES
from shengdian.experiments.schema import Rulebook
from shengdian.sim.base.parsing import json_of
from shengdian.sim.record.chain_record import NAME
from shengdian.sim.record.run_folder import CONFIG, FILES, MANIFEST, SUMMARY, plain, to_json
from shengdian.sim.record.tables import schemas

FIRST = (
    *("version", "run_id", "hours", "blocks", "transactions", "gas", "last_block_hash", "digest", "logs_root", "gas_by_phase"),
    *("transactions_by_phase", "rows", "contents", "name", "design", "seed", "chain", "start", "config_hash", "deployments", "versions"),
    *("git_commit", "artifact_hashes", "data_hashes", "own_code", "seconds", "medium_term"),
)
"""the manifest's keys, in order"""
MEMBER = b"\x1f\x8b\x08\0\0\0\0\0\x04\xff"
"""how every part of the record's archive begins: no name, no time, fastest compression"""
MAGIC = b"PAR1"
"""at both ends of a Parquet file"""


def check(
    directory: Path, config: Rulebook, more: tuple[str, ...], due_summary: Mapping[str, Any] | None, currency: str
) -> list[Difference]:
    """A difference for every file that is not as a run writes it. `more` are the files that this run has besides those of every run,
    `due_summary` is what its summary should say, None where that is not known; `currency` is that of the tables' units."""
    found = list(_names(directory, {*FILES, MANIFEST, *more}))
    manifest = json_of((directory / MANIFEST).read_text(encoding="utf-8"))
    in_order = {key: manifest[key] for key in FIRST if key in manifest}
    wanted = {CONFIG: tomli_w.dumps(plain(config.resolved())), MANIFEST: to_json(in_order)}
    if due_summary is not None:
        wanted[SUMMARY] = to_json(due_summary)
    for name, text in wanted.items():
        if (directory / name).read_bytes() != text.encode():
            found.append(Difference("it is not written as a run writes it: its keys, their order, blanks or an ending differ", table=name))
    found += [Difference(sentence, table=MANIFEST) for sentence in _unproven(manifest)]
    found += [Difference(sentence, table=NAME) for sentence in _archive(directory / NAME)]
    due = {f"{name}.parquet": schema for name, schema in schemas(currency).items()}
    due |= {name: pq.read_schema(directory / name) for name in more if name.endswith(".parquet") and (directory / name).is_file()}
    for name, schema in due.items():
        found += [Difference(sentence, table=name.removesuffix(".parquet")) for sentence in _parquet(directory / name, schema)]
    return found


def _names(directory: Path, due: set[str]) -> Iterator[Difference]:
    there = {path.name for path in directory.iterdir()}
    for name in sorted(there - due):
        yield Difference("no run writes such a file", table=name)
    for name in sorted(due - there):
        yield Difference("the file is missing", table=name)


def _unproven(manifest: Mapping[str, Any]) -> Iterator[str]:
    """What nothing in a run can prove has at least the form that a run gives it."""
    versions, commit, seconds = (manifest.get(key) for key in ("versions", "git_commit", "seconds"))
    known = {"python", *PACKAGES}
    if not (isinstance(versions, dict) and set(versions) <= known and all(map(_is_version, versions.values()))):
        yield f"versions should be one of {', '.join(sorted(known))} each"
    if commit is not None and not (isinstance(commit, str) and re.fullmatch("[0-9a-f]{40}(-dirty)?", commit)):
        yield f"git_commit is {commit!r}; it should be 40 hexadecimal digits, or null"
    if not (isinstance(seconds, dict) and "all" in seconds and all(type(each) in (int, float) and each >= 0 for each in seconds.values())):
        yield "seconds should be numbers from 0 on, by part of the program, with all of them"


def _is_version(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d[\w.+!-]*", value) is not None


def _archive(path: Path) -> Iterator[str]:
    """The record is one part, or a part a day where it was kept for going on; nothing stands between and behind."""
    data, end = path.read_bytes(), b"\n"
    while data:
        if not data.startswith(MEMBER):
            yield "the archive has bytes between its parts or after its end, or a name or time in one of them"
            return
        part = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        text = part.decompress(data)
        if not text:
            yield "a part of the archive is empty"
            return
        data, end = part.unused_data, text[-1:]
    if end != b"\n":
        yield "the last line does not end"


def _parquet(path: Path, schema: pa.Schema) -> Iterator[str]:
    """Names, types, units and version; and no byte of the file is beside its columns and what describes them."""
    meta = pq.read_metadata(path)
    due = _described(schema)
    if not meta.schema.to_arrow_schema().equals(due.schema.to_arrow_schema(), check_metadata=True):
        yield "columns, types, units or version are not the table's"
    if set(meta.metadata or {}) != set(due.metadata or {}):
        yield "the file describes more than a table does"
    data = path.read_bytes()
    at = len(MAGIC)
    for group in range(meta.num_row_groups):
        for number in range(meta.num_columns):
            column = meta.row_group(group).column(number)
            first = column.dictionary_page_offset if column.has_dictionary_page else column.data_page_offset
            if first != at:
                yield f"bytes that belong to no column stand at {at}"
                return
            at += column.total_compressed_size
    if at != len(data) - 2 * len(MAGIC) - int.from_bytes(data[-8:-4], "little"):
        yield f"bytes that belong to no column stand at {at}"


def _described(schema: pa.Schema) -> Any:
    """What the file of an empty table says of itself."""
    file = BytesIO()
    pq.write_table(schema.empty_table(), file)
    return pq.read_metadata(BytesIO(file.getvalue()))
