"""A desk of agreements on both chains, for the tests of agreements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pair import CLOCK, POSTER_ROLE, START, Pair, error

from shengdian.sim.adapters import eth_tester
from shengdian.sim.chain.port import Transaction

TRADERS = ("plant", "user", "trader", "away")
"""registry numbers 2 to 5; the last is in zone 1"""
LINES = [(0, 1, 100, 50, 25_000), (1, 0, 40, 0, 0)]
OPENED = (800_000, 900_000, 950_000)
MONTHS = ((1, 3), (5,))
"""loads by day: month 0 has 2 days, month 1 has one"""
NO_LINE = 2**16 - 1
ANNUAL, MONTHLY, WITHIN_MONTH = 1, 2, 3
FLAT, LOAD_PROPORTIONAL, OWN = 0, 2, 3
DAY = 86_400


class Desk(Pair):
    """Agreements between -10 and 1,000 fen/MWh on both chains, and the capability of a plant."""

    def __init__(
        self, months: Sequence[Sequence[int]] = MONTHS, lines: Sequence[tuple[int, ...]] = LINES, most: int = 4_800, evm: Any = eth_tester
    ) -> None:
        super().__init__(TRADERS, evm)
        create = [self.create("Registry", self.address["operator"], 2), self.create("Ledger", self.address["operator"])]
        create.append(self.creation(lines=lines))
        self.block(create, START - 30 * DAY)
        ready = [self.to("Registry", "enrol", self.address[trader], 1, int(trader == "away")) for trader in TRADERS]
        ready += [self.to("Ledger", "grantRole", POSTER_ROLE, self.contracts["Agreements"])]
        ready += [self.by("operator", "addMonth", loads) for loads in months]
        ready += [self.by("operator", "setCapability", self.address["plant"], month, most) for month in range(len(months))]
        assert self.errors(ready, START - 20 * DAY) == [""] * len(ready)

    def creation(self, floor: int = -10, lines: object = LINES, opened: object = OPENED) -> Transaction:
        return self.create("Agreements", self.contracts["Registry"], self.contracts["Ledger"], floor, 1_000, CLOCK, lines, opened)

    def by(self, sender: str, function: str, *args: object) -> Transaction:
        return self.to("Agreements", function, *args, sender=sender)

    def propose(
        self,
        sender: str = "plant",
        to: str = "user",
        sells: bool = True,
        horizon: int = MONTHLY,
        curve: int = FLAT,
        month: int = 0,
        day: int = 0,
        line: int = NO_LINE,
        price: int = 300,
        expires: int = START,
        quantities: tuple[int, ...] = (4_800,),
        weights: tuple[int, ...] | None = None,
    ) -> Transaction:
        shape = ((1,) * 24 if curve else ()) if weights is None else weights
        terms = (self.address[to], sells, horizon, curve, month, day, line, price, expires, quantities, shape)
        return self.by(sender, "propose", terms)

    def open(self, horizon: int = MONTHLY, month: int = 0, count: int = 1, closes: int = START) -> Transaction:
        return self.by("operator", "openWindow", horizon, month, count, closes)

    def errors(self, calls: list[Transaction], timestamp: int) -> list[str]:
        return [error(receipt) for receipt in self.block(calls, timestamp).receipts]

    def balances(self) -> list[int]:
        return [self.read("Ledger", "balanceOf", number) for number in range(2 + len(TRADERS))]

    def energy(self, agreement: int, hours: int = 72) -> list[int]:
        return [self.read("Agreements", "energyOf", agreement, hour) for hour in range(hours)]
