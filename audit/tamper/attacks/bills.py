"""Retail bills: the table of bills, and what they move in the ledger."""

from __future__ import annotations

from shengdian.audit.tamper import Attack, Place
from shengdian.audit.tamper.books import Books

ENERGY = 1.0
"""MWh"""


def _paid(books: Books, row: int) -> int:
    """The place of what a bill's user pays."""
    return books.row("ledger", hour=books.value("bills", row, "hour"), trader=books.value("bills", row, "user"), cause="retail")


def _earned(books: Books, row: int) -> int:
    """The place of what a bill's supplier gets."""
    return books.row("ledger", hour=books.value("bills", row, "hour"), trader=books.value("bills", row, "supplier"), cause="retail")


def lower(books: Books) -> Place:
    """All users of a supplier are billed 1 CNY/MWh less; both sides are entered, so that sums stay."""
    row = books.row("bills")
    supplier = books.value("bills", row, "supplier")
    bills = books.tables["bills"]
    for at in bills.index[bills["supplier"] == supplier]:
        energy = float(books.value("bills", at, "energy_mwh"))
        books.add("bills", at, "rate_per_mwh", -1.0)
        books.add("bills", at, "amount", -energy)
        books.add("ledger", _paid(books, at), "money", energy)
        books.add("ledger", _earned(books, at), "money", -energy)
    return Place("bills", row)


def move(books: Books) -> Place:
    """One MWh of one user is billed to another of the same supplier, with its payment."""
    row = books.row("bills")
    other = books.row("bills", 1, supplier=books.value("bills", row, "supplier"))
    amount = float(books.value("bills", row, "rate_per_mwh")) * ENERGY
    for at, sign in ((row, -1), (other, 1)):
        books.add("bills", at, "energy_mwh", sign * ENERGY)
        books.add("bills", at, "amount", sign * amount)
        books.add("ledger", _paid(books, at), "money", -sign * amount)
        books.add("ledger", _paid(books, at), "energy_mwh", sign * ENERGY)
    return Place("bills", row)


def delete(books: Books) -> Place:
    """A user's bill is taken out, and its supplier goes without the money."""
    row = books.row("bills")
    paid, earned = _paid(books, row), _earned(books, row)
    books.add("ledger", earned, "money", float(books.value("ledger", paid, "money")))
    books.add("ledger", earned, "energy_mwh", float(books.value("ledger", paid, "energy_mwh")))
    books.delete("ledger", paid)
    books.delete("bills", row)
    return Place("bills", row)


ATTACKS = (
    Attack("bill-lowered", "tables", "captive users of a supplier are billed 1 CNY/MWh less; both sides are entered", lower),
    Attack("bill-moved", "tables", "one MWh of a captive user is billed to another, with its payment", move),
    Attack("bill-deleted", "tables", "a captive user's bill is taken out, and its supplier goes without the money", delete),
)
