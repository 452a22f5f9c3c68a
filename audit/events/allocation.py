"""Contract energy: allocated for a day, settled hour by hour; rows of `allocation` and `agreements`, and its part of `ledger`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shengdian.audit.deployment import Broken
from shengdian.audit.events.differences import references
from shengdian.audit.hour import DayPlanned, HourRebuilt
from shengdian.audit.market import Handlers, Market, Place, split
from shengdian.sim.base.hour_result import Agreement, AllocationRow, Entry
from shengdian.sim.base.types import Cause
from shengdian.sim.base.units import NO_PRICE
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.abi_words import signed, unpack_words
from shengdian.sim.chain.port import Log
from shengdian.sim.twins.allocation_words import PURCHASE_BITS, decode_allocated


def _day_allocated(market: Market, place: Place, log: Log) -> None:
    _, values = interface("Allocation").event(log)
    sellers = len(market.deployed.sellers.get(values["zone"], ()))
    allocated = decode_allocated(values, sellers)
    _, arguments = interface("Allocation").arguments(place.receipt.transaction.data)
    if allocated.from_hour == 0:
        market.energy[allocated.zone] = []
    market.energy[allocated.zone] = [*market.energy.get(allocated.zone, [])[: allocated.from_hour], *allocated.contracts]
    market.statuses[allocated.zone] = allocated.statuses
    where = place.where
    market.hour.plans.append(DayPlanned(allocated, arguments, where.block, where.transaction, dict(market.outputs)))


def _agreements_settled(market: Market, place: Place, log: Log) -> None:
    hour = signed(log.topics[1])
    market.must_be_next(hour, "settles")
    if market.hour.settled:
        raise Broken(f"settles hour {hour} a second time")
    market.hour.settled, market.hour.agreed = place.where, interface("Allocation").packed_event(log)[1]


def contracts(market: Market, hour: int) -> dict[int, int]:
    """kWh that sellers deliver under contract in the hour, by number."""
    found: dict[int, int] = {}
    for zone, sellers in market.deployed.sellers.items():
        day = market.energy.get(zone, [])
        if hour % market.scenario.day >= len(day):
            raise Broken(f"zone {market.scenario.zones[zone]} has no allocation for hour {hour}")
        found |= {seller.number: energy for seller, energy in zip(sellers, day[hour % market.scenario.day], strict=True)}
    return found


def days(market: Market) -> dict[int, tuple[int, ...]]:
    """kWh that sellers deliver under contract by hour of the day in force, by number."""
    found: dict[int, tuple[int, ...]] = {}
    for zone, sellers in market.deployed.sellers.items():
        by_seller = zip(*market.energy.get(zone, []), strict=True)
        found |= {seller.number: day for seller, day in zip(sellers, by_seller, strict=True)}
    return found


def allocation(market: Market, hour: int, contracted: Mapping[int, int]) -> list[AllocationRow]:
    """In the order of the config's plants."""
    status = {
        seller.number: status
        for zone, sellers in market.deployed.sellers.items()
        for seller, status in zip([each for each in sellers if not each.flat], market.statuses[zone], strict=True)
    }
    rows = []
    for plant in market.scenario.plants:
        number = market.number[plant.id]
        if number not in status:
            raise Broken(f"settles hour {hour} although {plant.id} has no terms")
        rows.append(AllocationRow(hour // market.scenario.day, hour, plant.id, plant.zone, contracted[number], status[number]))
    return rows


def by_zone(market: Market, contracted: Mapping[int, int]) -> dict[str, int]:
    """kWh under contract by zone, out of those by number."""
    found = dict.fromkeys(market.scenario.zones, 0)
    for number, energy in contracted.items():
        found[market.zone_of[number]] += energy
    return found


def settlement(market: Market, here: HourRebuilt, contracted: Mapping[int, int]) -> tuple[list[Agreement], list[Entry]]:
    """Agreements and ledger entries of the hour's contract energy, and into `here` kWh by buyer. Notes where a price breaks its rule.

    Where contracts are financial the entries are of differences: what is due less what the energy is worth at the price of the hour.
    """
    assert here.settled is not None
    words, zones = here.agreed, market.scenario.zones
    prices = [signed(word) for word in split(words["prices"])]
    place = here.settled.block, here.settled.transaction
    agreements: list[Agreement] = []
    entries: list[Entry] = []
    rest, sold = [0] * len(zones), [0] * len(zones)
    suppliers = [market.names[number] for number in market.deployed.suppliers]
    known = references(market, here)

    def pay(number: int, zone: int, price: int, energy: int) -> None:
        """`energy` is taken, or given where negative, at `price`."""
        if known is None:
            entries.append(market.entry(number, "agreement", -price * energy, energy, *place))
        elif (reference := known[zone]) is not None and (price - reference) * energy:
            entries.append(market.entry(number, "difference", (reference - price) * energy, 0, *place))

    for zone, (code, supplier) in enumerate(zip(zones, suppliers, strict=True)):
        for seller in market.deployed.sellers.get(zone, ()):
            if energy := contracted[seller.number]:
                name = market.names[seller.number]
                agreements.append(Agreement(f"planned/{name}", "planned", name, supplier, code, code, seller.price, energy))
                pay(seller.number, zone, seller.price, -energy)
                rest[zone] -= seller.price * energy
                sold[zone] += energy
        mean = -rest[zone] // sold[zone] if sold[zone] else NO_PRICE
        if prices[zone] != mean:
            market.note(f"zone {code} pays {prices[zone]} for contract energy; the mean of its contracts, rounded down, is {mean}")
    covered: dict[int, int] = {}
    for zone, number, energy in _purchases(split(words["purchases"])):
        code, name, supplier, price = zones[zone], market.names[number], suppliers[zone], prices[zone]
        if name != supplier:  # what is above the load stays with the supplier
            agreements.append(Agreement(f"planned/{name}", "planned", supplier, name, code, code, price, energy))
        pay(number, zone, price, energy)
        rest[zone] += price * energy
        sold[zone] -= energy
        covered[number] = covered.get(number, 0) + energy
    if any(sold):
        market.note("what buyers take of contract energy is not what its sellers deliver")
    cause: Cause = "agreement" if known is None else "difference"
    for zone, (number, kept) in enumerate(zip(market.deployed.suppliers, rest, strict=True)):
        if kept and (known is None or known[zone] is not None):
            entries.append(market.entry(number, cause, kept, 0, *place))
    here.covered = covered
    return agreements, entries


def _purchases(words: Sequence[bytes]) -> list[tuple[int, int, int]]:
    """Zone, number and kWh of everyone who takes some."""
    lanes = unpack_words([int.from_bytes(word, "big") for word in words], PURCHASE_BITS)
    return [(lane >> 48 & 0xFF, lane >> 32 & 0xFFFF, lane & 0xFFFFFFFF) for lane in lanes if lane & 0xFFFFFFFF]


HANDLERS: Handlers = {
    ("Allocation", "DayAllocated"): _day_allocated,
    ("Allocation", "AgreementsSettled"): _agreements_settled,
}
