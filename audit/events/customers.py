"""Retailers and their customers: who asks what, who chose whom, and every bill; rows of `bills`, and their part of `ledger`."""

from __future__ import annotations

from shengdian.audit.deployment import Broken
from shengdian.audit.hour import CustomersBilled, HourRebuilt
from shengdian.audit.market import Handlers, Market, Place
from shengdian.sim.base.hour_result import Bill, Entry
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Log


def _retailer_set(market: Market, place: Place, log: Log) -> None:
    _, values = interface("Retail").event(log)
    market.deployed.retailers.append((values["retailer"], tuple(values["users"])))
    market.chosen |= {market.names[user]: market.names[values["retailer"]] for user in values["users"]}


def _rate_posted(market: Market, place: Place, log: Log) -> None:
    _, values = interface("Retail").event(log)
    _begins_a_day(market, values["since"], "posts a rate")
    market.asked[market.names[values["retailer"]]] = values["rate"]


def _chosen(market: Market, place: Place, log: Log) -> None:
    _, values = interface("Retail").event(log)
    _begins_a_day(market, values["since"], "chooses a retailer")
    market.chosen[market.names[values["user"]]] = market.names[values["retailer"]]


def _begins_a_day(market: Market, since: int, what: str) -> None:
    """Raises Broken for a change of another hour than the one that is put together, or in the middle of a day."""
    if since != market.hour.hour or since % market.scenario.day or market.hour.stages:
        raise Broken(f"{what} from hour {since} on; hour {market.hour.hour} is the next one, and days begin with new rates")


def _customers_billed(market: Market, place: Place, log: Log) -> None:
    _, values = interface("Retail").event(log)
    here = market.hour
    market.must_be_next(values["hour"], "bills customers of")
    if not (here.stages and here.settled):
        raise Broken(f"bills customers of hour {here.hour} before it is settled")
    users = [market.names[user] for _, served in market.deployed.retailers for user in served]
    taken = tuple(
        (user, market.chosen[user], market.asked.get(market.chosen[user], 0), energy)
        for user, energy in zip(users, values["energy"], strict=True)
    )
    here.customers = CustomersBilled(place.where, taken)


def rows(market: Market, here: HourRebuilt) -> tuple[Bill, ...]:
    """What every customer of a retailer pays."""
    if here.customers is None:
        return ()
    assert here.billed is not None, "customers are billed with captive users"
    day, since = here.hour // market.scenario.day, here.billed.since
    return tuple(
        Bill(day, since, user, market.zone_of[market.number[user]], retailer, energy, rate, rate * energy, "user")
        for user, retailer, rate, energy in here.customers.taken
    )


def entries(market: Market, here: HourRebuilt) -> list[Entry]:
    """The payments, and the energy that goes on from retailers to their customers."""
    if here.customers is None:
        return []
    place, taken = (here.customers.where.block, here.customers.where.transaction), here.customers.taken
    found = [market.entry(market.number[user], "retail", -rate * energy, energy, *place) for user, _, rate, energy in taken if energy]
    for retailer in dict.fromkeys(each for _, each, _, _ in taken):
        own = [(rate * energy, energy) for _, each, rate, energy in taken if each == retailer and energy]
        if own:
            money, energy = (sum(part) for part in zip(*own, strict=True))
            found.append(market.entry(market.number[retailer], "retail", money, -energy, *place))
    return found


HANDLERS: Handlers = {
    ("Retail", "RetailerSet"): _retailer_set,
    ("Retail", "RatePosted"): _rate_posted,
    ("Retail", "Chosen"): _chosen,
    ("Retail", "CustomersBilled"): _customers_billed,
}
"""what takes in a log, by contract and event"""
