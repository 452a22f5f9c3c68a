"""Agreements and their twin at the bounds of what is allowed, counted and recorded."""

from __future__ import annotations

import pytest
from desk import ANNUAL, DAY, LOAD_PROPORTIONAL, OWN, WITHIN_MONTH, Desk
from pair import START

from shengdian.sim.adapters import revm
from shengdian.sim.chain.abi import interface


def test_rules_at_their_bounds_are_taken() -> None:
    desk = Desk()
    one_price, all_opened = desk.creation(floor=1_000), desk.creation(opened=(1_000_000,) * 3)
    assert desk.errors([one_price, all_opened, desk.creation(lines=[(0, 1, 1, 0, 999_999)])], START) == ["", "", ""]


def test_month_of_31_days_and_window_of_12_months_are_the_longest() -> None:
    desk = Desk(months=((1,),) * 11)
    longest = [desk.by("operator", "addMonth", (1,) * 31), desk.open(ANNUAL, count=12)]
    assert desk.errors(longest, START - DAY) == ["", ""]


def test_first_day_of_a_month_has_load() -> None:
    desk = Desk()
    assert desk.errors([desk.by("operator", "addMonth", (0, 1))], START - DAY) == ["WeightZero"]


def test_price_may_be_the_floor_or_the_cap() -> None:
    desk = Desk()
    assert desk.errors([desk.open(), desk.propose(price=-10), desk.propose(price=1_000)], START - DAY) == ["", "", ""]


def test_capability_may_fall_to_what_is_sold() -> None:
    desk = Desk()
    lower = [desk.by("operator", "setCapability", desk.address["plant"], 0, capability) for capability in (2_400, 2_399)]
    sold = [desk.open(), desk.propose(quantities=(2_400,)), desk.by("user", "accept", 0)]
    assert desk.errors([*sold, *lower], START - DAY) == ["", "", "", "", "CapabilityBelowPosition"]


def test_first_hour_may_have_the_only_weight() -> None:
    desk = Desk()
    assert desk.errors([desk.open(), desk.propose(curve=OWN, quantities=(10,), weights=(1,) + (0,) * 23)], START - DAY) == ["", ""]
    assert desk.energy(0) == [5, *[0] * 23, 5, *[0] * 23, *[0] * 24]


def test_second_day_of_a_month_begins_a_day_later() -> None:
    desk = Desk()
    late = desk.propose(horizon=WITHIN_MONTH, day=1, expires=START + 3 * DAY)
    assert desk.errors([desk.open(WITHIN_MONTH, closes=START + 2 * DAY), late], START + DAY - 1) == ["", ""]
    assert desk.errors([late], START + DAY) == ["DeliveryBegun"]


def test_days_left_of_a_month_share_equally_from_the_first_of_them() -> None:
    desk = Desk(months=((1,), (1, 2, 3, 4)))
    late = desk.propose(month=1, horizon=WITHIN_MONTH, day=1, quantities=(50,))
    assert desk.errors([desk.open(WITHIN_MONTH, month=1), late], START - DAY) == ["", ""]
    # 17, 17 and 16 kWh a day, one an hour from the first
    assert desk.energy(0, 120) == [0] * 48 + ([1] * 17 + [0] * 7) * 2 + [1] * 16 + [0] * 8


def test_ninth_day_of_a_month_has_its_own_load() -> None:
    """Loads stand eight a word."""
    desk = Desk(months=(tuple(range(1, 10)),))
    assert desk.errors([desk.open(), desk.propose(curve=LOAD_PROPORTIONAL, quantities=(45 * 24,))], START - DAY) == ["", ""]
    assert [desk.read("Agreements", "energyOf", 0, 24 * day) for day in range(9)] == list(range(1, 10))


def test_energy_over_a_line_is_flat_in_every_month() -> None:
    desk = Desk()
    agreed = [desk.propose(to="away", horizon=ANNUAL, line=0, quantities=(480, second)) for second in (240, 250)]
    assert desk.errors([desk.open(ANNUAL, count=2), *agreed], START - DAY) == ["", "", "NotFlat"]
    assert desk.energy(0) == [10] * 72


def test_agreement_of_the_last_month_delivers_nothing_after_it() -> None:
    desk = Desk()
    assert desk.errors([desk.open(month=1), desk.propose(month=1, quantities=(48,))], START - DAY) == ["", ""]
    assert desk.energy(0, 74) == [0] * 48 + [2] * 24 + [0] * 2


def test_record_of_an_hour_names_every_agreement_with_energy() -> None:
    desk = Desk()
    at_two = desk.propose(curve=OWN, quantities=(48,), weights=(0, 1) + (0,) * 22)
    calls = [desk.open(), at_two, desk.propose(quantities=(48,)), desk.propose(quantities=(144,))]
    calls += [desk.by("user", "accept", agreement) for agreement in (2, 0, 1)]
    assert desk.errors(calls, START - DAY) == [""] * 7
    receipts = desk.block([desk.by("operator", "settle", hour) for hour in (0, 1)], START + 3600).receipts
    deliveries = [interface("Agreements").event(receipt.logs[-1])[1]["deliveries"] for receipt in receipts]
    three, one = 2 << 128 | 3 << 64 | 3, 1 << 128 | 1 << 64 | 1
    assert deliveries == [(three, one), (three, 24 << 64 | 24, one)]


def test_single_kwh_of_the_first_agreement_is_recorded_though_it_is_lost_on_the_line() -> None:
    desk = Desk(lines=[(0, 1, 100, 50, 500_000)])
    calls = [desk.open(), desk.propose(to="away", line=0, quantities=(48,)), desk.by("away", "accept", 0)]
    assert desk.errors(calls, START - DAY) == [""] * 3
    block = desk.block([desk.by("operator", "settle", 0)], START)
    assert interface("Agreements").event(block.receipts[0].logs[-1])[1]["deliveries"] == (1,)
    assert desk.balances() == [50, 0, 300, 0, 0, -350]


def test_shares_of_a_wide_line_are_exact_to_the_kwh() -> None:
    desk = Desk(lines=[(0, 1, 4_000_000_000, 50, 25_000)], most=10**18)
    whole, more = (desk.propose(to="away", line=0, quantities=(energy * 48,)) for energy in (3_600_000_000, 1))
    calls = [desk.open(), whole, more, desk.by("away", "accept", 0), desk.by("away", "accept", 1)]
    assert desk.errors(calls, START - DAY) == ["", "", "", "", "LineFull"]  # 90 % of the line are open
    assert desk.read("Agreements", "positionOf", 5, 0) == (-3_510_000_000 * 48, 0)  # 2.5 % are lost
    block = desk.block([desk.by("operator", "settle", 0)], START)
    assert interface("Agreements").event(block.receipts[0].logs[-1])[1]["deliveries"] == (3_510_000_000 << 64 | 3_600_000_000,)


def test_no_hour_is_settled_without_a_calendar() -> None:
    desk = Desk(months=())
    assert desk.errors([desk.by("operator", "settle", 0)], START) == ["UnknownMonth"]


def test_two_friends_with_circular_agreements_fill_no_month() -> None:
    if not revm.installed():
        pytest.skip("revm is not installed")
    desk = Desk(evm=revm)
    most, kept = desk.read("Agreements", "MOST_EACH"), desk.read("Agreements", "FIRST_ONES")
    assert (most, kept, desk.read("Agreements", "MOST_A_MONTH")) == (128, 256, 1024)
    there, back = desk.propose(quantities=(1,)), desk.propose("user", "plant", quantities=(1,))
    assert desk.errors([desk.open(), *[there, back] * 513], START - DAY) == [""] * 1027
    friends = [desk.by("plant" if agreement % 2 else "user", "accept", agreement) for agreement in range(1026)]
    assert desk.errors(friends, START - DAY + 1) == [""] * most + ["QuotaFull"] * (1026 - most)
    third = [desk.by("operator", "setCapability", desk.address["trader"], 0, 48)]
    third += [desk.propose("trader", "away", line=0, quantities=(48,)), desk.by("away", "accept", 1026)]
    assert desk.errors(third, START - DAY + 2) == [""] * 3
    mixed = [desk.propose("plant", "trader", quantities=(1,)), desk.by("trader", "accept", 1027)]
    assert desk.errors(mixed, START - DAY + 3) == ["", "QuotaFull"]
    assert desk.read("Agreements", "positionOf", 2, 0) == (0, 4_800)
