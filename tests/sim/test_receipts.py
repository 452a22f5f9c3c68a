"""What came of a block's transactions, kept as columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shengdian.sim.chain.port import Log, Logs, Receipt, Receipts, Transaction

ADDRESSES = st.binary(min_size=20, max_size=20)
WORDS = st.binary(min_size=32, max_size=32)
LOGS = st.builds(Log, ADDRESSES, st.lists(WORDS, max_size=4).map(tuple), st.binary(max_size=70))
TRANSACTIONS = st.builds(Transaction, ADDRESSES, ADDRESSES | st.just(b""), st.binary(max_size=70))
RECEIPTS = st.builds(
    Receipt, TRANSACTIONS, WORDS, st.booleans(), st.integers(0, 10**9), st.binary(max_size=70), st.lists(LOGS, max_size=3).map(tuple)
)


@given(st.lists(RECEIPTS, max_size=6))
def test_receipts_in_columns_are_those_that_they_were_made_of(receipts: list[Receipt]) -> None:
    columns = Receipts.of(receipts)
    assert columns == receipts
    assert [columns[place - len(receipts)] for place in range(len(receipts))] == receipts
    assert columns[1:-1] == tuple(receipts[1:-1])
    assert columns.logs == [log for receipt in receipts for log in receipt.logs]


@given(st.lists(RECEIPTS, max_size=6))
def test_columns_are_taken_as_they_are(receipts: list[Receipt]) -> None:
    columns = Receipts.of(receipts)
    assert Receipts.of(columns) is columns
    assert Logs.of(columns.logs) is columns.logs


@given(st.lists(RECEIPTS, max_size=6))
def test_the_refused_are_those_without_success(receipts: list[Receipt]) -> None:
    assert [receipts[place] for place in Receipts.of(receipts).refused()] == [receipt for receipt in receipts if not receipt.success]


@given(st.lists(RECEIPTS, min_size=1, max_size=3), st.integers(0, 2))
def test_receipts_that_differ_in_one_are_not_equal(receipts: list[Receipt], place: int) -> None:
    others = list(receipts)
    others[place % len(others)] = others[place % len(others)]._replace(gas=-1)
    assert Receipts.of(receipts) != Receipts.of(others)


def test_there_is_no_receipt_beyond_the_last_one() -> None:
    with pytest.raises(IndexError):
        Receipts.of(())[0]
