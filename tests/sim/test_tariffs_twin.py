"""Tariffs and their twin agree bit for bit: who may be billed by whom, when, what a bill moves, and every refusal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pair import CLOCK, POSTER_ROLE, START, Pair, error

from shengdian.sim.base.units import NO_PRICE, RECOVERS
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Transaction

PLANT, USER, SUPPLIER = 1, 2, 3
NAMES = {"supplier": (SUPPLIER, 0), "other": (SUPPLIER, 1), "u": (USER, 0), "v": (USER, 0), "w": (USER, 1), "plant": (PLANT, 0)}
"""registry numbers 2 to 7: role and zone"""
HOUR, LAST = 3600, 3540


class Bills(Pair):
    """Two suppliers with the users of their zones; whatever is posted to the ledger comes from the operator."""

    def __init__(self, tariffs: bool = True) -> None:
        super().__init__(tuple(NAMES))
        registry, ledger = (self.create(name, self.address["operator"], *more) for name, more in (("Registry", (2,)), ("Ledger", ())))
        tariff = self.create("Tariffs", self.contracts["Registry"], self.contracts["Ledger"], CLOCK)
        grants = [self.to("Ledger", "grantRole", POSTER_ROLE, who) for who in (self.contracts["Tariffs"], self.address["operator"])]
        enrol = [self.to("Registry", "enrol", self.address[name], *what) for name, what in NAMES.items()]
        assert self.done([registry, ledger, tariff, *grants, *enrol], START - 9) == [""] * 11
        if tariffs:
            assert self.done([self.tariff("supplier", "u", "v"), self.tariff("other", "w")], START - 8) == ["", ""]

    def done(self, transactions: list[Transaction], timestamp: int) -> list[str]:
        """The errors of a block; empty texts where it went well."""
        return [error(receipt) for receipt in self.block(transactions, timestamp).receipts]

    def tariff(self, supplier: str, *users: str, sender: str = "operator") -> Transaction:
        return self.to("Tariffs", "setTariff", self.address[supplier], [self.address[user] for user in users], sender=sender)

    def charge(self, rate: int, *payers: str, sender: str = "operator") -> Transaction:
        return self.to("Tariffs", "setCharge", rate, [self.address[payer] for payer in payers], sender=sender)

    def bill(self, hour: int, *energy: int, sender: str = "operator") -> Transaction:
        return self.to("Tariffs", "bill", hour, list(energy), sender=sender)

    def paid(self, first: int, second: int = 0) -> Transaction:
        """What the suppliers pay the plant, 1e-5 CNY."""
        return self.to("Ledger", "post", [0, 0, -first, -second, 0, 0, 0, first + second])

    def balances(self) -> list[int]:
        """By number from 2 on."""
        return [self.read("Ledger", "balanceOf", number) for number in range(2, 8)]

    def billed(self, transaction: Transaction, timestamp: int) -> dict[str, Any]:
        (receipt,) = self.block([transaction], timestamp).receipts
        assert error(receipt) == ""
        (log,) = (log for log in receipt.logs if log.address == self.contracts["Tariffs"])
        return interface("Tariffs").event(log)[1]


def test_the_rate_is_what_the_account_lacks_by_the_energy_rounded_up() -> None:
    bills = Bills()
    assert bills.done([bills.paid(1000, 70)], START) == [""]
    said = bills.billed(bills.bill(23, 20, 10, 7), START + 23 * HOUR + LAST)
    assert said == {"hour": 23, "rates": (34, 10), "energy": (20, 10, 7)}
    assert bills.balances() == [20, 0, -680, -340, -70, 1070]
    assert bills.done([bills.paid(1000), bills.bill(47, 20, 10, 0)], START + 47 * HOUR + LAST) == ["", ""]
    assert bills.balances() == [10, 0, -1340, -670, -70, 2070]


def test_a_supplier_without_energy_waits_and_one_that_earned_pays_back() -> None:
    bills = Bills()
    assert bills.done([bills.paid(-100, 70)], START) == [""]
    said = bills.billed(bills.bill(23, 20, 10, 0), START + 23 * HOUR + LAST)
    assert said["rates"] == (-3, NO_PRICE)
    assert bills.balances() == [10, -70, 60, 30, 0, -30]


def test_a_bill_is_the_operators_and_cannot_be_sent_early_or_twice() -> None:
    bills = Bills()
    early = [bills.bill(23, 1, 1, 1), bills.bill(22, 1, 1, 1, sender="supplier"), bills.bill(22, 1, 1, 1, sender="stranger")]
    assert bills.done(early, START + 23 * HOUR + LAST - 1) == ["TooEarly", "NotOperator", "NotOperator"]
    again = [bills.bill(23, 1, 1, 1), bills.bill(23, 1, 1, 1), bills.bill(0, 1, 1, 1), bills.bill(24, 1, 1, 1)]
    assert bills.done(again, START + 23 * HOUR + LAST) == ["", "AlreadyBilled", "AlreadyBilled", "TooEarly"]
    assert bills.read("Tariffs", "nextHour") == 24


@pytest.mark.parametrize("energy", [(), (1,), (1, 2), (1, 2, 3, 4)])
def test_a_bill_names_the_energy_of_every_user(energy: tuple[int, ...]) -> None:
    bills = Bills()
    assert bills.done([bills.bill(0, *energy)], START + HOUR) == ["WrongLength"]


def test_tariffs_name_a_supplier_and_users_in_order() -> None:
    bills = Bills(tariffs=False)
    cases = {
        "NoUsers": ("supplier",),
        "WrongRole": ("u", "v"),
        "OutOfOrder": ("supplier", "v", "u"),
        "NotEnrolled": ("stranger", "u"),
    }
    assert bills.done([bills.tariff(*names) for names in cases.values()], START - 7) == list(cases)
    users = [("supplier", "plant"), ("supplier", "u", "u"), ("supplier", "stranger"), ("other", "w"), ("supplier", "u"), ("other", "w")]
    refused = ["WrongRole", "OutOfOrder", "NotEnrolled", "", "OutOfOrder", "OutOfOrder"]
    assert bills.done([bills.tariff(*names) for names in users], START - 6) == refused
    assert bills.done([bills.tariff("other", "w", sender="other")], START - 5) == ["NotOperator"]
    assert bills.read("Tariffs", "tariffCount") == 1
    assert bills.read("Tariffs", "tariffAt", 0) == (3, (6,))
    bills.read("Tariffs", "tariffAt", 1)


def test_tariffs_are_set_before_the_first_bill() -> None:
    bills = Bills()
    assert bills.done([bills.bill(0, 0, 0, 0), bills.tariff("other", "w")], START + HOUR) == ["", "TooLateForTariffs"]


def test_a_charge_is_paid_to_the_grid_and_what_it_pays_for_capacity_comes_back_rounded_up() -> None:
    bills = Bills(tariffs=False)
    charges = [bills.charge(30, "u", "v", "w"), bills.charge(-20, "plant"), bills.charge(RECOVERS, "u", "w")]
    assert bills.done(charges, START - 7) == ["", "", ""]
    said = bills.billed(bills.bill(23, 5, 0, 2, 10, 5, 2), START + 23 * HOUR + LAST)
    assert said["rates"] == (30, -20, 29)
    assert [bills.read("Ledger", "balanceOf", number) for number in range(8)] == [213, 0, 0, 0, -295, 0, -118, 200]


def test_what_nobody_can_recover_by_stays_with_the_grid() -> None:
    bills = Bills(tariffs=False)
    assert bills.done([bills.charge(-20, "plant"), bills.charge(RECOVERS, "u"), bills.charge(RECOVERS, "v")], START - 7) == ["", "", ""]
    said = bills.billed(bills.bill(0, 10, 0, 4), START + HOUR)
    assert said["rates"] == (-20, NO_PRICE, 50)
    assert bills.read("Ledger", "balanceOf", 0) == 0


def test_charges_come_after_tariffs_and_leave_suppliers_alone() -> None:
    bills = Bills()
    assert bills.done([bills.charge(30, "u", "w"), bills.paid(1000, 70)], START) == ["", ""]
    said = bills.billed(bills.bill(23, 20, 10, 7, 25, 9), START + 23 * HOUR + LAST)
    assert said == {"hour": 23, "rates": (34, 10, 30), "energy": (20, 10, 7, 25, 9)}
    assert bills.balances() == [20, 0, -680 - 750, -340, -70 - 270, 1070]


def test_charges_name_users_and_plants_in_order_before_the_first_bill() -> None:
    bills = Bills(tariffs=False)
    cases = {
        "NoPayers": bills.charge(1),
        "WrongRole": bills.charge(1, "supplier"),
        "OutOfOrder": bills.charge(1, "v", "u"),
        "NotEnrolled": bills.charge(1, "stranger"),
        "NotOperator": bills.charge(1, "u", sender="supplier"),
        "": bills.charge(1, "u", "plant"),
    }
    assert bills.done(list(cases.values()), START - 7) == list(cases)
    assert bills.read("Tariffs", "chargeCount") == 1
    assert bills.read("Tariffs", "chargeAt", 0) == (1, (4, 7))
    bills.read("Tariffs", "chargeAt", 1)
    late = [bills.bill(0, 1, 1), bills.charge(1, "u"), bills.bill(1, 1)]
    assert bills.done(late, START + 2 * HOUR) == ["", "TooLateForTariffs", "WrongLength"]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rate=st.integers(-(10**6), 10**6),
    capacity=st.integers(-(10**6), -1),
    energy=st.lists(st.integers(0, 2**40), min_size=3, max_size=3),
    available=st.integers(0, 2**40),
)
def test_money_sums_to_nothing_and_the_grid_keeps_less_than_a_tick_of_what_it_recovers(
    rate: int, capacity: int, energy: list[int], available: int
) -> None:
    bills = Bills(tariffs=False)
    charges = [bills.charge(rate, "u", "v", "w"), bills.charge(capacity, "plant"), bills.charge(RECOVERS, "u", "v", "w")]
    assert bills.done(charges, START - 7) == ["", "", ""]
    paid = max(0, -rate) * sum(energy) - capacity * available
    said = bills.billed(bills.bill(0, *energy, available, *energy), START + HOUR)
    every = [bills.read("Ledger", "balanceOf", number) for number in range(8)]
    assert sum(every) == 0
    rest = every[0] - max(0, rate) * sum(energy)
    if sum(energy):
        assert 0 <= rest < sum(energy)
        assert said["rates"][2] == -(-paid // sum(energy))
    else:
        assert (rest, said["rates"][2]) == (-paid, NO_PRICE)


def test_an_amount_beyond_64_bits_is_billed_to_the_unit() -> None:
    bills = Bills()
    assert bills.done([bills.paid(2**62)], START) == [""]
    assert bills.done([bills.bill(0, 1, 2**64 - 1, 0)], START + HOUR) == [""]
    assert bills.balances() == [2**64 - 2**62, 0, -1, 1 - 2**64, 0, 2**62]


days = st.lists(st.tuples(st.integers(-(10**12), 10**12), *[st.integers(0, 10**9)] * 3), min_size=1, max_size=5)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(days)
def test_no_account_drifts(costs: list[tuple[int, int, int, int]]) -> None:
    bills = Bills()
    for day, (cost, *energy) in enumerate(costs):
        assert bills.done([bills.paid(cost, cost // 2)], START + day * 24 * HOUR) == [""]
        before = bills.balances()
        assert bills.done([bills.bill(24 * day + 23, *energy)], START + (24 * day + 23) * HOUR + LAST) == [""]
        after = bills.balances()
        for supplier, bought in enumerate((energy[0] + energy[1], energy[2])):
            assert 0 <= after[supplier] < bought if bought else after[supplier] == before[supplier]
        assert sum(after) == 0
