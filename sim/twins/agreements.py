"""Twin of Agreements.sol: bilateral agreements by month, and their energy and money by hour."""

from __future__ import annotations

from collections.abc import Sequence

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.base.roles import GRID
from shengdian.sim.base.timetable import HOUR
from shengdian.sim.base.units import HOURS_A_DAY, PPM
from shengdian.sim.twins import Twin, World
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
    Month,
    Position,
)

NO_LINE = 2**16 - 1
MOST_A_MONTH = 1024
MOST_MONTHS = 12
MOST_DAYS = 31
_Line = tuple[int, int, int, int, int]
"""source, target, capacity kWh an hour, charge fen per MWh sent, loss ppm"""
_Terms = tuple[str, bool, int, int, int, int, int, int, int, Sequence[int], Sequence[int]]
"""as the struct Terms"""


class Agreements(Twin):
    """Bilateral agreements, from the proposal to the payment of every hour of delivery."""

    def __init__(
        self,
        world: World,
        address: bytes,
        registry: bytes,
        ledger: bytes,
        floor: int,
        cap: int,
        start: int,
        lines: Sequence[_Line],
        opened: Sequence[int],
    ) -> None:
        super().__init__(world, address)
        if floor > cap or opened[0] > opened[1] or opened[1] > opened[2] or opened[2] > PPM:
            self.revert("BadRules")
        for place, (source, target, _, _, loss) in enumerate(lines):
            if source == target:
                self.revert("LineToItself", place, source)
            if loss >= PPM:
                self.revert("LossTooHigh", place, loss)
        self._registry, self._ledger, self._floor, self._cap, self._start = registry, ledger, floor, cap, start
        self._lines, self._opened = lines, (0, *opened)
        self._calendar: list[Month] = []
        self._known: list[Agreement] = []
        self._positions: dict[tuple[int, int], Position] = {}
        self._reserved: dict[tuple[int, int], int] = {}
        self._next_hour = 0
        self._current = 0

    # --- what the operator sets

    def add_month(self, load: Sequence[int]) -> None:
        """Appends a month of 1 to 31 days, a forecast weight above 0 each. Operator only; refuses with DayCount or WeightZero."""
        self._only_operator()
        if not 0 < len(load) <= MOST_DAYS:
            self.revert("DayCount", len(load), MOST_DAYS)
        if 0 in load:
            self.revert("WeightZero", list(load).index(0))
        month = Month(self._calendar[-1].end if self._calendar else 0, load)
        self._calendar.append(month)
        self.emit("MonthAdded", len(self._calendar) - 1, month.first_hour, load)

    def open_window(self, horizon: int, first_month: int, count: int, closes: int) -> None:
        """Trades `count` months from `first_month` on at a horizon until block time `closes`, seconds. Operator only."""
        if horizon > WITHIN_MONTH:
            raise Reverted("")  # not a Horizon: refused while it is decoded
        self._only_operator()
        if not 0 < count <= MOST_MONTHS:
            self.revert("MonthCount", count, MOST_MONTHS)
        for number in range(first_month, first_month + count):
            month = self._month(number)
            if horizon <= month.horizon:
                self.revert("HorizonPassed", number, month.horizon)
            latest = self._time(month.end if horizon == WITHIN_MONTH else month.first_hour)
            if not self.now < closes <= latest:
                self.revert("BadClosing", number, closes, latest)
        for month in self._calendar[first_month : first_month + count]:
            month.horizon, month.closes = horizon, closes
        self.emit("WindowOpened", horizon, first_month, count, closes)

    def set_capability(self, who: bytes, month: int, capability: int) -> None:
        """Sets how much a participant may sell of a month, kWh. Operator only; CapabilityBelowPosition where more is sold."""
        self._only_operator()
        number = self.other(self._registry, "participant", who)[0]
        self._month(month)
        position = self._position(number, month)
        if position.net > capability:
            self.revert("CapabilityBelowPosition", capability, position.net)
        position.capability = capability
        self._positions[number, month] = position
        self.emit("CapabilitySet", number, month, capability)

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
        hour = first.first_hour + terms.first_day * HOURS_A_DAY
        if self.now >= self._time(hour):
            self.revert("DeliveryBegun", hour, self._time(hour))

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
        if len(self._calendar[month].accepted) == MOST_A_MONTH:
            self.revert("MonthFull", month, MOST_A_MONTH)
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
            self._positions[number, month] = position
        self._calendar[month].accepted.append(agreement)

    # --- the hour

    def settle(self, hour: int) -> None:
        """Pays the energy of an hour, at fen/MWh x kWh = 1e-5 CNY. Operator only; refuses with NotNextHour or HourNotBegun."""
        self._only_operator()
        if hour != self._next_hour:
            self.revert("NotNextHour", hour, self._next_hour)
        if self.now < self._time(hour):
            self.revert("HourNotBegun", hour, self._time(hour))
        over = self._current < len(self._calendar) and hour == self._calendar[self._current].end
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
        day, of_day = divmod(hour - month.first_hour, HOURS_A_DAY)
        if day < terms.first_day:
            return 0
        load = month.load[terms.first_day :]
        weights = load if terms.curve == LOAD_PROPORTIONAL else [1] * len(load)
        energy = largest_remainder(terms.quantities[number - terms.first_month], weights)[day - terms.first_day]
        return largest_remainder(energy, terms.weights or [1] * HOURS_A_DAY)[of_day]

    # --- reading

    def next_hour(self) -> int:
        """The hour to be settled next."""
        return self._next_hour

    def months(self) -> int:
        """How many months the calendar has."""
        return len(self._calendar)

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
            if self._calendar[number].first_hour <= hour < self._calendar[number].end:
                return self._energy(terms, number, hour)
        return 0

    def position_of(self, number: int, month: int) -> tuple[int, int]:
        """kWh that participant `number` sold less what it bought in a month, and the most that may be."""
        position = self._position(number, month)
        return position.net, position.capability

    def reserved(self, line: int, month: int) -> int:
        """kWh an hour that agreements reserve on a line when the month ends, which is when most are."""
        return self._reserved.get((line, month), 0)

    def no_line(self) -> int:
        """The line number of an agreement inside a province."""
        return NO_LINE

    def most_a_month(self) -> int:
        """How many binding agreements a month has room for."""
        return MOST_A_MONTH

    def _position(self, number: int, month: int) -> Position:
        return self._positions.get((number, month)) or Position()

    def _agreement(self, agreement: int) -> Agreement:
        if agreement >= len(self._known):
            self.revert("UnknownAgreement", agreement)
        return self._known[agreement]

    def _proposed(self, agreement: int) -> Agreement:
        here = self._agreement(agreement)
        if here.state != PROPOSED:
            self.revert("NotProposed", agreement, here.state)
        return here

    def _month(self, number: int) -> Month:
        if number >= len(self._calendar):
            self.revert("UnknownMonth", number, len(self._calendar))
        return self._calendar[number]

    def _hours(self, terms: Agreement, month: int) -> int:
        """Hours of a month in which the agreement delivers."""
        return (len(self._calendar[month].load) - terms.first_day) * HOURS_A_DAY

    def _number(self) -> int:
        number: int = self.other(self._registry, "participant", self.sender)[0]
        return number

    def _only_operator(self) -> None:
        if not self.other(self._registry, "is_operator", self.sender):
            self.revert("NotOperator", self.sender)

    def _time(self, hour: int) -> int:
        return self._start + hour * HOUR
