"""The year that was traded before the hours, traded again on twins: its chains are not in the record, so that the config alone says it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from shengdian.ahead import table1
from shengdian.ahead.year import Year
from shengdian.audit.tables import first_difference, sentence
from shengdian.audit.verdict import Difference


def files_of(year: Year | None) -> tuple[str, ...]:
    """The files that a run has of the year; none where no year was traded."""
    if year is None:
        return ()
    return (*((table1.TABLE,) if table1.rows(year) else ()), table1.AGREEMENTS)


def compare_year(directory: Path, year: Year | None) -> list[Difference]:
    """The first difference of each of the year's files in a run directory; none where no year was traded."""
    if year is None:
        return []
    with TemporaryDirectory() as folder:
        names = table1.write(Path(folder), year)
        return [found for name in names if (found := _compare(directory / name, Path(folder) / name))]


def _compare(found: Path, due: Path) -> Difference | None:
    try:
        said = _table(found)
    except (OSError, ValueError, pa.ArrowException) as cause:
        return Difference(f"the file is missing or damaged ({cause})", table=found.name)
    made = _table(due)
    if not said.schema.equals(made.schema, check_metadata=True):
        return Difference(f"its columns are {', '.join(said.schema.names)}, or of other types than a run writes", table=found.name)
    if said.equals(made):
        return None
    row = first_difference(said, made)
    if row is None or row == len(made):
        return Difference(f"it has {len(said)} rows; the year makes {len(made)}", table=found.name, row=min(len(said), len(made)))
    return Difference(sentence(said, made, row, "the year"), table=found.name, row=row)


def _table(path: Path) -> pa.Table:
    """Parquet as it is, CSV as the text of its lines."""
    if path.suffix == ".parquet":
        return pq.read_table(path, page_checksum_verification=True)
    with path.open(encoding="utf-8", newline="") as file:
        return pa.table({"line": list(file)})
