"""Deviations: meters, calls and payments of an hour; rows of `generation`, `load` and `value` after the meters, and its part of `ledger`.

Who is called and paid comes from the log. What a captive user took is on no log, only what all of its supplier's did: it is what the config
says that it wanted, less its part of what its province lacked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shengdian.audit.delivery import buyer_of, carbon
from shengdian.audit.deployment import Broken
from shengdian.audit.hour import HourRebuilt, Metered
from shengdian.audit.market import Handlers, Market, Place, split
from shengdian.sim.base.hour_result import Consumption, Entry, Generation
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.abi_words import signed, unpack_lanes, unpack_words
from shengdian.sim.chain.port import Log
from shengdian.sim.scenario import UserSpec


def _deviations_settled(market: Market, place: Place, log: Log) -> None:
    hour, here = signed(log.topics[1]), market.hour
    market.must_be_next(hour, "settles deviations of")
    if here.metered or not (here.stages and here.settled):
        raise Broken(f"settles deviations of hour {hour} at another time than after its clearing")
    accounts = 2 + len(market.people)
    if len(market.deployed.settling) != len(market.people):
        raise Broken(f"settles deviations of {len(market.deployed.settling)} participants; the config has {len(market.people)}")
    _, words = interface("Deviation").packed_event(log)
    _, (_, marginals, _, rooms) = interface("Deviation").arguments(place.receipt.transaction.data)
    energies = _integers(words["energies"], 32, 2 * accounts)
    here.metered = Metered(
        where=place.where,
        marginals=tuple(marginals),
        rooms=tuple(unpack_words(rooms, 32)[:accounts]),
        scheduled=energies[::2],
        read=energies[1::2],
        prices=tuple(signed(word) for word in split(words["prices"])),
        calls=_integers(words["calls"], 32, accounts),
        amounts=_integers(words["amounts"], 64, accounts),
    )


def _integers(words: bytes, bits: int, count: int) -> tuple[int, ...]:
    """Signed values of packed words."""
    found = unpack_lanes(words, bits)[:count]
    if len(found) < count:
        raise Broken(f"settles deviations of fewer than {count} accounts")
    return tuple(((found ^ 2**31) - 2**31 if bits == 32 else found).tolist())


def entries(market: Market, metered: Metered) -> list[Entry]:
    """The payments, of everyone who is paid, pays, or deviates."""
    place, rows = (metered.where.block, metered.where.transaction), []
    parts = zip(metered.scheduled, metered.read, metered.calls, metered.amounts, strict=True)
    for number, (scheduled, read, called, amount) in enumerate(parts):
        energy = read - scheduled + called
        if amount or energy:
            rows.append(market.entry(number, "deviation", amount, energy, *place))
    return rows


def settles(user: UserSpec, chosen: Mapping[str, str]) -> str:
    """Who settles a user's meter: itself, or who buys for it; `chosen` is the retailer by user."""
    return buyer_of(user, chosen) if user.captive else user.id


def wanted(user: UserSpec, hour: int, planned: int) -> int:
    """kWh that the user wants instead of the `planned` ones, in proportion to what it needs."""
    return planned * user.actual[hour] // user.demand[hour] if user.actual and user.demand[hour] else planned


def generation(market: Market, here: HourRebuilt, metered: Metered, rows: Sequence[Generation]) -> list[Generation]:
    """The rows with what meters and calls make of them; fixed imports, which come last, stay as they are."""
    found = []
    for plant, row in zip(market.scenario.plants, rows, strict=False):
        number = market.number[plant.id]
        given = -(metered.read[number] + metered.calls[number])
        real = (plant.actual or plant.available)[here.hour]
        paid = carbon(market, plant, given)
        found.append(replace(row, available=real, metered=given, cost=plant.cost * given, emission=plant.emission * given, carbon=paid))
    return found + list(rows[len(found) :])


def consumption(market: Market, here: HourRebuilt, metered: Metered, rows: Sequence[Consumption]) -> list[Consumption]:
    """The rows with what users took beyond their schedule as bought, worth the cap, and what they needed beyond it as demand."""
    scenario, users = market.scenario, market.scenario.users
    planned = [row.contracted + row.bought for row, _ in zip(rows, users, strict=False)]
    wants = [wanted(user, here.hour, taken) for user, taken in zip(users, planned, strict=True)]
    used = list(wants)
    for zone in scenario.zones:
        places = [at for at, user in enumerate(users) if user.zone == zone]
        accounts = dict.fromkeys(market.number[settles(users[at], market.chosen)] for at in places)
        shed = sum(wants[at] for at in places) - sum(metered.read[number] for number in accounts)
        if not 0 <= shed <= sum(wants[at] for at in places):
            raise Broken(f"says that users of {zone} took {-shed} kWh more than they want")
        if shed:
            for at, part in zip(places, largest_remainder(shed, [wants[at] for at in places]), strict=True):
                used[at] -= part
    found = []
    for row, taken, want, before in zip(rows, used, wants, planned, strict=False):
        value = row.value + scenario.cap * (taken - before)
        found.append(replace(row, demand=row.demand + want - before, bought=row.bought + taken - before, value=value))
    return found + list(rows[len(found) :])


HANDLERS: Handlers = {("Deviation", "DeviationsSettled"): _deviations_settled}
