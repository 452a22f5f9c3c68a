"""Accounts are closed by a stranger whatever the operator calls ahead of it, and what grid and rent lack takes from nobody."""

from __future__ import annotations

import pytest
from bank import BANK, BUYER, CLOSE, DAY, GATE, HOUR, SELLER, Bank, bid, defaults, offer
from pair import START, error

from shengdian.sim.twins.registry import OPERATOR_ROLE

MOST = 2**64 - 1
LATE = START + DAY + HOUR - 60
"""from then on anyone closes"""


@pytest.mark.parametrize("auction", ["UniformAuction", "DayAheadAuction"])
def test_a_stranger_closes_whatever_the_operator_calls_ahead_of_it(auction: str) -> None:
    bank = Bank(auction)
    bank.done([bank.credit(0, 24_000_000), bank.by(BUYER, "deposit", 24_000_000)], START - 100)
    sells, buys = offer((500, 300)), bid((500, 300))
    assert bank.done([bank.order(sells), bank.order(buys)], START) == ["", ""]
    assert bank.done([bank.clear(0, sells, buys)], START + GATE) == [""]
    late = [bank.address["stranger"], bank.address["operator"]]
    worst = [
        *(bank.to("Registry", "enrol", each, 1, 0) for each in late),
        bank.to(auction, "admit", late[:1]),
        bank.to(auction, "admit", [bank.contracts["Collateral"]]),
        bank.by("operator", "credit", [*bank.everybody, *late], [MOST] * 6),
        bank.to("Registry", "closeAfter", 2**14),
        bank.to("Registry", "revokeRole", OPERATOR_ROLE, bank.address["operator"]),
    ]
    receipts = bank.block([*worst, bank.close("stranger")], LATE).receipts
    assert [error(each) for each in receipts] == ["", "", "WrongNumber", "", "", "", "", ""]
    assert defaults(receipts[-1]) == [(3, 150_000, 150_000, 0, 0)]
    assert bank.balances() == [0] * 6


def test_who_is_enrolled_after_the_bank_has_no_deposit_and_orders_nothing_that_costs() -> None:
    bank, late = Bank(), "stranger"
    set_up = [
        bank.to("Registry", "enrol", bank.address[late], 1, 0),
        bank.to(bank.auction, "admit", [bank.contracts["Collateral"], bank.address[late]]),
        bank.by("operator", "credit", [bank.address[late]], [100]),
    ]
    assert bank.done(set_up, START - 100) == [""] * 3
    sent = [bank.by(late, "deposit", 100), bank.order(bid((1, 1), trader=late)), bank.by(late, "redeem", 100)]
    assert bank.done(sent, START) == ["NotMember", "OrderAboveCollateral", ""]


def test_what_grid_and_rent_lack_is_no_default_and_is_met_by_what_they_earn() -> None:
    bank = Bank()
    bank.done([bank.credit(0, 100), bank.by(BUYER, "deposit", 50), bank.by(BUYER, "contribute", 50)], START - 100)
    assert bank.done(bank.posted(-5, -7, 12, 0, 0), START) == ["", ""]
    before = bank.cash()
    first = bank.block([bank.close()], START + CLOSE).receipts[0]
    assert (error(first), defaults(first)) == ("", [])
    assert bank.book(SELLER) == (12, 0, False)
    assert bank.book(BUYER) == (0, 50, False)
    assert bank.read("Collateral", "fund") == 50
    assert bank.balances() == [-5, -7, 0, 0, 0, 12]
    assert bank.cash() == before
    assert bank.done(bank.posted(9, 7, 0, -16, 0), START + CLOSE + 1) == ["", ""]
    second = bank.block([bank.close()], START + DAY + CLOSE).receipts[0]
    assert defaults(second) == [(3, 16, 16, 0, 0)]
    assert bank.balances() == [0] * (BANK + 1)
    assert [bank.read("Collateral", "bookOf", number)[0] for number in (0, 1)] == [4, 0]
    assert bank.cash() == before
