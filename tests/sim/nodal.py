"""An auction with nodal prices on both chains, with one trader for each order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pair import POSTER_ROLE, START, Pair

from shengdian.sim.adapters import revm
from shengdian.sim.base.orders import pack
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import Bid, NodalSolution, Offer, Rules, Segment
from shengdian.sim.chain.port import Transaction
from shengdian.sim.solve.book import Book
from shengdian.sim.twins.nodal_auction import words_of_network, words_of_solution

PLANT = 1
KIND = "NodalAuction"


class Nodal(Pair):
    """Everybody of a book is admitted, and the orders stand."""

    def __init__(self, book: Book, rules: Rules, evm: Any = revm) -> None:
        self.traders = [f"trader {index}" for index in range(len(book))]
        super().__init__(self.traders, evm)
        operator = self.address["operator"]
        create = [self.create("Registry", operator, rules.zones), self.create("Ledger", operator), self.creation(rules)]
        receipts = self.block(create, START - 100).receipts
        assert all(receipt.success for receipt in receipts)
        self.addresses = [self.address[trader] for trader in self.traders]
        enrol = [
            self.to("Registry", "enrol", address, PLANT, zone) for address, zone in zip(self.addresses, book.zone.tolist(), strict=True)
        ]
        grant = self.to("Ledger", "grantRole", POSTER_ROLE, self.contracts[KIND])
        self.block([grant, *enrol, self.to(KIND, "admit", self.addresses)], START - 50)
        orders = [
            (Offer if book.sells[row] else Bid)(trader, (Segment(int(book.price[row]), int(book.quantity[row])),))
            for row, trader in enumerate(self.traders)
        ]
        placed = [
            self.to(KIND, "submit(uint256)", pack(order, 0)[0], sender=trader) for trader, order in zip(self.traders, orders, strict=True)
        ]
        assert all(receipt.success for receipt in self.block(placed, START + 60).receipts)

    def creation(self, rules: Rules) -> Transaction:
        assert rules.network is not None
        born = (rules.zones, rules.floor, rules.cap, rules.k, Timetable(START).word)
        grid = words_of_network(rules.network, rules.zones)
        return self.create(KIND, self.contracts["Registry"], self.contracts["Ledger"], born, grid)

    def clear(self, solution: NodalSolution, traders: Sequence[bytes] | None = None, sender: str = "operator") -> Transaction:
        words = words_of_solution(solution)
        return self.to(KIND, "clear", 0, self.addresses if traders is None else list(traders), *words, sender=sender)

    def balances(self) -> list[int]:
        return [self.read("Ledger", "balanceOf", number) for number in range(2 + len(self.traders))]
