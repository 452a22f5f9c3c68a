"""`python -m benchmarks.nodal_gas`: what creating and clearing an auction with nodal prices costs, by nodes and branches, on revm.

The five buses of PJM, and a made-up meshed network of 31 nodes and 60 branches, with one order a trader. Nothing here depends on the
machine. Clearing is the first hour: the ledger's slots are new.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shengdian.regions.region import Region
from shengdian.sim.adapters import revm
from shengdian.sim.base.orders import pack
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import Bid, Network, Offer, Rules, Segment
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.keys import created_address
from shengdian.sim.chain.port import Transaction
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.nodal_clearing import solve_nodal
from shengdian.sim.solve.ptdf import Branch, factors_of
from shengdian.sim.twins.nodal_auction import words_of_network, words_of_solution

START, GATE = 1_700_000_000, 1800
KIND, CAP, SEED = "NodalAuction", 100_000, 31
DEMAND = 300_000
"""kWh of an hour and node, about, in the network of 31 nodes"""


class Cost(NamedTuple):
    """What an auction costs."""

    nodes: int
    rows: int
    full: int
    """rows in the solution"""
    orders: int
    creation: int
    """gas, with the network in it"""
    clearing: int
    """gas of the first hour"""
    calldata: int
    """bytes of `clear`"""


def five_buses() -> tuple[Book, Rules]:
    """The shipped region, with bids at the cap."""
    region = Region.load("pjm-five-bus")
    zone = {name: at for at, name in enumerate(region.zones)}
    branches = [Branch(zone[row.source_zone], zone[row.target_zone], row.reactance_ohm or 0.0) for row in region.lines]
    limits = tuple(round(1000 * row.capacity_mw) for row in region.lines)
    rows = [(zone[row.zone], True, round(100 * (row.cost_per_mwh or 0.0)), round(1000 * row.capacity_mw)) for row in region.plants]
    loads = {name: round(1000 * region.load_days[name, 1, "mean"][0]) for name in region.zones}
    rows += [(zone[name], False, CAP, energy) for name, energy in loads.items() if energy]
    return Book.of(rows), Rules(5, (), 0, CAP, 500_000, Network(factors_of(branches, 5), limits, limits))


def meshed(nodes: int = 31, branches: int = 60) -> tuple[Book, Rules]:
    """A ring with chords, three offers and two bids a node, drawn from a fixed seed."""
    random = np.random.default_rng(SEED)
    ends = [(node, (node + 1) % nodes) for node in range(nodes)]
    while len(ends) < branches:
        one, other = sorted(random.choice(nodes, 2, replace=False).tolist())
        if (one, other) not in ends:
            ends.append((one, other))
    joined = [Branch(*pair, float(random.uniform(0.5, 2.0))) for pair in ends]
    limits = tuple(random.integers(DEMAND // 4, DEMAND, branches).tolist())
    rows = []
    for node in range(nodes):
        level = int(random.integers(10_000, 50_000))
        rows += [(node, True, level + int(random.integers(0, 10_000)), int(random.integers(1, DEMAND))) for _ in range(3)]
        rows += [(node, False, int(random.integers(30_000, CAP)), int(random.integers(1, DEMAND))) for _ in range(2)]
    return Book.of(rows), Rules(nodes, (), 0, CAP, 500_000, Network(factors_of(joined, nodes), limits, limits))


def cost(book: Book, rules: Rules) -> Cost:
    """What one order a trader costs to clear. Raises RuntimeError where the auction refuses it."""
    assert rules.network is not None, "of nodal prices"
    chain = revm.create()
    operator = chain.account("operator")
    people = [chain.account(f"trader {number}") for number in range(len(book))]
    registry, ledger, auction = (created_address(operator, nonce) for nonce in range(3))
    born = (rules.zones, rules.floor, rules.cap, rules.k, Timetable(START).word)
    creations = [
        interface("Registry").creation(operator, rules.zones),
        interface("Ledger").creation(operator),
        interface(KIND).creation(registry, ledger, born, words_of_network(rules.network, rules.zones)),
    ]
    created = chain.send_block([Transaction(operator, b"", data) for data in creations], START - 10).receipts[2]
    role = interface("Ledger").returned("POSTER_ROLE", chain.call(Transaction(operator, ledger, interface("Ledger").call("POSTER_ROLE"))))
    set_up = [(ledger, interface("Ledger").call("grantRole", role, auction))]
    set_up += [
        (registry, interface("Registry").call("enrol", person, 1, zone)) for person, zone in zip(people, book.zone.tolist(), strict=True)
    ]
    set_up.append((auction, interface(KIND).call("admit", people)))
    chain.send_block([Transaction(operator, to, data) for to, data in set_up], START - 5)
    orders = [
        Transaction(person, auction, interface(KIND).call("submit(uint256)", word))
        for person, word in zip(people, _words(book), strict=True)
    ]
    chain.send_block(orders, START + 60)
    solution = solve_nodal(book, rules)
    data = interface(KIND).call("clear", 0, people, *words_of_solution(solution))
    cleared = chain.send_block([Transaction(operator, auction, data)], START + GATE).receipts[0]
    if not cleared.success:
        raise RuntimeError("the auction refuses the solution")
    rows = len(rules.network.up)
    return Cost(rules.zones, rows, len(solution.duals), len(book), created.gas, cleared.gas, len(data))


def _words(book: Book) -> Sequence[int]:
    """An order of one segment a row."""
    columns = zip(book.sells.tolist(), book.price.tolist(), book.quantity.tolist(), strict=True)
    return [pack((Offer if sells else Bid)("", (Segment(price, quantity),)), 0)[0] for sells, price, quantity in columns]


def main() -> None:
    """A line a network on stdout."""
    lines = [" | ".join(Cost._fields), " | ".join(["---"] * len(Cost._fields))]
    lines += [" | ".join(f"{figure:,}" for figure in cost(*case)) for case in (five_buses(), meshed())]
    print("\n".join(f"| {line} |" for line in lines))  # noqa: T201


if __name__ == "__main__":
    main()
