"""Negotiation: who agrees, and at what price."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shengdian.agents.negotiation import Negotiation, Party, Quote, buyer, negotiate, seller
from shengdian.sim.base.streams import stream
from shengdian.sim.base.types import Side

PLANT = Party("sell", 30_000, 40_000, 1.0, 500)
USER = Party("buy", 38_000, 28_000, 1.0, 300)

prices = st.integers(-20_000, 100_000)
concessions = st.floats(0.05, 20)
sides: st.SearchStrategy[Side] = st.sampled_from(("sell", "buy"))
sellers = st.builds(lambda low, span, haste: Party("sell", low, low + span, haste, 10), prices, st.integers(0, 20_000), concessions)
buyers = st.builds(lambda high, span, haste: Party("buy", high, high - span, haste, 10), prices, st.integers(0, 20_000), concessions)


def test_equal_parties_meet_between_their_first_offers() -> None:
    # 40,000; 30,500; 35,000 is not above the 35,500 that the user would offer next
    assert negotiate(PLANT, USER, 5) == Negotiation((Quote("sell", 40_000), Quote("buy", 30_500), Quote("sell", 35_000)), 300)


def test_buyer_may_begin() -> None:
    quotes = negotiate(PLANT, USER, 5, "buy").quotes
    assert quotes == (Quote("buy", 28_000), Quote("sell", 37_500), Quote("buy", 33_000))  # above the 32,500 that the plant would ask


@given(sellers, buyers, st.integers(2, 12), sides)
def test_there_is_an_agreement_if_and_only_if_reservation_prices_overlap(selling: Party, buying: Party, rounds: int, first: Side) -> None:
    negotiation = negotiate(selling, buying, rounds, first)
    assert (negotiation.price is not None) == (selling.reservation <= buying.reservation)
    assert negotiation.price is None or selling.reservation <= negotiation.price <= buying.reservation
    assert len(negotiation.quotes) <= rounds


def test_one_round_needs_an_overlap_with_the_first_offer() -> None:
    assert negotiate(PLANT, USER, 1) == Negotiation((Quote("sell", 40_000),), 0)
    assert negotiate(replace(PLANT, first=38_000), USER, 1).price == 38_000


@given(sellers, buyers, concessions, st.integers(2, 12), sides)
def test_more_patient_side_gets_no_worse_a_price(selling: Party, buying: Party, other: float, rounds: int, first: Side) -> None:
    patient, hasty = (replace(selling, concession=pick(selling.concession, other)) for pick in (min, max))
    high, low = (negotiate(one, buying, rounds, first).price for one in (patient, hasty))
    assert high == low or (high is not None and low is not None and high > low)
    patient, hasty = (replace(buying, concession=pick(buying.concession, other)) for pick in (min, max))
    low, high = (negotiate(selling, one, rounds, first).price for one in (patient, hasty))
    assert high == low or (high is not None and low is not None and high > low)


def test_patient_seller_gets_more_than_a_hasty_one() -> None:
    patient, hasty = (negotiate(replace(PLANT, concession=haste), USER, 20).price for haste in (0.25, 4.0))
    assert (patient, hasty) == (35_894, 31_945)


def test_nobody_trades_without_energy() -> None:
    assert negotiate(PLANT, replace(USER, quantity=0), 5) == Negotiation((), 0)


def test_no_rounds_are_refused() -> None:
    with pytest.raises(ValueError, match="0 rounds"):
        negotiate(PLANT, USER, 0)


def test_reservation_prices_follow_cost_and_tariff() -> None:
    selling = seller(25_001, 0.1, 500, stream(1, "negotiation", "SX", "plant"))
    buying = buyer(32_050, 0.05, 300, stream(1, "negotiation", "SX", "user"), opening=5_000)
    assert (selling.reservation, selling.first) == (27_502, 37_502)  # 27,501.1 rounded up
    assert (buying.reservation, buying.first) == (30_447, 25_447)  # 30,447.5 rounded down


def test_concession_depends_on_its_stream_alone() -> None:
    drawn = [seller(1, 0, 1, stream(seed, "negotiation", "plant")).concession for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert all(0.25 <= haste <= 4 for haste in drawn)
