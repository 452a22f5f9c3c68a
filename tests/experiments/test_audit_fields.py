"""Whatever stands in a run directory is changed, field by field as it is found there: the audit finds it, or the table says why not.

Whoever changes it cleans up: hashes in the manifest fit again. Nothing here knows which files, columns or keys there are.
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tomli_w

from shengdian.audit import audit, fields
from shengdian.audit.tamper.books import Books
from shengdian.cli import main
from shengdian.experiments.config.loading import load_recorded
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.parsing import toml_of
from shengdian.sim.record.run_folder import MANIFEST, config_hash
from tests.experiments.audited import finished, relines

RUN = "two stages"
"""the variant of the run; that of the year has more files"""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return copied(tmp_path)


def copied(to: Path, variant: str = RUN) -> Path:
    return Path(shutil.copytree(finished(variant), to / "run"))


def seal(run: Path) -> None:
    """SHA-256 of all files into the manifest, rows of tables, and what follows from the config."""
    books = Books({}, run)
    try:
        config = load_recorded(run / "config.toml")
        resolved = config.resolved()
        digest = config_hash(resolved)
        name = f"{config.name}-{config.run.design}-seed{config.run.seeds[0]}-{digest[:8]}"
        due = {"config_hash": digest, "run_id": name, "name": config.name, "chain": config.run.chain}
        books.json(MANIFEST, lambda manifest: manifest.update(due))
    except InputError:
        pass  # a config that cannot be read names nothing
    books.hash_files()


def is_found(run: Path, rerun: bool = False) -> bool:
    """Whether the audit finds something, or refuses to read the directory."""
    try:
        return not audit(run, rerun=rerun).clean
    except InputError:
        return True


def said(file: str, name: str) -> bool:
    """Whether the table says that a field is checked; a field that it does not know, it should."""
    declared = fields.of(file, name)
    assert declared is not None, f"{file}: {name} is not declared"
    return declared.checked


# --- tables -----------------------------------------------------------------------------------------------------------------------


def another(column: pa.ChunkedArray) -> pa.Array:
    """The column with another first value."""
    values = column.to_pylist()
    values[0] = "x" if isinstance(values[0], str) else (values[0] or 0) + 1
    return pa.array(values, column.type)


def value(rows: pa.Table, at: int) -> pa.Table:
    return rows.set_column(at, rows.schema.field(at), another(rows.column(at)))


def unit(rows: pa.Table, at: int) -> pa.Table:
    return rows.cast(rows.schema.set(at, rows.schema.field(at).with_metadata({"unit": "GWh"})))


def type_(rows: pa.Table, at: int) -> pa.Table:
    kinds = {pa.string(): pa.large_string(), pa.float64(): pa.float32(), pa.int32(): pa.int64(), pa.int64(): pa.float64()}
    field = rows.schema.field(at)
    kinds = {pa.large_string(): pa.string(), **kinds}
    return rows.set_column(at, field.with_type(kinds[field.type]), rows.column(at).cast(kinds[field.type]))


def renamed(rows: pa.Table, at: int) -> pa.Table:
    names = rows.column_names
    return rows.rename_columns([*names[:at], f"{names[at]}_", *names[at + 1 :]])


def moved(rows: pa.Table, at: int) -> pa.Table:
    names = rows.column_names
    return rows.select([*names[:at], *names[at + 1 :], names[at]]) if at + 1 < len(names) else rows.select([names[at], *names[:at]])


def twice(rows: pa.Table, at: int) -> pa.Table:
    return rows.append_column(rows.schema.field(at), rows.column(at))


def gone(rows: pa.Table, at: int) -> pa.Table:
    return rows.remove_column(at)


CHANGES: tuple[Callable[[pa.Table, int], pa.Table], ...] = (value, unit, type_, renamed, moved, twice, gone)
PLACES = range(max(len(pq.read_schema(path).names) for path in finished(RUN).glob("*.parquet")))


@pytest.mark.long
@pytest.mark.parametrize("at", PLACES)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_changed_column_of_any_table_is_found_or_declared(change: Callable[[pa.Table, int], pa.Table], at: int, tmp_path: Path) -> None:
    """Each table in a run of its own would take long; changed together, each must be named."""
    run, changed = copied(tmp_path), dict[str, bool]()
    for path in sorted(run.glob("*.parquet")):
        rows = pq.read_table(path)
        if at < len(rows.column_names) and (len(rows) or change is not value):
            changed[path.stem] = said(path.name, rows.column_names[at])
            pq.write_table(change(rows, at), path)
    seal(run)
    try:
        named = {difference.table for difference in audit(run).differences}
    except InputError:
        named = set(changed)
    wrong = {name for name, checked in changed.items() if name not in named and (checked or change is not value)}
    alone = {name for name in wrong if not is_found(one_changed(tmp_path / name, name, change, at))}
    assert alone == set()


def one_changed(to: Path, name: str, change: Callable[[pa.Table, int], pa.Table], at: int) -> Path:
    run = copied(to)
    path = run / f"{name}.parquet"
    pq.write_table(change(pq.read_table(path), at), path)
    seal(run)
    return run


@pytest.mark.long
@pytest.mark.parametrize("table", sorted(path.name for path in finished(RUN).glob("*.parquet")))
def test_rows_or_bytes_that_are_more_less_or_elsewhere_are_found_in_any_table(table: str, tmp_path: Path) -> None:
    honest = pq.read_table(finished(RUN) / table)
    data = (finished(RUN) / table).read_bytes()
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    cases: dict[str, Callable[[Path], object]] = {
        "bytes at the end": lambda path: path.write_bytes(data + b"more"),
        "bytes before the end": lambda path: path.write_bytes(data[:footer] + b"more" + data[footer:]),
        "another version": lambda path: pq.write_table(honest.replace_schema_metadata({"shengdian.version": "1"}), path),
        "more said": lambda path: pq.write_table(honest.replace_schema_metadata({**(honest.schema.metadata or {}), "by": "me"}), path),
    }
    if len(honest):
        cases["a row twice"] = lambda path: pq.write_table(pa.concat_tables([honest, honest.slice(0, 1)]), path)
        cases["a row less"] = lambda path: pq.write_table(honest.slice(0, len(honest) - 1), path)
    if len(honest) > 1:
        cases["rows in another order"] = lambda path: pq.write_table(honest.take(list(range(len(honest)))[::-1]), path)
    for name, change in cases.items():
        run = copied(tmp_path / name)
        change(run / table)
        seal(run)
        checked = said(table, "*") or name in ("bytes at the end", "bytes before the end", "another version", "more said")
        assert is_found(run) or not checked, name


# --- keys -------------------------------------------------------------------------------------------------------------------------


def keys(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value in tables and lists."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*before, key)
        yield from keys(each, (*before, key))


def at(value: Any, way: tuple[Any, ...]) -> Any:
    for key in way:
        value = value[key]
    return value


def other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return f"{value}1" if not value.startswith("0x") else value[:-1] + ("0" if value[-1] != "0" else "1")
    if isinstance(value, dict):
        return {**value, "more": 1}
    return [*value, *(value[:1] or ["more"])] if isinstance(value, list) else 1 if value is None else value


def named(way: tuple[Any, ...]) -> str:
    return ".".join(key for key in way if isinstance(key, str))


@pytest.mark.long
@pytest.mark.parametrize("file", sorted(path.name for path in finished(RUN).glob("*.json")))
def test_changed_key_of_any_json_file_is_found_or_declared(file: str, run: Path) -> None:
    honest = json.loads((run / file).read_text())
    missed = []
    for way in keys(honest):
        changed = json.loads(json.dumps(honest))
        at(changed, way[:-1])[way[-1]] = other(at(honest, way))
        if way[0] == "contents" or not said(file, named(way)):
            continue
        (run / file).write_text(json.dumps(changed, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        if file != MANIFEST:
            Books({}, run).hash_files()
        if not is_found(run):
            missed.append(named(way))
    assert missed == []


@pytest.mark.parametrize("file", sorted(path.name for path in finished(RUN).glob("*.json")))
def test_any_json_file_written_otherwise_is_found(file: str, run: Path) -> None:
    text = (run / file).read_text(encoding="utf-8")
    value = json.loads(text)
    first = next(iter(value))
    forms = {
        "bytes at the end": text + " ",
        "no end of the last line": text.rstrip("\n"),
        "blanks": json.dumps(value, ensure_ascii=False),
        "another order": json.dumps({**{key: value[key] for key in reversed(value)}}, indent=2, ensure_ascii=False) + "\n",
        "a key twice": text.replace("{", "{" + f'\n  "{first}": null,', 1),
        "numbers of another type": json.dumps({**value, "hours": float(value.get("hours", 1))}, indent=2) + "\n",
    }
    for name, form in forms.items():
        (run / file).write_text(form, encoding="utf-8")
        if file != MANIFEST:
            Books({}, run).hash_files()
        assert is_found(run), name


@pytest.mark.parametrize("form", [["versions", "python"], ["git_commit"], ["seconds", "all"]])
def test_what_nothing_proves_has_at_least_its_form(form: list[str], run: Path) -> None:
    honest = json.loads((run / MANIFEST).read_text())
    at(honest, tuple(form[:-1]))[form[-1]] = "by me"
    (run / MANIFEST).write_text(json.dumps(honest, indent=2, ensure_ascii=False) + "\n")
    assert is_found(run)


@pytest.mark.long
def test_changed_key_of_the_config_is_found_or_declared(run: Path) -> None:
    """Manifest and run id are made to fit; a config that cannot be read is refused."""
    honest = toml_of((run / "config.toml").read_text(encoding="utf-8"))
    missed = []
    for way in keys(honest):
        changed = toml_of((finished(RUN) / "config.toml").read_text(encoding="utf-8"))
        at(changed, way[:-1])[way[-1]] = other(at(honest, way))
        try:
            (run / "config.toml").write_text(tomli_w.dumps(changed), encoding="utf-8")
            load_recorded(run / "config.toml")
        except (InputError, TypeError):
            continue
        seal(run)
        if said("config.toml", named(way)) and not is_found(run):
            missed.append(named(way))
    assert missed == []


@pytest.mark.parametrize("more", ["# nothing\n", "\n", 'remark = "approved"\n'])
def test_config_written_otherwise_is_found(more: str, run: Path) -> None:
    path = run / "config.toml"
    for text in (path.read_text(encoding="utf-8") + more, more + path.read_text(encoding="utf-8")):
        path.write_text(text, encoding="utf-8")
        seal(run)
        assert is_found(run)
        path.write_bytes((finished(RUN) / "config.toml").read_bytes())


# --- the record, and files --------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_changed_field_of_any_line_of_the_record_is_found_or_declared(run: Path) -> None:
    with gzip.open(run / "chain.jsonl.gz", "rt", encoding="utf-8") as file:
        honest = [json.loads(line) for line in file]
    seen: dict[str, tuple[int, tuple[Any, ...]]] = {}
    for number, line in enumerate(honest):
        for way in keys(line):
            seen.setdefault(f"{number > 0}/{named(way)}", (number, way))
    assert len(seen) > 10
    for name, (number, way) in seen.items():
        changed = json.loads(json.dumps(honest[number]))
        at(changed, way[:-1])[way[-1]] = other(at(changed, way))
        lines = [json.dumps(changed if place == number else line, separators=(",", ":")) for place, line in enumerate(honest)]
        relines(run, lambda _, lines=lines: lines)  # type: ignore[misc]
        seal(run)
        assert is_found(run) or not said("chain.jsonl.gz", named(way)), name


def test_bytes_around_the_record_s_archive_are_found(tmp_path: Path) -> None:
    data = (finished(RUN) / "chain.jsonl.gz").read_bytes()
    text = gzip.decompress(data)
    cases = {
        "zeros at the end": data + bytes(8),
        "bytes at the end": data + b"more",
        "an empty part": data + gzip.compress(b"", 1, mtime=0),
        "a time": data[:4] + b"\1\0\0\0" + data[8:],
        "a name": gzip.compress(text, 1, mtime=0)[:3] + b"\x08" + gzip.compress(text, 1, mtime=0)[4:10] + b"me\0" + data[10:],
        "no end of the last line": gzip.compress(text[:-1], 1, mtime=0),
        "a line more": gzip.compress(text + b"\n", 1, mtime=0),
    }
    for name, changed in cases.items():
        run = copied(tmp_path / name)
        (run / "chain.jsonl.gz").write_bytes(changed)
        seal(run)
        assert is_found(run), name


@pytest.mark.parametrize("name", ["notes.txt", "more.parquet", ".hidden", "folder"])
def test_file_that_no_run_writes_is_found(name: str, run: Path) -> None:
    (run / name).mkdir() if name == "folder" else (run / name).write_text("more")
    seal(run)
    assert is_found(run)


@pytest.mark.parametrize("name", sorted(path.name for path in finished(RUN).iterdir()))
def test_missing_file_is_found(name: str, run: Path) -> None:
    (run / name).unlink()
    if name != MANIFEST:
        seal(run)
    assert is_found(run)


@pytest.mark.parametrize("name", ["table1.csv", "agreements_of_the_year.parquet"])
def test_files_of_a_year_written_otherwise_are_found(name: str, tmp_path: Path) -> None:
    run = copied(tmp_path, "everything agreed, alone")
    if not (run / name).is_file():
        pytest.skip("the year has no such file")
    (run / name).write_bytes((run / name).read_bytes() + b"\n")
    seal(run)
    assert is_found(run)


# --- the command --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", [RUN, "everything agreed, alone", "learning"])
def test_every_field_of_a_run_is_declared(variant: str) -> None:
    assert [f"{file} {name}" for file, name in fields.found(finished(variant)) if fields.of(file, name) is None] == []


def test_command_says_of_every_field_how_it_is_checked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["audit", str(finished(RUN)), "--fields"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 300
    assert all("  checked: " in line or "  not checked, because " in line for line in lines)
    assert main(["audit", str(tmp_path), "--fields"]) == 2
