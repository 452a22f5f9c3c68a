"""Bills: who is billed by whom, and every bill with its charges; rows of `bills`, and their part of `ledger`."""

from __future__ import annotations

from shengdian.audit.deployment import Broken
from shengdian.audit.hour import BillSent
from shengdian.audit.market import Handlers, Market, Place
from shengdian.sim.base.hour_result import Bill, Entry
from shengdian.sim.base.roles import FIRST_NUMBER, GRID, RENT
from shengdian.sim.base.units import NO_PRICE
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Log
from shengdian.sim.market.charges import charges


def _tariff_set(market: Market, place: Place, log: Log) -> None:
    _, values = interface("Tariffs").event(log)
    market.deployed.tariffs.append((values["supplier"], tuple(values["users"])))


def _charge_set(market: Market, place: Place, log: Log) -> None:
    _, values = interface("Tariffs").event(log)
    market.deployed.charges.append((values["rate"], tuple(values["payers"])))


def _billed(market: Market, place: Place, log: Log) -> None:
    _, values = interface("Tariffs").event(log)
    hour, here = values["hour"], market.hour
    market.must_be_next(hour, "bills")
    if not (here.stages and here.settled) or (market.scenario.deviation and not here.metered):
        raise Broken(f"bills hour {hour} before it is settled")
    if not market.scenario.bills_after(hour):
        market.note(f"bills hour {hour}, with which no bill is due")
    energy, rates, known = iter(values["energy"]), iter(values["rates"]), market.deployed
    parts = tuple((supplier, next(rates), tuple((user, next(energy)) for user in users)) for supplier, users in known.tariffs)
    taken = tuple((rate, tuple(next(energy) for _ in payers)) for rate, (_, payers) in zip(rates, known.charges, strict=True))
    here.billed = BillSent(place.where, market.billed_from, parts, taken)
    market.billed_from = hour + 1


def rows(market: Market, hour: int, sent: BillSent) -> tuple[Bill, ...]:
    """What every user of a tariff with a rate pays."""
    return tuple(
        Bill(
            hour // market.scenario.day,
            sent.since,
            market.names[user],
            market.zone_of[user],
            market.names[supplier],
            energy,
            rate,
            rate * energy,
            market.people[user - FIRST_NUMBER].role_name,
        )
        for supplier, rate, taken in sent.tariffs
        if rate != NO_PRICE
        for user, energy in taken
    )


def entries(market: Market, sent: BillSent) -> list[Entry]:
    """The payments, and the energy that goes on from suppliers to their users."""
    found, place = [], (sent.where.block, sent.where.transaction)
    for supplier, rate, taken in sent.tariffs:
        if rate == NO_PRICE:
            continue
        found += [market.entry(user, "retail", -rate * energy, energy, *place) for user, energy in taken if energy]
        total = sum(energy for _, energy in taken)
        found.append(market.entry(supplier, "retail", rate * total, -total, *place))
    for charge, (rate, used), (_, payers) in zip(charges(market.scenario), sent.charges, market.deployed.charges, strict=False):
        paid = [(payer, rate * energy) for payer, energy in zip(payers, used, strict=True) if rate * energy]
        if rate == NO_PRICE or not paid:
            continue
        found += [market.entry(payer, charge.cause, -money, 0, *place) for payer, money in paid]
        account = RENT if charge.account == "rent" else GRID
        found.append(market.entry(account, charge.cause, sum(money for _, money in paid), 0, *place))
    return found


HANDLERS: Handlers = {
    ("Tariffs", "TariffSet"): _tariff_set,
    ("Tariffs", "ChargeSet"): _charge_set,
    ("Tariffs", "Billed"): _billed,
}
