"""Agreements and their twin agree bit for bit: random proposals, acceptances, cancellations and hours, and every refusal."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pair import POSTER_ROLE, START, Pair, error

from sim.abi import interface
from sim.chain import Transaction

TRADERS = ("plant", "user", "trader", "away")
"""registry numbers 2 to 5; the last is in zone 1"""
LINES = [(0, 1, 100, 50, 25_000), (1, 0, 40, 0, 0)]
OPENED = (800_000, 900_000, 950_000)
NO_LINE = 2**16 - 1
ANNUAL, MONTHLY, WITHIN_MONTH = 1, 2, 3
FLAT, LOAD_PROPORTIONAL, OWN = 0, 2, 3
DAY = 86_400
some = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


class Desk(Pair):
    """Agreements between -10 and 1,000 fen/MWh on both chains. Month 0 has 2 days of loads 1 and 3, month 1 has one day."""

    def __init__(self) -> None:
        super().__init__(TRADERS)
        create = [self.create("Registry", self.address["operator"], 2), self.create("Ledger", self.address["operator"])]
        create.append(self.creation())
        self.block(create, START - 30 * DAY)
        ready = [self.to("Registry", "enrol", self.address[trader], 1, int(trader == "away")) for trader in TRADERS]
        ready += [self.to("Ledger", "grantRole", POSTER_ROLE, self.contracts["Agreements"])]
        ready += [self.by("operator", "addMonth", [1, 3]), self.by("operator", "addMonth", [5])]
        ready += [self.by("operator", "setCapability", self.address["plant"], month, 4_800) for month in (0, 1)]
        assert self.errors(ready, START - 20 * DAY) == [""] * len(ready)

    def creation(self, floor: int = -10, lines: object = LINES, opened: object = OPENED) -> Transaction:
        return self.create("Agreements", self.contracts["Registry"], self.contracts["Ledger"], floor, 1_000, START, lines, opened)

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


def test_flat_agreement_is_proposed_accepted_and_paid() -> None:
    desk = Desk()
    calls = [desk.open(), desk.propose(), desk.by("user", "accept", 0)]
    assert desk.errors(calls, START - DAY) == [""] * 3
    assert desk.energy(0) == [100] * 48 + [0] * 24
    assert desk.read("Agreements", "positionOf", 2, 0) == (4_800, 4_800)
    assert desk.read("Agreements", "positionOf", 3, 0) == (-4_800, 0)
    block = desk.block([desk.by("operator", "settle", 0)], START)
    name, event = interface("Agreements").event(block.receipts[0].logs[-1])
    assert (name, event["deliveries"]) == ("DeliveryPaid", (100 << 64 | 100,))
    assert desk.balances() == [0, 0, 30_000, -30_000, 0, 0]
