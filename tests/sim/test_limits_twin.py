"""Limits of orders: what a code stands for, what code an amount has, and what an order can cost at worst, in auction and twin."""

from __future__ import annotations

import pytest
from bank import BUYER, SELLER, Bank, bid, offer
from pair import START

from shengdian.sim.adapters import revm
from shengdian.sim.base.orders import pack
from shengdian.sim.base.types import Order
from shengdian.sim.chain.abi import refusal
from shengdian.sim.chain.port import Transaction

CAP = 2**31 - 1
ALL = 2**64 - 1
"""1e-5 CNY; the most that is deposited at once"""


def deposited(bank: Bank, times: int, amount: int, timestamp: int) -> int:
    """The buyer's code after deposits of `amount`, `times` times."""
    credit = bank.by("operator", "credit", [bank.address[BUYER]] * times, [amount] * times)
    assert bank.done([credit, *[bank.by(BUYER, "deposit", amount)] * times], timestamp) == [""] * (times + 1)
    return bank.code(BUYER)


def cost(bank: Bank, transaction: Transaction) -> int:
    """1e-5 CNY that an order can cost which a trader without a deposit is refused."""
    refused = refusal(bank.block([transaction], START).receipts[0].output)
    assert (refused.error, refused.args_["most"]) == ("OrderAboveCollateral", 0)
    found: int = refused.args_["worst"]
    return found


@pytest.mark.parametrize(("code", "most"), [(1, 0), (63, 0), (64, 128), (65, 130), (127, 254), (128, 256), (64 * 20 + 63, 127 << 20)])
def test_order_may_cost_what_its_code_stands_for_and_no_more(code: int, most: int) -> None:
    bank = Bank(cap=CAP, evm=revm)
    limit = bank.to(bank.auction, "coverUntil", [bank.address[BUYER]], [code], 1, sender="Collateral")
    more = bank.order(bid((most + 1, 1)))
    expected = ["", "OrderAboveCollateral"]
    assert bank.done([limit, more], START) == expected
    if most:
        assert bank.done([bank.order(bid((most, 1)))], START + 1) == [""]


def test_amount_below_128_is_nothing_and_128_is_the_first_code() -> None:
    bank = Bank(period=1)
    assert deposited(bank, 1, 127, START - 100) == 1
    assert deposited(bank, 1, 1, START - 99) == 64
    assert deposited(bank, 1, 1, START - 98) == 64
    assert deposited(bank, 1, 1, START - 97) == 65


def test_codes_end_at_two_to_the_70() -> None:
    bank = Bank(period=1)
    assert deposited(bank, 33, ALL, START - 100) == 63 << 6 | 1  # 33 x 2^64 less 33 is below 66 x 2^63
    assert deposited(bank, 31, ALL, START - 99) == 4095  # 127.99 x 2^63
    assert deposited(bank, 1, ALL, START - 98) == 4095
    assert deposited(bank, 64, ALL, START - 97) == 4095  # 129 x 2^64


@pytest.mark.parametrize(
    ("order", "worst"),
    [
        (bid((1, 3), (1, 5), (1, 7)), 15),
        (bid((1, 3), (1, 5), (1, 7), (1, 9)), 24),
        (bid((1, 3), (1, 5), (1, 7), (1, 9), (1, 11)), 35),
        (bid((10_000_000, 1), (10_000_000, 3), (10_000_000, 5)), 90_000_000),
        (bid((CAP, 2**32 - 1), (CAP, 2**32 - 1), (CAP, 2**32 - 1)), 3 * CAP * (2**32 - 1)),
        (bid((0, 9), (-1, 9), (2, 1)), 2),
        (offer((-1, 3), (-1, 5), (-1, 7), trader=SELLER), 15),
        (offer((-1000, 3), (0, 5), (1, 7), (-1, 9), trader=SELLER), 3009),
    ],
)
def test_order_costs_what_its_segments_come_to_at_most(order: Order, worst: int) -> None:
    bank = Bank(cap=CAP)
    assert cost(bank, bank.order(order)) == worst


@pytest.mark.parametrize("segments", [1, 2])
def test_bits_behind_the_last_segment_cost_nothing(segments: int) -> None:
    bank = Bank(cap=CAP)
    word, _ = pack(bid(*((1, 3),) * segments), 0)
    behind = sum((7 << 32 | 9) << 64 * place for place in range(segments, 3))
    assert cost(bank, bank.to(bank.auction, "submit(uint256)", word | behind, sender=BUYER)) == 3 * segments


@pytest.mark.parametrize("segments", [4, 5])
def test_bits_behind_the_last_segment_of_a_long_order_cost_nothing(segments: int) -> None:
    bank = Bank(cap=CAP)
    word, more = pack(bid(*((1, 3),) * segments), 0)
    assert more is not None
    behind = sum((7 << 32 | 9) << 64 * place for place in range(segments - 3, 4))
    assert cost(bank, bank.to(bank.auction, "submit(uint256,uint256)", word, more | behind, sender=BUYER)) == 3 * segments
