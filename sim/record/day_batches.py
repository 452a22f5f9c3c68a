"""Rows of a run in progress: one file that only grows, a batch of every table for each day. Parquet cannot be added to after a stop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from shengdian.sim.base.errors import InputError

NAME = "days.arrows"
OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)


def add_day(file: BinaryIO, tables: Mapping[str, pa.Table]) -> None:
    """Appends the rows of a day: Arrow IPC streams, one a table, in the order of `tables`."""
    for table in tables.values():
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema, options=OPTIONS) as stream:
            stream.write_table(table)
        file.write(sink.getvalue())


def read_days(path: Path, names: Sequence[str]) -> Iterator[dict[str, pa.Table]]:
    """Day by day, every table's rows; `names` are the tables in the order added. Raises InputError where the file is damaged."""
    try:
        with pa.OSFile(str(path)) as file:
            while file.tell() < file.size():
                day = {}
                for name in names:
                    with pa.ipc.open_stream(file) as stream:
                        day[name] = stream.read_all()
                yield day
    except (ValueError, pa.ArrowException) as cause:
        raise InputError(f"{path}: damaged ({cause}); remove {path.parent} to simulate the run from its beginning") from cause
