"""Collateral: cash, deposits, the fund, payments and the close of accounts; rows of `defaults` and its part of `ledger`."""

from __future__ import annotations

from shengdian.audit.market import Handlers, Market, Place
from shengdian.sim.base.hour_result import Default, Entry
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Log


def _amount(log: Log) -> tuple[int, int]:
    """Number and 1e-5 CNY."""
    _, values = interface("Collateral").event(log)
    return values["number"], values["amount"]


def _credited(market: Market, place: Place, log: Log) -> None:
    market.hour.closing.credited.append(_amount(log))


def _deposited(market: Market, place: Place, log: Log) -> None:
    market.hour.closing.deposited.append(_amount(log))


def _contributed(market: Market, place: Place, log: Log) -> None:
    market.hour.closing.contributed.append(_amount(log))


def _debt_paid(market: Market, place: Place, log: Log) -> None:
    number, amount = _amount(log)
    market.hour.closing.paid.append((number, amount))
    market.hour.closing.entries += [
        _entry(market, number, amount, place),
        _entry(market, len(market.names) - 1, -amount, place),  # the bank's
    ]


def _defaulted(market: Market, place: Place, log: Log) -> None:
    _, values = interface("Collateral").event(log)
    market.must_be_next(values["hour"], "finds a default in")
    parts = (values["owed"], values["fromCollateral"], values["fromFund"], values["shared"])
    market.hour.closing.defaults.append(Default(market.names[values["number"]], *parts))


def _accounts_closed(market: Market, place: Place, log: Log) -> None:
    _, values = interface("Collateral").event(log)
    market.must_be_next(values["hour"], "closes accounts in")
    closing = market.hour.closing
    if closing.closed:
        market.note(f"closes accounts of hour {values['hour']} a second time")
    closing.closed, closing.amounts, closing.next_close = place.where, tuple(values["amounts"]), values["nextClose"]
    closing.entries += [_entry(market, number, amount, place) for number, amount in enumerate(closing.amounts) if amount]


def _entry(market: Market, number: int, amount: int, place: Place) -> Entry:
    where = place.where
    return market.entry(number, "collateral", amount, 0, where.block, where.transaction)


HANDLERS: Handlers = {
    ("Collateral", "Credited"): _credited,
    ("Collateral", "Deposited"): _deposited,
    ("Collateral", "Contributed"): _contributed,
    ("Collateral", "DebtPaid"): _debt_paid,
    ("Collateral", "Defaulted"): _defaulted,
    ("Collateral", "AccountsClosed"): _accounts_closed,
}
