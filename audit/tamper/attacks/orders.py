"""Orders: who wanted what, when, at which price."""

from __future__ import annotations

from shengdian.audit.tamper import Attack, Place
from shengdian.audit.tamper.books import Books

FIRST_STAGE = "provincial"


def offer(books: Books, hour: int, status: str, at: int = 0) -> int:
    """The place of an offer of the first stage."""
    return books.row("orders", at, hour=hour, stage=FIRST_STAGE, side="sell", status=status)


def raise_price(books: Books) -> Place:
    """An unfilled offer of hour 0, 25 CNY/MWh dearer."""
    row = offer(books, 0, "unfilled")
    books.add("orders", row, "price_per_mwh", 25.0)
    return Place("orders", row)


def cut_quantity(books: Books) -> Place:
    """An unfilled offer of hour 1, 10 MWh smaller."""
    row = offer(books, 1, "unfilled")
    books.add("orders", row, "quantity_mwh", -10.0)
    return Place("orders", row)


def delete(books: Books) -> Place:
    """The row of an unfilled offer of hour 1 is taken out."""
    row = offer(books, 1, "unfilled")
    books.delete("orders", row)
    return Place("orders", row)


def insert(books: Books) -> Place:
    """A fifth segment at 1,499 CNY/MWh is added to an offer of hour 1."""
    row = offer(books, 1, "unfilled") + 1
    name = f"{str(books.tables['orders'].loc[row - 1, 'order_id']).rpartition('/')[0]}/4"
    books.insert("orders", row, order_id=name, price_per_mwh=1499.0)
    return Place("orders", row)


def reorder(books: Books) -> Place:
    """An unfilled offer of hour 1 and the row after it change places."""
    row = offer(books, 1, "unfilled")
    books.swap("orders", row, row + 1)
    return Place("orders", row)


def replay(books: Books) -> Place:
    """An unfilled offer of hour 0 is entered again in the last hour."""
    row, last = offer(books, 0, "unfilled"), int(books.tables["orders"]["hour"].max())
    again = {column: books.value("orders", row, column) for column in ("trader", "role", "zone", "price_per_mwh", "quantity_mwh")}
    place = offer(books, last, "unfilled") + 1
    books.insert("orders", place, order_id=f"{last}/{again['trader']}/4", **again)
    return Place("orders", place)


def backdate(books: Books) -> Place:
    """An unfilled offer of hour 1 is moved to hour 0."""
    row = offer(books, 1, "unfilled")
    moved = books.values("orders", row)
    books.delete("orders", row)
    place = offer(books, 0, "unfilled") + 1
    books.insert("orders", place, **(moved | {"hour": 0, "order_id": f"0/{moved['trader']}/4"}))
    return Place("orders", place)


def attribute(books: Books) -> Place:
    """An unfilled offer of hour 0 gets the name of another trader, whose offer was filled."""
    row = offer(books, 0, "unfilled")
    other = str(books.value("orders", offer(books, 0, "filled"), "trader"))
    books.set("orders", row, trader=other, order_id=f"0/{other}/4")
    return Place("orders", row)


def refuse(books: Books) -> Place:
    """An unfilled offer of hour 0 is marked as reverted with GateClosed."""
    row = offer(books, 0, "unfilled")
    books.set("orders", row, status="reverted", error="GateClosed")
    return Place("orders", row)


def lower_bid(books: Books) -> Place:
    """A filled bid of hour 1, 400 CNY/MWh lower."""
    row = books.row("orders", hour=1, stage=FIRST_STAGE, side="buy", status="filled")
    books.add("orders", row, "price_per_mwh", -400.0)
    return Place("orders", row)


ATTACKS = (
    Attack("order-price-raised", "tables", "an offer that found no buyer is made dearer, to hide that it could have served", raise_price),
    Attack("order-quantity-cut", "tables", "an offer is made smaller, to hide capacity", cut_quantity),
    Attack("order-deleted", "tables", "an offer is taken out of the books", delete),
    Attack("order-inserted", "tables", "an offer is added that nobody made", insert),
    Attack("orders-reordered", "tables", "two orders change places, as if one had come first", reorder),
    Attack("order-replayed", "tables", "an offer of an earlier hour is entered again in the last one", replay),
    Attack("order-backdated", "tables", "an offer is moved to the hour before", backdate),
    Attack("order-attributed", "tables", "an offer is put down to another trader: impersonation in the books", attribute),
    Attack("order-refused", "tables", "a valid offer is marked as refused after the gate", refuse),
    Attack("bid-lowered", "tables", "a buyer's bid is made to look like less than it was", lower_bid),
)
