"""Differences, the auctions that keep their prices, and Terms agree with their twins: what an hour is settled from, and who gets what."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pair import CLOCK, POSTER_ROLE, START, Pair, error

from shengdian.sim.base.orders import pack
from shengdian.sim.base.timetable import HOUR, Timetable
from shengdian.sim.base.types import Bid, Offer, Rules, Segment
from shengdian.sim.base.units import NO_PRICE
from shengdian.sim.chain.abi_words import pack_words
from shengdian.sim.solve.allocation import PlantCase, allocate
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.clearing import solve
from shengdian.sim.twins.allocation_words import Terms, allocate_arguments, purchase_lane

GATE = Timetable(0).gate(0)

PLANT, USER, SUPPLIER, EXCHANGE = 1, 2, 3, 4
ZONES = 10
"""of the auction: their prices take two words; the first two have contracts"""
SELLERS = (("a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "import"), ("b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7"))
"""by zone; energy of ten takes two words, that of eight fills one"""
SELLING = 18
NAMES = (*SELLERS[0], *SELLERS[1], "user a", "other a", "user b", "supplier a", "supplier b")
ZONE = {name: int("b" in name.split()[-1]) for name in NAMES}
ROLE = {"user": USER, "other": USER, "supplier": SUPPLIER, "import": EXCHANGE}
NUMBER = {name: 2 + place for place, name in enumerate(NAMES)}
HOURS = 3
SHARE = 1_000_000
NEGATIVE = -7
"""fen/MWh of the import, which is delivered flat"""


class Market(Pair):
    """Two zones with contracts for three hours; `energy` kWh an hour and `price` fen/MWh of every seller but the import."""

    def __init__(self, energy: Sequence[int], prices: Sequence[int]) -> None:
        super().__init__(NAMES)
        self.rules = Rules(ZONES, (), 0, 1000, 500_000)
        self.energy = dict(zip(NAMES[:SELLING], energy, strict=True))
        operator = self.address["operator"]
        create = [self.create("Registry", operator, ZONES + 1), self.create("Ledger", operator)]
        registry, ledger = self.contracts["Registry"], self.contracts["Ledger"]
        create.append(self.create("PricedUniformAuction", registry, ledger, (ZONES, 0, 1000, 500_000, CLOCK), []))
        create.append(self.create("Differences", registry, ledger, self.contracts["PricedUniformAuction"], CLOCK))
        enrol = [self.to("Registry", "enrol", self.address[name], ROLE.get(name.split()[0], PLANT), ZONE[name]) for name in NAMES]
        grant = [self.to("Ledger", "grantRole", POSTER_ROLE, self.contracts[name]) for name in ("PricedUniformAuction", "Differences")]
        self.admitted = [self.address[name] for name in NAMES]
        admit = self.to("PricedUniformAuction", "admit", self.admitted)
        suppliers = self.to("Differences", "setSuppliers", [self.address["supplier a"], self.address["supplier b"]])
        terms, days = [], []
        each = dict(zip(NAMES[:SELLING], prices, strict=True))
        for zone, sellers in enumerate(SELLERS):
            own = [name for name in sellers if name != "import"]
            cases = tuple(PlantCase(name, *self._flat(self.energy[name])) for name in own)
            words = [Terms(self.energy[name], self.energy[name], 1, each[name]).word() for name in own]
            if zone == 0:
                own.append("import")
                words.append(Terms(self.energy["import"], self.energy["import"], 0, NEGATIVE).word())
            terms.append(self.to("Differences", "setTerms", [self.address[name] for name in own], words))
            load = (sum(self.energy[name] for name in own),) * HOURS
            plan = allocate(load, cases, "per-plant", SHARE)
            days.append(self.to("Differences", "allocate", *allocate_arguments(plan, cases, load, zone, 0, "per-plant", SHARE)))
        block = self.block([*create, *enrol, *grant, admit, suppliers, *terms], START - 5)
        assert {error(receipt) for receipt in block.receipts} == {""}
        assert all(receipt.success for receipt in self.block(days, START).receipts)

    @staticmethod
    def _flat(energy: int) -> tuple[int, int, int, int, tuple[int, ...], int]:
        return energy, energy, 1, energy, (energy,) * HOURS, HOURS * energy

    def clear(self, hour: int, prices: Sequence[int | None]) -> None:
        """Clears an hour in which each of the two zones has this price, fen/MWh, or does not trade."""
        rows, traders = [], []
        for zone, price in enumerate(prices):
            if price is not None:
                traders += [(Offer, SELLERS[zone][0]), (Bid, ("user a", "user b")[zone])]
                rows += [(zone, True, price, 5), (zone, False, price, 5)]
        orders = []
        for (kind, name), row in zip(traders, rows, strict=True):
            word, _ = pack(kind(name, (Segment(row[2], row[3]),)), hour)
            orders.append(self.to("PricedUniformAuction", "submit(uint256)", word, sender=name))
        begins = START + hour * HOUR
        assert all(receipt.success for receipt in self.block(orders, begins + 60).receipts)
        found = solve(Book.of(rows), self.rules, hour)
        bounds = [low << 128 | high for low, high in zip(found.low, found.high, strict=True)]
        (receipt,) = self.block(
            [self.to("PricedUniformAuction", "clear", hour, self.admitted, [], bounds)], begins + GATE
        ).receipts  # fmt: skip
        assert error(receipt) == ""

    def settle(self, hour: int, kwh: Sequence[tuple[str, int]], second: int = GATE + 60) -> str:
        lanes = pack_words([purchase_lane(ZONE[name], NUMBER[name], energy) for name, energy in kwh], 64)
        return error(self.block([self.to("Differences", "settle", hour, lanes)], START + hour * HOUR + second).receipts[0])

    def bought(self, first: int) -> list[tuple[str, int]]:
        """Buyers of all that is sold; `first` kWh of zone a to its first user, nothing of it to its supplier."""
        zone_a = sum(self.energy[name] for name in SELLERS[0])
        first = min(first, zone_a)
        return [
            ("user a", first),
            ("supplier a", 0),
            ("other a", zone_a - first),
            ("user b", sum(self.energy[name] for name in SELLERS[1])),
        ]

    def balances(self) -> dict[str, int]:
        return {name: self.read("Ledger", "balanceOf", NUMBER[name]) for name in NAMES}


@pytest.mark.long
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.integers(1, 40), min_size=SELLING, max_size=SELLING),
    st.lists(st.integers(0, 900), min_size=SELLING, max_size=SELLING),
    st.lists(st.tuples(*[st.none() | st.integers(0, 900)] * 2), min_size=HOURS, max_size=HOURS),
    st.integers(1, 60),
)
def test_everybody_gets_the_agreed_price_less_that_of_the_hour(
    energy: Sequence[int], agreed: Sequence[int], hourly: Sequence[tuple[int | None, int | None]], first: int
) -> None:
    """A seller gets its rate less the hour's price for a kWh, a buyer the hour's price less the mean rate; nothing where there is none."""
    market = Market(energy, agreed)
    rate = {**dict(zip(NAMES[:SELLING], agreed, strict=True)), "import": NEGATIVE}
    for hour, known in enumerate(hourly):
        market.clear(hour, known)
        before = market.balances()
        assert market.settle(hour, market.bought(first)) == ""
        after = market.balances()
        due = dict.fromkeys(NAMES, 0)
        for zone, sellers in enumerate(SELLERS):
            price = known[zone]
            if price is None:
                continue
            total, cost = (sum(market.energy[name] * more for name, more in rate.items() if name in sellers) if money else
                           sum(market.energy[name] for name in sellers) for money in (False, True))  # fmt: skip
            mean = cost // total
            for name in sellers:
                due[name] += (rate[name] - price) * market.energy[name]
            for name, kwh in market.bought(first):
                if ZONE[name] == zone:
                    due[name] += (price - mean) * kwh
            due[("supplier a", "supplier b")[zone]] -= cost - mean * total
        assert {name: after[name] - before[name] for name in NAMES} == due
        recorded = market.read("PricedUniformAuction", "pricesAt", hour)
        assert recorded == tuple(NO_PRICE if price is None else price for price in known) + (NO_PRICE,) * (ZONES - 2)
    assert sum(market.balances().values()) == 0


def test_an_hour_is_settled_from_the_record_of_that_hour_alone() -> None:
    market = Market([3] * SELLING, [200] * SELLING)
    assert market.read("PricedUniformAuction", "pricesAt", 0).error == "NotPriced"
    assert market.settle(0, market.bought(5), 30) == "NotPriced"
    market.clear(0, (300, None))
    assert market.settle(0, market.bought(5)) == ""
    assert market.settle(1, market.bought(5), 30) == "NotPriced"
    market.clear(1, (None, 400))
    assert market.read("PricedUniformAuction", "pricesAt", 0).error == "NotPriced"
    assert market.settle(1, [*market.bought(5), ("user b", 1)]) == "PurchasesDiffer"
    assert market.settle(1, market.bought(5), GATE + 61) == ""


@pytest.mark.parametrize("place", range(4))
def test_terms_are_said_at_birth_and_stay(place: int) -> None:
    pair = Pair()
    hashes = [bytes([1 + number + place]) * 32 for number in range(4)]
    (receipt,) = pair.block([pair.create("Terms", *hashes)], START).receipts
    assert receipt.success
    assert len(receipt.logs) == 1
    assert [pair.read("Terms", name) for name in ("config", "data", "code", "ownCode")] == hashes
