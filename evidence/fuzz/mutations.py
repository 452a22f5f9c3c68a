"""Changes to valid content, drawn at random: of bytes, of values in a tree, of cells, of columns of a table, of lines of a record."""

from __future__ import annotations

import copy
import gzip
import io
import json
import random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import tomli_w

EVIL: tuple[Any, ...] = (
    *(None, True, False, "", "x", "0x", "-1", "é\u0000", "a" * 5000, 0, -1, 1, 2, 0.1, 0.5, 1.5, -0.0, 1e-9, 1e9, 1e308, -1e308),
    *(float("nan"), float("inf"), float("-inf"), 2**31, 2**32, 2**63, 2**64, 2**256, -(2**63), 10**30, [], {}, [[]], [1, 2], {"x": 1}),
)
"""what stands where something else is expected"""
DEPTH = 3000
"""lists in lists: more than Python's stack takes"""


def flipped(data: bytes, draws: random.Random) -> bytes:
    """Bytes with some of them changed, left out, put in or repeated, or cut short."""
    out = bytearray(data)
    for _ in range(draws.choice((1, 1, 1, 2, 5))):
        at = draws.randrange(len(out) + 1)
        kind = draws.randrange(7)
        if kind == 0 and at < len(out):
            out[at] ^= 1 << draws.randrange(8)
        elif kind == 1:
            del out[at:]
        elif kind == 2:
            del out[at : at + draws.randrange(1, 20)]
        elif kind == 3:
            out[at:at] = draws.randbytes(draws.randrange(1, 8))
        elif kind == 4:
            out[at:at] = out[at : at + draws.randrange(1, 200)]
        elif kind == 5:
            out[at : at + 1] = draws.choice((b"\xff", b"\x00", b"-", b"9" * 20, b'"', b"[", b"{", b"}", b",", b"\n", b"e", b"."))
        else:
            out[at : at + 4] = bytes(4)
    return bytes(out)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where everything in a tree stands."""
    found = [path] if path else []
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inside:
        found += places(part, (*path, key))
    return found


def changed(tree: Any, draws: random.Random) -> Any:
    """A tree with one to three of its values replaced, left out, doubled, renamed or multiplied."""
    out = copy.deepcopy(tree)
    for _ in range(draws.choice((1, 1, 1, 2, 3))):
        there = places(out)
        if not there:
            return draws.choice(EVIL)
        *path, last = draws.choice(there)
        holder = out
        for key in path:
            holder = holder[key]
        value, kind = holder[last], draws.choice((0, 1, 2, 2, 2, 3, 4, 5))
        if kind == 0:
            del holder[last]
        elif kind == 1 and isinstance(holder, list):
            holder.insert(draws.randrange(len(holder) + 1), copy.deepcopy(value))
        elif kind == 1:
            holder[draws.choice(("x", "name", f"{last}s", str(last).upper()))] = holder.pop(last)
        elif kind == 2 and isinstance(value, int | float) and not isinstance(value, bool):
            holder[last] = value * draws.choice((-1, 0, 2, 10, 0.5, 1e6, 1e-6, 1.0001)) + draws.choice((0, 0, 1, -1))
        elif kind == 3 and isinstance(value, str):
            holder[last] = value + draws.choice(("x", " ", value)) if value else "x"
        elif kind == 4:
            others = draws.choice(there)
            other = out
            for key in others:
                if not isinstance(other, dict | list) or (isinstance(other, list) and key >= len(other)) or key not in _keys(other):
                    break
                other = other[key]
            holder[last] = copy.deepcopy(other)
        else:
            holder[last] = copy.deepcopy(draws.choice(EVIL))
    return out


def _keys(holder: Any) -> Any:
    return holder if isinstance(holder, dict) else range(len(holder))


def json_of(tree: Any, draws: random.Random) -> bytes:
    """A changed tree as JSON text, which may be no JSON: deep lists, keys there twice, changed bytes."""
    kind = draws.randrange(12)
    text = json.dumps(tree if kind < 3 else changed(tree, draws))
    if kind == 0:
        return flipped(text.encode(), draws)
    if kind == 1:
        return text.replace(draws.choice(('": ', "]", "0")), draws.choice(("[" * DEPTH, '": ' + "[" * DEPTH + "]" * DEPTH)), 1).encode()
    if kind == 2:
        return text.replace("{", '{"name": 1, ', 1).encode()
    return text.encode()


def toml_of(tree: Any, draws: random.Random) -> bytes:
    """A changed tree as TOML text, which may be none."""
    kind = draws.randrange(10)
    made = _without_null(tree if kind < 2 else changed(tree, draws))
    text = tomli_w.dumps(made if isinstance(made, dict) else {"x": made})
    if kind == 0:
        return flipped(text.encode("utf-8", "surrogateescape"), draws)
    if kind == 1:
        return f"{text}\nx = {'[' * DEPTH}{']' * DEPTH}\n".encode()
    return text.encode("utf-8", "surrogateescape")


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _without_null(part) for key, part in value.items() if part is not None}
    if isinstance(value, list):
        return [_without_null(part) for part in value if part is not None]
    return value


def csv_of(rows: list[list[str]], draws: random.Random) -> bytes:
    """A table of text with cells, rows or columns changed."""
    rows, kind = [list(row) for row in rows], draws.randrange(9)
    row, column = draws.randrange(len(rows)), draws.randrange(len(rows[0]))
    evil = draws.choice(
        ("", "nan", "inf", "-1", "1e999", "x", "é", "1,2", '"', "1_0", " 1", "0x1", "9" * 400, "\u0000", "١", "1" * 200_000)
    )
    if kind == 0:
        del rows[row]
    elif kind == 1:
        rows.insert(row, rows[row])
    elif kind == 2:
        rows = [one[:column] + one[column + 1 :] for one in rows]
    elif kind == 3:
        rows = [[*one, one[column]] for one in rows]
    elif kind == 4:
        del rows[row][column]
    elif kind == 5:
        rows[0][column] = evil
    elif kind == 6:
        other = draws.randrange(len(rows))
        rows[row], rows[other] = rows[other], rows[row]
    else:
        rows[row][column] = evil
    data = "\n".join(",".join(one) for one in rows).encode()
    return flipped(data, draws) if draws.random() < 0.1 else data


def parquet_of(table: pa.Table, draws: random.Random) -> bytes:
    """A table with columns or rows changed, written again."""
    column = draws.randrange(table.num_columns)
    name, kind = table.column_names[column], draws.randrange(8)
    if kind == 0:
        table = table.drop_columns([name])
    elif kind == 1:
        table = table.append_column(draws.choice(("x", name)), table.column(column))
    elif kind == 2:
        table = table.rename_columns([f"{one}x" if one == name else one for one in table.column_names])
    elif kind == 3:
        table = table.set_column(column, name, [[str(value) for value in table.column(column).to_pylist()]])
    elif kind == 4:
        table = table.slice(draws.randrange(max(table.num_rows, 1)))
    elif kind == 5:
        table = table.set_column(column, name, pa.nulls(table.num_rows, table.schema.field(column).type))
    elif kind == 6:
        table = table.take(pa.array(draws.sample(range(table.num_rows), table.num_rows), pa.int64()))
    else:
        values = table.column(column).to_pylist()
        if values:
            values[draws.randrange(len(values))] = _evil_of(table.schema.field(column).type, draws)
        table = table.set_column(column, table.schema.field(column), pa.array(values, table.schema.field(column).type))
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def _evil_of(kind: pa.DataType, draws: random.Random) -> Any:
    if pa.types.is_floating(kind):
        return draws.choice((float("nan"), float("inf"), -1e308, -1.0, 0.0, None))
    if pa.types.is_integer(kind):
        return draws.choice((0, 1, 127, None))
    return draws.choice(("", "x", "é", None)) if pa.types.is_string(kind) else None


def record_of(record: bytes, draws: random.Random) -> bytes:
    """A gzipped record of JSON lines: one line changed, left out, doubled or moved, or the bytes themselves."""
    kind = draws.randrange(6)
    if kind == 0:
        return flipped(record, draws)
    lines = gzip.decompress(record).split(b"\n")
    at = draws.randrange(len(lines) - 1)
    if kind == 1:
        lines[at] = flipped(lines[at], draws)
    elif kind == 2:
        del lines[at]
    elif kind == 3:
        lines.insert(at, lines[at])
    else:
        lines[at] = json_of(json.loads(lines[at]), draws)
    return gzip.compress(b"\n".join(lines), 1)
