"""Sealed auctions and their twins agree bit for bit: commit, reveal, forfeit, and every refusal on the way."""

from __future__ import annotations

import pytest
from pair import CLOCK, POSTER_ROLE, START, Pair, error
from tiny_books import tiny_book, tiny_rules

from shengdian.sim.base.orders import Orders, pack
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import Bid, Offer, Order, Segment
from shengdian.sim.chain.port import Block
from shengdian.sim.solve.pairing import sequence, sequence_words
from shengdian.sim.twins.envelopes import HASH_BITS, commitment, committed, envelopes, random_salts, seeded_salts

REVEALS_FROM = Timetable(0).reveals(0)

PLANT, HOUR, GATE, RATE = 1, 3600, 1800, 77
"""RATE is fen/MWh of the bond"""
BOOK = tiny_book("s10@1 s10@3 b12@8 b6@6")
TRADERS = ["a", "b", "c", "d"]
LONG = Offer("a", tuple(Segment(price, 2) for price in (1, 2, 3, 4)))
LINES: list[object] = []


class Sealed(Pair):
    """An auction with a sealed book and four traders."""

    def __init__(self, kind: str = "MatchedPairsAuction") -> None:
        super().__init__(TRADERS)
        self.kind = f"Sealed{kind}"
        rules = tiny_rules(zones=1)
        born = (rules.zones, rules.floor, rules.cap, rules.k, CLOCK)
        create = [self.create("Registry", self.address["operator"], 1), self.create("Ledger", self.address["operator"])]
        lines = {"MatchedPairsAuction": (), "TwoStageAuction": (LINES, 2)}.get(kind, (LINES,))
        create.append(self.create(self.kind, self.contracts["Registry"], self.contracts["Ledger"], born, *lines, RATE))
        self.block(create, START - 100)
        enrol = [self.to("Registry", "enrol", self.address[name], PLANT, 0) for name in TRADERS]
        grant = self.to("Ledger", "grantRole", POSTER_ROLE, self.contracts[self.kind])
        self.block([grant, *enrol, self.to(self.kind, "admit", [self.address[name] for name in TRADERS])], START - 50)

    def orders(self) -> list[Order]:
        rows = zip(TRADERS, BOOK.sells, BOOK.price.tolist(), BOOK.quantity.tolist(), strict=True)
        return [(Offer if sells else Bid)(name, (Segment(price, quantity),)) for name, sells, price, quantity in rows]

    def commit(self, orders: list[Order], at: int = 60, hour: int = 0) -> Block:
        closed = envelopes(Orders.of(orders), hour, seeded_salts(1), self.address.__getitem__)
        return self.block([envelope.commit(self.contracts[self.kind]) for envelope in closed], START + hour * HOUR + at)

    def reveal(self, orders: list[Order], at: int = REVEALS_FROM, hour: int = 0) -> Block:
        closed = envelopes(Orders.of(orders), hour, seeded_salts(1), self.address.__getitem__)
        return self.block([envelope.reveal(self.contracts[self.kind]) for envelope in closed], START + hour * HOUR + at)

    def balances(self) -> list[int]:
        return [self.read("Ledger", "balanceOf", number) for number in range(2 + len(TRADERS))]


def errors(block: Block) -> list[str]:
    return [error(receipt) for receipt in block.receipts]


def test_revealed_orders_clear_as_open_ones_do() -> None:
    market = Sealed()
    assert errors(market.commit(market.orders())) == [""] * 4
    assert errors(market.reveal(market.orders())) == [""] * 4
    clear = market.to(market.kind, "clear", 0, [market.address[name] for name in TRADERS], sequence_words(sequence(BOOK)))
    assert errors(market.block([clear], START + GATE)) == [""]
    assert market.balances() == [0, 0, 40, 34, -50, -24]  # as in test_matched_pairs_twin


@pytest.mark.parametrize("kind", ["UniformAuction", "PayAsBidAuction", "TwoStageAuction"])
def test_every_auction_has_a_sealed_form(kind: str) -> None:
    market = Sealed(kind)
    assert errors(market.commit([LONG])) == [""]
    assert errors(market.reveal([LONG])) == [""]
    account, more = market.read(market.kind, "accountOf", market.address["a"])
    word, second = pack(LONG, 0)
    assert (account & (1 << 220) - 1, more) == (word, second)
    assert market.read(market.kind, "bondRate") == RATE


def test_unrevealed_and_invalid_orders_are_void_and_cost_the_bond() -> None:
    market = Sealed()
    orders = market.orders()
    orders[1] = Offer("b", (Segment(11, 5),))
    market.commit(orders)
    assert errors(market.reveal(orders[:3])) == ["", "PriceAboveCap", ""]
    addresses = [market.address[name] for name in TRADERS]
    forfeits = [market.to(market.kind, "forfeit", 0, who, sender="stranger") for who in (addresses[:1], addresses[1::2], addresses[1:2])]
    assert errors(market.block(forfeits, START + GATE - 1)) == ["GateOpen"] * 3
    assert errors(market.block(forfeits, START + GATE)) == ["NothingForfeited", "", "NothingForfeited"]
    assert market.balances() == [0, 11 * RATE, 0, -5 * RATE, 0, -6 * RATE]
    clear = market.to(market.kind, "clear", 0, addresses, [1 << 32])
    assert errors(market.block([clear], START + GATE + 1)) == [""]
    assert market.balances() == [0, 11 * RATE, 40, -5 * RATE, -40, -6 * RATE]


@pytest.mark.parametrize("hour", [0, 1, 5])
def test_windows_of_commit_and_reveal_meet_at_minute_15(hour: int) -> None:
    market = Sealed()
    orders = market.orders()
    assert errors(market.commit(orders[:1], REVEALS_FROM - 2, hour)) == [""]
    assert errors(market.reveal(orders[:1], REVEALS_FROM - 1, hour)) == ["RevealsNotOpen"]
    assert errors(market.commit(orders[1:2], REVEALS_FROM, hour)) == ["CommitmentsClosed"]
    assert errors(market.reveal(orders[:2], GATE - 1, hour)) == ["", "NotCommitted"]
    assert errors(market.reveal(orders[:1], GATE, hour)) == ["GateClosed"]


@pytest.mark.parametrize("hour", [1, 5])
def test_bond_of_a_later_hour_is_forfeited_from_its_gate_on(hour: int) -> None:
    market = Sealed()
    market.commit(market.orders()[:2], hour=hour)
    assert errors(market.reveal(market.orders()[:1], hour=hour)) == [""]
    a, b = (market.address[name] for name in ("a", "b"))
    who = [(hour, a), (hour, b), (hour - 1, b), (hour, b)]
    forfeits = [market.to(market.kind, "forfeit", each, [trader], sender="stranger") for each, trader in who]
    begun = START + hour * HOUR
    assert errors(market.block(forfeits[1:2], begun + GATE - 1)) == ["GateOpen"]
    assert errors(market.block(forfeits, begun + GATE)) == ["NothingForfeited", "", "NothingForfeited", "NothingForfeited"]
    assert market.balances() == [0, 10 * RATE, 0, -10 * RATE, 0, 0]


@pytest.mark.parametrize("count", [1, 3, 4, 5])
def test_order_of_any_length_is_revealed(count: int) -> None:
    market = Sealed()
    order = Offer("a", tuple(Segment(price, 2) for price in range(count)))
    assert errors(market.commit([order])) == [""]
    assert errors(market.reveal([order])) == [""]
    account, _ = market.read(market.kind, "accountOf", market.address["a"])
    assert account & (1 << 220) - 1 == pack(order, 0)[0]


def test_nobody_reveals_another_order_or_a_copied_commitment() -> None:
    market = Sealed()
    a, b = market.orders()[:2]
    closed, other = envelopes(Orders.of([a, b]), 0, seeded_salts(1), market.address.__getitem__)
    word = closed.commitment
    copied = market.to(market.kind, "commit", word, sender="b")
    strange = market.to(market.kind, "commit", word, sender="stranger")
    late = market.to(market.kind, "commit", commitment(1, 0, 0, 0, market.address["a"], 0), sender="a")
    taken = market.block([closed.commit(market.contracts[market.kind]), copied, strange, late], START + 60)
    assert errors(taken) == ["", "", "NotAdmitted", "WrongHour"]
    assert market.read(market.kind, "commitmentOf", market.address["b"]) == word
    order, more, salt = (int.from_bytes(closed.contents[at : at + 32], "big") for at in (0, 32, 64))
    reveals = [
        market.to(market.kind, "reveal", order, more, salt, sender="b"),
        market.to(market.kind, "reveal", order, more, salt + 1, sender="a"),
        market.to(market.kind, "reveal", order + 1, more, salt, sender="a"),
        other.reveal(market.contracts[market.kind]),
        closed.reveal(market.contracts[market.kind]),
    ]
    assert errors(market.block(reveals, START + REVEALS_FROM)) == ["NotCommitted"] * 4 + [""]


def test_sealed_book_takes_no_open_order_and_none_back() -> None:
    market = Sealed()
    calls = [("submit(uint256)", 0), ("submit(uint256,uint256)", 0, 0), ("withdraw",)]
    block = market.block([market.to(market.kind, *call, sender="a") for call in calls], START + 60)
    assert errors(block) == ["OrdersAreSealed"] * 3


def test_last_commitment_counts() -> None:
    market = Sealed()
    a = market.orders()[0]
    market.commit([LONG])
    market.commit([a], 61)
    assert errors(market.reveal([LONG])) == ["NotCommitted"]
    assert errors(market.reveal([a], REVEALS_FROM + 1)) == [""]


def test_salts_differ_by_trader_hour_and_seed() -> None:
    address = {name: bytes(20) for name in TRADERS}.__getitem__
    same = [Offer(name, (Segment(1, 1),)) for name in ("a", "b")]
    salts = [seeded_salts(seed) for seed in (1, 2)]
    found = [envelope.contents[64:] for hour in (0, 1) for salt in salts for envelope in envelopes(Orders.of(same), hour, salt, address)]
    assert len(set(found)) == 8
    assert envelopes(Orders.of(same), 0, salts[0], address) == envelopes(Orders.of(same), 0, seeded_salts(1), address)


def test_random_salts_are_the_same_within_the_hour_and_in_no_other() -> None:
    address = {name: bytes(20) for name in TRADERS}.__getitem__
    orders, salt = Orders.of([Offer(name, (Segment(1, 1),)) for name in ("a", "b")]), random_salts()
    first = envelopes(orders, 0, salt, address)
    assert envelopes(orders, 0, salt, address) == first
    others = [*envelopes(orders, 1, salt, address), *envelopes(orders, 0, random_salts(), address)]
    assert len({envelope.contents[64:] for envelope in (*first, *others)}) == 6


@pytest.mark.parametrize(("order", "energy"), [(Offer("a", (Segment(1, 10),)), 10), (LONG, 8)])
def test_order_of_more_energy_than_was_committed_is_refused(order: Order, energy: int) -> None:
    word, more = pack(order, 0)
    for said, refused in ((energy - 1, "MoreThanCommitted"), (energy, ""), (energy + 1, "")):
        market = Sealed()
        closed = commitment(0, word, more or 0, 5, market.address["a"], said)
        assert committed(closed) == (0, said)
        assert errors(market.block([market.to(market.kind, "commit", closed, sender="a")], START + 60)) == [""]
        reveal = market.to(market.kind, "reveal", word, more or 0, 5, sender="a")
        assert errors(market.block([reveal], START + REVEALS_FROM)) == [refused]


def test_energy_of_a_commitment_cannot_be_said_otherwise_at_the_reveal() -> None:
    market = Sealed()
    closed = envelopes(Orders.of(market.orders()[:1]), 0, seeded_salts(1), market.address.__getitem__)[0]
    market.block([market.to(market.kind, "commit", closed.commitment - (1 << HASH_BITS), sender="a")], START + 60)
    assert errors(market.block([closed.reveal(market.contracts[market.kind])], START + REVEALS_FROM)) == ["MoreThanCommitted"]


@pytest.mark.parametrize("count", [0, 6, 7])
def test_energy_of_an_order_that_has_no_such_segments_is_the_same_on_both_sides(count: int) -> None:
    address = Sealed().address["a"]
    word, more = count << 192 | (1 << 192) - 1, (1 << 256) - 1
    for at, said in enumerate((0, 2**32 - 1)):
        closed = commitment(0, word, more, 5, address, said)
        fresh = Sealed()
        fresh.block([fresh.to(fresh.kind, "commit", closed, sender="a")], START + 60)
        expected = "SegmentCount" if count == 0 else "MoreThanCommitted"
        reveal = fresh.to(fresh.kind, "reveal", word, more, 5, sender="a")
        assert errors(fresh.block([reveal], START + REVEALS_FROM + at)) == [expected]


def test_no_new_commitment_while_a_bond_is_unpaid() -> None:
    market = Sealed()
    orders = market.orders()[:2]
    market.commit(orders)
    market.reveal(orders[:1])
    assert errors(market.commit(orders, hour=1)) == ["", "BondUnpaid"]
    taken = market.to(market.kind, "forfeit", 0, [market.address["b"]], sender="stranger")
    assert errors(market.block([taken], START + HOUR + 61)) == [""]
    assert market.balances() == [0, 10 * RATE, 0, -10 * RATE, 0, 0]
    assert errors(market.commit(orders[1:], 62, hour=1)) == [""]
