"""Twin of Deviation.sol: metered less scheduled energy, balanced by pre-listed regulation, and its money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor

from shengdian.sim.base.pro_rata import shares
from shengdian.sim.base.roles import FIRST_NUMBER, GRID, Role
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.units import PPM
from shengdian.sim.chain.abi_words import pack_words, unpack_words
from shengdian.sim.twins import Twin, World


@dataclass(frozen=True, slots=True)
class _List:
    up_price: int = 0
    """fen/MWh"""
    up: int = 0
    """kWh"""
    down_price: int = 0
    """fen/MWh"""
    down: int = 0
    """kWh"""


@dataclass(slots=True)
class _Party:
    number: int
    plant: bool
    scheduled: int
    """kWh, taken is positive"""
    deviation: int
    """kWh, taken beyond the schedule is positive"""
    listed: _List
    """with the quantities that the hour leaves room for"""


@dataclass(slots=True)
class _Zone:
    """One zone's hour."""

    limit: int
    """fen/MWh of the last kWh called"""
    parties: list[_Party] = field(default_factory=list)
    calls: dict[int, int] = field(default_factory=dict)
    """kWh called by number, taken is positive"""
    paid: dict[int, int] = field(default_factory=dict)
    """1e-5 CNY by number for what was called"""

    @property
    def net(self) -> int:
        """kWh that the zone is short of"""
        return sum(party.deviation for party in self.parties)


class Deviation(Twin):
    """What was metered less what was scheduled, balanced by listed regulation and paid for by those who deviate."""

    def __init__(
        self, world: World, address: bytes, registry: bytes, ledger: bytes, rules: tuple[int, int, int, int, int, int, int, bool, int]
    ) -> None:
        super().__init__(world, address)
        self._floor, self._cap, self._u1, self._u2, self._k1, self._k2, self._band, self._marginal, timetable = rules
        if self._floor > self._cap or min(self._u1, self._k2) < PPM or max(self._u2, self._k1, self._band) > PPM:
            self.revert("BadDeviationRules")
        self._registry, self._ledger, self._timetable = registry, ledger, Timetable.of(timetable).required()
        self._admitted: list[tuple[int, bool]] = []
        """zone, and whether it is a plant, by number from the first participant's on"""
        self._lists: dict[int, tuple[int, int, int, int]] = {}
        """fields of `_List` by number"""
        self._next_hour = 0

    @property
    def _zones(self) -> int:
        return max((zone + 1 for zone, _ in self._admitted), default=0)

    def admit(self, participants: Sequence[bytes]) -> None:
        """Lets the next participants of the registry settle here. Operator only; refuses others than the next with WrongNumber."""
        self._require_operator()
        found = []
        for place, who in enumerate(participants):
            number, role, zone = self.other(self._registry, "participant", who)
            expected = FIRST_NUMBER + len(self._admitted) + place
            if number != expected:
                self.revert("WrongNumber", number, expected)
            found.append((number, zone, role == Role.PLANT))
        for number, zone, plant in found:
            self._admitted.append((zone, plant))
            self.emit("ParticipantAdmitted", number, zone, plant)

    def list_regulation(self, up_price: int, up: int, down_price: int, down: int) -> None:
        """Lists what the sending plant may be called for: up and down, fen/MWh and kWh an hour.

        Refuses with NotPlant, GateClosed, PriceBelowFloor or PriceAboveCap.
        """
        number, _, _ = self.other(self._registry, "participant", self.sender)
        place = number - FIRST_NUMBER
        if place >= len(self._admitted) or not self._admitted[place][1]:
            self.revert("NotPlant", self.sender)
        if self.now >= self._timetable.start:
            hour = self._timetable.hour_at(self.now)
            closes = self._timetable.gate(hour)
            if self.now >= closes:
                self.revert("GateClosed", hour, closes)
        for price in (up_price, down_price):
            if price < self._floor:
                self.revert("PriceBelowFloor", price, self._floor)
            if price > self._cap:
                self.revert("PriceAboveCap", price, self._cap)
        self._lists[number] = up_price, up, down_price, down
        self.emit("RegulationListed", number, up_price, up, down_price, down)

    def settle(self, hour: int, marginals: Sequence[int], energies: Sequence[int], rooms: Sequence[int]) -> None:
        """Settles an hour in its last minute. Operator only.

        `marginals` are fen/MWh by zone of the last kWh called; `energies` and `rooms` are packed kWh by account number: scheduled and
        metered, and what a plant could give beyond. Refuses with AlreadySettled, OutsideWindow, WrongLength, NotMarginal or
        AmountOutOfRange.
        """
        self._require_operator()
        if hour < self._next_hour:
            self.revert("AlreadySettled", hour)
        begins = self._timetable.last_minute(hour)
        if not begins <= self.now < self._timetable.begins(hour + 1):
            self.revert("OutsideWindow", hour, begins)
        accounts = FIRST_NUMBER + len(self._admitted)
        for got, expected in ((marginals, self._zones), (energies, -(-accounts // 4)), (rooms, -(-accounts // 8))):
            if len(got) != expected:
                self.revert("WrongLength", len(got), expected)

        zones = self._read(marginals, unpack_words(energies, 32), unpack_words(rooms, 32))
        for place, zone in enumerate(zones):
            if not self._call(zone):
                self.revert("NotMarginal", place, zone.limit)
        amounts, calls = [0] * accounts, [0] * accounts
        prices: list[int] = []
        for zone in zones:
            prices += self._charge(zone, amounts)
            for number, energy in zone.calls.items():
                calls[number] += energy
        for number, amount in enumerate(amounts):
            if not -(2**63) <= amount < 2**63:
                self.revert("AmountOutOfRange", number, amount)
        self.emit("DeviationsSettled", hour, prices, energies, pack_words(_unsigned(calls, 32), 32), pack_words(_unsigned(amounts, 64), 64))
        self.other(self._ledger, "post", amounts)
        self._next_hour = hour + 1

    def _require_operator(self) -> None:
        if not self.other(self._registry, "is_operator", self.sender):
            self.revert("NotOperator", self.sender)

    def _read(self, marginals: Sequence[int], energies: Sequence[int], rooms: Sequence[int]) -> list[_Zone]:
        zones = [_Zone(limit) for limit in marginals]
        for place, (zone, plant) in enumerate(self._admitted):
            number = FIRST_NUMBER + place
            scheduled, metered = (_signed(energies[2 * number + which]) for which in (0, 1))
            listed = _List(*self._lists.get(number, ()))
            up, down = min(listed.up, rooms[number]), min(listed.down, max(0, -metered))
            hourly = _List(listed.up_price, up, listed.down_price, down)
            zones[zone].parties.append(_Party(number, plant, scheduled, metered - scheduled, hourly))
        return zones

    def _call(self, zone: _Zone) -> bool:
        """Calls in price order what the zone is short of; whether its limit is the last price called."""
        net = zone.net
        if not net:
            return True
        sign = 1 if net > 0 else -1
        plants = [party for party in zone.parties if party.plant]
        offers = [(p.number, p.listed.up_price, p.listed.up) if net > 0 else (p.number, p.listed.down_price, p.listed.down) for p in plants]
        before = [(number, price, energy) for number, price, energy in offers if sign * price < sign * zone.limit]
        tied = [(number, price, energy) for number, price, energy in offers if energy and price == zone.limit]
        missing = abs(net) - sum(energy for _, _, energy in before)
        most = sum(energy for _, _, energy in tied)
        if missing <= 0 or (missing > most and zone.limit != (self._cap if net > 0 else self._floor)):
            return False
        share = shares([energy for _, _, energy in tied], min(missing, most))
        called = before + [(number, price, part) for (number, price, _), part in zip(tied, share, strict=True)]
        called.append((GRID, zone.limit, max(0, missing - most)))
        zone.calls = {number: -sign * energy for number, _, energy in called}
        zone.paid = {number: sign * energy * (zone.limit if self._marginal else price) for number, price, energy in called}
        return True

    def _charge(self, zone: _Zone, amounts: list[int]) -> tuple[int, int]:
        """Adds the zone's money to `amounts`; gives its up and down price."""
        cost, net = sum(zone.paid.values()), zone.net
        up = Fraction(min((party.listed.up_price for party in zone.parties if party.listed.up), default=self._cap))
        down = Fraction(max((party.listed.down_price for party in zone.parties if party.listed.down), default=self._floor))
        if net > 0:
            up = Fraction(cost, net)
            down = min(up, down)
        else:
            down = Fraction(cost, net) if net else down
            up = max(up, down)
        for number, money in zone.paid.items():
            amounts[number] += money

        over, sharing = -cost, []
        for party in zone.parties:
            size, free = abs(party.deviation), abs(party.scheduled) * self._band // PPM
            if size <= free:
                sharing.append(party)
            inside, outside = min(size, free), max(0, size - free)
            if party.deviation > 0:
                money = ceil(up) * inside + ceil(up * Fraction(self._k2 if party.plant else self._u1, PPM)) * outside
            else:
                money = -floor(down) * inside - floor(down * Fraction(self._k1 if party.plant else self._u2, PPM)) * outside
            amounts[party.number] -= money
            over += money
        weight = sum(abs(party.scheduled) for party in sharing)
        for party in sharing if over > 0 and weight else ():
            part = max(0, over) * abs(party.scheduled) // weight
            amounts[party.number] += part
            amounts[GRID] -= part
        amounts[GRID] += over
        return ceil(up), floor(down)

    # --- reads

    def list_of(self, number: int) -> int:
        """What a plant lists, 32 bits each from the low ones: up price fen/MWh, up kWh, down price fen/MWh, down kWh."""
        listed = _List(*self._lists.get(number, ()))
        values = _unsigned((listed.up_price, listed.up, listed.down_price, listed.down), 32)
        return sum(value << 32 * place for place, value in enumerate(values))

    def next_hour(self) -> int:
        """Hours before this one are settled or over."""
        return self._next_hour


def _signed(lane: int) -> int:
    return (lane ^ 2**31) - 2**31


def _unsigned(values: Sequence[int], bits: int) -> list[int]:
    return [value & 2**bits - 1 for value in values]
