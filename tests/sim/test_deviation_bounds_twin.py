"""Deviation settlement at its bounds, on the contract and its twin at once: one kWh, the last second, the last millionth, many accounts."""

from __future__ import annotations

import pytest
from pair import CLOCK, START, Pair, error
from test_deviation_twin import COAL, EVEN, GAS, GRID, METERS, PLANT, SHOP, USE, USER, Rules, Settled

ONE_ZONE = {"coal": (PLANT, 0), "gas": (PLANT, 0), "user": (USE, 0)}
PPM = 1_000_000


def test_one_kwh_is_called_from_the_cheapest_alone() -> None:
    settled = Settled()
    settled.list({"coal": (300, 50, 250, 50), "gas": (400, 50, 200, 20)})
    assert settled.settle(EVEN | {USER: (700, 701)}, [300, 0]) == ""
    assert settled.calls == {COAL: -1}
    assert settled.prices[:2] == (300, 250)
    # coal gets 300, the user pays 330; over 30 to coal 600, gas 400, shop 300: 13.8, 9.2, 6.9
    assert settled.money() == [2, 0, 300 + 13, 9, -330, 6, 0, 0]


def test_one_kwh_that_nobody_lists_is_the_grids_at_the_cap() -> None:
    settled = Settled()
    assert settled.settle(EVEN | {USER: (700, 701)}, [0, 0]) == "NotMarginal"
    settled = Settled()
    assert settled.settle(EVEN | {USER: (700, 701)}, [1000, 0]) == ""
    assert settled.calls == {GRID: -1}


def test_one_kwh_too_much_that_nobody_takes_is_the_grids_at_the_floor() -> None:
    settled = Settled()
    assert settled.settle(EVEN | {USER: (700, 699)}, [0, 0]) == ""
    assert settled.calls == {GRID: 1}


def test_price_of_a_list_that_is_not_needed_any_more_is_refused() -> None:
    settled = Settled()
    settled.list({"coal": (300, 50, 0, 0), "gas": (400, 50, 0, 0)})
    assert settled.settle(EVEN | {USER: (700, 750)}, [400, 0]) == "NotMarginal"  # coal's 50 are enough
    assert settled.settle(EVEN | {USER: (700, 750)}, [300, 0], second=METERS + 1) == ""
    assert settled.calls == {COAL: -50}


@pytest.mark.parametrize(
    ("listed", "over", "calls"),
    [((1, 1, 1), 1, {2: -1}), ((2, 1, 1), 2, {2: -1, 3: -1})],  # shares of a third; shares of 1, 1/2 and 1/2
)
def test_remainder_goes_to_the_first_share_that_is_not_whole(listed: tuple[int, ...], over: int, calls: dict[int, int]) -> None:
    settled = Settled(people={"a": (PLANT, 0), "b": (PLANT, 0), "c": (PLANT, 0), "user": (USE, 0)})
    settled.list({who: (300, up, 0, 0) for who, up in zip("abc", listed, strict=True)})
    assert settled.settle({5: (100, 100 + over)}, [300]) == ""
    assert settled.calls == calls


def test_market_of_one_zone_has_one_last_price() -> None:
    settled = Settled(people=ONE_ZONE)
    assert settled.settle({}, [0, 0]) == "WrongLength"
    assert settled.settle({}, [0], second=METERS + 1) == ""


def test_list_of_one_kwh_sets_the_price_of_the_direction_that_is_not_called() -> None:
    settled = Settled()
    settled.list({"gas": (400, 1, 350, 20)})
    assert settled.settle(EVEN | {USER: (700, 690)}, [350, 0]) == ""
    assert settled.prices[:2] == (400, 350)
    settled = Settled()
    settled.list({"gas": (400, 20, 350, 1)})
    assert settled.settle(EVEN | {USER: (700, 710)}, [400, 0]) == ""
    assert settled.prices[:2] == (400, 350)


def test_last_unit_of_money_left_over_is_shared() -> None:
    settled = Settled(people=ONE_ZONE)
    settled.list({"coal": (1, 50, 0, 0)})
    # coal gets 1 for its kWh, the user pays 1.1, rounded up to 2; coal alone kept to its schedule
    assert settled.settle({COAL: (-600, -600), USER: (600, 601)}, [1]) == ""
    assert settled.money() == [0, 0, 1 + 1, 0, -2]


@pytest.mark.parametrize(
    ("who", "energy", "money"),
    [(USER, (700, 701), -1001), (COAL, (-600, -599), -1001), (USER, (700, 699), 999), (COAL, (-600, -601), 999)],
)
def test_factors_hold_to_the_millionth(who: int, energy: tuple[int, int], money: int) -> None:
    """A factor one millionth from 1 on a price of 1,000 rounds to one fen against who deviates."""
    settled = Settled(Rules(u1=PPM + 1, k2=PPM + 1, u2=PPM - 1, k1=PPM - 1))
    settled.list({"gas": (1000, 50, 1000, 50)})
    assert settled.settle(EVEN | {who: energy}, [1000, 0]) == ""
    assert settled.money()[who] == money


def test_free_band_is_rounded_down_to_the_kwh() -> None:
    """Three millionths of 333,333 kWh are not a kWh: it costs the factor, and who took it shares nothing."""
    settled = Settled(Rules(band=3), ONE_ZONE)
    settled.list({"gas": (400, 50, 0, 0)})
    assert settled.settle({GAS: (-333_333, -333_333), USER: (333_333, 333_334)}, [400]) == ""
    assert settled.money() == [0, 0, 0, 400 + 40, -440]


def test_who_deviates_by_the_whole_free_band_still_shares() -> None:
    settled = Settled(Rules(band=3))
    settled.list({"gas": (400, 50, 0, 0)})
    energies = {GAS: (-1_500_000, -1_500_000), USER: (1_000_000, 1_000_003), SHOP: (500_000, 500_010)}
    assert settled.settle(energies, [400, 0]) == ""
    # the shop pays 1 x 400 + 9 x 440, the user 3 x 400, gas gets 13 x 400; over 360 to gas 1,500,000 and the user 1,000,000
    assert settled.money() == [0, 0, 0, 5_200 + 216, -1_200 + 144, -4_360, 0, 0]


def test_rules_at_the_very_bounds_of_rule_889_are_taken() -> None:
    pair = Pair()
    create = pair.create("Deviation", bytes(20), bytes(20), (500, 500, PPM, PPM, PPM, PPM, PPM, False, CLOCK))
    assert error(pair.block([create], START).receipts[0]) == ""


def test_lists_at_the_bounds_stand_and_are_changed_apart_from_their_neighbours() -> None:
    settled = Settled()
    settled.list({"gas": (1000, 2**32 - 1, 0, 1)})
    assert settled.listed({"coal": (5, 6, 7, 8)}, 1) == [""]
    assert settled.listed({"gas": (0, 4, 1000, 2)}, 2) == [""]
    assert settled.read("Deviation", "listOf", COAL) == 5 | 6 << 32 | 7 << 64 | 8 << 96
    assert settled.read("Deviation", "listOf", GAS) == 0 | 4 << 32 | 1000 << 64 | 2 << 96


def test_lists_change_until_minute_30_of_every_hour() -> None:
    settled = Settled()
    seconds = (-1, 0, 1799, 1800, 3599, 3600, 3600 + 1799, 3600 + 1800, 7199, 7200, 7200 + 1799, 7200 + 1800)
    errors = [settled.listed({"coal": (1, 1, 1, 1)}, second) for second in seconds]
    assert [each for (each,) in errors] == [
        "",
        "",
        "",
        "GateClosed",
        "GateClosed",
        "",
        "",
        "GateClosed",
        "GateClosed",
        "",
        "",
        "GateClosed",
    ]


def test_hour_is_settled_in_its_last_minute_to_the_second() -> None:
    settled = Settled()
    assert settled.settle({}, [0, 0], hour=2, second=METERS - 1) == "OutsideWindow"
    assert settled.settle({}, [0, 0], hour=2, second=METERS) == ""
    assert settled.settle({}, [0, 0], hour=3, second=METERS + 59) == ""
    assert settled.settle({}, [0, 0], hour=4, second=METERS + 60) == "OutsideWindow"
    assert settled.read("Deviation", "nextHour") == 4


def test_every_one_of_many_accounts_is_read_and_written_at_its_own_place() -> None:
    """Numbers 2 to 240; plant n may be called for n kWh. Identities are 16 a word, calls and rooms eight, amounts four, lists two."""
    plants = (2, 4, 7, 8, 15, 16, 17, 240)
    people = {f"number {number}": (PLANT if number in plants else USE, int(number > 200)) for number in range(2, 241)}
    settled = Settled(people=people)
    settled.list({f"number {number}": (100 + number, 1_000, 0, 0) for number in plants})
    energies = {3: (500, 500 + 2 + 4 + 7 + 8 + 15 + 16 + 17), 239: (500, 500 + 240)}
    assert settled.settle(energies, [117, 340], {number: number for number in plants}) == ""
    assert settled.calls == {number: -number for number in plants}
    balances = [settled.read("Ledger", "balanceOf", number) for number in plants]
    assert balances == [number * (100 + number) for number in plants]
