"""Twin of CorridorMatchingAuction.sol: every province alone, then the inter-provincial spot rule over paths of lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.units import NO_PRICE
from shengdian.sim.chain.abi_words import unpack_words
from shengdian.sim.solve.book import Book, Integers
from shengdian.sim.solve.certificate import certify
from shengdian.sim.solve.corridor_matching import match, match_words
from shengdian.sim.solve.paths import MOST_LEGS, Path, path_of, unpack_path
from shengdian.sim.solve.regional_book import offered, wanted
from shengdian.sim.twins import PANIC, World
from shengdian.sim.twins.auction import pay_rent
from shengdian.sim.twins.order_book import LineWords, packed
from shengdian.sim.twins.second_stage import SecondStage


class CorridorMatchingAuction(SecondStage):
    """Two stages: every province alone, then what is left meets over paths of lines, the largest price difference first."""

    def __init__(
        self,
        world: World,
        address: bytes,
        registry: bytes,
        ledger: bytes,
        rules: tuple[int, ...],
        lines: Sequence[LineWords],
        surplus_deficit: int,
        paths: Sequence[int],
    ) -> None:
        super().__init__(world, address, registry, ledger, rules, lines, surplus_deficit)
        self._lines = tuple(replace(line, tariff=line.charge) for line in self._rules.lines)
        self._words = tuple(paths)
        self._paths = tuple(self._checked(index, word) for index, word in enumerate(paths))

    def _checked(self, index: int, word: int) -> Path:
        count = word & 0xFF
        if not 1 <= count <= MOST_LEGS:
            self.revert("PathLength", index, count)
        legs = unpack_path(word)
        passed: list[int] = []
        for place, leg in enumerate(legs):
            if leg >= len(self._lines):
                self.revert("UnknownLeg", index, leg, len(self._lines))
            line = self._lines[leg]
            if place == 0:
                passed.append(line.source)
            elif line.source != passed[-1]:
                self.revert("PathBroken", index, place)
            if line.target in passed:
                self.revert("PassedTwice", index, line.target)
            passed.append(line.target)
        path = path_of(self._lines, legs)
        if not path.coe:
            self.revert("NothingArrives", index)
        return path

    def convert(self, path: int, price: int, energy: int) -> tuple[int, int]:
        """What a bid (fen/MWh) is worth at the path's first node, 1e-18 fen/MWh, and kWh to send so that `energy` kWh arrive.

        Panics with 0x32 for a path that there is not.
        """
        if path >= len(self._paths):
            raise Reverted(PANIC, {"code": 0x32})
        return self._paths[path].converted(price), self._paths[path].sent(energy)

    def path_count(self) -> int:
        """How many paths there are."""
        return len(self._words)

    def path_at(self, path: int) -> int:
        """The word of a path: legs in the lowest 8 bits, then the line of each in 8 bits. Panics with 0x32 for one that there is not."""
        if path >= len(self._words):
            raise Reverted(PANIC, {"code": 0x32})
        return self._words[path]

    def clear(self, hour: int, traders: Sequence[bytes], bounds: Sequence[int], sequence: Sequence[int]) -> None:
        """Clears an hour; `sequence` has the rows of the book that take part in the region, sorted, eight a word.

        `bounds` proves the provincial stage, a word a zone. Refuses a wrong proof, and a wrong sequence with UnknownRow, NothingToTrade or
        OutOfOrder.
        """
        self._close(hour)
        book, numbers = self._book(hour, traders)
        zones = self._rules.zones
        self._require_length(bounds, zones)
        provincial = certify(book, replace(self._rules, lines=()), self._submission((), bounds), hour)
        first = provincial.fills
        book = self._entered(hour, traders, book, numbers)
        self._require_sorted(book, first, sequence)
        room = [line.capacity for line in self._rules_at(hour).lines]
        matched = match(book, first, self._reading, numbers, self._paths, room, zones)
        final = first + np.where(book.sells, matched.sold - matched.bought, matched.bought)

        amounts = self._no_money()
        self._settle(amounts, book, numbers, provincial, np.where(book.sells, -first, first))
        for number, money in zip(numbers, matched.money.tolist(), strict=True):
            amounts[number] += money
        amounts[0] += sum(line.tariff * received for line, (_, received) in zip(self._lines, matched.flows, strict=True))
        pay_rent(amounts, -sum(amounts))
        self._announce(hour, 0, provincial, (), first)
        prices = [NO_PRICE if price is None else price for price in matched.prices]
        flows = [sent << 128 | received for sent, received in matched.flows]
        self.emit("HourCleared", hour, 1, prices, flows, packed(final), 0)
        self.emit("MatchesMade", hour, match_words(matched.matches))
        self._post(hour, amounts)

    def _require_sorted(self, book: Book, fills: Integers, sequence: Sequence[int]) -> None:
        """The sequence holds everyone who takes part, in order."""
        offers, bids = offered(book, fills, self._reading), wanted(book, fills, self._reading)
        selling, buying = int((offers > 0).sum()), int((bids > 0).sum())
        self._require_length(sequence, -(-(selling + buying) // 8))
        prices = book.in_region().price
        last: tuple[int, ...] = ()
        for place, row in enumerate(unpack_words(sequence, 32)[: selling + buying]):
            if row >= len(book):
                self.revert("UnknownRow", row, len(book))
            sells = place < selling
            if not (offers if sells else bids)[row]:
                self.revert("NothingToTrade", place, row)
            price = int(prices[row])
            key = (not sells, int(book.zone[row]), price if sells else -price, row)
            if key <= last:
                self.revert("OutOfOrder", place)
            last = key
