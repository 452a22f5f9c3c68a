"""Registry and Ledger: contract and twin agree bit for bit, and do what their interfaces say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pair import POSTER_ROLE, START, Pair, error

from shengdian.sim.base.errors import Reverted
from shengdian.sim.chain.port import Transaction

PLANT, USER = 1, 2
NOBODY = bytes(20)


def deployed() -> Pair:
    pair = Pair(("a", "b", "c"))
    operator = pair.address["operator"]
    block = pair.block([pair.create("Registry", operator, 2), pair.create("Ledger", operator)], START)
    assert all(receipt.success for receipt in block.receipts)
    return pair


def test_registry_numbers_participants_in_order_and_refuses_the_rest() -> None:
    pair = deployed()
    a, b = pair.address["a"], pair.address["b"]
    calls = [
        pair.to("Registry", "enrol", a, PLANT, 1, sender="stranger"),
        pair.to("Registry", "enrol", a, PLANT, 1),
        pair.to("Registry", "enrol", a, USER, 0),
        pair.to("Registry", "enrol", b, USER, 2),
        pair.to("Registry", "enrol", b, 0, 0),
        pair.to("Registry", "enrol", NOBODY, USER, 0),
        pair.to("Registry", "enrol", b, 5, 0),
        pair.to("Registry", "enrol", b, USER, 0),
    ]
    block = pair.block(calls, START + 1)
    assert [receipt.output == b"" or error(receipt) for receipt in block.receipts] == [
        "AccessControlUnauthorizedAccount",
        "",
        "AlreadyEnrolled",
        "UnknownZone",
        "EmptyParticipant",
        "EmptyParticipant",
        True,  # not a role: refused while it is decoded, without a word
        "",
    ]
    assert pair.read("Registry", "participant", a) == (2, PLANT, 1)
    assert pair.read("Registry", "participant", b) == (3, USER, 0)
    assert pair.read("Registry", "nextNumber") == 4
    assert pair.read("Registry", "zones") == 2
    assert pair.read("Registry", "FIRST_NUMBER") == 2
    assert pair.read("Registry", "isOperator", a) is False
    assert pair.read("Registry", "participant", pair.address["c"]) == Reverted(
        "NotEnrolled", {"participant": "0x" + pair.address["c"].hex()}
    )


def test_closed_registry_gives_no_further_number() -> None:
    pair = deployed()
    a, b, c = (pair.address[name] for name in "abc")
    close = [(4, "stranger"), (65_535, "operator"), (0, "operator"), (3, "operator"), (3, "operator"), (1, "operator"), (2, "operator")]
    calls = [
        pair.to("Registry", "enrol", a, PLANT, 1),
        *(pair.to("Registry", "closeAfter", number, sender=sender) for number, sender in close),
        pair.to("Registry", "enrol", b, PLANT, 1),
        pair.to("Registry", "enrol", c, PLANT, 1),
    ]
    assert [error(receipt) for receipt in pair.block(calls, START + 1).receipts] == [
        "", "AccessControlUnauthorizedAccount", "NotLower", "NotLower", "", "NotLower", "NotLower", "", "RegistryFull", "RegistryFull",
    ]  # fmt: skip
    assert pair.read("Registry", "lastNumber") == 2
    assert pair.read("Registry", "nextNumber") == 3


def test_last_number_of_a_closed_registry_is_given() -> None:
    pair = deployed()
    enrol = [pair.to("Registry", "enrol", pair.address[name], PLANT, 1) for name in "abc"]
    block = pair.block([pair.to("Registry", "closeAfter", 3), *enrol], START + 1)
    assert [error(receipt) for receipt in block.receipts] == ["", "", "", "RegistryFull"]
    assert pair.read("Registry", "participant", pair.address["b"]) == (3, PLANT, 1)


def test_roles_are_granted_revoked_and_renounced_alike() -> None:
    pair = deployed()
    a = pair.address["a"]
    role = pair.read("Registry", "OPERATOR_ROLE")
    block = pair.block(
        [
            pair.to("Registry", "grantRole", role, a, sender="a"),
            pair.to("Registry", "grantRole", role, a),
            pair.to("Registry", "grantRole", role, a),
            pair.to("Registry", "enrol", pair.address["b"], USER, 0, sender="a"),
            pair.to("Registry", "renounceRole", role, a),
            pair.to("Registry", "renounceRole", role, a, sender="a"),
            pair.to("Registry", "revokeRole", role, pair.address["operator"]),
            pair.to("Registry", "enrol", pair.address["c"], USER, 0),
        ],
        START + 1,
    )
    assert [error(receipt) for receipt in block.receipts] == [
        "AccessControlUnauthorizedAccount",
        "",
        "",
        "",
        "AccessControlBadConfirmation",
        "",
        "",
        "AccessControlUnauthorizedAccount",
    ]
    assert [len(receipt.logs) for receipt in block.receipts] == [0, 1, 0, 1, 0, 1, 1, 0]
    assert pair.read("Registry", "hasRole", role, a) is False
    assert pair.read("Registry", "getRoleAdmin", role) == pair.read("Registry", "DEFAULT_ADMIN_ROLE") == bytes(32)
    for selector in ("01ffc9a7", "7965db0b", "ffffffff"):
        pair.read("Registry", "supportsInterface", bytes.fromhex(selector))


def test_ledger_takes_only_postings_that_sum_to_zero() -> None:
    pair = deployed()
    most = 2**63 - 1
    block = pair.block(
        [
            pair.to("Ledger", "post", [1, -1]),
            pair.to("Ledger", "grantRole", POSTER_ROLE, pair.address["a"]),
            *(
                pair.to("Ledger", "post", amounts, sender="a")
                for amounts in ([5, -3, -2], [1, 1], [0, 0, 0, 0, most, -most], [0, 0, 0, 0, 1, -1], [0, 0, 0, 0, 0, -2, 2], [], [-5, 3, 2])
            ),
        ],
        START + 1,
    )
    assert [error(receipt) for receipt in block.receipts] == [
        "AccessControlUnauthorizedAccount",
        "",
        "",
        "Unbalanced",
        "",
        "",
        "",
        "",
        "",
    ]
    assert [pair.read("Ledger", "balanceOf", number) for number in range(7)] == [0, 0, 0, 0, most + 1, -most - 3, 2]


BIG = st.sampled_from((1, 2**62, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 2**100, 2**127 - 1))


@pytest.mark.long
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), BIG), max_size=30))
@settings(max_examples=60, deadline=None)
def test_no_balance_is_too_large_and_each_is_exact(moved: list[tuple[int, int, int]]) -> None:
    """So no posting, and no clearing, can be stopped by what an account has or owes."""
    pair = deployed()
    calls, due = [pair.to("Ledger", "grantRole", POSTER_ROLE, pair.address["a"])], [0] * 6
    for source, target, amount in moved:
        amounts = [amount * ((number == target) - (number == source)) for number in range(6)]
        due = [balance + each for balance, each in zip(due, amounts, strict=True)]
        calls.append(pair.to("Ledger", "post", amounts, sender="a"))
    assert {error(receipt) for receipt in pair.block(calls, START + 1).receipts} == {""}
    assert [pair.read("Ledger", "balanceOf", number) for number in range(6)] == due


@pytest.mark.parametrize("amount", [2**127, -(2**127) - 1, 2**255 - 1, -(2**255)])
def test_an_amount_beyond_int128_is_refused(amount: int) -> None:
    pair = deployed()
    calls = [pair.to("Ledger", "grantRole", POSTER_ROLE, pair.address["a"]), pair.to("Ledger", "post", [1, amount, -1], sender="a")]
    assert [error(receipt) for receipt in pair.block(calls, START + 1).receipts] == ["", "AmountOutOfRange"]


def test_each_of_18_accounts_has_a_balance_of_its_own() -> None:
    """Balances stand four a slot."""
    pair = deployed()
    grant = pair.to("Ledger", "grantRole", POSTER_ROLE, pair.address["a"])
    amounts = [*range(1, 18), -sum(range(1, 18))]
    block = pair.block([grant, pair.to("Ledger", "post", amounts, sender="a")], START + 1)
    assert [error(receipt) for receipt in block.receipts] == ["", ""]
    assert [pair.read("Ledger", "balanceOf", number) for number in range(19)] == [*amounts, 0]


def test_calldata_that_no_function_understands_is_refused_without_a_word() -> None:
    pair = deployed()
    to = pair.contracts["Ledger"]
    block = pair.block([Transaction(pair.address["a"], to, data) for data in (b"", b"\x00" * 4, b"\xff" * 40)], START + 1)
    assert [(receipt.success, receipt.output) for receipt in block.receipts] == [(False, b"")] * 3
