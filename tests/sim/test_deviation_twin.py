"""Deviation settlement, on the contract and its twin at once: rule 889 by hand, its laws on random hours, and every refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pair import CLOCK, POSTER_ROLE, START, Pair, error

from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.abi_words import pack_words
from shengdian.sim.market.deviation import marginal

PLANT, USE = 1, 2
"""roles"""
PEOPLE = {"coal": (PLANT, 0), "gas": (PLANT, 0), "user": (USE, 0), "shop": (USE, 0), "far_coal": (PLANT, 1), "far_user": (USE, 1)}
"""role and zone; registry numbers 2 to 7"""
COAL, GAS, USER, SHOP, FAR_COAL, FAR_USER = range(2, 8)
GRID = 0
METERS = 3540
"""seconds into the hour at which it is settled"""
some = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@dataclass(frozen=True)
class Rules:
    floor: int = 0
    cap: int = 1000
    u1: int = 1_100_000
    u2: int = 900_000
    k1: int = 800_000
    k2: int = 1_200_000
    band: int = 0
    marginal: bool = False


class Settled(Pair):
    """Plants and users on both chains, in two zones where nothing is said."""

    def __init__(self, rules: Rules = Rules(), people: Mapping[str, tuple[int, int]] = PEOPLE) -> None:
        super().__init__(tuple(people))
        self.rules, self.accounts = rules, 2 + len(people)
        create = [self.create("Registry", self.address["operator"], 2), self.create("Ledger", self.address["operator"])]
        values = (rules.floor, rules.cap, rules.u1, rules.u2, rules.k1, rules.k2, rules.band, rules.marginal, CLOCK)
        create.append(self.create("Deviation", self.contracts["Registry"], self.contracts["Ledger"], values))
        self.block(create, START - 100)
        enrol = [self.to("Registry", "enrol", self.address[who], role, zone) for who, (role, zone) in people.items()]
        grant = self.to("Ledger", "grantRole", POSTER_ROLE, self.contracts["Deviation"])
        admit = self.to("Deviation", "admit", [self.address[who] for who in people])
        assert all(receipt.success for receipt in self.block([grant, *enrol, admit], START - 50).receipts)

    def list(self, lists: Mapping[str, tuple[int, int, int, int]]) -> None:
        assert self.listed(lists, 0) == [""] * len(lists)

    def listed(self, lists: Mapping[str, tuple[int, int, int, int]], second: int) -> list[str]:
        """Errors of lists that are sent at this second from the start."""
        calls = [self.to("Deviation", "listRegulation", *listed, sender=who) for who, listed in lists.items()]
        return [error(receipt) for receipt in self.block(calls, START + second).receipts]

    def settle(
        self,
        energies: Mapping[int, tuple[int, int]],
        marginals: Sequence[int],
        rooms: Mapping[int, int] | None = None,
        hour: int = 0,
        second: int = METERS,
    ) -> str:
        """Error, or nothing. `energies`: scheduled and metered by number; `rooms`: 10,000 kWh where nothing is said."""
        self.calls: dict[int, int] = {}
        self.prices: tuple[int, ...] = ()
        both = [part & 2**32 - 1 for number in range(self.accounts) for part in energies.get(number, (0, 0))]
        room = pack_words([(rooms or {}).get(number, 10_000) for number in range(self.accounts)], 32)
        call = self.to("Deviation", "settle", hour, list(marginals), pack_words(both, 32), room)
        receipt = self.block([call], START + 3600 * hour + second).receipts[0]
        if receipt.success:
            _, event = next(interface("Deviation").event(log) for log in receipt.logs if log.address == self.contracts["Deviation"])
            taken = [((word >> 32 * place & 2**32 - 1) ^ 2**31) - 2**31 for word in event["calls"] for place in range(8)]
            self.calls = {number: energy for number, energy in enumerate(taken) if energy}
            self.prices = event["prices"]
        return error(receipt)

    def money(self) -> list[int]:
        """Balances of all accounts; they sum to zero."""
        balances = [self.read("Ledger", "balanceOf", number) for number in range(self.accounts)]
        assert sum(balances) == 0
        return balances


LISTS = {"coal": (300, 50, 250, 50), "gas": (400, 50, 350, 20)}
"""up from 300 then 400 fen/MWh, down from 350 then 250 fen/MWh"""
EVEN = {COAL: (-600, -600), GAS: (-400, -400), USER: (700, 700), SHOP: (300, 300)}


def test_over_use_pays_u1_times_the_mean_price_of_up_regulation_called_in_price_order() -> None:
    settled = Settled()
    settled.list(LISTS)
    assert settled.settle(EVEN | {USER: (700, 760)}, [400, 0]) == ""
    assert settled.calls == {COAL: -50, GAS: -10}  # given
    # called: 50 x 300 + 10 x 400 = 19,000, a mean of 316.67; user: 60 x ceil(348.33); over 1,940 to 600 : 400 : 300 who kept to it
    assert settled.money() == [2, 0, 15_000 + 895, 4_000 + 596, -20_940, 447, 0, 0]  # what rounding leaves is the grid's
    assert settled.prices[:2] == (317, 316)  # nothing is called down: its first price would be 350, above the up price


def test_under_use_gets_u2_times_the_down_price() -> None:
    settled = Settled()
    settled.list(LISTS)
    assert settled.settle(EVEN | {USER: (700, 670)}, [250, 0]) == ""
    assert settled.calls == {COAL: 10, GAS: 20}  # the dearest gives way first: it pays back most
    # 20 x 350 + 10 x 250 = 9,500, a mean of 316.67; user gets 30 x floor(285) = 8,550; over 950 of 1,300 kWh
    assert settled.money() == [1, 0, 438 - 2_500, 292 - 7_000, 8_550, 219, 0, 0]


def test_over_generation_gets_k1_times_the_down_price() -> None:
    settled = Settled()
    settled.list({"gas": (400, 50, 350, 20)})
    assert settled.settle(EVEN | {COAL: (-600, -610)}, [350, 0]) == ""
    assert settled.calls == {GAS: 10}
    # gas pays back 3,500, coal gets 10 x 280; over 700 to gas 400, user 700, shop 300
    assert settled.money() == [0, 0, 2_800, -3_500 + 200, 350, 150, 0, 0]


def test_under_generation_pays_k2_times_the_up_price() -> None:
    settled = Settled()
    settled.list({"gas": (400, 50, 350, 20)})
    assert settled.settle(EVEN | {COAL: (-600, -590)}, [400, 0]) == ""
    assert settled.calls == {GAS: -10}
    # gas gets 4,000, coal pays 10 x 480; over 800 to gas 400, user 700, shop 300: 228.57, 400, 171.43
    assert settled.money() == [1, 0, -4_800, 4_000 + 228, 400, 171, 0, 0]


def test_inside_the_free_band_factors_are_one_and_the_rest_is_shared() -> None:
    settled = Settled(Rules(band=20_000))
    settled.list({"gas": (400, 50, 350, 20)})
    # 2 % of 700 is 14: 14 x 400 + 6 x 440 = 8,240; gas gets 20 x 400; over 240 to coal 600, gas 400, shop 300
    assert settled.settle(EVEN | {USER: (700, 720)}, [400, 0]) == ""
    assert settled.money() == [2, 0, 110, 8_000 + 73, -8_240, 55, 0, 0]


def test_deviation_inside_the_band_pays_the_bare_price() -> None:
    settled = Settled(Rules(band=20_000))
    settled.list({"gas": (400, 50, 350, 20)})
    assert settled.settle(EVEN | {USER: (700, 714)}, [400, 0]) == ""
    assert settled.money() == [0, 0, 0, 5_600, -5_600, 0, 0, 0]


def test_ties_are_called_pro_rata_and_remainders_go_by_number() -> None:
    settled = Settled()
    settled.list({"coal": (300, 20, 0, 0), "gas": (300, 10, 0, 0)})
    assert settled.settle(EVEN | {USER: (700, 711)}, [300, 0]) == ""
    assert settled.calls == {COAL: -8, GAS: -3}  # 7.33 and 3.67


def test_room_of_the_hour_limits_what_is_called() -> None:
    settled = Settled()
    settled.list(LISTS)
    assert settled.settle(EVEN | {USER: (700, 730)}, [400, 0], {COAL: 5}) == ""
    assert settled.calls == {COAL: -5, GAS: -25}


def test_rooms_that_the_operator_states_choose_who_regulates_and_at_what_price() -> None:
    """What a plant can still give only the operator knows: the contract takes it, the audit holds it to the config."""
    lists = {"coal": (300, 50, 250, 50), "gas": (1200, 50, 350, 20)}
    for rooms, price, called in ((None, 300, COAL), ({COAL: 0}, 1200, GAS)):
        settled = Settled(Rules(cap=1500))
        settled.list(lists)
        assert settled.settle(EVEN | {USER: (700, 750)}, [price, 0], rooms) == ""
        assert settled.calls == {called: -50}
        assert settled.prices[0] == price


def test_plant_gives_way_by_no_more_than_it_gives() -> None:
    settled = Settled()
    settled.list({"coal": (0, 0, 300, 1000), "gas": (0, 0, 200, 1000)})
    energies = {COAL: (-10, -10), GAS: (-400, -400), USER: (410, 380)}
    assert settled.settle(energies, [200, 0]) == ""
    assert settled.calls == {COAL: 10, GAS: 20}


def test_what_lists_cannot_give_the_grid_gives_at_the_cap() -> None:
    settled = Settled()
    settled.list({"gas": (400, 50, 350, 20)})
    assert settled.settle(EVEN | {USER: (700, 760)}, [1000, 0]) == ""
    assert settled.calls == {GRID: -10, GAS: -50}
    # 20,000 to gas and 10,000 to the grid, a mean of 500: user pays 60 x 550; over 3,000 to coal 600, gas 400, shop 300
    assert settled.money() == [10_000 + 1, 0, 1_384, 20_000 + 923, -33_000, 692, 0, 0]


def test_what_lists_cannot_take_the_grid_takes_at_the_floor() -> None:
    settled = Settled(Rules(floor=10))
    settled.list({"gas": (400, 50, 350, 20)})
    assert settled.settle(EVEN | {USER: (700, 660)}, [10, 0]) == ""
    assert settled.calls == {GRID: 20, GAS: 20}
    # gas pays back 7,000, the grid 200, a mean of 180: the user gets 40 x 162
    assert settled.money()[USER] == 6_480


def test_marginal_price_is_everybodys_where_the_rules_say_so() -> None:
    settled = Settled(Rules(marginal=True, u1=1_000_000))
    settled.list(LISTS)
    assert settled.settle(EVEN | {USER: (700, 760)}, [400, 0]) == ""
    assert settled.money() == [0, 0, 20_000, 4_000, -24_000, 0, 0, 0]


def test_deviations_that_cancel_call_nobody_and_go_to_those_who_kept_to_the_schedule() -> None:
    settled = Settled()
    settled.list(LISTS)
    assert settled.settle(EVEN | {USER: (700, 710), SHOP: (300, 290)}, [0, 0]) == ""
    assert settled.calls == {}
    # no call: the first price down is 350, and up not below it: user pays 10 x 385, shop gets 10 x 315; over 700 to coal 600, gas 400
    assert settled.money() == [0, 0, 420, 280, -3_850, 3_150, 0, 0]


def test_zones_are_settled_apart() -> None:
    settled = Settled()
    settled.list({"far_coal": (300, 50, 0, 0), "gas": (200, 50, 0, 0)})
    assert settled.settle(EVEN | {FAR_COAL: (-100, -100), FAR_USER: (100, 110)}, [0, 300]) == ""
    assert settled.calls == {FAR_COAL: -10}
    assert settled.money() == [0, 0, 0, 0, 0, 0, 3_000 + 300, -3_300]


def test_no_deviation_is_no_money() -> None:
    settled = Settled()
    settled.list(LISTS)
    assert settled.settle(EVEN, [0, 0]) == ""
    assert settled.money() == [0] * 8


@pytest.mark.parametrize("price", [300, 350, 500, 1000])
def test_price_that_is_not_the_last_ones_called_is_refused(price: int) -> None:
    settled = Settled()
    settled.list(LISTS)
    assert settled.settle(EVEN | {USER: (700, 760)}, [price, 0]) == "NotMarginal"


def test_refusals_are_alike() -> None:
    settled = Settled()
    calls = [
        settled.to("Deviation", "listRegulation", 1, 1, 1, 1, sender="user"),
        settled.to("Deviation", "listRegulation", 1, 1, 1, 1, sender="stranger"),
        settled.to("Deviation", "listRegulation", -1, 1, 1, 1, sender="coal"),
        settled.to("Deviation", "listRegulation", 1, 1, 1001, 1, sender="coal"),
        settled.to("Deviation", "listRegulation", 1, 2, 3, 4, sender="coal"),
        settled.to("Deviation", "admit", [settled.address["coal"]]),
        settled.to("Deviation", "admit", [], sender="coal"),
        settled.to("Deviation", "settle", 0, [0, 0], [0, 0], [0]),
        settled.to("Deviation", "settle", 0, [0, 0], [0, 0], [0], sender="coal"),
    ]
    assert [error(receipt) for receipt in settled.block(calls, START).receipts] == [
        "NotPlant", "NotEnrolled", "PriceBelowFloor", "PriceAboveCap", "", "WrongNumber", "NotOperator", "OutsideWindow", "NotOperator",
    ]  # fmt: skip
    assert settled.read("Deviation", "listOf", COAL) == 1 | 2 << 32 | 3 << 64 | 4 << 96
    calls = [
        settled.to("Deviation", "listRegulation", 1, 1, 1, 1, sender="coal"),
        settled.to("Deviation", "settle", 0, [0], [0, 0], [0]),
        settled.to("Deviation", "settle", 0, [0, 0], [0], [0]),
        settled.to("Deviation", "settle", 0, [0, 0], [0, 0], []),
        settled.to("Deviation", "settle", 0, [0, 0], [0, 0], [0]),
        settled.to("Deviation", "settle", 0, [0, 0], [0, 0], [0]),
    ]
    assert [error(receipt) for receipt in settled.block(calls, START + METERS).receipts] == [
        "GateClosed", "WrongLength", "WrongLength", "WrongLength", "", "AlreadySettled",
    ]  # fmt: skip
    assert settled.read("Deviation", "nextHour") == 1


@pytest.mark.parametrize(
    "wrong", [{"floor": 1001}, {"u1": 999_999}, {"k2": 999_999}, {"u2": 1_000_001}, {"k1": 1_000_001}, {"band": 1_000_001}]
)
def test_factors_outside_the_bounds_of_rule_889_are_refused(wrong: dict[str, int]) -> None:
    pair = Pair()
    rules = replace(Rules(), **wrong)
    values = (rules.floor, rules.cap, rules.u1, rules.u2, rules.k1, rules.k2, rules.band, rules.marginal, CLOCK)
    create = pair.create("Deviation", pair.address["operator"], pair.address["operator"], values)
    assert error(pair.block([create], START).receipts[0]) == "BadDeviationRules"


prices = st.integers(0, 6).map(lambda step: 100 * step)
a_list = st.tuples(prices, st.integers(0, 60), prices, st.integers(0, 60))
moved = st.one_of(st.just(0), st.integers(-80, 80))


@pytest.mark.long
@some
@given(
    lists=st.tuples(a_list, a_list, a_list),
    scheduled=st.tuples(*[st.integers(0, 500)] * 6),
    deviations=st.tuples(*[moved] * 6),
    band=st.sampled_from((0, 20_000)),
    marginal_price=st.booleans(),
)
def test_laws_of_random_hours(
    lists: tuple[tuple[int, int, int, int], ...],
    scheduled: tuple[int, ...],
    deviations: tuple[int, ...],
    band: int,
    marginal_price: bool,
) -> None:
    settled = Settled(Rules(band=band, marginal=marginal_price))
    plants = ("coal", "gas", "far_coal")
    settled.list(dict(zip(plants, lists, strict=True)))
    energies = {}
    for number, (role, _), energy, deviation in zip(range(2, 8), PEOPLE.values(), scheduled, deviations, strict=True):
        sign = -1 if role == PLANT else 1
        energies[number] = (sign * energy, sign * max(0, energy + deviation))
    numbers = {"coal": COAL, "gas": GAS, "far_coal": FAR_COAL}
    nets, limits = [], []
    for zone in ((COAL, GAS, USER, SHOP), (FAR_COAL, FAR_USER)):
        net = sum(energies[number][1] - energies[number][0] for number in zone)
        offers = []
        for plant, (up_price, up, down_price, down) in zip(plants, lists, strict=True):
            if numbers[plant] in zone:
                given = -energies[numbers[plant]][1]
                offers.append((up_price, up) if net > 0 else (down_price, min(down, given)))
        nets.append(net)
        limits.append(marginal(net, offers, 0, 1000))
    assert settled.settle(energies, limits) == ""
    money = settled.money()
    assert sum(settled.calls.values()) == -sum(nets)
    assert money[GRID] >= 0  # factors and prices leave something over: the grid need not pay in
    for number, (planned, metered) in energies.items():
        if planned == metered and settled.calls.get(number, 0) <= 0:
            assert money[number] >= 0  # who keeps to the schedule and is not paid to give way never pays
