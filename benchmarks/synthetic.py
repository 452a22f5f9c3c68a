"""Random books of any size on a market of their own: no agents, no contracts ahead of the hour, orders that all stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.clock import now
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.orders import Orders
from shengdian.sim.base.roles import Role
from shengdian.sim.base.streams import stream
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import Bid, Line, Offer, Order, Phase, Rules, Segment
from shengdian.sim.market.chain_market import ChainMarket
from shengdian.sim.market.market_rules import MarketRules
from shengdian.sim.market.participants import Participant

FLOOR, CAP = 0, 150_000
"""fen/MWh"""
START = 1_467_302_400
"""seconds since 1970 at hour 0"""
DEPOSIT = 10**15
"""1e-5 CNY, more than 24 hours of five segments at the cap"""


def lines(zones: int, count: int, seed: int = 1) -> tuple[Line, ...]:
    """A ring over all zones and then random lines, both with charges, losses and limits that bind here and there."""
    draws = stream(seed, "lines", str(zones))
    pairs = [(zone, (zone + 1) % zones) for zone in range(zones)][:count]
    while len(pairs) < count:
        source, target = (int(zone) for zone in draws.integers(zones, size=2))
        if source != target and (source, target) not in pairs:
            pairs.append((source, target))
    return tuple(
        Line(source, target, int(draws.integers(0, 3_000_000)), int(draws.integers(0, 8_000)), int(draws.integers(0, 60_000)))
        for source, target in pairs
    )


@dataclass(frozen=True, slots=True)
class Hour:
    """One synthetic hour."""

    seconds: float
    """packing, sending, solving, clearing and decoding"""
    gas: dict[Phase, int]
    order_gas: tuple[int, ...]
    """of every order"""


class Market:
    """A market of `traders` who all order every hour, half of them to sell."""

    def __init__(
        self,
        chain: str,
        traders: int,
        zones: int,
        between: tuple[Line, ...],
        segments: Sequence[int],
        two_stage: bool = False,
        day_ahead: bool = False,
        covered: bool = False,
    ) -> None:
        """`segments` are the numbers of segments that traders use in turn; `covered`: everybody deposits, and for more than is needed."""
        self.names = [f"trader_{number}" for number in range(traders)]
        self.segments = segments
        self.rules = Rules(zones, between, FLOOR, CAP, 500_000)
        people = [Participant(name, Role.PLANT if place % 2 else Role.USER, place // 2 % zones) for place, name in enumerate(self.names)]
        self.market = ChainMarket(
            open_chain(chain),
            MarketRules(
                tuple(f"Z{zone}" for zone in range(zones)),
                self.rules,
                Timetable(START),
                surplus_deficit="economic" if two_stage else None,
                day_ahead=day_ahead,
                closes_every=24 if covered else None,
            ),
            people,
        )
        if covered:
            everybody = [self.market.address(name) for name in self.names]
            deposits = [self.market.operator_call("Collateral", "credit", everybody, [DEPOSIT] * traders)]
            deposits += [self.market.call(name, "Collateral", "deposit", DEPOSIT) for name in self.names]
            self.market.carry_out([("enrol", call) for call in deposits], START - 30)

    def orders(self, hour: int) -> list[Order]:
        """Whole-cent prices over half of the range each, up to a gigawatt hour a segment."""
        draws = stream(1, "orders", str(hour), str(len(self.names)))
        prices = draws.integers(FLOOR, CAP * 2 // 3, size=(len(self.names), 5))
        quantities = draws.integers(1, 1_000_000, size=(len(self.names), 5))
        orders: list[Order] = []
        for place, name in enumerate(self.names):
            count = self.segments[place % len(self.segments)]
            sells = bool(place % 2)
            price = np.sort(prices[place, :count] + (0 if sells else CAP // 3))
            stairs = price if sells else price[::-1]
            segments = tuple(Segment(int(cost), int(most)) for cost, most in zip(stairs, quantities[place], strict=False))
            orders.append(Offer(name, segments) if sells else Bid(name, segments))
        return orders

    def hour(self, hour: int) -> Hour:
        """Simulates an hour; every order stands."""
        orders = self.orders(hour)
        gas = dict(self.market.meter.gas)
        begun = now()
        refusals, block = self.market.submit(hour, Orders.of(orders))
        self.market.clear(hour)
        seconds = now() - begun
        assert not refusals
        used: dict[Phase, int] = {phase: total - gas.get(phase, 0) for phase, total in self.market.meter.gas.items()}
        return Hour(seconds, used, tuple(receipt.gas for receipt in block.receipts))

    def day(self, day: int) -> tuple[int, ...]:
        """Places orders for the 24 hours of a day; gives the gas of every transaction."""
        orders = {hour: Orders.of(self.orders(hour)) for hour in range(24 * day, 24 * day + 24)}
        block = self.market.submit_day(day, orders, self.names)
        assert all(receipt.success for receipt in block.receipts)
        return tuple(receipt.gas for receipt in block.receipts)
