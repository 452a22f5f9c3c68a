"""Collateral and its twin agree bit for bit: deposits, limits of orders, withdrawals, payments and closes, and every refusal."""

from __future__ import annotations

import pytest
from bank import BUYER, CLOSE, DAY, GATE, HOUR, SELLER, THIRD, TRADERS, Bank, bid, defaults, offer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pair import START, error

from shengdian.sim.base.orders import pack
from shengdian.sim.base.types import Order
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Transaction
from shengdian.sim.twins import limits

some = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


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
    agreed = bank.posted(0, 0, 30_000_000, -30_000_000, 0)  # money that no deposit was asked for
    assert bank.done(agreed, START + GATE + 1) == ["", ""]
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
    assert bank.done([bank.creation(0)], START + CLOSE + 2) == ["BadPeriod"]


@pytest.mark.parametrize("auction", ["UniformAuction", "DayAheadAuction"])
def test_bits_that_a_trader_sends_are_no_limit(auction: str) -> None:
    bank = Bank(auction)
    word = pack(bid((1, 1)), 0)[0] | 4095 << 220
    assert bank.done([bank.to(auction, "submit(uint256)", word, sender=BUYER)], START) == ["OrderAboveCollateral"]


def calls() -> st.SearchStrategy[tuple[str, int]]:
    what = st.sampled_from(("deposit", "withdraw", "pay", "contribute", "redeem", "order", "order", "sell", "clear", "credit"))
    return st.tuples(what, st.integers(0, 10**7))


@pytest.mark.long
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
