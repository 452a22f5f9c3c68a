"""Allocation.sol and its twin agree bit for bit, accept every plan of the rule, and refuse what was tampered with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pair import CLOCK, POSTER_ROLE, START, Pair, error
from test_allocation import LOAD, PLANTS, SHARE, A, provinces, rolled

from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.abi_words import pack_words, unpack_words
from shengdian.sim.chain.port import Receipt
from shengdian.sim.solve.allocation import READINGS, PlantCase, Reading, allocate
from shengdian.sim.twins.allocation_words import Allocated, Terms, allocate_arguments, decode_allocated, purchase_lane

PLANT, USER, SUPPLIER, EXCHANGE = 1, 2, 3, 4
NAMES = ("p0", "p1", "p2", "p3", "q0", "user", "other user", "supplier", "supplier q", "import")
"""registry numbers 2, 3, ...; q0 and supplier q are in zone 1"""
NUMBER = {name: 2 + place for place, name in enumerate(NAMES)}
PRICES = (300, 500, 401, 250)
"""fen/MWh of p0 to p3"""
FLAT = 100_000
"""kWh an hour that the import delivers"""


Purchase = tuple[int, int, int]
"""zone, registry number, kWh"""


def settle_arguments(hour: int, purchases: Sequence[Purchase]) -> tuple[int, list[int]]:
    return hour, pack_words([purchase_lane(*purchase) for purchase in purchases], 64)


def deployed() -> Pair:
    """Two zones, enrolled, with suppliers; nobody sells yet."""
    pair = Pair(NAMES)
    operator = pair.address["operator"]
    create = [pair.create("Registry", operator, 2), pair.create("Ledger", operator)]
    create.append(pair.create("Allocation", pair.contracts["Registry"], pair.contracts["Ledger"], CLOCK))
    roles = dict.fromkeys(NAMES, PLANT) | {
        "user": USER,
        "other user": USER,
        "supplier": SUPPLIER,
        "supplier q": SUPPLIER,
        "import": EXCHANGE,
    }
    enrol = [pair.to("Registry", "enrol", pair.address[name], roles[name], int("q" in name)) for name in NAMES]
    grant = pair.to("Ledger", "grantRole", POSTER_ROLE, pair.contracts["Allocation"])
    suppliers = pair.to("Allocation", "setSuppliers", [pair.address["supplier"], pair.address["supplier q"]])
    block = pair.block([*create, *enrol, grant, suppliers], START - 3)
    assert all(receipt.success for receipt in block.receipts)
    return pair


def selling(plants: Sequence[PlantCase], imports: bool = False) -> Pair:
    """The plants sell in zone 0 as p0, p1, ..., and the import, if wanted."""
    pair = deployed()
    terms = [Terms(plant.capacity, plant.minimum, plant.ramp, price).word() for plant, price in zip(plants, PRICES, strict=False)]
    sellers = [pair.address[name] for name in NAMES[: len(plants)]]
    if imports:
        terms.append(Terms(FLAT, FLAT, 0, -200).word())
        sellers.append(pair.address["import"])
    assert pair.block([pair.to("Allocation", "setTerms", sellers, terms)], START - 2).receipts[0].success
    return pair


def log(receipt: Receipt) -> tuple[Allocated, ...]:
    """The allocations that a transaction announces."""
    known = interface("Allocation").events
    named = [interface("Allocation").event(one) for one in receipt.logs if one.topics[0] in known]
    return tuple(decode_allocated(args, 4) for name, args in named if name == "DayAllocated")


def test_worked_example_is_recorded_with_its_import_in_every_reading() -> None:
    pair = selling(PLANTS, imports=True)
    for second, reading in enumerate(READINGS):
        plan = allocate(LOAD, PLANTS, reading, SHARE)
        call = pair.to("Allocation", "allocate", *allocate_arguments(plan, PLANTS, LOAD, 0, 0, reading, SHARE))
        (receipt,) = pair.block([call], START + second).receipts
        assert receipt.success, error(receipt)
        hours = tuple((*(plant.hours[hour] for plant in plan.plants), FLAT) for hour in range(4))
        assert log(receipt) == (Allocated(0, 0, 0, hours, ("ok",) * 3, plan.bidding_energy),)
    assert pair.read("Allocation", "sellerCount", 0) == 4
    assert pair.read("Allocation", "contractOf", 0, 0, 2) == plan.plants[0].hours[2]
    assert pair.read("Allocation", "contractOf", 0, 3, 0) == FLAT
    assert pair.read("Allocation", "contractOf", 0, 4, 0) == 0
    assert pair.read("Allocation", "contractOf", 0, 0, 4).error == "NotAllocated"
    assert pair.read("Allocation", "contractOf", 2, 0, 0).error == "UnknownZone"
    assert pair.read("Allocation", "sellerCount", 2).error == "UnknownZone"
    assert pair.read("Allocation", "termsOf", 0, 0) == Terms(A.capacity, A.minimum, A.ramp, 300).word() | 2 << 128
    assert pair.read("Allocation", "termsOf", 1, 9) == 0


def test_rolling_keeps_hours_that_are_over_and_plans_the_rest_anew() -> None:
    pair = selling(PLANTS)
    day = allocate(LOAD, PLANTS, "per-plant", SHARE)
    first = pair.to("Allocation", "allocate", *allocate_arguments(day, PLANTS, LOAD, 0, 0, "per-plant", SHARE))
    cases = rolled()
    plan = allocate(LOAD, cases, "per-plant", SHARE, 1)
    again = pair.to("Allocation", "allocate", *allocate_arguments(plan, cases, LOAD, 0, 0, "per-plant", SHARE, 1))
    changed = tuple(replace(case, delivered=(case.delivered[0] + 1,), contract=(case.contract or 0) + 1) for case in cases)
    forged = allocate(LOAD, changed, "per-plant", SHARE, 1)
    wrong = pair.to("Allocation", "allocate", *allocate_arguments(forged, changed, LOAD, 0, 0, "per-plant", SHARE, 1))
    block = pair.block([again, first, wrong, again], START)
    assert [error(receipt) for receipt in block.receipts] == ["NotAllocated", "", "RecordChanged", ""]
    assert pair.read("Allocation", "contractOf", 0, 1, 2) == 200_000
    assert pair.read("Allocation", "contractOf", 0, 1, 0) == day.plants[1].hours[0]


def test_hour_is_paid_at_the_mean_price_and_the_supplier_bears_the_rounding() -> None:
    """p0 sells 3 kWh at 300, p1 4 kWh at 500, the import 100 MWh at -200: buyers pay floor(-19,997,100 / 100,007) = -200."""
    plants = (PlantCase("p0", 3, 3, 1, 3, (3,), 3), PlantCase("p1", 4, 4, 1, 4, (4,), 4))
    pair = selling(plants, imports=True)
    plan = allocate((10,), plants, "per-plant", SHARE)
    given_ = [(0, NUMBER["user"], 7), (0, NUMBER["other user"], FLAT), (0, NUMBER["user"], 0)]
    block = pair.block(
        [
            pair.to("Allocation", "settle", *settle_arguments(0, given_)),
            pair.to("Allocation", "allocate", *allocate_arguments(plan, plants, (10,), 0, 0, "per-plant", SHARE)),
            pair.to("Allocation", "settle", *settle_arguments(1, given_)),
            pair.to("Allocation", "settle", *settle_arguments(0, given_[:1])),
            pair.to("Allocation", "settle", *settle_arguments(0, [*given_, (2, NUMBER["user"], 1)])),
            pair.to("Allocation", "settle", *settle_arguments(0, [*given_, (1, 12, 1)])),
            pair.to("Allocation", "settle", *settle_arguments(0, [*given_, (1, 1, 1)])),
            pair.to("Allocation", "settle", *settle_arguments(0, [*given_, (1, NUMBER["supplier q"], 1)])),
            pair.to("Allocation", "settle", *settle_arguments(0, given_), sender="stranger"),
            pair.to("Allocation", "settle", *settle_arguments(0, given_)),
            pair.to("Allocation", "allocate", *allocate_arguments(plan, plants, (10,), 0, 0, "per-plant", SHARE)),
            pair.to("Allocation", "settle", *settle_arguments(1, given_)),
        ],
        START,
    )
    assert [error(receipt) for receipt in block.receipts] == [
        "NotAllocated",
        "",
        "NotNextHour",
        "PurchasesDiffer",
        "UnknownZone",
        "UnknownNumber",
        "UnknownNumber",
        "PurchasesDiffer",
        "NotOperator",
        "",
        "AlreadySettled",
        "HourNotBegun",
    ]
    (settled,) = (interface("Allocation").event(one)[1] for one in block.receipts[9].logs[1:])
    assert (settled["hour"], settled["prices"]) == (0, (-200, -(2**31)))
    assert unpack_words(settled["contracts"], 32)[:3] == [3, 4, FLAT]
    assert list(settled["purchases"]) == settle_arguments(0, given_)[1]
    balances = {name: pair.read("Ledger", "balanceOf", NUMBER[name]) for name in NAMES}
    assert {name: balance for name, balance in balances.items() if balance} == {
        "p0": 900,
        "p1": 2_000,
        "import": -200 * FLAT,
        "user": 1_400,
        "other user": 200 * FLAT,
        "supplier": -(900 + 2_000 + 1_400),
    }
    assert sum(balances.values()) == 0
    assert pair.read("Allocation", "nextHour") == 1


def test_plant_of_another_province_buys_no_contract_energy() -> None:
    """A Sichuan plant bought 22 GWh of Shanxi's contract energy: whoever has a number could be charged."""
    plants = (PlantCase("p0", 22_000_000, 0, 22_000_000, 22_000_000, (22_000_000,), 22_000_000),)
    pair = selling(plants)
    plan = allocate((22_000_000,), plants, "per-plant", SHARE)
    allocated = pair.to("Allocation", "allocate", *allocate_arguments(plan, plants, (22_000_000,), 0, 0, "per-plant", SHARE))
    buyers = ("q0", "p1", "supplier q", "import", "user")
    charged = [pair.to("Allocation", "settle", *settle_arguments(0, [(0, NUMBER[name], 22_000_000)])) for name in buyers[:3]]
    some = [(0, NUMBER["import"], 21_999_999), (0, NUMBER["supplier"], 1)]
    block = pair.block([allocated, *charged, pair.to("Allocation", "settle", *settle_arguments(0, some))], START)
    assert [error(receipt) for receipt in block.receipts] == ["", "PlantBuys", "PlantBuys", "BuyerElsewhere", ""]
    assert [pair.read("Ledger", "balanceOf", NUMBER[name]) for name in buyers] == [0, 0, 0, -300 * 21_999_999, 0]


def test_sellers_and_suppliers_are_named_once_and_by_the_operator() -> None:
    pair = deployed()
    suppliers = [pair.address["supplier"], pair.address["supplier q"]]
    good = Terms(10, 5, 2, 300).word()

    def named(seller: str, word: int, *more: int) -> object:
        return pair.to("Allocation", "setTerms", [pair.address[seller]], [word, *more])

    plants = (PlantCase("p1", 10, 5, 2, 5, (10,), 5),)
    plan = allocate((10,), plants, "per-plant", SHARE)
    block = pair.block(
        [
            pair.to("Allocation", "setSuppliers", suppliers),
            pair.to("Allocation", "setSuppliers", suppliers, sender="stranger"),
            pair.to("Allocation", "setTerms", [], [], sender="stranger"),
            named("p0", good, good),
            named("user", good),
            named("stranger", good),
            named("p0", Terms(5, 10, 2, 300).word()),
            named("p0", good | 1 << 128),
            named("p0", 10 | 5 << 32),
            named("import", good),
            named("p1", good),
            named("p1", good),
            named("p0", good),
            pair.to("Allocation", "allocate", *allocate_arguments(plan, plants, (10,), 0, 0, "per-plant", SHARE)),
            named("p2", good),
        ],  # type: ignore[list-item]
        START,
    )
    assert [error(receipt) for receipt in block.receipts] == [
        "SuppliersAlreadySet",
        "NotOperator",
        "NotOperator",
        "WrongLength",
        "WrongRole",
        "NotEnrolled",
        "BadTerms",
        "BadTerms",
        "BadTerms",
        "BadTerms",
        "",
        "TermsOutOfOrder",
        "TermsOutOfOrder",
        "",
        "TermsClosed",
    ]


def test_suppliers_need_their_role_and_their_zone() -> None:
    pair = Pair(NAMES)
    operator = pair.address["operator"]
    create = [pair.create("Registry", operator, 2), pair.create("Ledger", operator)]
    create.append(pair.create("Allocation", pair.contracts["Registry"], pair.contracts["Ledger"], CLOCK))
    enrol = [
        pair.to("Registry", "enrol", pair.address["supplier q"], SUPPLIER, 1),
        pair.to("Registry", "enrol", pair.address["user"], USER, 0),
        pair.to("Registry", "enrol", pair.address["p0"], PLANT, 0),
    ]
    wrong = [
        pair.to("Allocation", "setSuppliers", [pair.address["supplier q"]]),
        pair.to("Allocation", "setSuppliers", [pair.address["user"]]),
        pair.to("Allocation", "setTerms", [pair.address["p0"]], [Terms(1, 1, 1, 1).word()]),
        pair.to("Allocation", "setSuppliers", []),
    ]
    block = pair.block([*create, *enrol, *wrong], START)
    assert [error(receipt) for receipt in block.receipts[-4:]] == ["WrongZone", "WrongRole", "UnknownZone", ""]


def test_days_have_bounds_and_an_order() -> None:
    pair = selling(PLANTS)
    plan = allocate(LOAD, PLANTS, "per-plant", SHARE)
    day, load, words = allocate_arguments(plan, PLANTS, LOAD, 0, 0, "per-plant", SHARE)
    expected = {
        (2, *day[1:]): "UnknownZone",
        (0, 1, *day[2:]): "EarlierHoursOpen",
        (0, 0, 4, 4, 1, SHARE): "BadHours",
        (0, 0, 0, 0, 1, SHARE): "BadHours",
        (0, 0, 0, 25, 1, SHARE): "BadHours",
        (0, 0, 0, 4, 1, 1_000_001): "BadShare",
        (0, 0, 0, 9, 1, SHARE): "WrongLength",
        (1, *day[1:]): "WrongLength",
    }
    calls = [pair.to("Allocation", "allocate", wrong, load, words) for wrong in expected]
    calls.append(pair.to("Allocation", "allocate", day, load, words[1:]))
    calls.append(pair.to("Allocation", "allocate", day, load, [words[0] | 5 << 96, *words[1:]]))
    calls.append(pair.to("Allocation", "allocate", day, load, words, sender="stranger"))
    block = pair.block(calls, START)
    assert [error(receipt) for receipt in block.receipts] == [*expected.values(), "WrongLength", "UnknownStatus", "NotOperator"]


def test_zone_without_plants_has_a_day_too() -> None:
    pair = selling(())
    plan = allocate((10,), (), "province", SHARE)
    (receipt,) = pair.block(
        [pair.to("Allocation", "allocate", *allocate_arguments(plan, (), (10,), 1, 0, "province", SHARE))], START
    ).receipts
    assert receipt.success
    assert log(receipt) == (Allocated(1, 0, 0, (), (), 10),)


_books = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@_books
@given(provinces(), st.sampled_from(READINGS), st.data())
def test_every_plan_is_accepted_and_tampering_is_judged_alike(
    case: tuple[tuple[int, ...], tuple[PlantCase, ...], int], reading: Reading, data: st.DataObject
) -> None:
    load, plants, share = case
    pair = selling(plants)
    plan = allocate(load, plants, reading, share)
    day, loads, words = allocate_arguments(plan, plants, load, 0, 0, reading, share)
    calls = [pair.to("Allocation", "allocate", day, loads, words)]
    for _ in range(8):
        place = data.draw(st.integers(0, len(words) - 1))
        tampered = list(words)
        if place % 3 == 0:  # contract, initial output and status
            tampered[place] ^= 1 << data.draw(st.sampled_from((0, 4, 64, 70, 96, 97, 98)))
        else:
            tampered[place] ^= 1 << (32 * data.draw(st.integers(0, len(load) - 1)) + data.draw(st.integers(0, 10)))
        calls.append(pair.to("Allocation", "allocate", day, loads, tampered))
    block = pair.block(calls, START)
    assert block.receipts[0].success, error(block.receipts[0])
    assert log(block.receipts[0]) != ()


@_books
@given(provinces(), st.data())
def test_one_kwh_more_is_refused(case: tuple[tuple[int, ...], tuple[PlantCase, ...], int], data: st.DataObject) -> None:
    """Contracts are met to the kWh."""
    load, plants, share = case
    plan = allocate(load, plants, "per-plant", share)
    place = data.draw(st.integers(0, len(plants) - 1))
    hour = data.draw(st.integers(0, len(load) - 1))
    moved = list(plan.plants[place].hours)
    moved[hour] += 1
    forged = replace(plan, plants=tuple(replace(one, hours=tuple(moved)) if i == place else one for i, one in enumerate(plan.plants)))
    pair = selling(plants)
    call = pair.to("Allocation", "allocate", *allocate_arguments(forged, plants, load, 0, 0, "per-plant", share))
    (receipt,) = pair.block([call], START).receipts
    assert not receipt.success


@_books
@given(provinces(), st.sampled_from(READINGS), st.data())
def test_rolled_plans_are_accepted_by_both(
    case: tuple[tuple[int, ...], tuple[PlantCase, ...], int], reading: Reading, data: st.DataObject
) -> None:
    load, plants, share = case
    first = allocate(load, plants, reading, share)
    calls = [allocate_arguments(first, plants, load, 0, 0, reading, share)]
    if len(load) > 1:
        now = data.draw(st.integers(1, len(load) - 1))
        cases = []
        for plant, planned in zip(plants, first.plants, strict=True):
            rest = data.draw(st.lists(st.integers(0, plant.capacity), min_size=len(load) - now, max_size=len(load) - now))
            initial = data.draw(st.integers(0, plant.capacity))
            cases.append(replace(plant, available=plant.available[:now] + tuple(rest), delivered=planned.hours[:now], initial=initial))
        calls.append(allocate_arguments(allocate(load, cases, reading, share, now), cases, load, 0, 0, reading, share, now))
    pair = selling(plants)
    block = pair.block([pair.to("Allocation", "allocate", *call) for call in calls], START)
    assert [error(receipt) for receipt in block.receipts] == [""] * len(calls)


def test_full_days_of_many_sellers_are_allocated_rolled_and_paid_alike() -> None:
    """Twelve sellers take two words an hour, and 24 hours three words a plant; zone 1 has one plant."""
    names = tuple(f"p{place}" for place in range(11))
    pair = Pair((*names, "import", "far", "user", "supplier", "supplier q"))
    operator = pair.address["operator"]
    create = [pair.create("Registry", operator, 2), pair.create("Ledger", operator)]
    create.append(pair.create("Allocation", pair.contracts["Registry"], pair.contracts["Ledger"], CLOCK))
    roles = [(name, PLANT, 0) for name in names] + [("import", EXCHANGE, 0), ("far", PLANT, 1), ("user", USER, 0)]
    roles += [("supplier", SUPPLIER, 0), ("supplier q", SUPPLIER, 1)]
    enrol = [pair.to("Registry", "enrol", pair.address[name], role, zone) for name, role, zone in roles]
    cases = tuple(
        PlantCase(name, 100 + 7 * place, 10 * (place % 3), 9 + place, 40 + place, tuple(60 + place + hour for hour in range(24)), 24 * 40)
        for place, name in enumerate(names)
    )
    far = (PlantCase("far", 50, 0, 50, 0, (50,) * 24, 24 * 20),)
    terms = [Terms(case.capacity, case.minimum, case.ramp, 100 + 13 * place).word() for place, case in enumerate(cases)]
    flat = Terms(33, 33, 1, -7).word()
    ready = [
        pair.to("Ledger", "grantRole", POSTER_ROLE, pair.contracts["Allocation"]),
        pair.to("Allocation", "setSuppliers", [pair.address["supplier"], pair.address["supplier q"]]),
        pair.to("Allocation", "setTerms", [pair.address[name] for name in names], terms),
        pair.to("Allocation", "setTerms", [pair.address["import"], pair.address["far"]], [flat, Terms(50, 0, 50, 77).word()]),
    ]
    assert all(receipt.success for receipt in pair.block([*create, *enrol, *ready], START - 3).receipts)
    load = tuple(470 + 11 * (hour % 9) for hour in range(24))
    plan, there = allocate(load, cases, "per-plant", SHARE), allocate((60,) * 24, far, "per-plant", SHARE)
    day = allocate_arguments(plan, cases, load, 0, 0, "per-plant", SHARE)
    far_day = allocate_arguments(there, far, (60,) * 24, 1, 0, "per-plant", SHARE)
    for now in (0, 9, 17):
        rolled_cases = tuple(replace(case, delivered=one.hours[:now]) for case, one in zip(cases, plan.plants, strict=True))
        rolled_cases = tuple(
            replace(case, initial=one.hours[now - 1] if now else case.initial) for case, one in zip(rolled_cases, plan.plants, strict=True)
        )
        plan = allocate(load, rolled_cases, "per-plant", SHARE, now)
        again = allocate_arguments(plan, rolled_cases, load, 0, 0, "per-plant", SHARE, now)
        assert [error(each) for each in pair.block([pair.to("Allocation", "allocate", *again)], START + now).receipts] == [""]
    assert pair.block([pair.to("Allocation", "allocate", *far_day)], START + 20).receipts[0].success
    for seller in range(13):
        for hour in (0, 7, 8, 23, 24):
            pair.read("Allocation", "contractOf", 0, seller, hour)
        pair.read("Allocation", "termsOf", 0, seller)
    number, away = (2 + [name for name, _, _ in roles].index(buyer) for buyer in ("user", "supplier q"))
    for hour in range(24):
        bought = [(0, number, 33 + sum(one.hours[hour] for one in plan.plants)), (1, away, there.plants[0].hours[hour])]
        settle = pair.to("Allocation", "settle", *settle_arguments(hour, bought))
        early = pair.block([settle], START + 3600 * hour - 1 if hour else START + 30)
        if hour:
            assert error(early.receipts[0]) == "HourNotBegun"
            assert error(pair.block([settle], START + 3600 * hour).receipts[0]) == ""
    balances = [pair.read("Ledger", "balanceOf", account) for account in range(18)]
    assert sum(balances) == 0
    assert all(balances[2:13])
    next_day = ((0, 1, *day[0][2:]), *day[1:])
    late = ((0, 1, 1, *day[0][3:]), *day[1:])
    calls = [pair.to("Allocation", "allocate", *each) for each in (late, day, next_day)]
    block = pair.block(calls, START + 86_400)
    assert [error(receipt) for receipt in block.receipts][:2] == ["NotAllocated", "AlreadySettled"]


def test_hour_in_which_a_plant_could_give_way_is_not_above_the_load() -> None:
    """The plan meets every contract; a load of a kWh less than its sum in an hour is refused, and its very sum is not."""
    pair = selling(PLANTS)
    plan = allocate(LOAD, PLANTS, "per-plant", SHARE)
    day, _, words = allocate_arguments(plan, PLANTS, LOAD, 0, 0, "per-plant", SHARE)
    sums = [sum(plant.hours[hour] for plant in plan.plants) for hour in range(4)]
    short = [[*sums[:hour], sums[hour] - 1, *sums[hour + 1 :]] for hour in range(4)]
    calls = [pair.to("Allocation", "allocate", day, pack_words(load, 32), words) for load in (*short, sums)]
    assert [error(receipt) for receipt in pair.block(calls, START).receipts] == ["HourAboveLoad"] * 4 + [""]
