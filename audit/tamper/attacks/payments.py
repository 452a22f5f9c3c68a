"""Payments: the ledger."""

from __future__ import annotations

from shengdian.audit.tamper import HOUR, Attack, Place
from shengdian.audit.tamper.books import Books


def seller(books: Books, at: int = 0, hour: int = HOUR) -> int:
    """The place of a payment that a plant got in an auction."""
    ledger = books.tables["ledger"]
    found = ledger[(ledger["hour"] == hour) & (ledger["cause"] == "auction") & (ledger["money"] > 0)]
    return int(found.index[at])


def raise_payment(books: Books) -> Place:
    """What a plant got, 1,000 CNY more."""
    row = seller(books)
    books.add("ledger", row, "money", 1000.0)
    return Place("ledger", row)


def divert(books: Books) -> Place:
    """1,000 CNY less for one plant, 1,000 CNY more for another: the sum stays."""
    row, other = seller(books), seller(books, 1)
    books.add("ledger", row, "money", -1000.0)
    books.add("ledger", other, "money", 1000.0)
    return Place("ledger", row)


def delete(books: Books) -> Place:
    """The row of a plant's payment is taken out."""
    row = seller(books)
    books.delete("ledger", row)
    return Place("ledger", row)


def insert_pair(books: Books) -> Place:
    """The grid pays a plant 5,000 CNY for no energy: two rows that sum to zero."""
    row = seller(books, -1) + 1
    takes = str(books.value("ledger", seller(books), "trader"))
    books.insert("ledger", row, trader="grid", role="grid", cause="agreement", money=-5000.0, energy_mwh=0.0)
    books.insert("ledger", row, trader=takes, role="plant", cause="agreement", money=5000.0, energy_mwh=0.0)
    return Place("ledger", row)


def replay(books: Books) -> Place:
    """A plant's payment is entered twice, and a supplier charged for it: the sum stays."""
    row = seller(books)
    again = books.values("ledger", row)
    payer = books.row("ledger", hour=HOUR, trader="SD_supplier", cause="auction")
    books.insert("ledger", row + 1, **again)
    books.add("ledger", payer if payer <= row else payer + 1, "money", -again["money"])
    return Place("ledger", min(row + 1, payer))


def backdate(books: Books) -> Place:
    """A plant's payment is moved to the hour before."""
    row = seller(books)
    books.set("ledger", row, hour=HOUR - 1)
    return Place("ledger", row)


def rename(books: Books) -> Place:
    """A plant's payment gets the name of another plant."""
    row = seller(books)
    books.set("ledger", row, trader=books.value("ledger", seller(books, 1), "trader"))
    return Place("ledger", row)


def relabel(books: Books) -> Place:
    """A payment with cause agreement gets the cause deviation."""
    row = books.row("ledger", hour=HOUR, cause="agreement")
    books.set("ledger", row, cause="deviation")
    return Place("ledger", row)


def invent_difference(books: Books) -> Place:
    """A plant gets a difference for contract energy that was delivered, and the seller after it pays: two rows that sum to zero."""
    row = books.row("ledger", hour=HOUR, cause="agreement")
    payer = books.values("ledger", row + 1)
    books.insert("ledger", row, cause="difference", money=5000.0, energy_mwh=0.0)
    books.insert("ledger", row + 1, trader=payer["trader"], role=payer["role"], cause="difference", money=-5000.0, energy_mwh=0.0)
    return Place("ledger", row)


def reorder(books: Books) -> Place:
    """The rows of two plants' payments change places."""
    row, other = seller(books), seller(books, 1)
    books.swap("ledger", row, other)
    return Place("ledger", row)


def point_elsewhere(books: Books) -> Place:
    """A payment names block and transaction of a payment of hour 0."""
    row = seller(books)
    other = seller(books, hour=0)
    books.set("ledger", row, transaction=books.value("ledger", other, "transaction"), block=books.value("ledger", other, "block"))
    return Place("ledger", row)


def swap_hours(books: Books) -> Place:
    """A whole hour's payments exchanged with those of another, hour by hour consistent."""
    ledger = books.tables["ledger"]
    hours = ledger["hour"].map({0: 1, 1: 0}).fillna(ledger["hour"]).astype("int32")
    books.tables["ledger"] = ledger.assign(hour=hours).sort_values("hour", kind="stable", ignore_index=True)
    return Place("ledger", 0)


ATTACKS = (
    Attack("payment-raised", "tables", "a plant gets 1,000 CNY more than it earned", raise_payment),
    Attack("payment-diverted", "tables", "1,000 CNY of one plant go to another", divert),
    Attack("payment-deleted", "tables", "a plant's payment is taken out", delete),
    Attack("payment-invented", "tables", "the grid pays a plant for nothing; both sides are entered, so that sums stay", insert_pair),
    Attack("payment-replayed", "tables", "a payment is entered twice, and a buyer charged for it", replay),
    Attack("payment-backdated", "tables", "a payment is moved to the hour before", backdate),
    Attack("payment-renamed", "tables", "a payment is entered for another plant", rename),
    Attack("payment-relabelled", "tables", "a payment of contract energy is called one of deviations", relabel),
    Attack("difference-invented", "tables", "contract energy that was delivered is paid a difference, too", invent_difference),
    Attack("payments-reordered", "tables", "two payments change places", reorder),
    Attack("payment-points-elsewhere", "tables", "a payment is said to come from another transaction", point_elsewhere),
    Attack("hours-of-payments-swapped", "tables", "the payments of two hours change places as a whole", swap_hours),
)
