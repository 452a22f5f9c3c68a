"""Twin of Allocation.sol: contract energy, verified and settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from typing import Any

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.roles import Role
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.units import NO_PRICE, PPM, U32
from shengdian.sim.chain.abi_words import pack_words, unpack_words
from shengdian.sim.twins import Twin, World
from shengdian.sim.twins.allocation_records import (
    ABOVE_MAX,
    BAND_EMPTY,
    BELOW_MIN,
    LITERAL,
    OK,
    OVERSUPPLY,
    PROVINCE,
    Case,
    Seller,
    Zone,
    holds,
    limits,
)
from shengdian.sim.twins.allocation_words import PURCHASES_A_WORD, SHARES_A_WORD
from shengdian.sim.twins.registry import PLACE_BITS, PLACES_A_WORD


class Allocation(Twin):
    """Contract energy: a province's plan of a day is verified and kept, and every hour of it is paid."""

    def __init__(self, world: World, address: bytes, registry: bytes, ledger: bytes, timetable: int) -> None:
        super().__init__(world, address)
        self._registry, self._ledger, self._timetable = registry, ledger, Timetable.of(timetable).required()
        self._zones: list[Zone] = []
        self._next_hour = 0

    def state(self) -> dict[str, Any]:
        return super().state() | {"_zones": [astuple(zone) for zone in self._zones]}

    def restore(self, state: Mapping[str, Any]) -> None:
        zones = [Zone(supplier, [Seller(*seller) for seller in sellers], *day) for supplier, sellers, *day in state["_zones"]]
        super().restore({**state, "_zones": zones})

    def _only_operator(self) -> None:
        if not self.other(self._registry, "is_operator", self.sender):
            self.revert("NotOperator", self.sender)

    # --- who sells and who bears the rest

    def set_suppliers(self, suppliers: Sequence[bytes]) -> None:
        """Names the default supplier of every zone, in zone order, once. Operator only.

        Refuses with SuppliersAlreadySet, WrongRole or WrongZone.
        """
        self._only_operator()
        if self._zones:
            self.revert("SuppliersAlreadySet")
        numbers = []
        for place, supplier in enumerate(suppliers):
            number, role, zone = self.other(self._registry, "participant", supplier)
            if role != Role.SUPPLIER:
                self.revert("WrongRole", supplier, role)
            if zone != place:
                self.revert("WrongZone", supplier, zone, place)
            numbers.append(number)

        self._zones = [Zone(number) for number in numbers]
        self.emit("SuppliersSet", numbers)

    def set_terms(self, sellers: Sequence[bytes], words: Sequence[int]) -> None:
        """Names sellers of contract energy, a word of terms each. Operator only; refuses with TermsClosed, TermsOutOfOrder or BadTerms."""
        self._only_operator()
        if len(words) != len(sellers):
            self.revert("WrongLength", len(words), len(sellers))
        named: list[tuple[int, Seller]] = []
        last = {zone: here.sellers[-1].number if here.sellers else 0 for zone, here in enumerate(self._zones)}
        for address, word in zip(sellers, words, strict=True):
            number, role, zone = self.other(self._registry, "participant", address)
            if role not in (Role.PLANT, Role.EXCHANGE):
                self.revert("WrongRole", address, role)
            if zone >= len(self._zones):
                self.revert("UnknownZone", zone, len(self._zones))
            if self._zones[zone].next_day:
                self.revert("TermsClosed", zone)
            if number <= last[zone]:
                self.revert("TermsOutOfOrder", number, last[zone])
            seller = Seller(word, [0] * self._timetable.day)
            bad = word >> 128 or seller.minimum > seller.capacity or not seller.ramp
            if bad or (role == Role.EXCHANGE and seller.minimum != seller.capacity):
                self.revert("BadTerms", number, word)
            seller.word |= number << 128 | zone << 144 | (role == Role.EXCHANGE) << 152
            named.append((zone, seller))
            last[zone] = number

        for zone, seller in named:
            self._zones[zone].sellers.append(seller)
            self.emit("TermsSet", zone, seller.number, seller.word)

    # --- the day

    def allocate(self, day: tuple[int, int, int, int, int, int], load: Sequence[int], plants: Sequence[int]) -> None:
        """Verifies and keeps a zone's contract energy of a day, or of what is left of it.

        `day` is zone, day, first hour, hours, reading and contract share (ppm); `load` has kWh by hour of the day, packed eight a word;
        `plants` has for each plant one word, then available and contract kWh by hour, both packed. Operator only. What does not hold is
        refused by its name, as RampExceeded, OutsideBand, ContractNotMet or ShareNotMet.
        """
        zone, number, from_hour, length, reading, _ = day
        if reading > LITERAL:
            raise Reverted("")  # not a Reading: refused while it is decoded
        self._only_operator()
        if zone >= len(self._zones):
            self.revert("UnknownZone", zone, len(self._zones))
        here = self._zones[zone]
        self._require_day(day, here)
        words = -(-length // SHARES_A_WORD)
        if len(load) != words:
            self.revert("WrongLength", len(load), words)
        if len(plants) != len(here.plants) * (1 + 2 * words):
            self.revert("WrongLength", len(plants), len(here.plants) * (1 + 2 * words))

        cases: list[Case] = []
        flexible = [False] * length
        for place, seller in enumerate(here.plants):
            case = self._read(seller, plants[place * (1 + 2 * words) : (place + 1) * (1 + 2 * words)], from_hour, length)
            self._verify(case, from_hour, reading, flexible)
            cases.append(case)
        bidding = self._verify_province(day, unpack_words(load, 32)[:length], cases, flexible)

        for case in cases:
            case.seller.energy[from_hour:length] = case.energy[from_hour:]
        for seller in here.sellers:
            if seller.flat:
                seller.energy[from_hour:length] = [seller.capacity] * (length - from_hour)
        here.next_day, here.length = number + 1, length
        packed = [word for hour in range(from_hour, length) for word in _packed(here, hour)]
        self.emit("DayAllocated", zone, number, from_hour, packed, bytes(case.status for case in cases), bidding)

    def _require_day(self, day: tuple[int, int, int, int, int, int], here: Zone) -> None:
        zone, number, from_hour, length, _, share = day
        if not 0 < length <= self._timetable.day or from_hour >= length:
            self.revert("BadHours", from_hour, length)
        if share > PPM:
            self.revert("BadShare", share)
        first = number * self._timetable.day
        if from_hour and (here.next_day != number + 1 or here.length != length):
            self.revert("NotAllocated", zone, first)
        if first > self._next_hour:
            self.revert("EarlierHoursOpen", number, self._next_hour)
        if first + from_hour < self._next_hour:
            self.revert("AlreadySettled", first + from_hour, self._next_hour)

    def _read(self, seller: Seller, data: Sequence[int], from_hour: int, length: int) -> Case:
        head, words = data[0], (len(data) - 1) // 2
        if head >> 96 > BAND_EMPTY:
            self.revert("UnknownStatus", seller.number, head >> 96)
        available, energy = unpack_words(data[1 : 1 + words], 32)[:length], unpack_words(data[1 + words :], 32)[:length]
        for hour in range(length):
            if available[hour] > seller.capacity:
                self.revert("AvailableAboveCapacity", seller.number, hour, available[hour], seller.capacity)
            if hour < from_hour and energy[hour] != seller.energy[hour]:
                self.revert("RecordChanged", seller.number, hour, energy[hour], seller.energy[hour])
        return Case(seller, head & 2**64 - 1, head >> 64 & U32, head >> 96, available, energy)

    def _verify(self, case: Case, from_hour: int, reading: int, flexible: list[bool]) -> None:
        number, status, band = case.seller.number, case.status, limits(case, from_hour)
        empty, last = False, len(case.energy) - 1
        for hour in range(last, from_hour - 1, -1):
            energy, low, high = case.energy[hour], band.low[hour], band.high[hour]
            follower = case.energy[hour + 1] if hour < last else energy
            exceeded = hour < last and not energy - band.down[hour + 1] <= follower <= energy + band.up[hour + 1]
            if exceeded and status != BAND_EMPTY:
                self.revert("RampExceeded", number, hour + 1, energy, follower)
            empty = empty or low > high
            if status == BAND_EMPTY:
                if energy:
                    self.revert("OutsideBand", number, hour, energy, 0, 0)
                continue
            if empty:
                self.revert("BandIsEmpty", number)
            if not low <= energy <= high:
                self.revert("OutsideBand", number, hour, energy, low, high)
            if status == BELOW_MIN and energy != low:
                self.revert("NotLowestOutput", number, hour, energy, low)
            if status == ABOVE_MAX and energy != high:
                self.revert("NotHighestOutput", number, hour, energy, high)
            flexible[hour] = flexible[hour] or (status == OK and energy > low)
        if status == BAND_EMPTY and not empty:
            self.revert("BandNotEmpty", number)
        total = sum(case.energy)
        if reading != PROVINCE and not holds(status, reading, total, case.contracted):
            self.revert("ContractNotMet", number, status, total, case.contracted)

    def _verify_province(
        self, day: tuple[int, int, int, int, int, int], load: Sequence[int], cases: Sequence[Case], flexible: Sequence[bool]
    ) -> int:
        _, _, from_hour, length, reading, share = day
        for hour in range(from_hour, length):
            energy = sum(case.energy[hour] for case in cases)
            if energy > load[hour] and flexible[hour]:
                self.revert("HourAboveLoad", hour, energy, load[hour])
        total = sum(sum(case.energy) for case in cases)
        statuses = {case.status for case in cases} - {BAND_EMPTY}
        if reading == PROVINCE and statuses:
            contracted = sum(load) * share // PPM
            if statuses == {BELOW_MIN}:
                holds = total > contracted
            elif statuses == {ABOVE_MAX}:
                holds = total < contracted
            else:
                holds = total == contracted and statuses <= {OK, OVERSUPPLY}
            if not holds:
                self.revert("ShareNotMet", total, contracted)
        return sum(load) - total

    # --- the hour

    def settle(self, hour: int, purchases: Sequence[int]) -> None:
        """Pays the contract energy of an hour; `purchases` are kWh, number and zone, four a word. Operator only.

        Sellers get their price, buyers of a zone pay its mean price rounded down (fen/MWh), its default supplier pays the rest. Refuses
        with NotNextHour, HourNotBegun, NotAllocated, UnknownNumber, PlantBuys, BuyerElsewhere or PurchasesDiffer.
        """
        self._only_operator()
        if hour != self._next_hour:
            self.revert("NotNextHour", hour, self._next_hour)
        if self.now < self._timetable.begins(hour):
            self.revert("HourNotBegun", hour, self._timetable.begins(hour))
        amounts = [0] * self.other(self._registry, "next_number")
        prices, sold, energies = [], [], []
        for zone, here in enumerate(self._zones):
            price, energy = NO_PRICE, 0
            if here.sellers:
                self._require_allocated(zone, here, hour)
                sold += _packed(here, hour % self._timetable.day)
                delivered = [(seller, seller.energy[hour % self._timetable.day]) for seller in here.sellers]
                for seller, share in delivered:
                    amounts[seller.number] += seller.price * share
                energy = sum(share for _, share in delivered)
                if energy:
                    cost = sum(seller.price * share for seller, share in delivered)
                    price = cost // energy
                    amounts[here.supplier] -= cost - price * energy
            prices.append(price)
            energies.append(energy)
        self._debit(purchases, amounts, energies, prices)
        self._settle_differences(hour, purchases, prices, amounts)

        before, self._next_hour = self._next_hour, hour + 1
        try:
            self.other(self._ledger, "post", amounts)
        except Reverted:
            self._next_hour = before
            raise
        self.emit("AgreementsSettled", hour, prices, sold, purchases)

    def _debit(self, purchases: Sequence[int], amounts: list[int], energies: Sequence[int], prices: Sequence[int]) -> None:
        places: dict[int, int] = {}
        bought = [0] * len(energies)
        for lane in unpack_words(purchases, 256 // PURCHASES_A_WORD):
            taken, number, zone = lane & U32, lane >> 32 & 0xFFFF, lane >> 48 & 0xFF
            if not taken:
                continue
            if zone >= len(energies):
                self.revert("UnknownZone", zone, len(energies))
            self._require_buyer(number, zone, places, len(amounts))
            bought[zone] += taken
            amounts[number] -= prices[zone] * taken
        for zone, energy in enumerate(energies):
            if bought[zone] != energy:
                self.revert("PurchasesDiffer", zone, bought[zone], energy)

    def _require_buyer(self, number: int, zone: int, places: dict[int, int], count: int) -> None:
        """Only participants of the zone who are no plants buy; `places` keeps what the registry said."""
        if number >= count:
            self.revert("UnknownNumber", number, count)
        word, lane = divmod(number, PLACES_A_WORD)
        if word not in places:
            places[word] = self.other(self._registry, "places_of", word)
        role, its_zone = divmod(places[word] >> lane * PLACE_BITS & 0xFFFF, 256)
        if role == 0:
            self.revert("UnknownNumber", number, count)
        if role == Role.PLANT:
            self.revert("PlantBuys", number)
        if its_zone != zone:
            self.revert("BuyerElsewhere", number, its_zone, zone)

    def _settle_differences(self, hour: int, purchases: Sequence[int], prices: Sequence[int], amounts: list[int]) -> None:
        """Adds what is paid besides for the hour's contract energy: nothing where it is delivered."""

    # --- reading

    def next_hour(self) -> int:
        """The hour to be settled next."""
        return self._next_hour

    def seller_count(self, zone: int) -> int:
        """How many sell contract energy in a zone; refuses with UnknownZone."""
        if zone >= len(self._zones):
            self.revert("UnknownZone", zone, len(self._zones))
        return len(self._zones[zone].sellers)

    def terms_of(self, zone: int, seller: int) -> int:
        """The word of a zone's seller, as in the log TermsSet; 0 where there is none."""
        if zone >= len(self._zones) or seller >= len(self._zones[zone].sellers):
            return 0
        return self._zones[zone].sellers[seller].word

    def contract_of(self, zone: int, seller: int, hour: int) -> int:
        """kWh of a zone's seller in an hour of the day last allocated; refuses any other hour with NotAllocated."""
        if zone >= len(self._zones):
            self.revert("UnknownZone", zone, len(self._zones))
        here = self._zones[zone]
        self._require_allocated(zone, here, hour)
        return here.sellers[seller].energy[hour % self._timetable.day] if seller < len(here.sellers) else 0

    def _require_allocated(self, zone: int, here: Zone, hour: int) -> None:
        if here.next_day != hour // self._timetable.day + 1 or hour % self._timetable.day >= here.length:
            self.revert("NotAllocated", zone, hour)


def _packed(here: Zone, hour: int) -> list[int]:
    """kWh of an hour of the day, eight sellers a word."""
    return pack_words([seller.energy[hour] for seller in here.sellers], 32)
