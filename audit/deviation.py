"""The settlement of deviations against its rule: schedule, meters, room, the call of regulation in price order, and every payment.

The chain takes the operator's word for the schedule (decision "The operator is the meter"). Here it must be what HourCleared and
AgreementsSettled make it, meters and room must be what the config makes them, and the call, the prices and the payments are reckoned anew
from the listed regulation: sorted, where the contract is given the last price and makes one pass. What is reported otherwise is located
in the settling transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor

from shengdian.audit.deployment import Deployed
from shengdian.audit.events.deviation import settles, wanted
from shengdian.audit.hour import HourRebuilt, Metered
from shengdian.audit.order_book import pro_rata
from shengdian.audit.verdict import Difference
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.base.roles import FIRST_NUMBER, GRID, Role
from shengdian.sim.base.types import DeviationRules
from shengdian.sim.base.units import PPM
from shengdian.sim.market.participants import participants
from shengdian.sim.scenario import PlantSpec, Scenario, supplier_id


@dataclass(frozen=True, slots=True)
class Party:
    """Who settles in a zone."""

    number: int
    plant: bool
    scheduled: int
    """kWh, taken is positive"""
    over: int
    """kWh taken beyond the schedule"""
    up: tuple[int, int]
    """fen/MWh and kWh that it can be called to give more"""
    down: tuple[int, int]
    """fen/MWh and kWh that it can be called to give less"""


@dataclass
class Called:
    """What a zone's deviations come to."""

    calls: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    """kWh by number, taken is positive"""
    money: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    """1e-5 CNY by number"""
    prices: tuple[int, int] = (0, 0)
    """fen/MWh up, rounded up, and down, rounded down"""


class RegulationAudit:
    """Checks hour after hour."""

    def __init__(self, scenario: Scenario) -> None:
        self.differences: list[Difference] = []
        self.checked = 0
        self._scenario = scenario
        self._people = participants(scenario)
        self._number = {person.id: FIRST_NUMBER + place for place, person in enumerate(self._people)}
        self._names = ["grid", "rent", *self._number]
        self._load: dict[str, list[int]] = {}
        """kWh by zone and hour of the run, less the fixed import"""
        self._last: dict[str, int] = {}
        """kWh that plants put out in the hour before"""

    def check(self, hour: HourRebuilt, deployed: Deployed) -> None:
        """Notes every rule that the hour's settlement breaks."""
        assert hour.result is not None
        if hour.metered and self._scenario.deviation:
            self.checked += 1
            if self.checked == 1:
                self._check_lists(hour.metered, deployed)
            due = self._schedule(hour)
            if not self._same(hour, "schedule", "kWh", hour.metered.scheduled, due):
                self._check_meters(hour, hour.metered)
            self._check_calls(hour, hour.metered, deployed, self._scenario.deviation)
        self._last = {row.plant: row.metered for row in hour.result.generation}

    def finish(self) -> None:
        """Nothing waits."""

    def _note(self, hour: int, sentence: str, metered: Metered) -> None:
        where = metered.where
        self.differences.append(Difference(f"deviations of hour {hour}: {sentence}", where.block, where.transaction))

    def _same(self, hour: HourRebuilt, what: str, unit: str, said: Sequence[int], due: Sequence[int]) -> bool:
        """Notes the first account with another value; whether there is one."""
        assert hour.metered is not None
        wrong = next((at for at, (one, other) in enumerate(zip(said, due, strict=True)) if one != other), None)
        if wrong is not None:
            self._note(hour.hour, f"{what} of {self._names[wrong]} is {said[wrong]} {unit}; it should be {due[wrong]}", hour.metered)
        return wrong is not None

    # --- what the operator says -----------------------------------------------------------------------------------------------

    def _check_lists(self, metered: Metered, deployed: Deployed) -> None:
        """Every plant lists its cost and margin for its whole capacity; what other provinces send asks the cap and pays back the floor."""
        scenario = self._scenario
        assert scenario.deviation is not None
        for plant in scenario.plants:
            margin = abs(plant.cost) * scenario.deviation.margin // PPM
            up, down = (min(max(price, scenario.floor), scenario.cap) for price in (plant.cost + margin, plant.cost - margin))
            if plant.role == "exchange":
                up, down = scenario.cap, scenario.floor
            if deployed.lists.get(self._number[plant.id]) != (up, plant.capacity, down, plant.capacity):
                self._note(0, f"the regulation that {plant.id} lists is not what the config makes it", metered)

    def _schedule(self, hour: HourRebuilt) -> list[int]:
        """kWh by account number as the clearing and the contract energy of the hour leave it, taken is positive."""
        assert hour.planned is not None
        due = [0] * len(self._names)
        for row in hour.planned.generation[: len(self._scenario.plants)]:
            due[self._number[row.plant]] -= row.scheduled
        for user, taken in zip(self._scenario.users, hour.planned.consumption, strict=False):
            due[self._number[settles(user, hour.chosen)]] += taken.contracted + taken.bought
        for zone, energy in hour.unsold.items():
            due[self._number[supplier_id(zone)]] += energy
        return due

    def _check_meters(self, hour: HourRebuilt, metered: Metered) -> None:
        """What was read, and what room plants had left, against the config."""
        assert hour.planned is not None
        scenario, number = self._scenario, self._number
        read, rooms = [0] * len(self._names), [0] * len(self._names)
        lack = dict.fromkeys(scenario.zones, 0)
        """kWh by zone that regulation would have to give to serve everybody"""
        for plant, row in zip(scenario.plants, hour.planned.generation, strict=False):
            given, most = row.scheduled, row.contracted + self._free(plant, hour)
            if plant.actual and plant.available[hour.hour]:
                given = row.scheduled * plant.actual[hour.hour] // plant.available[hour.hour]
                most = min(most, plant.actual[hour.hour])
            room = max(0, most - given)
            read[number[plant.id]], rooms[number[plant.id]] = -given, room
            lack[plant.zone] -= given - row.scheduled + room
        for zone in scenario.zones:
            pairs = [pair for pair in zip(scenario.users, hour.planned.consumption, strict=False) if pair[0].zone == zone]
            wants = [wanted(user, hour.hour, row.contracted + row.bought) for user, row in pairs]
            missing = lack[zone] + sum(wants) - sum(row.contracted + row.bought for _, row in pairs)
            shed = largest_remainder(min(max(missing, 0), sum(wants)), wants)
            for (user, _), want, less in zip(pairs, wants, shed, strict=True):
                read[number[settles(user, hour.chosen)]] += want - less
        if not self._same(hour, "the meter", "kWh", metered.read, read):
            self._same(hour, "the room", "kWh", metered.rooms, rooms)

    def _free(self, plant: PlantSpec, hour: HourRebuilt) -> int:
        """kWh that a plant can give beyond its contract, by its ramp and its water."""
        length = min(self._scenario.day, self._scenario.hours - hour.hour + hour.hour % self._scenario.day)
        day = hour.day.get(self._number[plant.id], (0,) * length)
        most = plant.available[hour.hour]
        if plant.id in self._last:
            most = min(most, self._last[plant.id] + plant.ramp)
        free = max(0, most - day[hour.hour % self._scenario.day])
        if plant.energy_budget is None:
            return free
        begin = hour.hour - hour.hour % self._scenario.day
        left = max(0, hour.water[plant.id] - sum(day))
        load = self._net_load(plant.zone)[begin : begin + len(day)]
        weight = sum(load)
        return min(free, left * load[hour.hour - begin] // weight if weight else left // len(load))

    def _net_load(self, zone: str) -> list[int]:
        if zone not in self._load:
            scenario = self._scenario
            self._load[zone] = [max(0, scenario.load(zone, hour) - scenario.net_import(zone, hour)) for hour in range(scenario.hours)]
        return self._load[zone]

    # --- what follows from it -------------------------------------------------------------------------------------------------

    def _check_calls(self, hour: HourRebuilt, metered: Metered, deployed: Deployed, rules: DeviationRules) -> None:
        parties: list[list[Party]] = [[] for _ in self._scenario.zones]
        for place, person in enumerate(self._people):
            number = FIRST_NUMBER + place
            up_price, up, down_price, down = deployed.lists.get(number, (0, 0, 0, 0))
            given, scheduled = max(0, -metered.read[number]), metered.scheduled[number]
            room = min(up, metered.rooms[number]), min(down, given)
            over = metered.read[number] - scheduled
            plant = person.role == Role.PLANT
            parties[person.zone].append(Party(number, plant, scheduled, over, (up_price, room[0]), (down_price, room[1])))
        calls, amounts = [0] * len(self._names), [0] * len(self._names)
        prices: list[int] = []
        for zone in parties:
            found = settled(zone, rules, self._scenario.floor, self._scenario.cap)
            prices += found.prices
            for number, energy in found.calls.items():
                calls[number] += energy
            for number, money in found.money.items():
                amounts[number] += money
        if list(metered.prices) != prices:
            self._note(hour.hour, f"up and down prices are {list(metered.prices)} fen/MWh; they should be {prices}", metered)
        if not self._same(hour, "the call", "kWh", metered.calls, calls):
            self._same(hour, "the payment", "1e-5 CNY", metered.amounts, amounts)


def settled(parties: Sequence[Party], rules: DeviationRules, lowest: int, highest: int) -> Called:
    """A zone's regulation and money. `lowest` and `highest` are the price floor and cap, fen/MWh."""
    found, net = Called(), sum(party.over for party in parties)
    sign = 1 if net > 0 else -1
    lists = [(party.number, *(party.up if net > 0 else party.down)) for party in parties if party.plant]
    taken = in_price_order(lists, net, highest if net > 0 else lowest)
    last = taken[-1][1] if taken else 0
    cost = 0
    for number, price, energy in taken:
        found.calls[number] -= sign * energy
        found.money[number] += sign * energy * (last if rules.marginal else price)
        cost += sign * energy * (last if rules.marginal else price)

    up = Fraction(min((party.up[0] for party in parties if party.up[1]), default=highest))
    down = Fraction(max((party.down[0] for party in parties if party.down[1]), default=lowest))
    if net > 0:
        up = Fraction(cost, net)
        down = min(up, down)
    else:
        down = Fraction(cost, net) if net else down
        up = max(up, down)
    left, weights = -cost, {}
    for party in parties:
        free = abs(party.scheduled) * rules.band // PPM
        inside, outside = min(abs(party.over), free), max(0, abs(party.over) - free)
        if not outside:
            weights[party.number] = abs(party.scheduled)
        if party.over > 0:
            pays = ceil(up) * inside + ceil(up * (rules.k2 if party.plant else rules.u1) / PPM) * outside
        else:
            pays = -floor(down) * inside - floor(down * (rules.k1 if party.plant else rules.u2) / PPM) * outside
        found.money[party.number] -= pays
        left += pays
    whole = sum(weights.values())
    if left > 0 and whole:
        parts = {number: left * weight // whole for number, weight in weights.items()}
        for number, part in parts.items():
            found.money[number] += part
        left -= sum(parts.values())
    found.money[GRID] += left
    found.prices = ceil(up), floor(down)
    return found


def in_price_order(lists: Sequence[tuple[int, int, int]], net: int, outer: int) -> list[tuple[int, int, int]]:
    """Number, fen/MWh and kWh of those called for a zone that is short of `net` kWh (negative: has too much), in order of price.

    `lists` are numbers with price and most kWh. Equal prices share pro rata; what nobody gives or takes, the grid does at `outer`.
    """
    missing, taken = abs(net), []
    groups: Mapping[int, list[tuple[int, int]]] = defaultdict(list)
    for number, price, most in lists:
        if most:
            groups[price].append((number, most))
    for price in sorted(groups, reverse=net < 0):
        if not missing:
            break
        group = groups[price]
        part = min(missing, sum(most for _, most in group))
        shares = pro_rata([most for _, most in group], part)
        taken += [(number, price, energy) for (number, _), energy in zip(group, shares, strict=True)]
        missing -= part
    return taken + ([(GRID, outer, missing)] if missing else [])
