"""Twin of NodalAuction.sol: one stage over a network whose flows follow from net exports, one price a node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shengdian.sim.base.types import Network, NodalSolution
from shengdian.sim.base.units import NO_PRICE, U32
from shengdian.sim.solve.branch_flows import duals_of_words
from shengdian.sim.solve.flow_certificate import certify_nodal
from shengdian.sim.solve.ptdf import FEWEST_TOLERANCES
from shengdian.sim.twins import World
from shengdian.sim.twins.auction import Auction, pay_rent
from shengdian.sim.twins.order_book import packed

ROWS_A_WORD = 8
_WIDEST = 2**29
"""ticks from 0 within which floor and cap lie"""
NO_LIMIT = (1 << 128) - 1
"""kWh that stand for none"""

GridWords = tuple[Sequence[int], Sequence[int], int]
"""limits, factors and tolerance of a network, as the constructor takes them"""


class NodalAuction(Auction):
    """One stage over a network; everyone at a node gets or pays its price."""

    def __init__(self, world: World, address: bytes, registry: bytes, ledger: bytes, rules: tuple[int, ...], grid: GridWords) -> None:
        super().__init__(world, address, registry, ledger, rules, ())
        limits, factors, tolerance = grid
        zones, floor, cap, *_ = rules
        if floor < -_WIDEST or cap > _WIDEST:
            self.revert("PricesTooWide")
        self._require_length(factors, -(-len(limits) // ROWS_A_WORD) * zones)
        least = FEWEST_TOLERANCES * tolerance
        for row, word in enumerate(limits):
            for limit in (word >> 128, word & NO_LIMIT):
                if limit < least:
                    self.revert("LimitTooSmall", row, limit, least)
        self._grid = (tuple(limits), tuple(factors), tolerance)
        self._rules = replace(self._rules, network=network_of_words(self._grid, zones))

    def grid(self) -> list[object]:
        """The network that the auction was born with: limits, factors and tolerance."""
        limits, factors, tolerance = self._grid
        return [list(limits), list(factors), tolerance]

    def clear(self, hour: int, traders: Sequence[bytes], positions: Sequence[int], levels: int, duals: Sequence[int]) -> None:
        """Clears an hour; `positions` (a word a zone), `levels` and `duals` (a word a full row) prove the fills and prices.

        `traders` are all who are admitted, in number order. A wrong proof is refused by the name of what does not hold (`certify_nodal`).
        """
        self._close(hour)
        self._require_length(positions, self._rules.zones)
        book, numbers = self._book(hour, traders)
        solution = solution_of_words(positions, levels, duals)
        clearing = certify_nodal(book, self._rules, solution)

        amounts = self._no_money()
        pay_rent(amounts, clearing.rent)
        bought = np.where(book.sells, -clearing.fills, clearing.fills)
        for row in np.flatnonzero(bought).tolist():
            price = clearing.prices[book.zone[row]]
            assert price is not None, "where anything trades, every node has a price"
            amounts[numbers[row]] -= price * int(bought[row])
        prices = [NO_PRICE if price is None else price for price in clearing.prices]
        self.emit("HourCleared", hour, 1, prices, [], packed(clearing.fills), clearing.gap)
        self.emit("NetworkCleared", hour, list(solution.net), list(duals))
        self._post(hour, amounts)


def words_of_network(network: Network, zones: int) -> GridWords:
    """A network as the constructor takes it."""
    limits = [up << 128 | (NO_LIMIT if down is None else down) for up, down in zip(network.up, network.down, strict=True)]
    factors = []
    for first in range(0, len(limits), ROWS_A_WORD):
        block = network.factors[first : first + ROWS_A_WORD]
        factors += [sum(row[zone] << 32 * lane for lane, row in enumerate(block)) for zone in range(zones)]
    return limits, factors, network.tolerance


def network_of_words(grid: GridWords, zones: int) -> Network:
    """The network that the words say."""
    limits, factors, tolerance = grid
    rows = tuple(
        tuple(factors[row // ROWS_A_WORD * zones + zone] >> 32 * (row % ROWS_A_WORD) & U32 for zone in range(zones))
        for row in range(len(limits))
    )
    down = tuple(None if word & NO_LIMIT == NO_LIMIT else word & NO_LIMIT for word in limits)
    return Network(rows, tuple(word >> 128 for word in limits), down, tolerance)


def words_of_solution(solution: NodalSolution) -> tuple[list[int], int, list[int]]:
    """Positions, levels and duals as `clear` takes them. Raises OverflowError for a figure that its lane does not hold."""
    positions = [
        _lane(net, 64) << 192 | _lane(low, 96) << 96 | _lane(high, 96)
        for net, low, high in zip(solution.net, *solution.directions, strict=True)
    ]
    low, high = solution.levels
    duals = [dual.row << 240 | _lane(dual.low, 120) << 120 | _lane(dual.high, 120) for dual in solution.duals]
    return positions, _lane(low, 128) << 128 | _lane(high, 128), duals


def solution_of_words(positions: Sequence[int], levels: int, duals: Sequence[int]) -> NodalSolution:
    """The solution that the words say."""
    return NodalSolution(
        tuple(_signed(word >> 192, 64) for word in positions),
        (_signed(levels >> 128, 128), _signed(levels, 128)),
        tuple(duals_of_words(duals)),
        (tuple(_signed(word >> 96, 96) for word in positions), tuple(_signed(word, 96) for word in positions)),
    )


def _lane(value: int, bits: int) -> int:
    """A signed value in so many bits."""
    if not -(1 << bits - 1) <= value < 1 << bits - 1:
        raise OverflowError(f"{value} does not fit in {bits} bits")
    return value & (1 << bits) - 1


def _signed(word: int, bits: int) -> int:
    """The signed value in the lowest bits of a word."""
    value = word & (1 << bits) - 1
    return value - (1 << bits) if value >> bits - 1 else value
