"""Twin of Agreements.sol: bilateral agreements by month, and their energy and money by hour."""

from __future__ import annotations

from collections.abc import Sequence

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.base.roles import GRID
from shengdian.sim.base.units import HOURS_A_DAY, PPM
from shengdian.sim.twins import World
from shengdian.sim.twins.agreement_calendar import MOST_MONTHS, AgreementCalendar
from shengdian.sim.twins.agreement_records import (
    ACCEPTED,
    ANNUAL,
    CANCELLED,
    FLAT,
    LOAD_PROPORTIONAL,
    OWN,
    PROPOSED,
    WITHIN_MONTH,
    Agreement,
)

NO_LINE = 2**16 - 1
MOST_A_MONTH = 1024
MOST_EACH = 128
"""agreements of a month that a participant may have"""
FIRST_ONES = 256
"""places of a month that are kept for agreements of somebody who has none in it"""
_Line = tuple[int, int, int, int, int]
"""source, target, capacity kWh an hour, charge fen per MWh sent, loss ppm"""
_Terms = tuple[str, bool, int, int, int, int, int, int, int, Sequence[int], Sequence[int]]
"""as the struct Terms"""


class Agreements(AgreementCalendar):
    """Bilateral agreements, from the proposal to the payment of every hour of delivery."""

    def __init__(
        self,
        world: World,
        address: bytes,
        registry: bytes,
        ledger: bytes,
        floor: int,
        cap: int,
        timetable: int,
        lines: Sequence[_Line],
        opened: Sequence[int],
    ) -> None:
        super().__init__(world, address, registry, timetable)
        if floor > cap or opened[0] > opened[1] or opened[1] > opened[2] or opened[2] > PPM:
            self.revert("BadRules")
        self._timetable.required()
        for place, (source, target, _, _, loss) in enumerate(lines):
            if source == target:
                self.revert("LineToItself", place, source)
            if loss >= PPM:
                self.revert("LossTooHigh", place, loss)
        self._ledger, self._floor, self._cap = ledger, floor, cap
        self._lines, self._opened = lines, (0, *opened)
        self._known: list[Agreement] = []
        self._reserved: dict[tuple[int, int], int] = {}
        self._next_hour = 0
        self._current = 0

    # --- what the parties do

    def propose(self, terms: _Terms) -> int:
        """Proposes an agreement and returns its id; refuses terms, delivery or line that the rules do not allow."""
        counterparty, sells, horizon, curve, first_month, first_day, line, price, expires, quantities, weights = terms
        if horizon > WITHIN_MONTH or curve > OWN:
            raise Reverted("")
        seller, _, source = self.other(self._registry, "participant", self.sender)
        buyer, _, target = self.other(self._registry, "participant", bytes.fromhex(counterparty[2:]))
        if seller == buyer:
            self.revert("WithYourself", seller)
        if not sells:
            seller, buyer, source, target = buyer, seller, target, source
        agreement = Agreement(
            seller, buyer, sells, horizon, curve, first_month, first_day, line, price, expires, quantities, weights
        )  # fmt: skip
        self._require_terms(agreement)
        self._require_delivery(agreement)
        self._require_route(agreement, source, target)
        self._known.append(agreement)
        self.emit("AgreementProposed", len(self._known) - 1, seller, buyer, terms)
        return len(self._known) - 1

    def accept(self, agreement: int) -> None:
        """Makes an agreement binding. Only who it was proposed to; refuses with AboveCapability, MonthFull or LineFull."""
        here = self._proposed(agreement)
        if self._number() != (here.buyer if here.by_seller else here.seller):
            self.revert("NotCounterparty", agreement, self.sender)
        if self.now >= here.expires:
            self.revert("Expired", agreement, here.expires)
        self._require_delivery(here)
        for place, quantity in enumerate(here.quantities):
            self._require_room(here, here.first_month + place, quantity)
        here.state = ACCEPTED
        for place, quantity in enumerate(here.quantities):
            self._bind(agreement, here, here.first_month + place, quantity)
        self.emit("AgreementAccepted", agreement)

    def cancel(self, agreement: int) -> None:
        """Takes back an agreement that is not accepted. Only who proposed it; refuses others with NotProposer."""
        here = self._proposed(agreement)
        if self._number() != (here.seller if here.by_seller else here.buyer):
            self.revert("NotProposer", agreement, self.sender)
        here.state = CANCELLED
        self.emit("AgreementCancelled", agreement)

    def _require_terms(self, terms: Agreement) -> None:
        if terms.price < self._floor:
            self.revert("PriceBelowFloor", terms.price, self._floor)
        if terms.price > self._cap:
            self.revert("PriceAboveCap", terms.price, self._cap)
        if self.now >= terms.expires:
            self.revert("AlreadyExpired", terms.expires, self.now)
        expected = 0 if terms.curve == FLAT else HOURS_A_DAY
        if len(terms.weights) != expected:
            self.revert("WrongLength", len(terms.weights), expected)
        if expected and not any(terms.weights):
            self.revert("WeightZero", 0)
        most = MOST_MONTHS if terms.horizon == ANNUAL else 1
        if not 0 < len(terms.quantities) <= most:
            self.revert("MonthCount", len(terms.quantities), most)
        if 0 in terms.quantities:
            self.revert("QuantityZero", list(terms.quantities).index(0))

    def _require_delivery(self, terms: Agreement) -> None:
        for number in range(terms.first_month, terms.first_month + len(terms.quantities)):
            month = self._month(number)
            if month.horizon != terms.horizon or self.now >= month.closes:
                self.revert("WindowClosed", number, terms.horizon)
        first = self._calendar[terms.first_month]
        most = len(first.load) if terms.horizon == WITHIN_MONTH else 1
        if terms.first_day >= most:
            self.revert("BadFirstDay", terms.first_day, most)
        hour = first.first_hour + terms.first_day * self._timetable.day
        if self.now >= self._timetable.begins(hour):
            self.revert("DeliveryBegun", hour, self._timetable.begins(hour))

    def _require_route(self, terms: Agreement, source: int, target: int) -> None:
        if terms.line == NO_LINE:
            if source != target:
                self.revert("OtherZone", target, source)
            return
        if terms.line >= len(self._lines):
            self.revert("UnknownLine", terms.line, len(self._lines))
        line_source, line_target, *_ = self._lines[terms.line]
        if source != line_source:
            self.revert("OtherZone", source, line_source)
        if target != line_target:
            self.revert("OtherZone", target, line_target)
        for place, quantity in enumerate(terms.quantities):
            hours = self._hours(terms, terms.first_month + place)
            if terms.curve != FLAT or quantity % hours:
                self.revert("NotFlat", quantity, hours)

    def _require_room(self, terms: Agreement, month: int, quantity: int) -> None:
        counts = [self._position(number, month).count for number in (terms.seller, terms.buyer)]
        for number, count in zip((terms.seller, terms.buyer), counts, strict=True):
            if count == MOST_EACH:
                self.revert("QuotaFull", month, number, MOST_EACH)
        most = MOST_A_MONTH - (FIRST_ONES if all(counts) else 0)
        if len(self._calendar[month].accepted) >= most:
            self.revert("MonthFull", month, most)
        position = self._position(terms.seller, month)
        if position.net + quantity > position.capability:
            self.revert("AboveCapability", month, position.net + quantity, position.capability)
        if terms.line != NO_LINE:
            room = self._lines[terms.line][2] * self._opened[terms.horizon] // PPM
            booked = self.reserved(terms.line, month) + quantity // self._hours(terms, month)
            if booked > room:
                self.revert("LineFull", terms.line, month, booked, room)

    def _bind(self, agreement: int, terms: Agreement, month: int, quantity: int) -> None:
        received = quantity
        if terms.line != NO_LINE:
            hours = self._hours(terms, month)
            self._reserved[terms.line, month] = self.reserved(terms.line, month) + quantity // hours
            received = self._received(terms, quantity // hours) * hours
        for number, energy in ((terms.seller, quantity), (terms.buyer, -received)):
            position = self._position(number, month)
            position.net += energy
            position.count += 1
            self._positions[number, month] = position
        self._calendar[month].accepted.append(agreement)

    # --- the hour

    def settle(self, hour: int) -> None:
        """Pays the energy of an hour, at fen/MWh x kWh = 1e-5 CNY. Operator only; refuses with NotNextHour or HourNotBegun."""
        self._only_operator()
        if hour != self._next_hour:
            self.revert("NotNextHour", hour, self._next_hour)
        if self.now < self._timetable.begins(hour):
            self.revert("HourNotBegun", hour, self._timetable.begins(hour))
        over = self._current < len(self._calendar) and hour == self._calendar[self._current].end(self._timetable.day)
        number = self._current + over
        month = self._month(number)
        amounts = [0] * self.other(self._registry, "next_number")
        deliveries = []
        for agreement in month.accepted:
            terms = self._known[agreement]
            sent = self._energy(terms, number, hour)
            if not sent:
                continue
            received = self._received(terms, sent)
            charge = 0 if terms.line == NO_LINE else self._lines[terms.line][3] * sent
            amounts[terms.seller] += terms.price * sent
            amounts[terms.buyer] -= terms.price * sent + charge
            amounts[GRID] += charge
            deliveries.append(agreement << 128 | received << 64 | sent)
        self.other(self._ledger, "post", amounts)
        self._next_hour, self._current = hour + 1, number
        self.emit("DeliveryPaid", hour, deliveries)

    def _received(self, terms: Agreement, sent: int) -> int:
        """kWh of an hour."""
        return sent if terms.line == NO_LINE else sent * (PPM - self._lines[terms.line][4]) // PPM

    def _energy(self, terms: Agreement, number: int, hour: int) -> int:
        """kWh sent in an hour of a month in which the agreement delivers."""
        month = self._calendar[number]
        day, of_day = divmod(hour - month.first_hour, self._timetable.day)
        if day < terms.first_day:
            return 0
        load = month.load[terms.first_day :]
        weights = load if terms.curve == LOAD_PROPORTIONAL else [1] * len(load)
        energy = largest_remainder(terms.quantities[number - terms.first_month], weights)[day - terms.first_day]
        if not terms.weights:
            return largest_remainder(energy, [1] * self._timetable.day)[of_day]
        clock_hour, part = divmod(of_day, self._timetable.parts)
        return largest_remainder(largest_remainder(energy, terms.weights)[clock_hour], [1] * self._timetable.parts)[part]

    # --- reading

    def next_hour(self) -> int:
        """The hour to be settled next."""
        return self._next_hour

    def agreements(self) -> int:
        """How many agreements were proposed; ids count from 0."""
        return len(self._known)

    def state_of(self, agreement: int) -> int:
        """0 proposed, 1 accepted, 2 cancelled; refuses an unknown id with UnknownAgreement."""
        return self._agreement(agreement).state

    def energy_of(self, agreement: int, hour: int) -> int:
        """kWh that an agreement sends in an hour, whether or not it is accepted; 0 outside its delivery."""
        terms = self._agreement(agreement)
        for number in range(terms.first_month, terms.first_month + len(terms.quantities)):
            if self._calendar[number].first_hour <= hour < self._calendar[number].end(self._timetable.day):
                return self._energy(terms, number, hour)
        return 0

    def reserved(self, line: int, month: int) -> int:
        """kWh an hour that agreements reserve on a line when the month ends, which is when most are."""
        return self._reserved.get((line, month), 0)

    def no_line(self) -> int:
        """The line number of an agreement inside a province."""
        return NO_LINE

    def most_a_month(self) -> int:
        """How many binding agreements a month has room for."""
        return MOST_A_MONTH

    def most_each(self) -> int:
        """How many binding agreements of a month a participant may have."""
        return MOST_EACH

    def first_ones(self) -> int:
        """How many places of a month are kept for agreements of somebody who has none in it."""
        return FIRST_ONES

    def _agreement(self, agreement: int) -> Agreement:
        if agreement >= len(self._known):
            self.revert("UnknownAgreement", agreement)
        return self._known[agreement]

    def _proposed(self, agreement: int) -> Agreement:
        here = self._agreement(agreement)
        if here.state != PROPOSED:
            self.revert("NotProposed", agreement, here.state)
        return here

    def _hours(self, terms: Agreement, month: int) -> int:
        """Hours of a month in which the agreement delivers."""
        return (len(self._calendar[month].load) - terms.first_day) * self._timetable.day
