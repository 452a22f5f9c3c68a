"""A sealed hour on a chain: commitments, reveals, clearing, and the bond of whoever fails to reveal a valid order."""

from __future__ import annotations

import numpy as np
import pytest
from pair import START
from tiny_books import tiny_rules

from shengdian.sim.adapters import open_chain
from shengdian.sim.base.orders import Orders
from shengdian.sim.base.roles import Role
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import Bid, Offer, Order, Rules, Salts, Segment
from shengdian.sim.chain.abi import selector
from shengdian.sim.chain.port import Block
from shengdian.sim.market.chain_market import ChainMarket
from shengdian.sim.market.market_rules import MarketRules
from shengdian.sim.market.participants import Participant
from shengdian.sim.market.standing import Refused
from shengdian.sim.twins.envelopes import committed, seeded_salts

RATE = 125
"""fen/MWh of the bond"""
PEOPLE = [Participant(name, Role.PLANT, 0) for name in ("a", "b", "c")]
CNY, MWH = 100_000, 1_000
"""1e-5 CNY and kWh"""


def sealed(chain: str, salts: Salts = "seed") -> tuple[ChainMarket, list[Block]]:
    blocks: list[Block] = []
    rules = MarketRules(("A",), tiny_rules(zones=1), Timetable(START), bids="sealed", bond_rate=RATE, seed=1, salts=salts)
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
        ("b", "bond", -4 * RATE),
        ("rent", "bond", 4 * RATE),
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


def withheld(silent: tuple[str, ...]) -> int:
    """CNY that the owner of `mine` and `other` (1,000 MWh each, cost 300) earns less bonds, if those named keep their envelopes closed.

    1,000 MWh are offered at 400 and at 690 besides, and 2,500 MWh are wanted at any price; the cap is 1,500 CNY/MWh, and so is the bond.
    """
    costs = {"mine": 300, "other": 300, "cheap": 400, "dear": 690}
    offers: list[Order] = [Offer(name, (Segment(100 * cost, 1_000 * MWH),)) for name, cost in costs.items()]
    orders = Orders.of([*offers, Bid("user", (Segment(150_000, 2_500 * MWH),))])
    people = [Participant(name, Role.PLANT, 0) for name in (*costs, "user")]
    limits = Rules(1, (), 0, 150_000, 0)
    market = ChainMarket(open_chain("mirror"), MarketRules(("A",), limits, Timetable(START), bids="sealed", bond_rate=150_000), people)
    auction, timetable = market.contracts["SealedUniformAuction"], market.rules.timetable
    closed = market.envelopes(0, orders)
    market.send([("commits", each.commit(auction)) for each in closed], timetable.orders(0))
    opened = [row for row, name in enumerate(orders.traders) if name not in silent]
    market.send([("orders", closed[row].reveal(auction)) for row in opened], timetable.reveals(0))
    market.taken = Refused(orders.rows(np.array(opened)), {})
    market.silent = dict.fromkeys(silent, 1000 * MWH)
    cleared = market.clear(0)
    money = dict.fromkeys(orders.traders, 0)
    for entry in (entry for entry in cleared.entries if entry.trader in costs):
        money[entry.trader] += entry.money - (costs[entry.trader] * 100 * -entry.energy if entry.cause == "auction" else 0)
    return (money["mine"] + money["other"]) // CNY


def test_withholding_one_of_two_plants_does_not_pay() -> None:
    """Revealed 200,000 CNY, withheld 390,000 less the bond: 10,000 when it was a fixed sum, 1,500,000 at the cap for 1,000 MWh."""
    assert withheld(()) == 200_000
    assert withheld(("other",)) == 390_000 - 1_500_000
    assert 390_000 - 10_000 > 200_000


def salts_of(market: ChainMarket, blocks: list[Block], hours: int) -> list[bytes]:
    """What the record of the chain has after the reveals."""
    for hour in range(hours):
        market.submit(hour, Orders.of([order("a", 3)]))
        market.clear(hour)
    sent = [receipt.transaction.data for block in blocks for receipt in block.receipts]
    return [data[-32:] for data in sent if data[:4] == selector("reveal(uint256,uint256,uint256)")]


def test_whoever_has_the_config_predicts_every_salt_of_a_seed() -> None:
    predicted = [seeded_salts(1)("a", hour) for hour in range(24)]
    assert salts_of(*sealed("mirror"), 24) == predicted


def test_nobody_predicts_a_random_salt_and_every_order_is_revealed() -> None:
    predicted = {seeded_salts(1)("a", hour) for hour in range(24)}
    first, second = (salts_of(*sealed("mirror", "random"), 24) for _ in range(2))
    assert len(set(first)) == len(set(second)) == 24
    assert not predicted & set(first)
    assert not set(first) & set(second)


def test_energy_is_public_from_the_commitment_on_and_the_order_is_not() -> None:
    market, _ = sealed("mirror")
    one, other = (market.envelopes(0, Orders.of([order("a", price)]))[0].commitment for price in (3, 4))
    assert committed(one) == committed(other) == (0, 4)
    assert one != other
