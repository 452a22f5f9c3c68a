"""The rows of a CSV file as people save it: UTF-8 with or without a mark, columns apart by comma, semicolon or tab, `#` lines left out."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from shengdian.regions.faults import TableFault

SEPARATORS = (",", ";", "\t")
MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"PK\x03\x04": "a workbook"}
"""how a file begins that is no text in UTF-8"""


@dataclass(frozen=True, slots=True)
class TextTable:
    """A file's header and rows."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """line of the file, from 1, and cells without blanks around them"""
    decimal_comma: bool
    """whether a comma in a number is its decimal point, as columns are apart by another sign"""


def text_of(name: str, raw: bytes) -> str:
    """The text of a file in UTF-8. Raises TableFault for what is none."""
    for mark, kind in MARKS.items():
        if raw.startswith(mark):
            raise TableFault([f"{name}: it is {kind}; save it as CSV in UTF-8"])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        line = raw[: cause.start].count(b"\n") + 1
        raise TableFault([f"{name}: line {line} is not UTF-8 (byte 0x{raw[cause.start]:02x}); save the file in UTF-8"]) from cause
    if "\0" in text:
        raise TableFault([f"{name}: line {text[: text.index(chr(0))].count(chr(10)) + 1} has a zero byte; it should be a text file"])
    return text


def read(name: str, raw: bytes) -> TextTable:
    """The table in a file. Raises TableFault where it is not UTF-8, has no header, or a row has other cells than the header."""
    lines = [(number, line) for number, line in enumerate(StringIO(text_of(name, raw), newline=None), start=1)]
    kept = [(number, line) for number, line in lines if not line.lstrip().startswith("#")]
    first = next(((number, line) for number, line in kept if line.strip()), None)
    separator = max(SEPARATORS, key=first[1].count) if first else SEPARATORS[0]
    rows = list(_rows(name, kept, separator))
    if not rows:
        raise TableFault([f"{name}: it is empty; the first line should name the columns"])
    (at, header), *others = rows
    _check_header(name, at, header)
    faults = [_ragged(name, at, cells, header, separator) for at, cells in others if len(cells) != len(header)]
    if faults:
        raise TableFault(faults)
    return TextTable(name, header, tuple(others), separator != ",")


def _rows(name: str, kept: list[tuple[int, str]], separator: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line and cells of every row that is not blank."""
    reader = csv.reader((line for _, line in kept), delimiter=separator, strict=True)
    begun = 0
    try:
        for cells in reader:
            found = tuple(cell.strip() for cell in cells)
            if any(found):
                yield kept[begun][0], found
            begun = reader.line_num
    except csv.Error as cause:
        at = kept[min(begun, len(kept) - 1)][0]
        raise TableFault([f"{name}: line {at} cannot be read as CSV ({cause})"]) from cause


def _check_header(name: str, at: int, header: tuple[str, ...]) -> None:
    for place, column in enumerate(header):
        if not column:
            raise TableFault([f"{name}: line {at}, column {place + 1} has no name"])
        if column in header[:place]:
            raise TableFault([f"{name}: line {at} names column {column!r} twice"])
    if header[0] == "colour":
        raise TableFault([f"{name}: line {at} begins with column 'colour'; put it later: lines that begin with # are left out"])


def _ragged(name: str, at: int, cells: tuple[str, ...], header: tuple[str, ...], separator: str) -> str:
    """A row with too many or too few cells, and the likely reason."""
    why = ""
    if separator == "," and len(cells) > len(header):
        why = "; a number with a decimal comma needs columns that are apart by semicolon or tab"
    return f"{name}: line {at} has {len(cells)} cells; the header has {len(header)}{why}"
