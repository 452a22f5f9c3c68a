"""The year in its order: annual agreements; then month by month monthly ones, central bidding, listing and agreements within the month.

Each trades what is left. Agreements over lines come before those inside provinces.
"""

from __future__ import annotations

from dataclasses import dataclass

from shengdian.experiments.ahead.bilateral import Bilateral
from shengdian.experiments.ahead.central import PAIRED, Central, Form
from shengdian.experiments.ahead.listing import Listing
from shengdian.experiments.ahead.prearranged import planned
from shengdian.experiments.ahead.state import Deal, State
from shengdian.experiments.ahead.world import MONTHS, World, world
from shengdian.experiments.schema import Config
from shengdian.sim.base.units import fen, ppm
from shengdian.sim.market.deployment import Deployment


@dataclass(frozen=True, slots=True)
class Year:
    """What was traded ahead."""

    world: World
    deals: tuple[Deal, ...]
    """in the order of trading"""
    planned: tuple[Deal, ...]
    """what makes up the rest of the contract share"""
    annual: tuple[int, ...]
    """kWh an hour by line of the network that annual agreements reserve"""
    reserved: tuple[tuple[int, ...], ...]
    """kWh an hour by line of the network and month that all agreements reserve"""
    gas: dict[str, int]
    """used by mechanism, with deployment"""
    transactions: dict[str, int]
    """how many by mechanism"""


def trade_year(config: Config, seed: int, chain: str) -> Year:
    """Trades the year of a config on fresh chains of the kind `chain`, one a mechanism. Draws depend on `seed` alone."""
    terms, state = config.medium_term, State(world(config, seed))
    traded = state.world
    zones = [zone for zone in traded.zones if zone in traded.openings]
    sealed = (config.market.bids, fen(config.market.bond_per_mwh), config.market.salts)
    bilateral = Bilateral(state, chain, terms, seed)
    central = [
        Central(state, [zone], form, chain, terms, seed, *sealed)
        for zone in zones
        if (form := traded.openings[zone].central) != "none" and form in PAIRED
    ]
    forms: tuple[Form, ...] = ("uniform", "pay-as-bid")
    together = {each: [zone for zone in zones if traded.openings[zone].central == each] for each in forms}
    central += [Central(state, those, each, chain, terms, seed, *sealed) for each, those in together.items() if those]
    listed = [zone for zone in zones if traded.openings[zone].listing]
    listing = [Listing(state, listed, chain, terms, seed)] if listed else []

    bilateral.between_provinces("annual")
    annual = tuple(bilateral.reserved(0))
    for zone in zones:
        bilateral.annual(zone)
    for month in MONTHS:
        bilateral.open_month(month)
        bilateral.between_provinces("monthly", range(month, month + 1))
        for zone in zones:
            bilateral.monthly(zone, month)
        for auction in central:
            auction.month(month)
        for board in listing:
            board.month(month)
        bilateral.open_within(month)
        bilateral.between_provinces("within_month", range(month, month + 1))
        for zone in zones:
            bilateral.within_month(zone, month)

    by_month = [bilateral.reserved(month) for month in MONTHS]
    reserved = tuple(zip(*by_month, strict=True))
    used: dict[str, list[Deployment]] = {
        "bilateral": [bilateral.market],
        "central": [each.market for each in central],
        "listing": [each.market for each in listing],
    }
    gas = {name: sum(sum(each.meter.gas.values()) for each in those) for name, those in used.items()}
    transactions = {name: sum(sum(each.meter.transactions.values()) for each in those) for name, those in used.items()}
    rest = planned(traded, state.deals, ppm(config.contracts.share))
    return Year(traded, tuple(state.deals), rest, annual, reserved, gas, transactions)
