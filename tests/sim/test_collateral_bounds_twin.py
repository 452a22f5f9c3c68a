"""Collateral and its twin at the second, and to the last 1e-5 CNY."""

from __future__ import annotations

from bank import BANK, BUYER, CLOSE, DAY, HOUR, SELLER, THIRD, Bank, bid, defaults
from pair import START, error

from shengdian.sim.chain.abi import refusal


def closed(deposit: int, fund: int, *amounts: int) -> tuple[Bank, list[tuple[int, int, int, int, int]]]:
    """A bank after the close of what was posted, and the defaults; `deposit` is the buyer's."""
    bank = Bank()
    paid = [bank.by(BUYER, "deposit", deposit)] * (deposit > 0) + [bank.by(THIRD, "contribute", fund)] * (fund > 0)
    bank.done([bank.credit(0, deposit, fund), *paid, *bank.posted(*amounts)], START)
    receipt = bank.block([bank.close()], START + CLOSE).receipts[0]
    assert error(receipt) == ""
    assert bank.balances() == [0] * (BANK + 1)
    return bank, defaults(receipt)


def test_period_of_31_days_is_the_longest() -> None:
    bank = Bank()
    assert bank.done([bank.creation(744), bank.creation(745)], START) == ["", "BadPeriod"]


def test_operator_closes_from_the_last_minute_before_the_period_ends() -> None:
    bank = Bank()
    assert bank.done([bank.close()], START + DAY - 61) == ["TooEarly"]
    assert bank.done([bank.close()], START + DAY - 60) == [""]


def test_anyone_closes_an_hour_later() -> None:
    bank = Bank()
    assert bank.done([bank.close("stranger")], START + DAY + HOUR - 61) == ["TooEarly"]
    assert bank.done([bank.close("stranger")], START + DAY + HOUR - 60) == [""]


def test_close_in_the_last_second_of_a_period_is_of_its_last_hour() -> None:
    bank = Bank()
    assert bank.done([bank.close(), bank.close()], START + DAY - 1) == ["", "TooEarly"]
    assert bank.read("Collateral", "nextClose") == 48


def test_close_that_is_22_hours_late_leaves_the_next_where_it_was() -> None:
    bank = Bank()
    assert bank.done([bank.close()], START + 46 * HOUR) == [""]
    assert bank.read("Collateral", "nextClose") == 48


def test_close_in_the_last_hour_of_the_next_period_counts_for_both() -> None:
    bank = Bank()
    assert bank.done([bank.close()], START + 47 * HOUR) == [""]
    assert bank.read("Collateral", "nextClose") == 72


def test_close_names_the_first_participant_out_of_order() -> None:
    bank = Bank()
    seller, buyer, third, own = bank.everybody
    receipt = bank.block([bank.by("operator", "close", [seller, third, buyer, own])], START + CLOSE).receipts[0]
    assert refusal(receipt.output).args_ == {"number": 4, "expected": 3}


def test_accounts_that_are_nobodys_are_closed_like_the_others() -> None:
    bank, found = closed(4, 0, 5, 0, 3, -11, 3)
    assert found == [(3, 11, 4, 0, 7)]
    # shares of 7: 3.18, 1.91 and 1.91; the two that are left go to the first
    assert [bank.read("Collateral", "bookOf", number)[0] for number in range(5)] == [1, 0, 1, 0, 2]


def test_share_that_is_whole_takes_nothing_of_the_rest() -> None:
    bank, found = closed(2, 0, 2, 0, 1, -4, 1)
    assert found == [(3, 4, 2, 0, 2)]
    assert [bank.read("Collateral", "bookOf", number)[0] for number in range(5)] == [1, 0, 0, 0, 1]


def test_fund_pays_what_the_deposit_leaves_and_no_more() -> None:
    bank, found = closed(60, 50, 0, 0, 100, -100)
    assert found == [(3, 100, 60, 40, 0)]
    assert bank.read("Collateral", "fund") == 10


def test_smallest_amount_that_is_missing_is_borne_by_the_first_who_is_owed() -> None:
    bank, found = closed(1, 0, 0, 0, 1, -2, 1)
    assert found == [(3, 2, 1, 0, 1)]
    assert (bank.book(SELLER), bank.book(THIRD)) == ((0, 0, False), (1, 0, False))


def test_what_is_missing_while_nobody_is_owed_is_nobodys_loss() -> None:
    """The ledger owes the collateral itself, which no market contract brings about."""
    bank, found = closed(0, 0, 0, 0, 0, -100, 0, 100)
    assert found == [(3, 100, 0, 0, 100)]
    assert bank.book(SELLER) == (0, 0, False)


def test_who_did_not_pay_has_no_limit_left_though_the_deposit_sufficed() -> None:
    bank, found = closed(24_000, 0, 0, 0, 100, -100)
    assert found == [(3, 100, 100, 0, 0)]
    assert bank.book(BUYER) == (0, 23_900, True)
    assert bank.most(BUYER) == 0
    again = [bank.order(bid((1, 1)), 24), bank.by(BUYER, "withdraw", 24), bank.by(BUYER, "deposit", 24), bank.order(bid((1, 1)), 24)]
    assert bank.done(again, START + DAY) == ["OrderAboveCollateral", "", "", ""]
    assert bank.book(BUYER) == (0, 23_900, False)


def test_first_participant_without_a_deposit_has_a_limit_of_nothing_after_a_close() -> None:
    bank = Bank()
    order = bid((1, 1), trader=SELLER)
    assert bank.done([bank.close()], START + CLOSE) == [""]
    assert bank.code(SELLER) == 1
    assert bank.done([bank.order(order, 24)], START + DAY) == ["OrderAboveCollateral"]


def test_deposit_between_the_end_of_a_period_and_its_close_covers_nothing_before_it() -> None:
    bank = Bank()
    assert bank.done([bank.credit(0, 24_000), bank.by(BUYER, "deposit", 24_000), bank.order(bid((1, 1)), 24)], START + DAY) == [
        "", "", "OrderAboveCollateral",
    ]  # fmt: skip
    assert bank.done([bank.close(), bank.order(bid((1, 1)), 24)], START + DAY + 1) == ["", ""]
    assert bank.most(BUYER) == 1_000
