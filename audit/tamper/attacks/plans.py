"""Plans and meters: contract energy, its allocation and price, what plants put out and users took."""

from __future__ import annotations

from shengdian.audit.tamper import HOUR, Attack, Place
from shengdian.audit.tamper.books import Books

ENERGY = 2.0
"""MWh that are moved"""


def shift_allocation(books: Books) -> Place:
    """A plant's contract energy, 2 MWh moved to the next hour: the day's sum stays."""
    row = books.row("allocation", hour=HOUR)
    plant = books.value("allocation", row, "plant")
    later = books.row("allocation", hour=HOUR + 1, plant=plant)
    books.add("allocation", row, "contract_mwh", -ENERGY)
    books.add("allocation", later, "contract_mwh", ENERGY)
    return Place("allocation", row)


def move_allocation(books: Books) -> Place:
    """From one plant to another, with the agreements and payments that follow: their prices are equal, so that sums stay."""
    agreed = books.tables["agreements"]
    here = agreed[(agreed["hour"] == HOUR) & (agreed["mechanism"] == "planned")]
    price, zone = here.iloc[0]["price_per_mwh"], here.iloc[0]["seller_zone"]
    same = here[(here["price_per_mwh"] == price) & (here["seller_zone"] == zone)]
    one, other = same.iloc[0], same.iloc[1]
    for deal, amount in ((one, -ENERGY), (other, ENERGY)):
        books.add("agreements", int(deal.name), "quantity_mwh", amount)
        books.add("allocation", books.row("allocation", hour=HOUR, plant=deal["seller"]), "contract_mwh", amount)
        entry = books.row("ledger", hour=HOUR, trader=deal["seller"], cause="agreement")
        books.add("ledger", entry, "energy_mwh", -amount)
        books.add("ledger", entry, "money", amount * float(price))
        plant = books.row("generation", hour=HOUR, plant=deal["seller"])
        metered = float(books.value("generation", plant, "metered_mwh"))
        for column in ("cost", "co2_t"):
            books.add("generation", plant, column, amount * float(books.value("generation", plant, column)) / metered)
        for column in ("scheduled_mwh", "metered_mwh"):
            books.add("generation", plant, column, amount)
    return Place("allocation", books.row("allocation", hour=HOUR, plant=one["seller"]))


def delete_allocation(books: Books) -> Place:
    """The row of a plant's contract energy is taken out of an hour."""
    row = books.row("allocation", hour=HOUR)
    books.delete("allocation", row)
    return Place("allocation", row)


def mark_infeasible(books: Books) -> Place:
    """The status of a plant's contract energy is set to above_max, more than it can deliver."""
    row = books.row("allocation", hour=HOUR)
    books.set("allocation", row, status="above_max")
    return Place("allocation", row)


def change_agreement(books: Books) -> Place:
    """The price of an agreement, 10 CNY/MWh higher."""
    row = books.row("agreements", hour=HOUR)
    books.add("agreements", row, "price_per_mwh", 10.0)
    return Place("agreements", row)


def replace_seller(books: Books) -> Place:
    """An agreement gets the seller of the next row."""
    row = books.row("agreements", hour=HOUR)
    other = str(books.value("agreements", row + 1, "seller"))
    books.set("agreements", row, seller=other)
    return Place("agreements", row)


def delete_agreement(books: Books) -> Place:
    """The row of an agreement is taken out of an hour."""
    row = books.row("agreements", hour=HOUR)
    books.delete("agreements", row)
    return Place("agreements", row)


def raise_meter(books: Books) -> Place:
    """A plant's metered energy, 2 MWh more."""
    row = books.row("generation", hour=HOUR)
    books.add("generation", row, "metered_mwh", ENERGY)
    return Place("generation", row)


def hide_availability(books: Books) -> Place:
    """What a plant had available, 2 MWh less."""
    row = books.row("generation", hour=HOUR)
    books.add("generation", row, "available_mwh", -ENERGY)
    return Place("generation", row)


def hide_emissions(books: Books) -> Place:
    """A plant's CO2 of the hour is set to 0 t."""
    row = books.row("generation", hour=HOUR)
    books.set("generation", row, co2_t=0.0)
    return Place("generation", row)


def hide_unserved(books: Books) -> Place:
    """A user's demand and what it went without, 2 MWh more each."""
    row = books.row("load", hour=HOUR)
    books.add("load", row, "demand_mwh", ENERGY)
    books.add("load", row, "unserved_mwh", ENERGY)
    return Place("load", row)


def inflate_value(books: Books) -> Place:
    """What energy is worth to a user, 100,000 CNY more."""
    row = books.row("value", hour=HOUR)
    books.add("value", row, "value", 100_000.0)
    return Place("value", row)


def spill_water(books: Books) -> Place:
    """What a reservoir holds at the end of a day, 2 MWh less, and what it spilled, 2 MWh more: the sum stays."""
    row = books.row("reservoirs")
    books.add("reservoirs", row, "stored_mwh", -ENERGY)
    books.add("reservoirs", row, "spilled_mwh", ENERGY)
    return Place("reservoirs", row)


ATTACKS = (
    Attack("allocation-shifted", "tables", "a plant's contract energy is moved to a later hour, its day's sum stays", shift_allocation),
    Attack("allocation-moved", "tables", "contract energy is moved to another plant, with agreement, meter and payment", move_allocation),
    Attack("allocation-deleted", "tables", "the contract energy of a plant is taken out of an hour", delete_allocation),
    Attack("allocation-excused", "tables", "a plant's contract energy is marked as more than it can deliver", mark_infeasible),
    Attack("agreement-repriced", "tables", "an agreement is said to have another price", change_agreement),
    Attack("agreement-reassigned", "tables", "an agreement is put down to another seller", replace_seller),
    Attack("agreement-deleted", "tables", "an agreement is taken out of an hour", delete_agreement),
    Attack("meter-raised", "tables", "a plant's meter is said to show more", raise_meter),
    Attack("availability-hidden", "tables", "a plant is said to have had less available", hide_availability),
    Attack("water-spilled", "tables", "a reservoir is said to hold less and to have spilled the rest", spill_water),
    Attack("emissions-hidden", "tables", "a plant's CO2 is set to nothing", hide_emissions),
    Attack("demand-inflated", "tables", "a user is said to have wanted more and to have gone without", hide_unserved),
    Attack("value-inflated", "tables", "energy is said to be worth more to a user, so that welfare looks higher", inflate_value),
)
