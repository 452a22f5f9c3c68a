"""Rows of one kind kept as columns: a row is made when somebody asks for it, a table never needs one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import accumulate
from typing import Any, Generic, TypeVar, overload

import numpy as np

Row = TypeVar("Row")
ColumnData = Sequence[Any] | np.ndarray[Any, Any]
"""a list, a tuple, `TextColumn`, `OptionalColumn`, or an array of integers"""


class TextColumn(Sequence[str]):
    """A column of text as places in a list of words, which other columns may share."""

    __slots__ = ("places", "words")

    def __init__(self, words: Sequence[str], places: np.ndarray[Any, Any]) -> None:
        self.words, self.places = words, places

    @classmethod
    def joined(cls, parts: Sequence[TextColumn]) -> TextColumn:
        """One column after the other, at least one; every list of words is taken once, however many columns share it."""
        lists = {id(part.words): part.words for part in parts}
        begins = dict(zip(lists, accumulate(map(len, lists.values()), initial=0), strict=False))
        words = parts[0].words if len(lists) == 1 else tuple([word for words in lists.values() for word in words])
        return cls(words, np.concatenate([part.places + begins[id(part.words)] for part in parts]))

    def tolist(self) -> list[str]:
        """The text of every row."""
        words = self.words
        return [words[place] for place in self.places.tolist()]

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[str]:
        return iter(self.tolist())

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        return TextColumn(self.words, self.places[place]) if isinstance(place, slice) else self.words[self.places[place]]


class OptionalColumn(Sequence[int | None]):
    """A column of integers of which some are None."""

    __slots__ = ("absent", "numbers")

    def __init__(self, numbers: np.ndarray[Any, Any], absent: np.ndarray[Any, Any]) -> None:
        self.numbers, self.absent = numbers, absent

    def tolist(self) -> list[int | None]:
        """The value of every row."""
        return [None if gone else number for number, gone in zip(self.numbers.tolist(), self.absent.tolist(), strict=True)]

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, place: int) -> int | None: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[int | None]: ...
    def __getitem__(self, place: int | slice) -> int | Sequence[int | None] | None:
        return self.tolist()[place]


def same(text: str, rows: int) -> TextColumn:
    """A column of `rows` rows, each of which is `text`."""
    return TextColumn((text,), np.zeros(rows, np.int64))


def plain(column: ColumnData) -> Sequence[Any]:
    """A column without NumPy numbers."""
    return column.tolist() if isinstance(column, np.ndarray | TextColumn | OptionalColumn) else column


class Rows(Sequence[Row], Generic[Row]):
    """A sequence of frozen dataclasses, equal to any other sequence of equal rows."""

    __slots__ = ("_length", "_plain", "columns", "kind")

    def __init__(self, kind: type[Row], **columns: ColumnData) -> None:
        """A column for every field of `kind` that has no default."""
        self.kind = kind
        self.columns: Mapping[str, ColumnData] = columns
        """by name of the field"""
        self._length = len(next(iter(columns.values())))
        self._plain: list[Sequence[Any]] | None = None

    @classmethod
    def of(cls, kind: type[Row], rows: Sequence[Row]) -> Rows[Row]:
        """`rows` as they are where they are columns already, else turned into columns."""
        if isinstance(rows, Rows):
            return rows
        names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
        return cls(kind, **{name: [getattr(row, name) for row in rows] for name in names})

    @classmethod
    def joined(cls, parts: Sequence[Rows[Row]]) -> Rows[Row]:
        """All rows of the first part, then all of the next; at least one part, with the same columns."""
        first, *others = parts
        if not others:
            return first
        return cls(first.kind, **{name: _joined([part.columns[name] for part in parts]) for name in first.columns})

    def column(self, name: str) -> ColumnData:
        """One field of all rows."""
        return self.columns[name]

    def plain(self, name: str) -> Sequence[Any]:
        """One field of all rows without NumPy numbers; kept, so that many may ask."""
        return self._values()[list(self.columns).index(name)]

    def _values(self) -> list[Sequence[Any]]:
        """The columns as plain values, so that a row holds no NumPy number."""
        if self._plain is None:
            self._plain = [plain(column) for column in self.columns.values()]
        return self._plain

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Row]:
        names = list(self.columns)
        return (self.kind(**dict(zip(names, values, strict=True))) for values in zip(*self._values(), strict=True))

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        if isinstance(place, slice):
            return tuple(self)[place]
        if not -self._length <= place < self._length:
            raise IndexError(place)
        return self.kind(**dict(zip(self.columns, (column[place] for column in self._values()), strict=True)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(mine == its for mine, its in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


def _joined(columns: Sequence[ColumnData]) -> ColumnData:
    arrays = [column for column in columns if isinstance(column, np.ndarray)]
    if len(arrays) == len(columns):
        return np.concatenate(arrays)
    texts = [column for column in columns if isinstance(column, TextColumn)]
    if len(texts) == len(columns):
        return TextColumn.joined(texts)
    maybes = [column for column in columns if isinstance(column, OptionalColumn)]
    if len(maybes) == len(columns):
        return OptionalColumn(np.concatenate([maybe.numbers for maybe in maybes]), np.concatenate([maybe.absent for maybe in maybes]))
    return [value for column in columns for value in plain(column)]
