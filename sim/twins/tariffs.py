"""Twin of Tariffs.sol: retail bills that bring the account of a default supplier back to zero, and regulated charges of the grid."""

from __future__ import annotations

from collections.abc import Sequence

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.roles import GRID, RENT, Role
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.units import COVERS_RENT, NO_PRICE, RECOVERS
from shengdian.sim.twins import PANIC, Twin, World


def collected(rate: int, total: int, owed: int) -> tuple[int, int]:
    """The rate (fen/MWh) of a charge on `total` kWh, where the grid paid `owed` (1e-5 CNY) before it in the bill; and what is then owed.

    NO_PRICE where there is nothing to recover by.
    """
    if rate != RECOVERS:
        return rate, owed - rate * total if rate < 0 else owed
    return (-(-owed // total), 0) if total else (NO_PRICE, owed)


def covering(balance: int, total: int) -> int:
    """The rate (fen/MWh) on `total` kWh that gives an account with a `balance` (1e-5 CNY) what it lacks; NO_PRICE without energy."""
    return -(balance // total) if total else NO_PRICE


class Tariffs(Twin):
    """Captive users pay what their supplier's account lacks, at one rate a tariff."""

    def __init__(self, world: World, address: bytes, registry: bytes, ledger: bytes, timetable: int) -> None:
        super().__init__(world, address)
        self._registry, self._ledger = registry, ledger
        self._timetable = Timetable.of(timetable).required()
        self._next = 0
        self._tariffs: list[tuple[int, tuple[int, ...]]] = []
        """numbers of the supplier and of its users, by tariff"""
        self._charges: list[tuple[int, tuple[int, ...]]] = []
        """rate and numbers of the payers, by charge"""

    def set_tariff(self, supplier: bytes, users: Sequence[bytes]) -> None:
        """Sets the next tariff: `supplier` is paid by `users`. Operator only, before the first bill.

        Refuses with TooLateForTariffs, NoUsers, WrongRole or OutOfOrder.
        """
        self._require_operator()
        if self._next:
            self.revert("TooLateForTariffs")
        if not users:
            self.revert("NoUsers")
        number, role, _ = self.other(self._registry, "participant", supplier)
        if role != Role.SUPPLIER:
            self.revert("WrongRole", supplier, role)
        if self._tariffs and number <= self._tariffs[-1][0]:
            self.revert("OutOfOrder", number, self._tariffs[-1][0])
        numbers: list[int] = []
        for who in users:
            user, its, _ = self.other(self._registry, "participant", who)
            if its != Role.USER:
                self.revert("WrongRole", who, its)
            if numbers and user <= numbers[-1]:
                self.revert("OutOfOrder", user, numbers[-1])
            numbers.append(user)
        self._tariffs.append((number, tuple(numbers)))
        self.emit("TariffSet", len(self._tariffs) - 1, number, numbers)

    def set_charge(self, rate: int, payers: Sequence[bytes]) -> None:
        """Sets the next charge: `payers` pay the grid `rate` fen/MWh. Operator only, before the first bill.

        Refuses with TooLateForTariffs, NoPayers, WrongRole or OutOfOrder.
        """
        self._require_operator()
        if self._next:
            self.revert("TooLateForTariffs")
        if not payers:
            self.revert("NoPayers")
        numbers: list[int] = []
        for who in payers:
            payer, role, _ = self.other(self._registry, "participant", who)
            if role not in (Role.USER, Role.PLANT):
                self.revert("WrongRole", who, role)
            last = numbers[-1] if numbers else 0
            if payer <= last:
                self.revert("OutOfOrder", payer, last)
            numbers.append(payer)
        self._charges.append((rate, tuple(numbers)))
        self.emit("ChargeSet", len(self._charges) - 1, rate, numbers)

    def bill(self, hour: int, energy: Sequence[int]) -> None:
        """Bills the hours since the last bill, up to and with `hour`; `energy` is kWh bought for every user, tariff by tariff, then of
        every payer, charge by charge.

        Operator only; refuses with AlreadyBilled, TooEarly or WrongLength, and what the ledger does not take.
        """
        self._require_operator()
        if hour < self._next:
            self.revert("AlreadyBilled", hour, self._next)
        opens = self._timetable.last_minute(hour)
        if self.now < opens:
            self.revert("TooEarly", self.now, opens)
        amounts = [0] * self.other(self._registry, "next_number")
        rates, place = [], 0
        for supplier, users in self._tariffs:
            end = place + len(users)
            if end > len(energy):
                self.revert("WrongLength", len(energy), end)
            bought = sum(energy[place:end])
            rate = covering(self.other(self._ledger, "balance_of", supplier), bought)
            rates.append(rate)
            for user, taken in zip(users, energy[place:end] if bought else (), strict=False):
                amounts[user] -= rate * taken
                amounts[supplier] += rate * taken
            place = end
        owed = 0
        for rate, payers in self._charges:
            end = place + len(payers)
            if end > len(energy):
                self.revert("WrongLength", len(energy), end)
            used = energy[place:end]
            account = RENT if rate == COVERS_RENT else GRID
            if account == RENT:
                due = covering(self.other(self._ledger, "balance_of", RENT) + amounts[RENT], sum(used))
            else:
                due, owed = collected(rate, sum(used), owed)
            rates.append(due)
            for payer, part in zip(payers, used if due != NO_PRICE else (), strict=False):
                amounts[payer] -= due * part
                amounts[account] += due * part
            place = end
        if place != len(energy):
            self.revert("WrongLength", len(energy), place)
        self.other(self._ledger, "post", amounts)
        self._next = hour + 1
        self.emit("Billed", hour, rates, list(energy))

    def next_hour(self) -> int:
        """Hours before this one are billed."""
        return self._next

    def charge_count(self) -> int:
        """How many charges there are."""
        return len(self._charges)

    def charge_at(self, charge: int) -> tuple[int, list[int]]:
        """The rate of a charge and the numbers of its payers. Panics with 0x32 for a charge that there is not."""
        if charge >= len(self._charges):
            raise Reverted(PANIC, {"code": 0x32})
        rate, payers = self._charges[charge]
        return rate, list(payers)

    def tariff_count(self) -> int:
        """How many tariffs there are."""
        return len(self._tariffs)

    def tariff_at(self, tariff: int) -> tuple[int, list[int]]:
        """The numbers of a tariff's supplier and users. Panics with 0x32 for a tariff that there is not."""
        if tariff >= len(self._tariffs):
            raise Reverted(PANIC, {"code": 0x32})
        supplier, users = self._tariffs[tariff]
        return supplier, list(users)

    def _require_operator(self) -> None:
        if not self.other(self._registry, "is_operator", self.sender):
            self.revert("NotOperator", self.sender)
