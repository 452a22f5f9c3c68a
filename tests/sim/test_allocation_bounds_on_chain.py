"""Allocation.sol and its twin at their bounds: a kWh, the second day, the 64th seller, the 129th zone, ramps and shares met exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from pair import CLOCK, POSTER_ROLE, START, Pair, error
from test_allocation import LOAD, PLANTS, SHARE
from test_allocation_on_chain import EXCHANGE, FLAT, NUMBER, PLANT, SUPPLIER, USER, deployed, selling, settle_arguments

from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Transaction
from shengdian.sim.solve.allocation import Plan, PlantCase, PlantPlan, Status, allocate
from shengdian.sim.twins.allocation_words import Terms, allocate_arguments

PPM = 1_000_000


def planned(
    pair: Pair,
    load: Sequence[int],
    cases: Sequence[PlantCase],
    hours: Sequence[tuple[int, ...]],
    statuses: Sequence[Status],
    **kind: object,
) -> Transaction:
    """Day 0 of zone 0 with this energy by plant and hour, whoever may have planned it."""
    plants = tuple(
        PlantPlan(case.id, energy, sum(energy), 0.0, status) for case, energy, status in zip(cases, hours, statuses, strict=True)
    )
    arguments = allocate_arguments(Plan(0.0, (), (), plants, (), 0), cases, load, 0, 0, kind.get("reading", "per-plant"), PPM)  # type: ignore[arg-type]
    return pair.to("Allocation", "allocate", *arguments)


def rigid(name: str, energy: int) -> PlantCase:
    """A plant that can give this and nothing else, in one hour."""
    return PlantCase(name, energy, energy, 1, energy, (energy,), energy)


def test_second_day_takes_the_places_of_the_first() -> None:
    """Only the import sells. Day 1 has one hour, which is hour 24."""
    pair = selling((), imports=True)
    day, next_day = [((0, number, 0, length, 1, SHARE), [0] * -(-length // 8), []) for number, length in ((0, 24), (1, 1))]
    bought = [(0, NUMBER["user"], FLAT)]
    settle = [pair.to("Allocation", "settle", *settle_arguments(hour, bought)) for hour in range(26)]
    calls = [pair.to("Allocation", "allocate", *day), *settle[:24], pair.to("Allocation", "allocate", *next_day), *settle[24:]]
    block = pair.block(calls, START + 26 * 3600)
    assert [error(receipt) for receipt in block.receipts] == [""] * 27 + ["NotAllocated"]
    assert pair.read("Allocation", "contractOf", 0, 0, 24) == FLAT
    assert [pair.read("Allocation", "contractOf", 0, 0, hour).error for hour in (23, 25, 47)] == ["NotAllocated"] * 3
    assert pair.read("Ledger", "balanceOf", NUMBER["import"]) == -200 * FLAT * 25


def test_hour_is_paid_at_a_negative_price_that_needs_no_rounding() -> None:
    pair = selling((), imports=True)
    day = ((0, 0, 0, 1, 1, SHARE), [0], [])
    settle = settle_arguments(0, [(0, NUMBER["user"], FLAT)])
    block = pair.block([pair.to("Allocation", "allocate", *day), pair.to("Allocation", "settle", *settle)], START)
    assert interface("Allocation").event(block.receipts[1].logs[-1])[1]["prices"] == (-200, -(2**31))
    assert pair.read("Ledger", "balanceOf", NUMBER["supplier"]) == 0


def test_one_kwh_of_an_hour_is_paid() -> None:
    plant = PlantCase("p0", 1, 0, 1, 1, (1,), 1)
    pair = selling((plant,))
    allocated = planned(pair, (1,), (plant,), [(1,)], ["ok"])
    settle = pair.to("Allocation", "settle", *settle_arguments(0, [(0, NUMBER["user"], 1)]))
    assert [error(receipt) for receipt in pair.block([allocated, settle], START).receipts] == ["", ""]
    assert (pair.read("Ledger", "balanceOf", NUMBER["p0"]), pair.read("Ledger", "balanceOf", NUMBER["user"])) == (300, -300)


def test_each_of_64_sellers_is_paid_its_own_in_every_hour() -> None:
    """Imports with numbers 2 to 65, which fill eight words an hour; seller s gives 100 + s kWh at 10 s fen/MWh. The first also buys."""
    names = [f"import {seller}" for seller in range(64)]
    pair = Pair((*names, "supplier", "user"))
    create = [pair.create("Registry", pair.address["operator"], 1), pair.create("Ledger", pair.address["operator"])]
    create.append(pair.create("Allocation", pair.contracts["Registry"], pair.contracts["Ledger"], CLOCK))
    roles = dict.fromkeys(names, EXCHANGE) | {"supplier": SUPPLIER, "user": USER}
    enrol = [pair.to("Registry", "enrol", pair.address[name], role, 0) for name, role in roles.items()]
    terms = [Terms(100 + seller, 100 + seller, 1, 10 * seller).word() for seller in range(64)]
    total = sum(100 + seller for seller in range(64))
    buyers = (2, 67, 67, 67, 67)  # five purchases are two words
    bought = [(0, number, 1_000) for number in buyers] + [(0, 67, total - 5_000)]
    ready = [
        pair.to("Ledger", "grantRole", POSTER_ROLE, pair.contracts["Allocation"]),
        pair.to("Allocation", "setSuppliers", [pair.address["supplier"]]),
        pair.to("Allocation", "setTerms", [pair.address[name] for name in names], terms),
        pair.to("Allocation", "allocate", (0, 0, 0, 2, 1, SHARE), [0], []),
        *(pair.to("Allocation", "settle", *settle_arguments(hour, bought)) for hour in (0, 1)),
    ]
    block = pair.block([*create, *enrol, *ready], START + 3600)
    assert [error(receipt) for receipt in block.receipts] == [""] * len(block.receipts)
    assert [pair.read("Allocation", "contractOf", 0, seller, 1) for seller in (0, 7, 8, 56, 63, 64)] == [100, 107, 108, 156, 163, 0]
    price = sum((100 + seller) * 10 * seller for seller in range(64)) // total
    balances = [pair.read("Ledger", "balanceOf", number) for number in (2, 3, 58, 65, 67)]
    assert balances == [-2 * 1_000 * price, 2 * 101 * 10, 2 * 156 * 560, 2 * 163 * 630, -2 * (total - 1_000) * price]


def test_plants_of_the_129th_zone_are_plants() -> None:
    """Zones have eight bits, the flag of an import is the one above them."""
    suppliers = [f"supplier {zone}" for zone in range(129)]
    pair = Pair((*suppliers, "plant"))
    create = [pair.create("Registry", pair.address["operator"], 129), pair.create("Ledger", pair.address["operator"])]
    create.append(pair.create("Allocation", pair.contracts["Registry"], pair.contracts["Ledger"], CLOCK))
    enrol = [pair.to("Registry", "enrol", pair.address[name], SUPPLIER, zone) for zone, name in enumerate(suppliers)]
    plant = (PlantCase("plant", 100, 0, 100, 0, (100,), 40),)
    allocated = allocate_arguments(allocate((50,), plant, "per-plant", SHARE), plant, (50,), 128, 0, "per-plant", SHARE)
    ready = [
        pair.to("Registry", "enrol", pair.address["plant"], PLANT, 128),
        pair.to("Allocation", "setSuppliers", [pair.address[name] for name in suppliers]),
        pair.to("Allocation", "setTerms", [pair.address["plant"]], [Terms(100, 0, 100, 300).word()]),
        pair.to("Allocation", "allocate", *allocated),
    ]
    block = pair.block([*create, *enrol, *ready], START)
    assert [error(receipt) for receipt in block.receipts] == [""] * len(block.receipts)
    assert pair.read("Allocation", "contractOf", 128, 0, 0) == 40


def test_ramp_of_any_32_bits_but_0_is_a_ramp() -> None:
    pair = deployed()
    words = [2**31 | 2**31 << 32, 10 | 5 << 32 | 2**31 << 64, 10 | 5 << 32 | 1 << 64]
    calls = [pair.to("Allocation", "setTerms", [pair.address[name]], [word]) for name, word in zip(("p0", "p1", "p2"), words, strict=True)]
    assert [error(receipt) for receipt in pair.block(calls, START).receipts] == ["BadTerms", "", ""]


@pytest.mark.parametrize(
    ("hours", "refused"),
    [((40, 50), ""), ((40, 51), "RampExceeded"), ((60, 50), ""), ((60, 49), "RampExceeded")],
)
def test_output_changes_by_the_ramp_and_not_by_one_kwh_more(hours: tuple[int, int], refused: str) -> None:
    plant = PlantCase("p0", 100, 0, 10, 50, (100, 100), sum(hours))
    pair = selling((plant,))
    (receipt,) = pair.block([planned(pair, (200, 200), (plant,), [hours], ["ok"])], START).receipts
    assert error(receipt) == refused


def test_every_hour_of_a_long_day_has_its_own_availability_and_load() -> None:
    """Above its availability a plant gives all of it: 10 kWh in hour 0, 33 in hour 23, and the load leaves exactly that."""
    available = tuple(range(10, 34))
    plant = PlantCase("p0", 100, 0, 100, 10, available, 10_000)
    pair = selling((plant,))
    (receipt,) = pair.block([planned(pair, available, (plant,), [available], ["above_max"])], START).receipts
    assert error(receipt) == ""
    assert [pair.read("Allocation", "contractOf", 0, 0, hour) for hour in (0, 7, 8, 15, 16, 23)] == [10, 17, 18, 25, 26, 33]


@pytest.mark.parametrize(
    ("statuses", "refused"),
    [
        (("ok",), ""),
        (("above_max",), "ShareNotMet"),
        (("below_min",), "ShareNotMet"),
        (("ok", "above_max"), "ShareNotMet"),
        (("ok", "below_min"), "ShareNotMet"),
        (("ok", "below_min", "above_max"), "ShareNotMet"),
        (("ok", "oversupply"), ""),
    ],
)
def test_share_that_is_met_exactly_is_neither_above_nor_below(statuses: tuple[Status, ...], refused: str) -> None:
    plants = tuple(rigid(f"p{place}", 10) for place in range(len(statuses)))
    pair = selling(plants)
    call = planned(pair, (10 * len(plants),), plants, [(10,)] * len(plants), statuses, reading="province")
    (receipt,) = pair.block([call], START).receipts
    assert error(receipt) == refused


@pytest.mark.parametrize(
    ("status", "contract", "refused"),
    [
        ("ok", 10, ""),
        ("below_min", 10, "ContractNotMet"),
        ("below_min", 9, ""),
        ("above_max", 10, "ContractNotMet"),
        ("above_max", 11, ""),
    ],
)
def test_contract_that_is_met_exactly_is_neither_above_nor_below(status: Status, contract: int, refused: str) -> None:
    plant = replace(rigid("p0", 10), contract=contract)
    pair = selling((plant,))
    (receipt,) = pair.block([planned(pair, (10,), (plant,), [(10,)], [status])], START).receipts
    assert error(receipt) == refused


def test_refusals_name_the_hour_and_the_length_that_are_meant() -> None:
    """The twin says the same numbers: 3 plants of 5 words are 15, and hour 1 is the earlier one."""
    pair = selling(PLANTS)
    plan = allocate(LOAD, PLANTS, "per-plant", SHARE)
    day, load, words = allocate_arguments(plan, PLANTS, LOAD, 0, 0, "per-plant", SHARE)
    purchases = [[(0, NUMBER["user"], sum(plant.hours[hour] for plant in plan.plants))] for hour in (0, 1)]
    calls = [
        pair.to("Allocation", "allocate", (0, 0, 0, 9, 1, SHARE), [0, 0], words),
        pair.to("Allocation", "allocate", day, load, words),
        *(pair.to("Allocation", "settle", *settle_arguments(hour, purchases[hour])) for hour in (0, 1)),
        pair.to("Allocation", "allocate", (0, 0, 1, 4, 1, SHARE), load, words),
        pair.to("Allocation", "contractOf", 2, 0, 0),  # a read, sent so that its refusal is compared too
        pair.to("Allocation", "sellerCount", 2),
    ]
    receipts = pair.block(calls, START + 3600).receipts
    assert [error(receipt) for receipt in receipts] == ["WrongLength", "", "", "", "AlreadySettled", "UnknownZone", "UnknownZone"]
    assert receipts[0].output[4:] == (9).to_bytes(32, "big") + (15).to_bytes(32, "big")
    assert receipts[4].output[4:] == (1).to_bytes(32, "big") + (2).to_bytes(32, "big")
