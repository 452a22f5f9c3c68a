"""A sealed hour on a chain: commitments, reveals, clearing, and the bond of whoever fails to reveal a valid order."""

from __future__ import annotations

import pytest
from pair import START
from tiny_books import tiny_rules

from shengdian.sim.adapters import open_chain
from shengdian.sim.base.orders import Orders
from shengdian.sim.base.roles import Role
from shengdian.sim.base.types import Bid, Offer, Order, Segment
from shengdian.sim.chain.port import Block
from shengdian.sim.market.chain_market import ChainMarket
from shengdian.sim.market.market_rules import MarketRules
from shengdian.sim.market.participants import Participant

BOND = 500
PEOPLE = [Participant(name, Role.PLANT, 0) for name in ("a", "b", "c")]


def sealed(chain: str) -> tuple[ChainMarket, list[Block]]:
    blocks: list[Block] = []
    rules = MarketRules(("A",), tiny_rules(zones=1), START, bids="sealed", bond=BOND, seed=1)
    return ChainMarket(open_chain(chain), rules, PEOPLE, blocks.append), blocks


def order(name: str, price: int) -> Order:
    return (Bid if name == "c" else Offer)(name, (Segment(price, 4),))


@pytest.mark.parametrize("chain", ["mirror", "eth-tester"])
def test_invalid_order_is_void_and_its_bond_goes_to_the_rent(chain: str) -> None:
    market, _ = sealed(chain)
    refused, _ = market.submit(0, Orders.of([order("a", 3), order("b", 99), order("c", 7)]))
    assert {row: error.error for row, error in refused.items()} == {1: "PriceAboveCap"}
    cleared = market.clear(0)
    assert [(row.trader, row.filled, row.error) for row in cleared.stages[0].orders] == [
        ("a", 4, ""),
        ("c", 4, ""),
        ("b", 0, "PriceAboveCap"),
    ]
    assert [(entry.trader, entry.cause, entry.money) for entry in cleared.entries] == [
        ("a", "auction", 4 * 5),
        ("c", "auction", -4 * 5),
        ("b", "bond", -BOND),
        ("rent", "bond", BOND),
    ]


def test_next_hour_takes_no_bond_again() -> None:
    market, _ = sealed("mirror")
    market.submit(0, Orders.of([order("b", 99)]))
    market.clear(0)
    market.submit(1, Orders.of([order("b", 3)]))
    assert len(market.clear(1).entries) == 0


def test_commitments_come_at_minute_1_reveals_at_minute_15_and_clearing_at_minute_30() -> None:
    market, blocks = sealed("mirror")
    market.submit(0, Orders.of([order("a", 3)]))
    market.clear(0)
    assert [block.timestamp - START for block in blocks[-3:]] == [60, 900, 1800]
    assert market.meter.transactions["commits"] == market.meter.transactions["orders"] == 1
