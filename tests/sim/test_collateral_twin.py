"""Collateral and its twin agree bit for bit: deposits, limits of orders, withdrawals, payments and closes, and every refusal."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pair import POSTER_ROLE, START, Pair, error

from sim.abi import interface
from sim.book import Book
from sim.chain import Receipt, Transaction
from sim.mirror import limits
from sim.orders import pack
from sim.solve import solve
from sim.types import Bid, Offer, Order, Rules, Segment

DAY, HOUR, GATE = 86_400, 3600, 1800
CLOSE = DAY - 40
PLANT, EXCHANGE = 1, 4
RULES = Rules(1, (), -1000, 10_000, 0)
SELLER, BUYER, THIRD = TRADERS = ("seller", "buyer", "third")
"""registry numbers 2 to 4; the collateral's own is 5"""
BANK = 5
some = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def offer(*segments: tuple[int, int], trader: str = SELLER) -> Offer:
    return Offer(trader, tuple(Segment(*segment) for segment in segments))


def bid(*segments: tuple[int, int], trader: str = BUYER) -> Bid:
    return Bid(trader, tuple(Segment(*segment) for segment in segments))


class Bank(Pair):
    """An auction of one zone whose orders must be covered for a day of 24 hours."""

    def __init__(self, auction: str = "UniformAuction", sealed: bool = False) -> None:
        super().__init__(TRADERS)
        self.auction = auction
        born = (RULES.zones, RULES.floor, RULES.cap, RULES.k, START)
        registry, ledger = self._first("Registry", 1), self._first("Ledger")
        create = [registry, ledger]
        create.append(self.create(auction, self.contracts["Registry"], self.contracts["Ledger"], born, []))
        place = [self.contracts[name] for name in ("Registry", "Ledger", auction)]
        create.append(self.create("Collateral", *place, 24, START))
        self.block(create, START - 300)
        self.traders = [self.address[trader] for trader in TRADERS]
        self.everybody = [*self.traders, self.contracts["Collateral"]]
        enrol = [self.to("Registry", "enrol", address, PLANT, 0) for address in self.traders]
        enrol.append(self.to("Registry", "enrol", self.contracts["Collateral"], EXCHANGE, 0))
        grant = [self.to("Ledger", "grantRole", POSTER_ROLE, self.contracts[name]) for name in (auction, "Collateral")]
        bind = [self.to(auction, "appointCollateral", self.contracts["Collateral"]), self.to(auction, "admit", self.traders)]
        assert self.done([*grant, *enrol, *bind], START - 200) == [""] * 8

    def _first(self, name: str, *more: int) -> Transaction:
        return self.create(name, self.address["operator"], *more)

    def done(self, transactions: list[Transaction], timestamp: int) -> list[str]:
        """The errors of a block; empty texts where it went well."""
        return [error(receipt) for receipt in self.block(transactions, timestamp).receipts]

    def by(self, sender: str, function: str, *args: object) -> Transaction:
        return self.to("Collateral", function, *args, sender=sender)

    def credit(self, *amounts: int) -> Transaction:
        """By trader."""
        return self.by("operator", "credit", self.traders[: len(amounts)], list(amounts))

    def order(self, order: Order, hour: int = 0) -> Transaction:
        word, more = pack(order, hour)
        if more is None:
            return self.to(self.auction, "submit(uint256)", word, sender=order.trader)
        return self.to(self.auction, "submit(uint256,uint256)", word, more, sender=order.trader)

    def clear(self, hour: int, *orders: Order) -> Transaction:
        rows = [(0, isinstance(order, Offer), segment.price, segment.quantity) for order in orders for segment in order.segments]
        solution = solve(Book.of(rows), RULES)
        bounds = [low << 128 | high for low, high in zip(solution.low, solution.high, strict=True)]
        return self.to(self.auction, "clear", hour, self.traders, [], bounds)

    def close(self, sender: str = "operator") -> Transaction:
        return self.by(sender, "close", self.everybody)

    def most(self, trader: str) -> int:
        """1e-5 CNY that an hour's order of the trader may cost at worst."""
        account, _ = self.read(self.auction, "accountOf", self.address[trader])
        return limits.decode(account >> 220 & 0xFFF)

    def balances(self) -> list[int]:
        return [self.read("Ledger", "balanceOf", number) for number in range(BANK + 1)]

    def book(self, trader: str) -> tuple[int, int, bool]:
        found: tuple[int, int, bool] = self.read("Collateral", "bookOf", 2 + TRADERS.index(trader))
        return found

    def cash(self) -> int:
        """All that the collateral holds, 1e-5 CNY."""
        books = [self.read("Collateral", "bookOf", number) for number in range(BANK + 1)]
        held: int = sum(money + deposited for money, deposited, _ in books) + self.read("Collateral", "fund") - self.balances()[BANK]
        return held


def defaults(receipt: Receipt) -> list[tuple[int, int, int, int, int]]:
    """Number, owed, and what covered it."""
    found = []
    for log in receipt.logs:
        if log.address == receipt.transaction.to:
            name, event = interface("Collateral").event(log)
            if name == "Defaulted":
                found.append((event["number"], event["owed"], event["fromCollateral"], event["fromFund"], event["shared"]))
    return found


@given(st.integers(0, 127 << 63))
def test_a_limit_is_at_most_a_64th_below_the_amount(amount: int) -> None:
    stands = limits.decode(limits.encode(amount))
    assert stands <= amount
    assert amount < 128 or amount - stands <= amount / 64
    assert 0 < limits.encode(amount) < 4096


def test_an_order_whose_worst_case_exceeds_free_collateral_is_refused() -> None:
    bank = Bank()
    assert bank.done([bank.credit(0, 24_000_000), bank.by(BUYER, "deposit", 24_000_000)], START - 100) == ["", ""]
    assert bank.most(BUYER) == 999_424  # 1,000,000 rounded down to seven significant bits
    sent = [
        bank.order(bid((1000, 1000))),
        bank.order(bid((1000, 999))),
        bank.order(bid((1000, 600), (500, 800))),
        bank.order(bid((1000, 600), (500, 798), (-1000, 10**6))),
        bank.order(bid((1000, 600), (500, 100), (500, 100), (500, 100), (499, 498))),
        bank.order(offer((1000, 1000))),
        bank.order(offer((-1, 1))),
    ]
    expected = ["OrderAboveCollateral", "", "OrderAboveCollateral", "", "", "", "OrderAboveCollateral"]
    assert bank.done(sent, START) == expected
    assert bank.read("Collateral", "freeOf", bank.address[BUYER]) == 24_000_000 - 998_502


def test_withdrawals_stop_at_debt_and_what_stands() -> None:
    bank = Bank()
    buys, sells = bid((1000, 900)), offer((1000, 900))
    bank.done([bank.credit(0, 24_000_000), bank.by(BUYER, "deposit", 24_000_000)], START - 100)
    sent = [bank.order(buys), bank.order(sells), bank.by(BUYER, "withdraw", 23_100_001), bank.by(BUYER, "withdraw", 100_000)]
    assert bank.done(sent, START) == ["", "", "NotEnoughFree", ""]
    assert bank.most(BUYER) == 950_272  # (23,900,000 - 900,000) / 24 = 958,333
    assert bank.done([bank.clear(0, sells, buys), bank.by(BUYER, "withdraw", 23_000_001)], START + GATE) == ["", "NotEnoughFree"]
    assert bank.balances() == [0, 0, 900_000, -900_000, 0, 0]
    assert bank.done([bank.by(BUYER, "withdraw", 23_000_000)], START + GATE + 1) == [""]
    assert bank.most(BUYER) == 0
    assert bank.book(BUYER) == (23_100_000, 900_000, False)


def test_a_default_is_covered_by_deposit_then_fund_then_those_who_are_owed() -> None:
    bank = Bank()
    more = [bank.by(BUYER, "deposit", 24_000_000), bank.by(THIRD, "contribute", 100)]
    bank.done([bank.credit(0, 24_000_000, 100), *more], START - 100)
    sells, also, buys = offer((500, 300)), offer((500, 100), trader=THIRD), bid((500, 400))
    assert bank.done([bank.order(sells), bank.order(also), bank.order(buys)], START) == ["", "", ""]
    assert bank.done([bank.clear(0, sells, buys, also)], START + GATE) == [""]
    agreed = [0, 0, 30_000_000, -30_000_000, 0]  # money that no deposit was asked for
    grant = bank.to("Ledger", "grantRole", POSTER_ROLE, bank.address["operator"])
    assert bank.done([grant, bank.to("Ledger", "post", agreed)], START + GATE + 1) == ["", ""]
    before = bank.cash()
    closed = bank.block([bank.close()], START + CLOSE).receipts[0]
    # owed 30,200,000: 24,000,000 deposited, 100 in the fund, 6,199,900 missing of claims of 30,150,000 and 50,000
    assert defaults(closed) == [(3, 30_200_000, 24_000_000, 100, 6_199_900)]
    assert bank.balances() == [0] * 6
    assert bank.book(SELLER) == (30_150_000 - 6_189_636, 0, False)  # 6,189,635.4 and the remainder
    assert bank.book(THIRD) == (50_000 - 10_264, 0, False)  # 10,264.7 without
    assert bank.book(BUYER) == (0, 0, True)
    assert bank.cash() == before
    again = [bank.credit(0, 48), bank.order(bid((1, 1)), 24), bank.by(BUYER, "deposit", 48), bank.order(bid((1, 1)), 24)]
    assert bank.done(again, START + DAY) == ["", "OrderAboveCollateral", "", "OrderAboveCollateral"]
    assert bank.book(BUYER) == (0, 48, False)


def test_who_pays_is_not_in_default_and_who_is_owed_is_paid() -> None:
    bank = Bank()
    bank.done([bank.credit(0, 24_500_000), bank.by(BUYER, "deposit", 24_000_000)], START - 100)
    sells, buys = offer((500, 400)), bid((500, 400))
    bank.done([bank.order(sells), bank.order(buys)], START)
    bank.done([bank.clear(0, sells, buys)], START + GATE)
    pays = [bank.by(BUYER, "pay", 200_001), bank.by(BUYER, "pay", 200_000), bank.by(SELLER, "pay", 1)]
    assert bank.done(pays, START + CLOSE) == ["MoreThanOwed", "", "NotEnoughMoney"]
    assert bank.balances() == [0, 0, 200_000, 0, 0, -200_000]
    closed = bank.block([bank.close(), bank.by(SELLER, "redeem", 200_000)], START + CLOSE + 1)
    assert [error(receipt) for receipt in closed.receipts] == ["", ""]
    assert defaults(closed.receipts[0]) == []
    assert bank.balances() == [0] * 6
    assert bank.book(SELLER) == (0, 0, False)
    assert bank.book(BUYER) == (300_000, 24_000_000, False)
    assert bank.most(BUYER) == 958_464  # of 960,000: hour 23 can still be cleared, so 25 hours to cover
    assert bank.cash() == 24_300_000


def test_orders_wait_for_a_close_that_is_late() -> None:
    bank = Bank()
    bank.done([bank.credit(0, 24_000_000), bank.by(BUYER, "deposit", 24_000_000)], START - 100)
    assert bank.done([bank.order(bid((1, 1)), 24), bank.close("stranger")], START + DAY) == ["HourNotCovered", "TooEarly"]
    late = [bank.close("stranger"), bank.order(bid((1, 1)), 25)]
    assert bank.done(late, START + DAY + HOUR) == ["", ""]
    assert bank.read("Collateral", "nextClose") == 48
    assert bank.done([bank.order(bid((1, 1)), 47), bank.close()], START + 47 * HOUR) == ["", "TooEarly"]


def test_orders_a_day_ahead_are_covered_hour_by_hour() -> None:
    bank = Bank("DayAheadAuction")
    bank.done([bank.credit(0, 24_000_000), bank.by(BUYER, "deposit", 24_000_000)], START - 100)

    def day(*orders: tuple[int, Order]) -> Transaction:
        words = [word for hour, order in orders for word in pack(order, hour) if word is not None]
        return bank.to("DayAheadAuction", "submitDay", words, sender=BUYER)

    low, high, long = bid((1000, 900)), bid((1000, 1000)), bid(*((10, 10),) * 5)
    assert bank.done([day((0, low), (1, high)), day((0, low), (1, low), (5, long))], START - 50) == ["OrderAboveCollateral", ""]
    assert bank.read("DayAheadAuction", "atRiskOf", bank.address[BUYER])[:2] == (1_800_500, 0)
    assert bank.done([bank.order(long, 0), bank.by(BUYER, "withdraw", 22_199_501)], START) == ["", "NotEnoughFree"]
    assert bank.done([day((24, low))], START + 1) == ["HourNotCovered"]
    assert bank.done([bank.close(), day((24, low))], START + CLOSE) == ["", ""]


def test_refusals_are_alike() -> None:
    bank = Bank()
    sent = [
        bank.by(BUYER, "credit", bank.traders, [1, 1, 1]),
        bank.by("operator", "credit", bank.traders, [1]),
        bank.by("operator", "credit", [bank.address["stranger"]], [1]),
        bank.credit(0, 10),
        bank.by("stranger", "deposit", 1),
        bank.by(BUYER, "deposit", 0),
        bank.by(BUYER, "deposit", 11),
        bank.by(SELLER, "deposit", 10),
        bank.by(BUYER, "contribute", 11),
        bank.by(BUYER, "redeem", 11),
        bank.by(BUYER, "pay", 1),
        bank.by(BUYER, "withdraw", 0),
        bank.by(BUYER, "withdraw", 1),
        bank.by("stranger", "withdraw", 1),
        bank.close(),
    ]
    assert bank.done(sent, START) == [
        "NotOperator", "WrongLength", "NotEnrolled", "", "NotEnrolled", "AmountZero", "NotEnoughMoney", "NotEnoughMoney",
        "NotEnoughMoney", "NotEnoughMoney", "MoreThanOwed", "AmountZero", "NotEnoughFree", "NotEnrolled", "TooEarly",
    ]  # fmt: skip
    closes = [bank.by("operator", "close", bank.traders), bank.by("operator", "close", bank.everybody[::-1])]
    assert bank.done(closes, START + CLOSE) == ["WrongLength", "WrongNumber"]
    own = [
        bank.to(bank.auction, "appointCollateral", bank.address[BUYER]),
        bank.to(bank.auction, "appointCollateral", bank.address[BUYER], sender=BUYER),
        bank.to(bank.auction, "coverUntil", [bank.address[BUYER]], [4095], 99, sender=BUYER),
        bank.to(bank.auction, "coverUntil", [bank.address[BUYER]], [4095], 99),
    ]
    assert bank.done(own, START + CLOSE + 1) == ["TooLateForCollateral", "NotOperator", "NotCollateral", "NotCollateral"]
    other = Bank()
    create = other.create("Collateral", *(other.contracts[name] for name in ("Registry", "Ledger", other.auction)), 0, START)
    assert other.done([create], START) == ["BadPeriod"]


@pytest.mark.parametrize("auction", ["UniformAuction", "DayAheadAuction"])
def test_bits_that_a_trader_sends_are_no_limit(auction: str) -> None:
    bank = Bank(auction)
    word = pack(bid((1, 1)), 0)[0] | 4095 << 220
    assert bank.done([bank.to(auction, "submit(uint256)", word, sender=BUYER)], START) == ["OrderAboveCollateral"]


def calls() -> st.SearchStrategy[tuple[str, int]]:
    what = st.sampled_from(("deposit", "withdraw", "pay", "contribute", "redeem", "order", "order", "sell", "clear", "credit"))
    return st.tuples(what, st.integers(0, 10**7))


@some
@given(
    st.lists(
        st.tuples(
            st.integers(1, 6 * HOUR), st.lists(st.tuples(st.sampled_from((*TRADERS, "stranger")), calls()), max_size=6), st.booleans()
        ),
        min_size=1,
        max_size=8,
    )
)
def test_random_sequences_make_no_money_and_stay_covered(steps: list[tuple[int, list[tuple[str, tuple[str, int]]], bool]]) -> None:
    bank, time = Bank(), START
    bank.done([bank.credit(10**7, 10**7, 10**7), *(bank.by(trader, "deposit", 5 * 10**6) for trader in TRADERS)], START - 100)
    arrived = 3 * 10**7
    for pause, sent, closing in steps:
        time += pause
        hour = (time - START) // HOUR
        transactions = []
        for sender, (what, amount) in sent:
            if what in ("order", "sell"):
                kind = bid if what == "order" else offer
                word, _ = pack(kind((amount % 2000 - 500, 1 + amount % 777)), hour)
                transactions.append(bank.to(bank.auction, "submit(uint256)", word, sender=sender))
            elif what == "credit":
                transactions.append(bank.by(sender if sender == "stranger" else "operator", "credit", bank.traders[:1], [amount]))
            elif what != "clear":
                transactions.append(bank.by(sender, what, amount))
        if closing:
            transactions.append(bank.close())
        for receipt in bank.block(transactions, time).receipts:
            for log in receipt.logs if receipt.transaction.to == bank.contracts["Collateral"] else ():
                if log.address == bank.contracts["Collateral"]:
                    name, event = interface("Collateral").event(log)
                    arrived += {"Credited": 1, "Redeemed": -1}.get(name, 0) * event.get("amount", 0)
        assert bank.cash() == arrived
        assert sum(bank.balances()) == 0
        for trader in TRADERS:
            assert bank.read("Collateral", "freeOf", bank.address[trader]) >= 0
