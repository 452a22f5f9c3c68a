"""The public curves of OMIE, the market operator of Spain and Portugal: files `curva_pbc_uof_YYYYMMDD.1` and `curva_pbc_YYYYMMDD.1`.

Text in Latin-1: a title, an empty line, names of columns, a row a block; cells apart by semicolon, a decimal comma and a point between
thousands. Rows marked O are the whole curve of the period; those marked C say again which of it was matched, and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shengdian.cases.book_file import lines_of
from shengdian.cases.case_file import read_bytes
from shengdian.regions.faults import Faults, TableFault
from shengdian.sim.base.orders import MOST_SEGMENTS

PERIODS: Mapping[str, tuple[str, re.Pattern[str], str, int]] = {
    "Hora": ("Energía Compra/Venta", re.compile(r"\d{1,2}"), "an hour from 1 on", 1),
    "Periodo": ("Potencia Compra/Venta", re.compile(r"H\d{1,2}Q[1-4]"), "a quarter of an hour, as H1Q1", 4),
}
"""by the column of the period: that of MWh, or of MW; what a period looks like; how many an hour has"""
ZONE, UNIT, SIDE, PRICE, STATUS = "Pais", "Unidad", "Tipo Oferta", "Precio Compra/Venta", "Ofertada (O)/Casada (C)"
SIDES: Mapping[str, str] = {"V": "sell", "C": "buy"}
OFFERED = ("O", "C")
NUMBER = re.compile(r"-?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?")
LIMITS: Mapping[str, float] = {"price_floor": -500.0, "price_cap": 4000.0}
"""of the coupled European market; EUR/MWh"""


def cases_of(path: str, lines: str | None, period: str | None, keys: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A clearing case for every period of a file (`-` is stdin), or for one; lines in another file, and other `keys` of a case.

    Every country of the file is a zone, every unit of a country and side an order; where units are not named, all blocks of a side are
    orders. Raises TableFault with a sentence for every cell that cannot be used.
    """
    faults = Faults(TableFault)
    books: dict[str, dict[tuple[str, str, str], list[dict[str, float]]]] = {}
    for at, side, segment in _blocks(Path(path).name, read_bytes(path).decode("latin-1"), faults):
        books.setdefault(at, {}).setdefault(side, []).append(segment)
    faults.stop()
    if period is not None and period not in books:
        raise TableFault([f"{Path(path).name}: there is no period {period!r}; there are {', '.join(books) or 'none'}"])
    zones = list(dict.fromkeys(zone for book in books.values() for zone, _, _ in book))
    others = {"zones": zones, **LIMITS, **keys}
    if lines is not None:
        others["lines"] = lines_of(lines, others["zones"], faults)
        faults.stop()
    return [{"name": at, **others, "orders": _orders(book)} for at, book in books.items() if period in (None, at)]


def _orders(book: Mapping[tuple[str, str, str], list[dict[str, float]]]) -> list[dict[str, Any]]:
    """Orders of up to five segments each: an order of the file with more of them becomes several."""
    orders = []
    for (zone, unit, side), segments in book.items():
        parts = [segments[first : first + MOST_SEGMENTS] for first in range(0, len(segments), MOST_SEGMENTS)]
        for number, part in enumerate(parts, start=1):
            words = (zone, unit, side, str(number) if len(parts) > 1 else "")
            orders.append({"id": " ".join(filter(None, words)), "zone": zone, "side": side, "segments": part})
    return orders


def _blocks(name: str, text: str, faults: Faults) -> Iterator[tuple[str, tuple[str, str, str], dict[str, float]]]:
    """Period; country, unit and side; price and MWh of every block that was offered."""
    lines = [[cell.strip() for cell in line.split(";")] for line in text.splitlines()]
    begin = next((place for place, cells in enumerate(lines) if cells[0] in PERIODS), None)
    if begin is None:
        raise TableFault([f"{name}: no line begins with {' or '.join(PERIODS)}, the first column of OMIE's curves"])
    header = lines[begin] if lines[begin][-1] else lines[begin][:-1]
    energy, looks, due, parts = PERIODS[header[0]]
    if missing := [column for column in (ZONE, UNIT, SIDE, energy, PRICE, STATUS) if column not in header]:
        raise TableFault([f"{name}: line {begin + 1}, column {missing[0]} is missing; OMIE's curves have it"])
    for at, cells in enumerate(lines[begin + 1 :], start=begin + 2):
        if not any(cells) or cells == ["*"]:
            continue
        if len(cells) < len(header):
            faults.add(f"{name}: line {at} has {len(cells)} cells; the header has {len(header)}")
            continue
        row = dict(zip(header, cells, strict=False))
        wrong = [
            (header[0], looks.fullmatch(cells[0]), f"it should be {due}"),
            (ZONE, row[ZONE], "it should be a country"),
            (SIDE, row[SIDE] in SIDES, "allowed: V (sells), C (buys)"),
            (energy, NUMBER.fullmatch(row[energy]) and _number(row[energy]) >= 0, "it should be a number from 0 as 1.234,5"),
            (PRICE, NUMBER.fullmatch(row[PRICE]), "it should be a number as 1.234,5"),
            (STATUS, row[STATUS] in OFFERED, "allowed: O (offered), C (matched)"),
        ]
        sentences = [f"{name}: line {at}, column {column} is {row[column]!r}; {said}" for column, fits, said in wrong if not fits]
        for sentence in sentences:
            faults.add(sentence)
        if sentences or row[STATUS] != OFFERED[0] or not _number(row[energy]):
            continue
        segment = {"price": _number(row[PRICE]), "quantity": _number(row[energy]) / parts}
        yield cells[0], (row[ZONE], row[UNIT], SIDES[row[SIDE]]), segment


def _number(cell: str) -> float:
    return float(cell.replace(".", "").replace(",", "."))
