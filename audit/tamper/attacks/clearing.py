"""Clearings: prices, fills and flows."""

from __future__ import annotations

from shengdian.audit.tamper import HOUR, Attack, Place
from shengdian.audit.tamper.attacks.orders import FIRST_STAGE, offer
from shengdian.audit.tamper.books import Books


def change_price(books: Books) -> Place:
    """A price of the first stage, one tick (0.01 CNY/MWh) higher."""
    row = books.row("prices", hour=HOUR, stage=FIRST_STAGE)
    books.add("prices", row, "price_per_mwh", 0.01)
    return Place("prices", row)


def raise_price_and_pay_it(books: Books) -> Place:
    """Everything that follows from the price is made to fit: what buyers pay is what sellers get."""
    row, more = books.row("prices", hour=HOUR, stage=FIRST_STAGE), 0.4
    zone = str(books.value("prices", row, "zone"))
    books.add("prices", row, "price_per_mwh", more)
    orders = books.tables["orders"]
    paid = orders[(orders["hour"] == HOUR) & (orders["stage"] == FIRST_STAGE) & (orders["zone"] == zone) & (orders["filled_mwh"] > 0)]
    for place in paid.index:
        books.add("orders", int(place), "paid_price_per_mwh", more)
        sign = 1 if paid.loc[place, "side"] == "sell" else -1
        entry = books.row("ledger", hour=HOUR, trader=books.value("orders", int(place), "trader"), cause="auction")
        books.add("ledger", entry, "money", sign * more * books.value("orders", int(place), "filled_mwh"))
    return Place("prices", row)


def raise_fill(books: Books) -> Place:
    """What a partly filled offer sold, 1 MWh more."""
    row = offer(books, HOUR, "partial")
    books.add("orders", row, "filled_mwh", 1.0)
    return Place("orders", row)


def move_fill(books: Books) -> Place:
    """Between an offer at the margin and one above it, whose price is lowered to fit; payments and meters follow."""
    loser = offer(books, HOUR, "partial")
    orders = books.tables["orders"]
    zone, price = books.value("orders", loser, "zone"), books.value("orders", loser, "price_per_mwh")
    among = orders[(orders["hour"] == HOUR) & (orders["stage"] == FIRST_STAGE) & (orders["side"] == "sell") & (orders["zone"] == zone)]
    sellers = set(among[among["filled_mwh"] > 0]["trader"])
    others = among[
        (among["status"] == "unfilled") & among["trader"].isin(sellers) & (among["trader"] != books.value("orders", loser, "trader"))
    ]
    winner, energy = int(others.index[0]), 1.0
    books.set(
        "orders", winner, price_per_mwh=price, paid_price_per_mwh=books.value("orders", loser, "paid_price_per_mwh"), status="partial"
    )
    for place, amount in ((loser, -energy), (winner, energy)):
        trader = books.value("orders", place, "trader")
        books.add("orders", place, "filled_mwh", amount)
        entry = books.row("ledger", hour=HOUR, trader=trader, cause="auction")
        books.add("ledger", entry, "energy_mwh", -amount)
        books.add("ledger", entry, "money", amount * float(books.value("orders", loser, "paid_price_per_mwh")))
        plant = books.row("generation", hour=HOUR, plant=trader)
        metered = float(books.value("generation", plant, "metered_mwh"))
        for column in ("cost", "co2_t"):
            books.add("generation", plant, column, amount * float(books.value("generation", plant, column)) / metered)
        for column in ("scheduled_mwh", "metered_mwh"):
            books.add("generation", plant, column, amount)
    return Place("orders", min(loser, winner))


def unfill(books: Books) -> Place:
    """A filled offer is set to 0 MWh and status unfilled."""
    row = offer(books, HOUR, "filled")
    books.set("orders", row, filled_mwh=0.0, status="unfilled", paid_price_per_mwh=None)
    return Place("orders", row)


def change_flow(books: Books) -> Place:
    """What a line sent and what arrived, 5 MWh more each."""
    row = books.row("flows", hour=HOUR)
    for column in ("sent_mwh", "received_mwh"):
        books.add("flows", row, column, 5.0)
    return Place("flows", row)


def delete_flow(books: Books) -> Place:
    """The row of a line's flow is taken out."""
    row = books.row("flows", hour=HOUR)
    books.delete("flows", row)
    return Place("flows", row)


def hide_rent(books: Books) -> Place:
    """The congestion rent of an hour is booked as line charges, in flows and ledger: sums stay."""
    row = books.row("flows", hour=HOUR)
    amount = float(books.value("flows", row, "rent"))
    books.add("flows", row, "wheeling", amount)
    books.set("flows", row, rent=0.0)
    books.add("ledger", books.row("ledger", hour=HOUR, cause="wheeling"), "money", amount)
    books.add("ledger", books.row("ledger", hour=HOUR, trader="rent", cause="rent"), "money", -amount)
    return Place("flows", row)


def delete_price(books: Books) -> Place:
    """The row of a zone's regional price is taken out."""
    row = books.row("prices", hour=HOUR, stage="regional")
    books.delete("prices", row)
    return Place("prices", row)


ATTACKS = (
    Attack("price-changed", "tables", "a price is moved by one tick", change_price),
    Attack(
        "price-raised-and-paid",
        "tables",
        "a price is raised, and every fill and payment with it",
        raise_price_and_pay_it,
    ),
    Attack("price-deleted", "tables", "a price of the region is taken out", delete_price),
    Attack("fill-raised", "tables", "a plant's fill is made larger", raise_fill),
    Attack("fill-moved", "tables", "energy is moved to another plant; its offer, meter and payment are made to fit", move_fill),
    Attack("fill-undone", "tables", "an accepted offer is marked as if nobody had bought it", unfill),
    Attack("flow-raised", "tables", "more is said to have gone over a line", change_flow),
    Attack("flow-deleted", "tables", "the flow of a line is taken out", delete_flow),
    Attack("rent-booked-as-charges", "tables", "the congestion rent of an hour is booked as line charges: sums stay", hide_rent),
)
