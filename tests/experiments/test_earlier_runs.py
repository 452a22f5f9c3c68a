"""Rows say whose they are; a run of before `orders` and `ledger` had roles is read, asked and compared all the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shengdian.audit import audit
from shengdian.audit.query import Question, query
from shengdian.cli import main
from shengdian.experiments.results.metrics import summarise
from shengdian.sim.record.finished_run import load
from shengdian.sim.record.run_folder import MANIFEST, sha256_of, to_json
from tests.experiments.audited import altered, copy, finished, retable

VARIANTS = ("two stages", "sealed, refused", "collateral", "everything agreed")


def earlier(variant: str, to: Path) -> Path:
    """A copy as the program wrote it before rows had roles."""
    directory = copy(variant, to)
    for name in ("orders", "ledger"):
        retable(directory, name, lambda table: table.drop_columns(["role"]))
    manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    manifest["contents"] = {name: sha256_of(directory / name) for name in manifest["contents"]}
    (directory / MANIFEST).write_text(to_json(manifest), encoding="utf-8")
    return directory


@pytest.mark.parametrize("variant", VARIANTS)
def test_role_of_a_row_is_what_the_other_tables_say_of_its_trader(variant: str) -> None:
    tables = load(finished(variant)).tables
    known = {name: name for name in ("grid", "rent", "bank")}
    known |= dict(zip(tables["generation"]["plant"], tables["generation"]["role"], strict=True))
    known |= dict(zip(tables["load"]["user"], tables["load"]["role"], strict=True))
    for name in ("orders", "ledger"):
        rows = tables[name]
        assert set(rows["role"]) >= {"plant", "user", "supplier"}
        assert [(who, role) for who, role in zip(rows["trader"], rows["role"], strict=True) if role != known.get(who, "supplier")] == []


@pytest.mark.parametrize("variant", VARIANTS)
def test_run_without_roles_reads_as_one_with_them(variant: str, tmp_path: Path) -> None:
    now, then = load(finished(variant)), load(earlier(variant, tmp_path), contents=True)
    for name in ("orders", "ledger"):
        assert then.tables[name].equals(now.tables[name])
        assert then.tables.between(name, 1, 2).equals(now.tables.between(name, 1, 2))
    assert summarise(then.tables, then.hours, then.manifest) == now.summary


@pytest.mark.parametrize("variant", VARIANTS)
def test_audit_says_only_that_columns_of_a_run_without_roles_are_others(variant: str, tmp_path: Path) -> None:
    found = audit(earlier(variant, tmp_path)).differences
    assert {(each.table, each.sentence) for each in found} == {
        (name, "columns, types, units or version are not the table's") for name in ("orders", "ledger")
    }


def test_change_in_a_run_without_roles_is_found(tmp_path: Path) -> None:
    directory = earlier("two stages", tmp_path)
    retable(directory, "ledger", lambda table: altered(table, 3, "cause"))
    assert any("cause is 'x', the chain makes it" in str(found) for found in audit(directory).differences)


@pytest.mark.long
def test_run_without_roles_is_asked_compared_and_reported(tmp_path: Path) -> None:
    directory, now = earlier("two stages", tmp_path), finished("two stages")
    assert query(directory, Question(hour=1)).records == query(now, Question(hour=1)).records
    assert main(["compare", str(directory), "--json"]) == 0
    assert main(["report", str(directory)]) == 0
