"""Part of the twin of Agreements.sol: the calendar of months, when each is traded, and how much of each a participant may sell."""

from __future__ import annotations

from collections.abc import Sequence

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.twins import Twin, World
from shengdian.sim.twins.agreement_records import WITHIN_MONTH, Month, Position

MOST_MONTHS = 12
MOST_DAYS = 31


class AgreementCalendar(Twin):
    """Abstract: what the operator sets before anybody agrees on anything."""

    def __init__(self, world: World, address: bytes, registry: bytes, timetable: int) -> None:
        """`timetable` is the word of a Timetable, which whoever calls requires."""
        super().__init__(world, address)
        self._registry, self._timetable = registry, Timetable.of(timetable)
        self._calendar: list[Month] = []
        self._positions: dict[tuple[int, int], Position] = {}

    # --- what the operator sets

    def add_month(self, load: Sequence[int]) -> None:
        """Appends a month of 1 to 31 days, a forecast weight above 0 each. Operator only; refuses with DayCount or WeightZero."""
        self._only_operator()
        if not 0 < len(load) <= MOST_DAYS:
            self.revert("DayCount", len(load), MOST_DAYS)
        if 0 in load:
            self.revert("WeightZero", list(load).index(0))
        month = Month(self._calendar[-1].end(self._timetable.day) if self._calendar else 0, load)
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
            latest = self._timetable.begins(month.end(self._timetable.day) if horizon == WITHIN_MONTH else month.first_hour)
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

    # --- reading

    def months(self) -> int:
        """How many months the calendar has."""
        return len(self._calendar)

    def position_of(self, number: int, month: int) -> tuple[int, int]:
        """kWh that participant `number` sold less what it bought in a month, and the most that may be."""
        position = self._position(number, month)
        return position.net, position.capability

    def _position(self, number: int, month: int) -> Position:
        return self._positions.get((number, month)) or Position()

    def _month(self, number: int) -> Month:
        if number >= len(self._calendar):
            self.revert("UnknownMonth", number, len(self._calendar))
        return self._calendar[number]

    def _number(self) -> int:
        number: int = self.other(self._registry, "participant", self.sender)[0]
        return number

    def _only_operator(self) -> None:
        if not self.other(self._registry, "is_operator", self.sender):
            self.revert("NotOperator", self.sender)
