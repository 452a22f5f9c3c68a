"""Twin of Retail.sol: retailers post rates, users choose between them, and pay."""

from __future__ import annotations

from collections.abc import Sequence

from shengdian.sim.base.roles import Role
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.twins import Twin, World


class Retail(Twin):
    """Rates and choices hold for all hours of a bill."""

    def __init__(self, world: World, address: bytes, registry: bytes, ledger: bytes, timetable: int) -> None:
        super().__init__(world, address)
        self._registry, self._ledger = registry, ledger
        self._timetable = Timetable.of(timetable).required()
        self._next = 0
        self._retailers: dict[int, int] = {}
        """fen/MWh by number"""
        self._chosen: dict[int, int] = {}
        """number of the retailer by that of the user, in the order in which users were named"""

    def set_retailer(self, retailer: bytes, users: Sequence[bytes]) -> None:
        """Names a retailer, and the users that it serves until they choose another. Operator only, before the first bill.

        Refuses with TooLateForRetailers, WrongRole, WrongZone or NamedBefore.
        """
        self._require_operator()
        if self._next:
            self.revert("TooLateForRetailers")
        seller, role, zone = self.other(self._registry, "participant", retailer)
        if role != Role.SUPPLIER:
            self.revert("WrongRole", retailer, role)
        if seller in self._retailers:
            self.revert("NamedBefore", seller)
        named: dict[int, int] = {}
        for who in users:
            user, its, where = self.other(self._registry, "participant", who)
            if its != Role.USER:
                self.revert("WrongRole", who, its)
            if where != zone:
                self.revert("WrongZone", who, where, zone)
            if user in self._chosen or user in named:
                self.revert("NamedBefore", user)
            named[user] = seller
        self._retailers[seller] = 0
        self._chosen |= named
        self.emit("RetailerSet", seller, list(named))

    def post(self, rate: int) -> None:
        """The sender, a retailer, asks `rate` fen/MWh from the first hour on that is not billed. Refuses with NotRetailer or TooLate."""
        seller, _, _ = self.other(self._registry, "participant", self.sender)
        if seller not in self._retailers:
            self.revert("NotRetailer", self.sender)
        since = self._open()
        self._retailers[seller] = rate
        self.emit("RatePosted", seller, since, rate)

    def choose(self, retailer: bytes) -> None:
        """The sender is a customer of `retailer` from the first hour on that is not billed.

        Refuses with MayNotChoose, NotRetailer, WrongZone or TooLate.
        """
        user, _, zone = self.other(self._registry, "participant", self.sender)
        if user not in self._chosen:
            self.revert("MayNotChoose", self.sender)
        seller, _, where = self.other(self._registry, "participant", retailer)
        if seller not in self._retailers:
            self.revert("NotRetailer", retailer)
        if where != zone:
            self.revert("WrongZone", retailer, where, zone)
        since = self._open()
        self._chosen[user] = seller
        self.emit("Chosen", user, seller, since)

    def bill(self, hour: int, energy: Sequence[int]) -> None:
        """Bills the hours since the last bill, up to and with `hour`; `energy` is kWh bought for every user, in the order of naming.

        Operator only; refuses with AlreadyBilled, TooEarly or WrongLength, and what the ledger does not take.
        """
        self._require_operator()
        if hour < self._next:
            self.revert("AlreadyBilled", hour, self._next)
        opens = self._timetable.last_minute(hour)
        if self.now < opens:
            self.revert("TooEarly", self.now, opens)
        if len(energy) != len(self._chosen):
            self.revert("WrongLength", len(energy), len(self._chosen))
        amounts = [0] * self.other(self._registry, "next_number")
        for (user, seller), taken in zip(self._chosen.items(), energy, strict=True):
            amounts[user] -= self._retailers[seller] * taken
            amounts[seller] += self._retailers[seller] * taken
        self.other(self._ledger, "post", amounts)
        self._next = hour + 1
        self.emit("CustomersBilled", hour, list(energy))

    def next_hour(self) -> int:
        """Hours before this one are billed."""
        return self._next

    def rate_of(self, retailer: int) -> int:
        """fen/MWh that the retailer with this number asks; 0 before it posted."""
        return self._retailers.get(retailer, 0)

    def retailer_of(self, user: int) -> int:
        """Number of the retailer of the user with this number; 0 for one who may not choose."""
        return self._chosen.get(user, 0)

    def _open(self) -> int:
        gate = self._timetable.gate(self._next)
        if self.now >= gate:
            self.revert("TooLate", self.now, gate)
        return self._next

    def _require_operator(self) -> None:
        if not self.other(self._registry, "is_operator", self.sender):
            self.revert("NotOperator", self.sender)
