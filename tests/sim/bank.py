"""A bank that keeps the deposits of three traders of an auction, for the tests of collateral and limits."""

from __future__ import annotations

from typing import Any

from pair import CLOCK, POSTER_ROLE, START, Pair, error

from shengdian.sim.adapters import eth_tester
from shengdian.sim.base.orders import pack
from shengdian.sim.base.types import Bid, Offer, Order, Rules, Segment
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Receipt, Transaction
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.clearing import solve
from shengdian.sim.twins import limits

DAY, HOUR, GATE = 86_400, 3600, 1800
CLOSE = DAY - 40
PLANT, EXCHANGE = 1, 4
RULES = Rules(1, (), -1000, 10_000, 0)
SELLER, BUYER, THIRD = TRADERS = ("seller", "buyer", "third")
"""registry numbers 2 to 4; the collateral's own is 5"""
BANK = 5


def offer(*segments: tuple[int, int], trader: str = SELLER) -> Offer:
    return Offer(trader, tuple(Segment(*segment) for segment in segments))


def bid(*segments: tuple[int, int], trader: str = BUYER) -> Bid:
    return Bid(trader, tuple(Segment(*segment) for segment in segments))


class Bank(Pair):
    """An auction of one zone whose orders must be covered for a day of 24 hours."""

    def __init__(
        self,
        auction: str = "UniformAuction",
        period: int = 24,
        cap: int = RULES.cap,
        bond_rate: int | None = None,
        evm: Any = eth_tester,
    ) -> None:
        """`bond_rate` (fen/MWh) is of an auction with a sealed book. `evm` is as Pair has it; on one without keys the collateral can be a
        sender."""
        super().__init__(TRADERS, evm)
        self.auction = auction
        born = (RULES.zones, RULES.floor, cap, RULES.k, CLOCK)
        registry, ledger = self._first("Registry", 1), self._first("Ledger")
        create = [registry, ledger]
        create.append(
            self.create(
                auction, self.contracts["Registry"], self.contracts["Ledger"], born, [], *([] if bond_rate is None else [bond_rate])
            )
        )
        create.append(self.creation(period))
        self.block(create, START - 300)
        self.traders = [self.address[trader] for trader in TRADERS]
        self.everybody = [*self.traders, self.contracts["Collateral"]]
        enrol = [self.to("Registry", "enrol", address, PLANT, 0) for address in self.traders]
        enrol.append(self.to("Registry", "enrol", self.contracts["Collateral"], EXCHANGE, 0))
        grant = [self.to("Ledger", "grantRole", POSTER_ROLE, self.contracts[name]) for name in (auction, "Collateral")]
        self.address["Collateral"] = self.contracts["Collateral"]
        bind = [self.to(auction, "appointCollateral", self.contracts["Collateral"]), self.to(auction, "admit", self.traders)]
        assert self.done([*grant, *enrol, *bind], START - 200) == [""] * 8

    def _first(self, name: str, *more: int) -> Transaction:
        return self.create(name, self.address["operator"], *more)

    def creation(self, period: int) -> Transaction:
        return self.create("Collateral", *(self.contracts[name] for name in ("Registry", "Ledger", self.auction)), period, CLOCK)

    def done(self, transactions: list[Transaction], timestamp: int) -> list[str]:
        """The errors of a block; empty texts where it went well."""
        return [error(receipt) for receipt in self.block(transactions, timestamp).receipts]

    def by(self, sender: str, function: str, *args: object) -> Transaction:
        return self.to("Collateral", function, *args, sender=sender)

    def credit(self, *amounts: int) -> Transaction:
        """By trader."""
        return self.by("operator", "credit", self.traders[: len(amounts)], list(amounts))

    def order(self, order: Order, hour: int = 0) -> Transaction:
        word, more = pack(order, hour)
        if more is None:
            return self.to(self.auction, "submit(uint256)", word, sender=order.trader)
        return self.to(self.auction, "submit(uint256,uint256)", word, more, sender=order.trader)

    def clear(self, hour: int, *orders: Order) -> Transaction:
        rows = [(0, isinstance(order, Offer), segment.price, segment.quantity) for order in orders for segment in order.segments]
        solution = solve(Book.of(rows), RULES, 0)
        bounds = [low << 128 | high for low, high in zip(solution.low, solution.high, strict=True)]
        return self.to(self.auction, "clear", hour, self.traders, [], bounds)

    def close(self, sender: str = "operator") -> Transaction:
        return self.by(sender, "close", self.everybody)

    def code(self, trader: str) -> int:
        """Of what an hour's order of the trader may cost at worst."""
        account, _ = self.read(self.auction, "accountOf", self.address[trader])
        found: int = account >> 220 & 0xFFF
        return found

    def most(self, trader: str) -> int:
        """1e-5 CNY that the code stands for."""
        return limits.decode(self.code(trader))

    def posted(self, *amounts: int) -> list[Transaction]:
        """Whom the ledger comes to owe what, by account number, without an auction."""
        grant = self.to("Ledger", "grantRole", POSTER_ROLE, self.address["operator"])
        return [grant, self.to("Ledger", "post", list(amounts))]

    def balances(self) -> list[int]:
        return [self.read("Ledger", "balanceOf", number) for number in range(BANK + 1)]

    def book(self, trader: str) -> tuple[int, int, bool]:
        found: tuple[int, int, bool] = self.read("Collateral", "bookOf", 2 + TRADERS.index(trader))
        return found

    def cash(self) -> int:
        """All that the collateral holds, 1e-5 CNY."""
        books = [self.read("Collateral", "bookOf", number) for number in range(BANK + 1)]
        held: int = sum(money + deposited for money, deposited, _ in books) + self.read("Collateral", "fund") - self.balances()[BANK]
        return held


def defaults(receipt: Receipt) -> list[tuple[int, int, int, int, int]]:
    """Number, owed, and what covered it."""
    found = []
    for log in receipt.logs:
        if log.address == receipt.transaction.to:
            name, event = interface("Collateral").event(log)
            if name == "Defaulted":
                found.append((event["number"], event["owed"], event["fromCollateral"], event["fromFund"], event["shared"]))
    return found
