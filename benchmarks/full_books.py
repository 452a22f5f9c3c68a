"""`python -m benchmarks.full_books 100 1000`: what the dearest book of so many traders costs to clear.

Half of the traders offer and half bid, all at one price and with different quantities, so that everybody is tied with everybody: the
dearest book that traders can make. A bid and an offer of pairs then meet in as many trades as there are bids times offers.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from shengdian.sim.adapters import revm
from shengdian.sim.base.orders import pack
from shengdian.sim.base.types import Bid, Offer, Segment
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.keys import created_address
from shengdian.sim.chain.port import Transaction

START, GATE = 1_700_000_000, 1800
PRICE, NANO = 5, 1_000_000_000


def clearing_gas(kind: str, traders: int, segments: int) -> int:
    """Gas of clearing an hour in which each of `traders` has `segments` tied segments; 0 where it fails."""
    chain = revm.create()
    operator = chain.account("operator")
    people = [chain.account(f"trader {number}") for number in range(traders)]
    registry, ledger, auction = (created_address(operator, nonce) for nonce in range(3))
    lines: tuple[()] | tuple[list[int]] = () if kind == "MatchedPairsAuction" else ([],)
    creations = [
        interface("Registry").creation(operator, 1),
        interface("Ledger").creation(operator),
        interface(kind).creation(registry, ledger, (1, 0, 10, 500_000, START), *lines),
    ]
    chain.send_block([Transaction(operator, b"", data) for data in creations], START - 10)
    role = interface("Ledger").returned("POSTER_ROLE", chain.call(Transaction(operator, ledger, interface("Ledger").call("POSTER_ROLE"))))
    set_up = [(ledger, interface("Ledger").call("grantRole", role, auction))]
    set_up += [(registry, interface("Registry").call("enrol", person, 1, 0)) for person in people]
    set_up += [(auction, interface(kind).call("admit", people[first : first + 500])) for first in range(0, traders, 500)]
    chain.send_block([Transaction(operator, to, data) for to, data in set_up], START - 5)
    orders = []
    for number, person in enumerate(people):
        side = Offer if number % 2 == 0 else Bid
        word, more = pack(side("", (Segment(PRICE, 1 + 37 * number % 101),) * segments), 0)
        name = "submit(uint256)" if more is None else "submit(uint256,uint256)"
        arguments = (word,) if more is None else (word, more)
        orders.append(Transaction(person, auction, interface(kind).call(name, *arguments)))
    block = chain.send_block(orders, START + 60)
    assert all(receipt.success for receipt in block.receipts)
    proof: Sequence[list[int]] = ([], [(PRICE * NANO << 128) | PRICE * NANO])
    if kind == "MatchedPairsAuction":
        rows = range(traders * segments)
        sides = sorted(rows, key=lambda row: (row // segments % 2, row))
        proof = ([sum(row << 32 * lane for lane, row in enumerate(sides[word : word + 8])) for word in range(0, len(sides), 8)],)
    clearing = chain.send_block([Transaction(operator, auction, interface(kind).call("clear", 0, people, *proof))], START + GATE)
    return clearing.receipts[0].gas if clearing.receipts[0].success else 0


def main(sizes: Sequence[int]) -> None:
    """Prints gas by auction, traders and segments."""
    for kind in ("UniformAuction", "PayAsBidAuction", "MatchedPairsAuction"):
        for segments in (1, 5):
            for traders in sizes:
                if kind == "MatchedPairsAuction" and traders * segments > 1000:
                    continue
                print(f"| {kind} | {traders} | {segments} | {clearing_gas(kind, traders, segments):,} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [100, 200, 1000])
