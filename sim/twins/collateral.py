"""Twin of Collateral.sol: deposits, the fund, payments, and the close of all accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.pro_rata import shares
from shengdian.sim.base.roles import FIRST_NUMBER, RENT
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.twins import Twin, World
from shengdian.sim.twins.limits import NOTHING, encode

LONGEST = 31
"""days between two closes"""


@dataclass(slots=True)
class _Book:
    money: int = 0
    """1e-5 CNY, neither deposited nor paid"""
    deposited: int = 0
    """1e-5 CNY"""
    in_default: bool = False


class Collateral(Twin):
    """Deposits that cover what traders may come to owe, a fund of all, and the close of all accounts. Money is 1e-5 CNY."""

    def __init__(self, world: World, address: bytes, registry: bytes, ledger: bytes, auction: bytes, period: int, timetable: int) -> None:
        super().__init__(world, address)
        self._timetable = Timetable.of(timetable)
        if not 0 < period <= LONGEST * self._timetable.day:
            self.revert("BadPeriod", period)
        self._registry, self._ledger, self._auction = registry, ledger, auction
        self._timetable.required()
        self._period, self._next_close = period, period
        self._books: dict[int, tuple[int, int, bool]] = {}
        """fields of `_Book` by number"""
        self._fund = 0
        """1e-5 CNY"""

    def credit(self, participants: Sequence[bytes], amounts: Sequence[int]) -> None:
        """Notes cash of participants that arrived at the bank, 1e-5 CNY each. Operator only."""
        if not self.other(self._registry, "is_operator", self.sender):
            self.revert("NotOperator", self.sender)
        if len(amounts) != len(participants):
            self.revert("WrongLength", len(amounts), len(participants))
        numbers = [self._number(who) for who in participants]
        for number, amount in zip(numbers, amounts, strict=True):
            self._move(number, money=amount)
            self.emit("Credited", number, amount)

    def redeem(self, amount: int) -> None:
        """Takes money out to the sender's bank, 1e-5 CNY; refuses with AmountZero or NotEnoughMoney."""
        number = self._spender(amount)
        self._move(number, money=-amount)
        self.emit("Redeemed", number, amount)

    def deposit(self, amount: int) -> None:
        """Makes money of the sender its deposit, 1e-5 CNY, and ends a default; refuses with AmountZero, NotEnoughMoney or
        NotMember."""
        number = self._spender(amount)
        last = self._number(self.address)
        if number > last:
            self.revert("NotMember", number, last)
        self._require_bound()
        self._move(number, money=-amount, deposited=amount, in_default=False)
        self._set_limits([self.sender])
        self.emit("Deposited", number, amount)

    def withdraw(self, amount: int) -> None:
        """Takes back of the deposit, 1e-5 CNY, what covers neither debt nor a standing order; refuses more with NotEnoughFree."""
        number = self._number(self.sender)
        if not amount:
            self.revert("AmountZero")
        free = self.free_of(self.sender)
        if amount > free:
            self.revert("NotEnoughFree", amount, free)
        self._require_bound()
        self._move(number, money=amount, deposited=-amount)
        self._set_limits([self.sender])
        self.emit("Withdrawn", number, amount)

    def contribute(self, amount: int) -> None:
        """Gives money of the sender to the fund for good, 1e-5 CNY; refuses with AmountZero or NotEnoughMoney."""
        number = self._spender(amount)
        self._move(number, money=-amount)
        self._fund += amount
        self.emit("Contributed", number, amount)

    def pay(self, amount: int) -> None:
        """Pays what the sender owes on the ledger, or a part, 1e-5 CNY; refuses more with MoreThanOwed."""
        number = self._spender(amount)
        owed = self._owed(number)
        if amount > owed:
            self.revert("MoreThanOwed", amount, owed)
        own = self._number(self.address)
        amounts = [0] * (max(own, number) + 1)
        amounts[number], amounts[own] = amount, -amount
        self._require_bound()
        self.other(self._ledger, "post", amounts)
        self._move(number, money=-amount)
        self._set_limits([self.sender])
        self.emit("DebtPaid", number, amount)

    def close(self, participants: Sequence[bytes]) -> None:
        """Brings members' accounts to zero: a debt is met by the own deposit, then the fund, then the rent account's claim, then by the
        others who are owed, pro rata.

        Members are those enrolled before this contract. Grid and rent get what they are owed; what they lack stays on the ledger.
        `participants` are all members and this contract, in number order. Refuses before the last minute of the period with TooEarly; from
        others than the operator, before an hour after that.
        """
        later = not self.other(self._registry, "is_operator", self.sender)
        opens = self._timetable.last_minute(self._next_close - 1 + later)
        if self.now < opens:
            self.revert("TooEarly", self.now, opens)
        own = self._number(self.address)
        count = own + 1
        if len(participants) != count - FIRST_NUMBER:
            self.revert("WrongLength", len(participants), count - FIRST_NUMBER)
        for place, who in enumerate(participants):
            if self._number(who) != FIRST_NUMBER + place:
                self.revert("WrongNumber", self._number(who), FIRST_NUMBER + place)
        self._require_bound()

        hour = self._timetable.hour_at(self.now)
        balances = [0 if number == own else self.other(self._ledger, "balance_of", number) for number in range(count)]
        balances[:FIRST_NUMBER] = [max(0, balance) for balance in balances[:FIRST_NUMBER]]  # what grid and rent lack waits
        fund, missing, changed = self._fund, 0, []
        for number, balance in enumerate(balances):
            if balance < 0:
                covered = min(-balance, self._book(number).deposited)
                from_fund = min(-balance - covered, fund)
                uncovered = -balance - covered - from_fund
                fund, missing = fund - from_fund, missing + uncovered
                changed.append((number, covered))
                self.emit("Defaulted", hour, number, -balance, covered, from_fund, uncovered)
        claims = [max(0, balance) for balance in balances]
        borne = min(missing, claims[RENT])  # the rent is nobody's: what is missing comes out of it first
        others = [0 if number == RENT else claim for number, claim in enumerate(claims)]
        shared = shares(others, missing - borne) if missing > borne and any(others) else [0] * count
        shared[RENT] = borne
        amounts = [-balance for balance in balances]
        amounts[own] = -sum(amounts)
        self.other(self._ledger, "post", amounts)

        for number, covered in changed:
            self._move(number, deposited=-covered, in_default=True)
        for number, (claim, share) in enumerate(zip(claims, shared, strict=True)):
            if claim:
                self._move(number, money=claim - share)
        self._fund = fund
        self._next_close = ((hour + 1) // self._period + 1) * self._period
        self._set_limits(participants)
        self.emit("AccountsClosed", hour, self._next_close, amounts)

    # --- reads

    def period(self) -> int:
        """Hours between two closes."""
        return self._period

    def next_close(self) -> int:
        """The hour before which accounts are closed; limits hold until then."""
        return self._next_close

    def fund(self) -> int:
        """What the fund has left, 1e-5 CNY."""
        return self._fund

    def book_of(self, number: int) -> tuple[int, int, bool]:
        """Money that is neither deposited nor paid and the deposit, 1e-5 CNY, and whether the last close found a default."""
        return self._books.get(number, (0, 0, False))

    def free_of(self, participant: bytes) -> int:
        """A participant's deposit less its debt and what its standing orders can cost at worst, 1e-5 CNY; may be negative."""
        number = self._number(participant)
        worst: int = self.other(self._auction, "at_risk_of", participant)[0]
        return self._book(number).deposited - self._owed(number) - worst

    # --- parts

    def _book(self, number: int) -> _Book:
        return _Book(*self.book_of(number))

    def _move(self, number: int, money: int = 0, deposited: int = 0, in_default: bool | None = None) -> None:
        book = self._book(number)
        after = _Book(book.money + money, book.deposited + deposited, book.in_default if in_default is None else in_default)
        self._books[number] = astuple(after)

    def _spender(self, amount: int) -> int:
        """The sender's number, if it has the money."""
        number = self._number(self.sender)
        if not amount:
            self.revert("AmountZero")
        if amount > self._book(number).money:
            self.revert("NotEnoughMoney", amount, self._book(number).money)
        return number

    def _require_bound(self) -> None:
        """Only the auction's own collateral sets limits there."""
        if self.other(self._auction, "at_risk_of", self.sender)[2] != self.address:
            raise _not_collateral(self.address)

    def _set_limits(self, participants: Sequence[bytes]) -> None:
        self.other(self._auction, "cover_until", participants, [self._limit(who) for who in participants], self._next_close)

    def _limit(self, who: bytes) -> int:
        free, first = self.free_of(who), self.other(self._auction, "at_risk_of", who)[1]
        if self._book(self._number(who)).in_default or free <= 0 or first >= self._next_close:
            return NOTHING
        return encode(free // (self._next_close - first))

    def _owed(self, number: int) -> int:
        balance: int = self.other(self._ledger, "balance_of", number)
        return max(0, -balance)

    def _number(self, who: bytes) -> int:
        number: int = self.other(self._registry, "participant", who)[0]
        return number


def _not_collateral(address: bytes) -> Reverted:
    """The auction's refusal."""
    return Reverted("NotCollateral", {"who": address})
