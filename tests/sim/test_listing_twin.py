"""Listings and their twin agree bit for bit: random posts, takes, cancellations and shares, and every refusal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pair import CLOCK, POSTER_ROLE, START, Pair, error

from shengdian.sim.adapters import eth_tester, revm
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Transaction

TRADERS = ("poster", "first", "second", "away")
"""registry numbers 2 to 5; the last is in another zone"""
GATE = 1800
some = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


class Board(Pair):
    """Listings between -10 and 100 fen/MWh on both chains."""

    def __init__(self, traders: Sequence[str] = TRADERS, evm: Any = eth_tester) -> None:
        super().__init__(traders, evm)
        self.traders = traders
        create = [self.create("Registry", self.address["operator"], 2), self.create("Ledger", self.address["operator"])]
        create.append(self.create("Listing", self.contracts["Registry"], self.contracts["Ledger"], -10, 100, CLOCK))
        self.block(create, START - 100)
        enrol = [self.to("Registry", "enrol", self.address[trader], 1, int(trader == "away")) for trader in traders]
        self.block([self.to("Ledger", "grantRole", POSTER_ROLE, self.contracts["Listing"]), *enrol], START - 50)

    def by(self, sender: str, function: str, *args: object) -> Transaction:
        return self.to("Listing", function, *args, sender=sender)

    def errors(self, calls: list[Transaction], timestamp: int) -> list[str]:
        return [error(receipt) for receipt in self.block(calls, timestamp).receipts]

    def balances(self) -> list[int]:
        return [self.read("Ledger", "balanceOf", number) for number in range(2 + len(self.traders))]


def calls() -> st.SearchStrategy[tuple[object, ...]]:
    listing = st.sampled_from((0, 0, 0, 1, 2))
    return st.one_of(
        st.tuples(st.just("post"), st.sampled_from((0, 0, 1)), st.booleans(), st.integers(-12, 102), st.integers(0, 1000)),
        st.tuples(st.just("take"), listing, st.one_of(st.integers(0, 50), st.integers(0, 1500))),
        st.tuples(st.just("take"), listing, st.integers(1, 400)),
        st.tuples(st.sampled_from(("share", "cancel")), listing),
    )


@some
@given(
    blocks=st.lists(
        st.tuples(st.integers(1, 500), st.lists(st.tuples(st.sampled_from((*TRADERS, "stranger")), calls()), max_size=8)), max_size=5
    )
)
def test_random_sequences_of_calls(blocks: list[tuple[int, list[tuple[str, tuple[str, ...]]]]]) -> None:
    board, time = Board(), START + 1
    first = [board.by("poster", "post", 0, True, 20, 700), board.by("first", "post", 0, False, -3, 400)]
    assert board.errors(first, time) == ["", ""]
    for pause, sent in blocks:
        time += pause
        board.block([board.by(sender, *call) for sender, call in sent], time)
    for listing in range(board.read("Listing", "listings") + 1):
        board.read("Listing", "leftOf", listing)
    assert sum(board.balances()) == 0


def test_time_goes_first_and_one_block_shares_pro_rata() -> None:
    board = Board()
    assert board.errors([board.by("poster", "post", 0, True, 20, 20)], START) == [""]
    assert board.errors([board.by("second", "take", 0, 10)], START + 1) == [""]
    block = board.block([board.by("first", "take", 0, 10), board.by("second", "take", 0, 5)], START + 2)
    assert all(receipt.success for receipt in block.receipts)
    shared = board.block([board.by("stranger", "share", 0)], START + 3).receipts[0]
    name, event = interface("Listing").event(shared.logs[0])
    assert name == "TakesFilled"
    assert [(word >> 32, word & 0xFFFFFFFF) for word in event["fills"]] == [(3, 7), (4, 3)]  # 6.67 and 3.33
    assert board.balances() == [0, 0, 400, -140, -260, 0]


def test_refusals_are_alike() -> None:
    board = Board()
    posts = [
        board.by("poster", "post", 0, True, 20, 10),
        board.by("stranger", "post", 0, True, 20, 10),
        board.by("poster", "post", 0, True, 20, 0),
        board.by("poster", "post", 0, True, -11, 1),
        board.by("poster", "post", 0, True, 101, 1),
        board.by("first", "take", 1, 1),
        board.by("stranger", "take", 0, 1),
        board.by("poster", "take", 0, 1),
        board.by("away", "take", 0, 1),
        board.by("first", "take", 0, 0),
        board.by("first", "take", 0, 11),
        board.by("first", "share", 0),
        board.by("first", "cancel", 0),
        board.by("first", "take", 0, 10),
        board.by("first", "share", 0),
        board.by("poster", "cancel", 0),
    ]
    assert board.errors(posts, START + 1) == [
        "", "NotEnrolled", "QuantityZero", "PriceBelowFloor", "PriceAboveCap",
        "UnknownListing", "NotEnrolled", "OwnListing", "OtherZone", "QuantityZero", "QuantityAboveLeft",
        "NothingTaken", "NotPoster", "", "BeingTaken", "BeingTaken",
    ]  # fmt: skip
    revoke = board.to("Ledger", "revokeRole", POSTER_ROLE, board.contracts["Listing"])
    grant = board.to("Ledger", "grantRole", POSTER_ROLE, board.contracts["Listing"])
    late = [board.by("second", "take", 0, 1), board.by("poster", "cancel", 0), revoke, board.by("first", "share", 0), grant]
    late += [board.by("first", "share", 0)]
    assert board.errors(late, START + 2) == ["SoldOut", "SoldOut", "", "AccessControlUnauthorizedAccount", "", ""]
    closed = [board.by("poster", "post", 0, True, 20, 10), board.by("second", "take", 0, 1)]
    assert board.errors(closed, START + GATE) == ["GateClosed", "GateClosed"]
    create = board.create("Listing", board.contracts["Registry"], board.contracts["Ledger"], 1, 0, CLOCK)
    assert error(board.block([create], START + GATE + 1).receipts[0]) == "BadRules"


def test_nineteen_takes_win_no_more_than_one() -> None:
    board = Board()
    post, takes = board.by("poster", "post", 0, True, 20, 1000), [board.by("first", "take", 0, 1000)] * 19
    rival = board.by("second", "take", 0, 1000)
    assert board.errors([post, *takes, rival], START + 1) == ["", "", *["QuantityAboveLeft"] * 18, ""]
    assert board.errors([board.by("stranger", "share", 0)], START + 2) == [""]
    assert board.balances() == [0, 0, 20_000, -10_000, -10_000, 0]  # when takes were shared, 950 kWh to 50


def test_takes_of_a_trader_are_one_share_of_at_most_what_is_left() -> None:
    board = Board()
    small = [board.by("first", "take", 0, 300)] * 3
    sent = [board.by("poster", "post", 0, True, 20, 1000), *small, board.by("second", "take", 0, 900)]
    more = [board.by("first", "take", 0, 101), board.by("first", "take", 0, 100)]
    assert board.errors([*sent, *more], START + 1) == ["", "", "", "", "", "QuantityAboveLeft", ""]
    shared = board.block([board.by("stranger", "share", 0)], START + 2).receipts[0]
    _, event = interface("Listing").event(shared.logs[0])
    assert [(word >> 32, word & 0xFFFFFFFF) for word in event["fills"]] == [(3, 527), (4, 473)]  # 1000 to 900


def test_place_in_an_earlier_pool_is_none_in_the_next() -> None:
    board = Board()
    first = [board.by("poster", "post", 0, True, 20, 100), board.by("second", "take", 0, 10), board.by("first", "take", 0, 20)]
    assert board.errors(first, START + 1) == [""] * 3
    assert board.errors([board.by("first", "take", 0, 70), board.by("second", "take", 0, 70)], START + 2) == [""] * 2
    assert board.errors([board.by("stranger", "share", 0)], START + 3) == [""]
    assert board.balances() == [0, 0, 2_000, -20 * (20 + 35), -20 * (10 + 35), 0]


def test_256_takes_keep_nobody_out() -> None:
    board = Board()
    takes = [board.by("first", "take", 0, 1)] * 256
    outcomes = board.errors([board.by("poster", "post", 0, True, 20, 1000), *takes, board.by("second", "take", 0, 1)], START + 1)
    assert outcomes == [""] * 258


def test_pool_of_256_traders_is_full_for_others_only() -> None:
    if not revm.installed():
        pytest.skip("revm is not installed")
    board = Board(("poster", *(f"taker {place}" for place in range(257))), revm)
    assert board.read("Listing", "MOST_TAKERS") == 256
    takes = [board.by(trader, "take", 0, 1) for trader in board.traders[1:]]
    again = board.by("taker 255", "take", 0, 1)
    outcomes = board.errors([board.by("poster", "post", 0, True, 20, 1000), *takes, again], START + 1)
    assert outcomes == [""] * 257 + ["PoolFull", ""]
    assert board.errors([board.by("taker 256", "take", 0, 1)], START + 2) == [""]
    assert board.balances()[2] == 20 * 257


def test_gate_of_a_later_hour_closes_later_to_the_second() -> None:
    board = Board()
    post = board.by("poster", "post", 7, True, 20, 10)
    assert board.errors([post, board.by("first", "take", 0, 1)], START + 7 * 3600 + GATE - 1) == ["", ""]
    assert board.errors([post, board.by("first", "take", 0, 1)], START + 7 * 3600 + GATE) == ["GateClosed", "GateClosed"]


def test_price_may_be_the_floor_or_the_cap_and_these_the_same() -> None:
    board = Board()
    assert board.errors([board.by("poster", "post", 0, True, price, 10) for price in (-10, 100)], START) == ["", ""]
    create = board.create("Listing", board.contracts["Registry"], board.contracts["Ledger"], 7, 7, CLOCK)
    assert board.errors([create], START + 1) == [""]


def test_pool_of_one_kwh_is_shared_before_the_next_take() -> None:
    board = Board()
    assert board.errors([board.by("poster", "post", 0, True, 20, 10), board.by("first", "take", 0, 1)], START) == ["", ""]
    later = [board.by("second", "take", 0, 10), board.by("second", "take", 0, 9), board.by("second", "take", 0, 10)]
    assert board.errors(later, START + 1) == ["QuantityAboveLeft", "", "QuantityAboveLeft"]
    assert board.read("Listing", "leftOf", 0) == 9


def test_pool_of_one_kwh_is_shared_before_the_listing_is_cancelled() -> None:
    board = Board()
    assert board.errors([board.by("poster", "post", 0, True, 20, 10), board.by("first", "take", 0, 1)], START) == ["", ""]
    block = board.block([board.by("poster", "cancel", 0)], START + 1)
    events = [interface("Listing").event(log) for log in block.receipts[0].logs if log.address == board.contracts["Listing"]]
    assert events[-1] == ("ListingCancelled", {"id": 0, "quantity": 9})
    assert board.balances() == [0, 0, 20, -20, 0, 0]
