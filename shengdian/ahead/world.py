"""Who trades a year ahead, and what each can sell or buy in every month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from shengdian.experiments.schema import Config, Opening, Priority
from shengdian.experiments.world import demand, exchange, fleet, network
from shengdian.experiments.world.profiles import profiles
from shengdian.regions.region import Region, region_of
from shengdian.regions.series import seconds
from shengdian.regions.tables import ORDINARY
from shengdian.sim.base.roles import Role
from shengdian.sim.base.types import Line
from shengdian.sim.base.units import HOURS_A_DAY, PPM, fen, kwh, ppm
from shengdian.sim.market.participants import Participant
from shengdian.sim.scenario import PlantSpec, supplier_id

MONTHS = range(12)
LARGE = "industry"
"""the sector of the large users that the market is opened to"""


@dataclass(frozen=True, slots=True)
class Seller:
    """A plant."""

    id: str
    zone: str
    cost: int
    """fen/MWh"""
    benchmark: int
    """fen/MWh that planned energy earns"""
    capacity: int
    """kWh an hour"""
    capability: tuple[int, ...]
    """kWh by month that it expects to have"""
    local: bool
    """whether it sells in the market of its province"""
    outward: bool
    """whether it sells to other provinces"""
    must_run: bool
    renewable: bool


@dataclass(frozen=True, slots=True)
class Buyer:
    """A large user, or a default supplier that buys for captive users."""

    id: str
    zone: str
    benchmark: int
    """fen/MWh, of the province"""
    opened: tuple[int, ...]
    """kWh by month that it may buy in the market"""


@dataclass(frozen=True)
class World:
    """The year before anybody has traded."""

    zones: tuple[str, ...]
    openings: Mapping[str, Opening]
    """by province, of those that trade"""
    plants: tuple[Seller, ...]
    """all of them"""
    buyers: Mapping[str, Buyer]
    """by id"""
    lines: tuple[Line, ...]
    """that provinces agree over; each joins two of them"""
    legs: tuple[tuple[int, ...], ...]
    """places in `network` of what each of `lines` runs over"""
    network: tuple[Line, ...]
    """the lines of the region, which the hours trade over"""
    load: Mapping[str, tuple[int, ...]]
    """kWh by month and province"""
    imported: Mapping[str, tuple[int, ...]]
    """kWh by month and province that come from the rest of the country; negative where the province exports"""
    benchmark: Mapping[str, int]
    """fen/MWh by province"""
    floor: int
    """fen/MWh"""
    cap: int
    """fen/MWh"""
    k: int
    """ppm"""
    region: Region
    priority: Priority = "equal"
    """of planned energy"""

    @property
    def days(self) -> tuple[int, ...]:
        """Of every month."""
        return self.region.days

    @property
    def start(self) -> int:
        """Block time of hour 0, seconds."""
        return seconds(date(self.region.label.year or ORDINARY, 1, 1), self.region.label.clock)

    def fit(self, price: int) -> int:
        """The nearest price that the market takes, fen/MWh."""
        return min(max(price, self.floor), self.cap)

    @cached_property
    def sellers(self) -> Mapping[str, Seller]:
        """The plants that trade, by id."""
        return {plant.id: plant for plant in self.plants if plant.local or plant.outward}

    def selling(self, zone: str) -> list[Seller]:
        """Who sells in the market of the province."""
        return [seller for seller in self.sellers.values() if seller.zone == zone and seller.local]

    def buying(self, zone: str) -> list[Buyer]:
        """Who may buy in the market of the province."""
        return [buyer for buyer in self.buyers.values() if buyer.zone == zone]

    def participants(self, zones: Sequence[str], suppliers: bool = False) -> list[Participant]:
        """Everyone of these provinces, whose order is their number; with `suppliers`, the default suppliers too."""
        number = {zone: place for place, zone in enumerate(zones)}
        found = [Participant(each.id, Role.PLANT, number[each.zone]) for each in self.sellers.values() if each.zone in number]
        own = {supplier_id(zone): zone for zone in zones}
        buyers = [each for each in self.buyers.values() if each.zone in number and each.id not in own]
        found += [Participant(each.id, Role.USER, number[each.zone]) for each in buyers]
        return found + [Participant(who, Role.SUPPLIER, number[zone]) for who, zone in own.items() if suppliers or who in self.buyers]


def world(config: Config, seed: int) -> World:
    """The year of a config. Draws depend on `seed` alone."""
    region = region_of(config)
    zones, profile, routes = config.region.zones, profiles(config, region), network.routes(config, region)
    openings = _openings(config)
    plants: list[Seller] = []
    buyers: list[Buyer] = []
    load = {zone: _load(region, zone) for zone in zones}
    benchmark = {zone: fen(region.benchmark(zone)) for zone in zones}
    for zone in zones:
        plants += [_seller(plant, config, region) for plant in fleet.plants(config, region, zone, profile, seed)]
        if zone in openings:
            share = ppm(openings[zone].opened)
            users = demand.weights(config, region, zone, seed)
            parts = [(user.id, user.weight) for user in users if user.sector == LARGE]
            if config.medium_term.distributors:
                parts = [(supplier_id(zone), sum(user.weight for user in users if user.sector in config.users.captive))]
            for who, weight in parts:
                opened = tuple(energy * weight // demand.WHOLE * share // PPM for energy in load[zone])
                buyers.append(Buyer(who, zone, benchmark[zone], opened))
    return World(
        zones,
        openings,
        tuple(plants),
        {buyer.id: buyer for buyer in buyers},
        tuple(line for line, _ in routes),
        tuple(legs for _, legs in routes),
        network.lines(config, region),
        load,
        {zone: exchange.imported(config, region, zone) for zone in zones},
        benchmark,
        fen(config.market.price_floor_per_mwh),
        fen(config.market.price_cap_per_mwh),
        ppm(config.market.k),
        region,
        config.contracts.priority,
    )


def _openings(config: Config) -> dict[str, Opening]:
    """By province, of those that trade: as the config names them, and where it opens all others, these with annual agreements alone."""
    terms = config.medium_term
    found = {opening.province: opening for opening in terms.provinces}
    if terms.opened is not None:
        nothing = {"monthly": 0.0, "central": "none", "central_share": 0.0, "central_months": (), "listing": 0.0}
        for zone in config.region.zones:
            found.setdefault(zone, Opening.model_validate({"province": zone, "opened": terms.opened, "annual": 1.0, **nothing}))
    return found


def _seller(plant: PlantSpec, config: Config, region: Region) -> Seller:
    local = plant.tech in config.medium_term.technologies
    return Seller(
        id=plant.id,
        zone=plant.zone,
        cost=plant.cost,
        benchmark=plant.contract_price,
        capacity=plant.capacity,
        capability=capability(plant, region),
        local=local,
        outward=local or plant.tech in config.medium_term.line_technologies,
        must_run=plant.must_run,
        renewable=plant.renewable,
    )


def capability(plant: PlantSpec, region: Region) -> tuple[int, ...]:
    """kWh by month: capacity at the month's mean of water, wind and sun, or less mean forced outages."""
    technology, row = region.technologies[plant.tech], region.plant(plant.id)
    if technology.supply == "capacity":
        outage = technology.forced_outage if row is None or row.forced_outage is None else row.forced_outage
        shares = [ppm(1 - outage)] * len(MONTHS)
    else:
        shares = [ppm(region.mean_share(plant.id, plant.zone, plant.tech, 1 + month)) for month in MONTHS]
    return tuple(plant.capacity * share // PPM * HOURS_A_DAY * days for share, days in zip(shares, region.days, strict=True))


def _load(region: Region, zone: str) -> tuple[int, ...]:
    return tuple(kwh(region.mean_load(zone, 1 + month)) * region.days[month] for month in MONTHS)
