"""Twin of Limits.sol: what an order can cost at worst, and limits of it as codes of 12 bits."""

from __future__ import annotations

from shengdian.sim.base.orders import unpack

NOTHING = 1
"""code of a limit of 0"""
HIGHEST = 4095


def code_of(account: int) -> int:
    """The code in the word of an account; 0 where orders need not be covered."""
    return account >> 220 & 0xFFF


def encode(amount: int) -> int:
    """The highest code that stands for `amount` (1e-5 CNY) or less."""
    if amount < 128:
        return NOTHING
    shift = amount.bit_length() - 7
    return HIGHEST if shift > 63 else shift << 6 | amount >> shift & 63


def decode(code: int) -> int:
    """1e-5 CNY that a code other than 0 stands for."""
    return 0 if code < 64 else (64 | code & 63) << (code >> 6)


def worst(order: int, more: int) -> int:
    """1e-5 CNY that an order can cost: what a buyer bids, or what a seller offers to pay (a negative price).

    `more` counts where the order has more than three segments. Nobody trades at a worse price than the own one.
    """
    _, _, _, sells, segments = unpack(order, more)
    return sum(max(0, -segment.price if sells else segment.price) * segment.quantity for segment in segments)
