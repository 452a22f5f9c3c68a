"""Twin of OrderBook.sol: who may order, what stands for the hour, and when it may be cleared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.line_words import line_of
from shengdian.sim.base.orders import MOST_SEGMENTS, SEGMENTS_A_WORD, unpack, unpack_segment
from shengdian.sim.base.roles import FIRST_NUMBER
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import Rules, Segment, without
from shengdian.sim.base.units import PPM, U32
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Log
from shengdian.sim.solve.book import Book
from shengdian.sim.twins import PANIC, Twin, World
from shengdian.sim.twins.limits import NOTHING, code_of, decode, worst

LineWords = tuple[int, int, int, int, int]
"""source, target, capacity, charge, loss of a line"""
_IDENTITY = ((1 << 36) - 1) << 220
"""number, zone and limit of an account's word"""
_NOBODY = bytes(20)
_ORDER = (1 << 220) - 1
"""hour, side, count and segments of an account's word"""


class OrderBook(Twin):
    """Common to all auctions; abstract."""

    def __init__(
        self, world: World, address: bytes, registry: bytes, ledger: bytes, rules: tuple[int, ...], lines: Sequence[int | LineWords]
    ) -> None:
        super().__init__(world, address)
        zones, floor, cap, k, timetable = rules
        self._timetable = Timetable.of(timetable)
        self._registry, self._ledger = registry, ledger
        self._rules = Rules(zones, tuple(line_of(line) for line in lines), floor, cap, k)
        self._accounts: dict[bytes, int] = {}
        self._more: dict[bytes, int] = {}
        self._cleared: dict[int, bool] = {}
        self._admitted_before, self._admitted_for = 0, 0
        """how many were admitted before the gate of the hour before the second, from which hour on all are counted"""
        self._collateral = _NOBODY
        """who sets limits"""
        self._covered_until = 0
        """limits hold for orders of hours before this one"""
        self._reservations = b""
        self._placed = next(topic for topic, entry in interface(self.name).events.items() if entry["name"] == "OrderPlaced")
        self._check_rules()

    def _check_rules(self) -> None:
        rules = self._rules
        if not rules.zones or rules.floor > rules.cap or rules.k > PPM:
            self.revert("BadRules")
        self._timetable.required()
        for index, line in enumerate(rules.lines):
            for zone in (line.source, line.target):
                if zone >= rules.zones:
                    self.revert("UnknownLineZone", index, zone, rules.zones)
            if line.source == line.target:
                self.revert("LineToItself", index, line.source)
            if line.loss >= PPM:
                self.revert("LossTooHigh", index, line.loss)
            if PPM * line.charge + line.loss * rules.floor < 0:
                self.revert("LineRewardsLoss", index, line.charge, line.loss, rules.floor)

    # --- traders and orders ---------------------------------------------------------------------------------------------------

    def admit(self, traders: Sequence[bytes]) -> None:
        """Lets the next participants of the registry order. Operator only; refuses with WrongNumber or UnknownZone.

        Who comes after an hour's gate is of the next hour: the book that is closed keeps the traders that it has.
        """
        self._require_operator()
        admitted: dict[bytes, int] = {}
        for trader in traders:
            number, _, zone = self.other(self._registry, "participant", trader)
            expected = FIRST_NUMBER + len(self._accounts) + len(admitted)
            if number != expected:
                self.revert("WrongNumber", number, expected)
            if zone >= self._rules.zones:
                raise Reverted("UnknownZone", {"zone": zone, "zones": self._rules.zones})  # the registry's error
            admitted[trader] = number << 240 | zone << 232 | (NOTHING if self._collateral != _NOBODY else 0) << 220

        hour = self._timetable.first_open_at(self.now)
        if self._admitted_for < hour:
            self._admitted_before, self._admitted_for = len(self._accounts), hour
        self._accounts |= admitted
        for trader, account in admitted.items():
            self.emit("TraderAdmitted", trader, account)

    def appoint_collateral(self, collateral: bytes) -> None:
        """From now on nobody orders more than `collateral` allows. Operator only, once, before anyone is admitted; refuses what is no
        collateral with NotCollateral."""
        self._require_operator()
        if self._accounts or self._collateral != _NOBODY:
            self.revert("TooLateForCollateral")
        if not hasattr(self.world.contracts.get(collateral), "next_close"):
            self.revert("NotCollateral", collateral)
        self._collateral = collateral
        self.emit("CollateralRequired", collateral)

    def cover_until(self, traders: Sequence[bytes], limits: Sequence[int], until: int) -> None:
        """Sets traders' limits, codes of limits.py, for orders of hours before `until`. Collateral only."""
        if self.sender != self._collateral:
            self.revert("NotCollateral", self.sender)
        limited: dict[bytes, int] = {}
        for place, trader in enumerate(traders):
            if trader in self._accounts:
                if place >= len(limits):
                    raise Reverted(PANIC, {"code": 0x32})
                limited[trader] = self._accounts[trader] & ~(0xFFF << 220) | (limits[place] & 0xFFF) << 220
        self._accounts |= limited
        self._covered_until = until & U32

    def submit(self, order: int, more: int | None = None) -> None:
        """Places or replaces the sender's order for the current hour; `more` holds segments 3 and 4 of an order of four or five.

        Refuses with NotAdmitted, WrongHour, GateClosed, SegmentCount, QuantityZero, PriceBelowFloor, PriceAboveCap and, where collateral is
        asked for, with OrderAboveCollateral or HourNotCovered.
        """
        account = self._stand(order)
        self._require_segments(account, more)
        self._require_covered(account, account, more or 0)
        self._accounts[self.sender] = account
        if more is None:
            self.world.logs.append(Log(self.address, (self._placed,), account.to_bytes(32, "big")))
        else:
            self._more[self.sender] = more
            self.emit("LongOrderPlaced", account, more)

    def withdraw(self) -> None:
        """Takes the sender's order for the current hour back; refuses with NotAdmitted, GateClosed or NoOrder."""
        account = self._admitted()
        hour = self._open_hour()
        if not count_of(account) or hour_of(account) != hour:
            self.revert("NoOrder", self.sender, hour)
        account = retired(account)
        self._accounts[self.sender] = account
        self.emit("OrderWithdrawn", account)

    def _admitted(self) -> int:
        if self.sender not in self._accounts:
            self.revert("NotAdmitted", self.sender)
        return self._accounts[self.sender]

    def _open_hour(self) -> int:
        """The current hour, while its gate is open."""
        hour = self.current_hour()
        closes = self._timetable.gate(hour)
        if self.now >= closes:
            self.revert("GateClosed", hour, closes)
        return hour

    def _stand(self, order: int) -> int:
        account = stood(self._admitted(), order)
        current = self.current_hour()
        if hour_of(account) != current:
            self.revert("WrongHour", hour_of(account), current)
        self._open_hour()
        return account

    def _require_segments(self, account: int, more: int | None) -> None:
        count, most = count_of(account), SEGMENTS_A_WORD if more is None else MOST_SEGMENTS
        if not (1 if more is None else SEGMENTS_A_WORD + 1) <= count <= most:
            self.revert("SegmentCount", count, most)
        self._require_valid(account, 0, min(count, SEGMENTS_A_WORD))
        if more is not None:
            self._require_valid(more, SEGMENTS_A_WORD, count)

    def _require_valid(self, word: int, first: int, end: int) -> None:
        """Segments `first` to `end` - 1 of an order, which begin in the lowest bits of `word`."""
        for place in range(first, end):
            segment = unpack_segment(word >> 64 * (place - first))
            if not segment.quantity:
                self.revert("QuantityZero", place)
            if segment.price < self._rules.floor:
                self.revert("PriceBelowFloor", segment.price, self._rules.floor)
            if segment.price > self._rules.cap:
                self.revert("PriceAboveCap", segment.price, self._rules.cap)

    def _require_covered(self, account: int, order: int, more: int) -> None:
        """An order keeps within the limit of its trader's account."""
        if code_of(account):
            self._require_within_limit(account, worst(order, more), hour_of(order))

    def _require_within_limit(self, account: int, cost: int, hour: int) -> None:
        """What may be owed for an hour keeps within the limit of the account, which holds for that hour."""
        most = decode(code_of(account))
        if cost > most:
            self.revert("OrderAboveCollateral", cost, most)
        if hour >= self._covered_until:
            self.revert("HourNotCovered", hour, self._covered_until)

    def honour(self, source: bytes) -> None:
        """From now on lines carry no more than what `source`, a Reservations, leaves of their capacity. Operator only, once.

        Refuses a second one with AlreadyHonoured, one after the first admission with TooLateForReservations, what says nothing of lines
        with NotReservations.
        """
        self._require_operator()
        if self._reservations:
            self.revert("AlreadyHonoured", self._reservations)
        if self._accounts:
            self.revert("TooLateForReservations")
        if not hasattr(self.world.contracts.get(source), "reserved_at"):
            self.revert("NotReservations", source)
        self._reservations = source
        self.emit("ReservationsHonoured", source)

    def _require_operator(self) -> None:
        if not self.other(self._registry, "is_operator", self.sender):
            self.revert("NotOperator", self.sender)

    # --- clearing -------------------------------------------------------------------------------------------------------------

    def _close(self, hour: int) -> None:
        """Guards of `clear`: the hour is the current one, its gate is closed, and the sender's turn has come."""
        current = self.current_hour()
        if hour != current:
            self.revert("WrongHour", hour, current)
        if self.now < self._timetable.gate(hour):
            self.revert("GateOpen", hour, self._timetable.gate(hour))
        if self.now < self._timetable.open_to_all(hour):
            self._require_operator()
        if self._cleared.get(hour):
            self.revert("AlreadyCleared", hour)

    def _trader_count(self, hour: int) -> int:
        """How many traders the book of an hour has: nobody joins it after its gate."""
        return self._admitted_before if hour < self._admitted_for else len(self._accounts)

    def _book(self, hour: int, traders: Sequence[bytes]) -> tuple[Book, list[int]]:
        """The complete book of the hour, and the account number of each of its rows."""
        self._require_length(traders, self._trader_count(hour))
        rows: list[tuple[int, bool, Segment]] = []
        numbers = []
        for place, trader in enumerate(traders):
            number, zone, stamp, sells, segments = unpack(*self._standing(trader, hour))
            if number != FIRST_NUMBER + place:
                self.revert("WrongNumber", number, FIRST_NUMBER + place)
            if stamp == hour:
                rows += [(zone, sells, segment) for segment in segments]
                numbers += [number] * len(segments)
        return Book.of((zone, sells, segment.price, segment.quantity) for zone, sells, segment in rows), numbers

    def _standing(self, trader: bytes, hour: int) -> tuple[int, int]:
        """The trader's account with the order for the hour, if there is one, and its second word."""
        return self.account_of(trader)

    def _rules_at(self, hour: int) -> Rules:
        """The rules with what the lines may carry in the hour: their capacity less what is reserved."""
        if not self._reservations:
            return self._rules
        return without(self._rules, self.other(self._reservations, "reserved_at", hour))

    def _require_length(self, values: Sequence[Any], expected: int) -> None:
        if len(values) != expected:
            self.revert("WrongLength", len(values), expected)

    # --- reads ----------------------------------------------------------------------------------------------------------------

    def current_hour(self) -> int:
        """The hour by the clock of the chain; refuses with NotStarted before hour 0."""
        if self.now < self._timetable.start:
            self.revert("NotStarted", self.now, self._timetable.start)
        return self._timetable.hour_at(self.now)

    def account_of(self, trader: bytes) -> tuple[int, int]:
        """The trader's account with the order of the hour it names, and that order's second word; 0 where there is none."""
        return self._accounts.get(trader, 0), self._more.get(trader, 0)

    def at_risk_of(self, trader: bytes) -> tuple[int, int, bytes]:
        """What standing orders can cost at worst (1e-5 CNY), the first hour neither cleared nor over, and who sets limits."""
        first = max([0 if self.now < self._timetable.start else self.current_hour(), *(hour + 1 for hour in self._cleared)])
        account, more = self.account_of(trader)
        return worst(account, more) if hour_of(account) == first else 0, first, self._collateral

    def line_count(self) -> int:
        """How many lines there are."""
        return len(self._rules.lines)

    def line_at(self, line: int) -> LineWords:
        """Source, target, capacity (kWh an hour), charge (fen/MWh) and loss (ppm) of a line. Panics with 0x32 for one that there is not."""
        if line >= len(self._rules.lines):
            raise Reverted(PANIC, {"code": 0x32})
        found = self._rules.lines[line]
        return (found.source, found.target, found.capacity, found.charge, found.loss)


def hour_of(account: int) -> int:
    """The hour that an account's word names, 24 bits."""
    return account >> 196 & 0xFFFFFF


def count_of(account: int) -> int:
    """The segments of an account's word, 0 for no order."""
    return account >> 192 & 7


def stood(account: int, order: int) -> int:
    """The trader with `order`."""
    return account & _IDENTITY | order & _ORDER


def retired(account: int) -> int:
    """The trader with no order any more."""
    return account & _IDENTITY


def packed(fills: np.ndarray[Any, np.dtype[np.int64]]) -> list[int]:
    """Fills (kWh by row) as the event has them: eight uint32 a word, first in the lowest bits."""
    padded = np.zeros(-(-len(fills) // 8) * 8, np.uint32)
    padded[: len(fills)] = fills
    data = padded.astype("<u4").tobytes()
    return [int.from_bytes(data[start : start + 32], "little") for start in range(0, len(data), 32)]
