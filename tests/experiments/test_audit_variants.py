"""Every run that the simulator makes audits clean, whatever rules it has; a changed row or a changed record of it is found and placed."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from shengdian.audit import audit
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.one_run import run_single
from shengdian.sim.record.chain_record import NAME
from tests.experiments.audited import SMALL, VARIANTS, altered, copy, finished, reblock, retable, where


@pytest.mark.long
@pytest.mark.parametrize("variant", VARIANTS)
def test_untouched_run_is_clean(variant: str) -> None:
    assert audit(finished(variant)).differences == ()


@pytest.mark.long
@pytest.mark.parametrize("variant", ["everything sealed", "everything agreed", "everything financial"])
def test_run_that_was_stopped_and_resumed_is_clean(variant: str, tmp_path: Path) -> None:
    config = override(load_config("base"), {**SMALL, **VARIANTS[variant], "run.hours": 26})

    def stop(more: int, before: bool) -> None:
        if next(done) == 25:
            raise KeyboardInterrupt

    done = count(1)
    with pytest.raises(KeyboardInterrupt):
        run_single(config, tmp_path, stop)
    assert audit(run_single(config, tmp_path, resume=True)).differences == ()


ROWS = [
    ("legs", "flows", "rent", None),
    ("legs", "prices", "price_per_mwh", None),
    ("sealed", "orders", "filled_mwh", None),
    ("sealed, refused", "ledger", "money", ("cause", "bond")),
    ("sealed, refused", "orders", "error", ("status", "reverted")),
    ("day ahead", "orders", "quantity_mwh", None),
    ("day ahead, refused", "orders", "error", ("status", "reverted")),
    ("more contracts than load", "generation", "metered_mwh", None),
    ("deviations", "generation", "metered_mwh", None),
    ("deviations", "generation", "available_mwh", None),
    ("deviations", "load", "demand_mwh", None),
    ("deviations", "value", "value", None),
    ("deviations", "ledger", "money", ("cause", "deviation")),
    ("collateral", "defaults", "from_fund", None),
    ("collateral", "ledger", "money", ("cause", "collateral")),
    ("deviations", "reservoirs", "stored_mwh", None),
    ("day ahead", "reservoirs", "spilled_mwh", None),
    ("two stages", "reservoirs", "worth", None),
    ("financial", "differences", "money", None),
    ("financial", "differences", "reference_per_mwh", None),
    ("financial", "ledger", "money", ("cause", "difference")),
    ("financial", "load", "bought_mwh", None),
    ("corridors", "flows", "wheeling", None),
    ("corridors", "orders", "paid_price_per_mwh", ("stage", "regional")),
]
"""variant, table, column, and the value of a column that says which row; the first one where it is None"""


@pytest.mark.parametrize(("variant", "table", "column", "chosen"), ROWS)
def test_changed_row_is_found_and_placed(variant: str, table: str, column: str, chosen: tuple[str, str] | None, tmp_path: Path) -> None:
    run, row = copy(variant, tmp_path), 0
    if chosen:
        row = pc.index(pq.read_table(run / f"{table}.parquet")[chosen[0]], chosen[1]).as_py()
        assert row >= 0, "no such row"
    retable(run, table, lambda rows: altered(rows, row, column))
    (found,) = audit(run).differences
    assert (found.table, found.row) == (table, row)
    assert column in found.sentence
    assert found.block is not None


CALLS = [
    ("legs", "clear"),
    ("sealed", "commit"),
    ("sealed", "reveal"),
    ("sealed, refused", "forfeit"),
    ("day ahead", "submitDay"),
    ("deviations", "listRegulation"),
    ("deviations", "settle"),
    ("collateral", "credit"),
    ("collateral", "deposit"),
    ("collateral", "contribute"),
    ("collateral", "pay"),
    ("collateral", "close"),
    ("financial", "clear"),
    ("financial", "settle"),
    ("corridors", "clear"),
    ("corridors, physical", "clear"),
]


def other_digit(text: str, at: int) -> str:
    at %= len(text)
    return f"{text[:at]}{'1' if text[at] == '0' else '0'}{text[at + 1 :]}"


@pytest.mark.parametrize(("variant", "function"), CALLS)
def test_changed_log_is_found_in_its_transaction_and_is_the_only_difference(variant: str, function: str, tmp_path: Path) -> None:
    run = copy(variant, tmp_path)
    number, place = where(run, function)
    name = ""

    def change(block: dict[str, Any]) -> None:
        nonlocal name
        name, log = block["transactions"][place]["hash"], block["transactions"][place]["logs"][0]
        log["data"] = other_digit(log["data"], -1)

    reblock(run, number, change)
    (found,) = audit(run).differences
    assert (found.table, found.block, found.transaction) == (NAME, number, name)


@pytest.mark.parametrize(("variant", "function"), CALLS)
def test_changed_call_is_found_in_its_block(variant: str, function: str, tmp_path: Path) -> None:
    run = copy(variant, tmp_path)
    number, place = where(run, function)
    digit = -1 if function in ("credit", "deposit", "contribute", "pay", "commit") else -20

    def change(block: dict[str, Any]) -> None:
        block["transactions"][place]["data"] = other_digit(block["transactions"][place]["data"], digit)

    reblock(run, number, change)
    found = audit(run).differences[0]
    assert (found.table, found.block) == (NAME, number)
