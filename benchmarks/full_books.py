"""`python -m benchmarks.full_books 100 1000`: what the dearest books of so many traders cost to clear.

Half of the traders offer and half bid, in different quantities. Everybody is tied with everybody, at one price; or, for pairs, only offers
are and every bid has a price of its own: offers then share every bid, until Pairing's MOST_LOOKS, and that is the dearest book of pairs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from shengdian.sim.adapters import revm
from shengdian.sim.base.orders import pack
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import Bid, Offer, Segment
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.keys import created_address
from shengdian.sim.chain.port import Transaction

START, GATE = 1_700_000_000, 1800
PRICE, NANO, CAP = 5, 1_000_000_000, 1_000_000
TIED, ENOUGH = 37, 10_000
"""kWh: quantities differ by the first; in the second every tied offer has a part"""


def clearing_gas(kind: str, traders: int, segments: int, spread: bool = False) -> int:
    """Gas of clearing an hour in which each of `traders` has `segments` segments; 0 where it fails.

    All are tied; where they are `spread`, only offers are, and every bid has another price.
    """
    chain = revm.create()
    operator = chain.account("operator")
    people = [chain.account(f"trader {number}") for number in range(traders)]
    registry, ledger, auction = (created_address(operator, nonce) for nonce in range(3))
    lines: tuple[()] | tuple[list[int]] = () if kind == "MatchedPairsAuction" else ([],)
    creations = [
        interface("Registry").creation(operator, 1),
        interface("Ledger").creation(operator),
        interface(kind).creation(registry, ledger, (1, 0, CAP, 500_000, Timetable(START).word), *lines),
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
        quantity = (ENOUGH if spread else 1) + TIED * number % 101
        prices = [PRICE + (1 + number * segments + place if spread and side is Bid else 0) for place in range(segments)]
        word, more = pack(side("", tuple(Segment(price, quantity) for price in prices)), 0)
        name = "submit(uint256)" if more is None else "submit(uint256,uint256)"
        arguments = (word,) if more is None else (word, more)
        orders.append(Transaction(person, auction, interface(kind).call(name, *arguments)))
    block = chain.send_block(orders, START + 60)
    assert all(receipt.success for receipt in block.receipts)
    proof: Sequence[list[int]] = ([], [(PRICE * NANO << 128) | PRICE * NANO])
    if kind == "MatchedPairsAuction":
        rows = range(traders * segments)
        sides = sorted(rows, key=lambda row: (row // segments % 2, -row if spread and row // segments % 2 else row))
        proof = ([sum(row << 32 * lane for lane, row in enumerate(sides[word : word + 8])) for word in range(0, len(sides), 8)],)
    clearing = chain.send_block([Transaction(operator, auction, interface(kind).call("clear", 0, people, *proof))], START + GATE)
    return clearing.receipts[0].gas if clearing.receipts[0].success else 0


def main(sizes: Sequence[int]) -> None:
    """Prints gas by auction, traders and segments."""
    for kind, spread in (
        ("UniformAuction", False),
        ("PayAsBidAuction", False),
        ("MatchedPairsAuction", False),
        ("MatchedPairsAuction", True),
    ):
        for segments in (1, 5):
            for traders in sizes:
                book = "offers tied, bids spread" if spread else "all tied"
                print(f"| {kind} | {book} | {traders} | {segments} | {clearing_gas(kind, traders, segments, spread):,} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [100, 200, 1000])
