"""Bilateral agreements: users ask plants, they bargain, and what both accept goes on the chain.

Between provinces the default supplier of the receiving one asks, inside a province every large user does: for the whole year, then for each
month, then for the rest of the month. Of every horizon those between provinces come first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shengdian.agents.negotiation import Negotiation
from shengdian.agents.year_ahead import asks, bargain, pays
from shengdian.ahead.state import Deal, State
from shengdian.ahead.world import MONTHS, Buyer, Seller
from shengdian.experiments.schema import MediumTerm
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.streams import stream
from shengdian.sim.base.timetable import DAY, HOUR
from shengdian.sim.base.types import Line, Rules
from shengdian.sim.base.units import HOURS_A_DAY, PPM, ppm
from shengdian.sim.market.agreements import HORIZONS, AgreementsMarket, Horizon, Proposal
from shengdian.sim.market.curves import flat_energy
from shengdian.sim.scenario import supplier_id

WINDOW = 10 * DAY
"""seconds before a month begins at which its monthly trade opens"""
LATE = 10
"""days of a month before the delivery of what is agreed within it (assumption)"""


class Bilateral:
    """The contract Agreements, and who trades there."""

    def __init__(self, state: State, chain: str, terms: MediumTerm, seed: int) -> None:
        self.state, self.terms, self.seed = state, terms, seed
        world = state.world
        opened = terms.line_opened
        rules = Rules(len(world.zones), world.lines, world.floor, world.cap, world.k)
        self._zone = {party.id: world.zones[party.zone] for party in world.participants(world.zones, suppliers=True)}
        self.market = AgreementsMarket(
            open_chain(chain),
            rules,
            world.zones,
            world.participants(world.zones, suppliers=True),
            world.start,
            [[1] * days for days in world.days],
            (ppm(opened.annual), ppm(opened.monthly), ppm(opened.within_month)),
        )
        for seller in world.sellers.values():
            self.market.set_capability(seller.id, seller.capability)
        self.market.open_window("annual", 0, len(MONTHS))

    def between_provinces(self, horizon: Horizon, months: range = MONTHS) -> None:
        """Agreements over the lines, each of the same power in every hour: what is wanted of a line and not reserved yet, as far as the
        horizon opens the line and every leg of it."""
        world, wanted, taken = self.state.world, ppm(self.terms.lines_wanted), self._taken(months.start)
        for index, line in enumerate(world.lines):
            source, target = world.zones[line.source], world.zones[line.target]
            named = () if horizon == "annual" else (horizon, str(months.start))
            rng = stream(self.seed, "between provinces", *named, str(index))
            limit, room = line_limit(line, world.benchmark[target]), self._room(index, taken, horizon)
            want = max(0, line.capacity * wanted // PPM - taken[index])
            for seller in _asked(
                [each for each in world.sellers.values() if each.zone == source and each.outward], self.terms.partners, rng
            ):
                most = min(self.state.can_sell(seller, month) // (world.days[month] * HOURS_A_DAY) for month in months)
                power = min(want // self.terms.partners, most, room)
                energy = [flat_energy(power, world.days[month] - _first_day(horizon)) for month in months]
                limit_now = pays(limit, self.terms.saves, rng)
                if made := self._bargain(seller, limit_now, supplier_id(target), horizon, months.start, energy, rng, index):
                    self._agree([made])
                    room -= power
                    taken[index] += power

    def reserved(self, month: int) -> list[int]:
        """kWh an hour by line of the network that are taken at the end of the month; what is lost on the way there is not taken off."""
        return self._of_network(self._taken(month))

    def _taken(self, month: int) -> list[int]:
        """kWh an hour by line that is agreed over."""
        return [self.market.reserved(line, month) for line in range(len(self.state.world.lines))]

    def _of_network(self, taken: Sequence[int]) -> list[int]:
        world = self.state.world
        found = [0] * len(world.network)
        for power, legs in zip(taken, world.legs, strict=True):
            for leg in legs:
                found[leg] += power
        return found

    def _room(self, line: int, taken: Sequence[int], horizon: Horizon) -> int:
        """kWh an hour that the horizon leaves of a line and of every leg, which it may share with other lines."""
        world, by_leg, share = self.state.world, self._of_network(taken), self.market.opened[HORIZONS.index(horizon)]
        legs = [(world.network[leg].capacity, by_leg[leg]) for leg in world.legs[line]]
        return max(0, min(capacity * share // PPM - used for capacity, used in ((world.lines[line].capacity, taken[line]), *legs)))

    def annual(self, zone: str) -> None:
        """Every large user of the province asks some plants for the year."""
        if self.state.world.openings[zone].trades("annual", 0):
            for buyer in self.state.world.buying(zone):
                self._ask(buyer, "annual", MONTHS)

    def monthly(self, zone: str, month: int) -> None:
        """Every large user of the province asks some plants for the month; `open_month` comes before."""
        if self.state.world.openings[zone].trades("monthly", month):
            for buyer in self.state.world.buying(zone):
                self._ask(buyer, "monthly", range(month, month + 1))

    def within_month(self, zone: str, month: int) -> None:
        """Every large user of the province asks some plants for the rest of the month; `open_within` comes before."""
        if self.state.world.openings[zone].trades("within_month", month):
            for buyer in self.state.world.buying(zone):
                self._ask(buyer, "within_month", range(month, month + 1))

    def open_within(self, month: int) -> None:
        """Ends monthly trade of the month and opens trade within it, half way to its first delivery."""
        self.market.wait_until(self.state.world.start + HOUR * self.market.first_hours[month] + LATE * DAY // 2)
        self.market.open_window("within_month", month)

    def open_month(self, month: int) -> None:
        """Ends annual trade of the month and opens monthly trade, ten days before it begins."""
        self.market.wait_until(self.state.world.start + HOUR * self.market.first_hours[month] - WINDOW)
        self.market.open_window("monthly", month)

    def _ask(self, buyer: Buyer, stage: Horizon, months: range) -> None:
        rng = stream(self.seed, "bilateral", stage, buyer.id, str(months.start))
        wanted = [self.state.wants(buyer, stage, month) for month in months]
        cases = []
        for seller in _asked(self.state.world.selling(buyer.zone), self.terms.partners, rng):
            energy = [
                min(want // self.terms.partners, self.state.can_sell(seller, month)) for want, month in zip(wanted, months, strict=True)
            ]
            limit = pays(buyer.benchmark, self.terms.saves, rng)
            cases.append(self._bargain(seller, limit, buyer.id, stage, months.start, energy, rng))
        self._agree([case for case in cases if case])

    def _bargain(
        self,
        seller: Seller,
        limit: int,
        buyer: str,
        horizon: Horizon,
        first: int,
        energy: Sequence[int],
        rng: np.random.Generator,
        line: int | None = None,
    ) -> Proposal | None:
        """What both accept; None where they part. The draws are made whether there is energy to trade or not."""
        fit = self.state.world.fit
        asked = asks(seller.cost, seller.benchmark, self.terms.keeps, rng)
        made: Negotiation = bargain(fit(asked), fit(limit), sum(energy), self.terms.rounds, rng)
        if made.price is None or min(energy) == 0:
            return None
        late = _first_day(horizon)
        return Proposal(seller.id, buyer, horizon, first, tuple(energy), made.price, line=line, first_day=late, by=made.quotes[-1].by)

    def _agree(self, proposals: Sequence[Proposal]) -> None:
        """Has the chain make them binding. Raises Reverted where it refuses one: agents keep to the rules."""
        for proposal, answer in zip(proposals, self.market.agree(proposals) if proposals else (), strict=True):
            if answer.error or answer.id is None:
                raise Reverted(answer.error)
            for month, energy in enumerate(proposal.quantities, start=proposal.first_month):
                self.state.add(
                    Deal(
                        f"agreement {answer.id}",
                        proposal.horizon,
                        proposal.seller,
                        proposal.buyer,
                        self._zone[proposal.seller],
                        self._zone[proposal.buyer],
                        proposal.price,
                        month,
                        energy,
                        proposal.line,
                    )
                )


def line_limit(line: Line, benchmark: int) -> int:
    """fen/MWh sent that a buyer can pay where energy costs `benchmark`, after loss and the line's charge."""
    return benchmark * (PPM - line.loss) // PPM - line.charge


def _first_day(horizon: Horizon) -> int:
    """Of the month, from 0, on which delivery begins."""
    return LATE if horizon == "within_month" else 0


def _asked(sellers: Sequence[Seller], partners: int, rng: np.random.Generator) -> list[Seller]:
    """Some of them, in a drawn order."""
    return [sellers[place] for place in rng.permutation(len(sellers))[:partners].tolist()]
