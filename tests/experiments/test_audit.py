"""A run that nobody touched audits clean on every chain, and whatever is changed in it is found and placed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pyarrow as pa
import pytest

from shengdian.audit import Difference, audit
from shengdian.audit.tables import IN_NO_LOG
from shengdian.cli import main
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import InputError, MissingExtra
from shengdian.sim.record.chain_record import NAME
from shengdian.sim.record.tables import SCHEMAS
from tests.experiments.audited import altered, reblock, relines, retable

CHAINS = ("mirror", "pyevm", "revm", "eth-tester")


@cache
def finished(chain: str, design: str = "two_stage") -> Path:
    """Two hours of two provinces; made once in a process."""
    try:
        open_chain(chain)
    except MissingExtra as missing:
        pytest.skip(str(missing))
    keys = {"run.chain": chain, "run.hours": 2, "run.compare": [], "run.design": design, "region.zones": ["SX", "SD"]}
    return run_config(override(load_config("six-provinces-day"), keys), Path(mkdtemp()))[0]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A copy to tamper with."""
    return copy("mirror", tmp_path)


def copy(chain: str, to: Path) -> Path:
    return Path(shutil.copytree(finished(chain), to / "run"))


def first(directory: Path, chain: str | None = None) -> Difference:
    return audit(directory, chain).differences[0]


def rejson(path: Path, **values: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


# --- untouched ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chain", CHAINS)
def test_untouched_run_is_clean(chain: str) -> None:
    verdict = audit(finished(chain))
    assert verdict.differences == ()
    assert verdict.clean
    assert verdict.counted["hours"] == 2
    assert verdict.counted["clearings"] == 4
    assert verdict.counted["signatures"] == (verdict.counted["transactions"] if chain == "eth-tester" else 0)


@pytest.mark.parametrize("design", ["provincial", "coupled"])
def test_untouched_run_of_every_design_is_clean(design: str) -> None:
    assert audit(finished("mirror", design)).differences == ()


@pytest.mark.parametrize(("made", "on"), [("eth-tester", "revm"), ("revm", "mirror"), ("mirror", "revm"), ("revm", "eth-tester")])
def test_untouched_run_is_clean_on_another_chain(made: str, on: str) -> None:
    finished(on)
    verdict = audit(finished(made), on)
    assert verdict.differences == ()
    assert (verdict.recorded_on, verdict.chain) == (made, on)


# --- tables ---------------------------------------------------------------------------------------------------------------------

DELETE: Callable[[pa.Table], pa.Table] = lambda table: pa.concat_tables([table.slice(0, 1), table.slice(2)])  # noqa: E731
INSERT: Callable[[pa.Table], pa.Table] = lambda table: pa.concat_tables([table.slice(0, 2), table.slice(0, 1), table.slice(2)])  # noqa: E731
SWAP: Callable[[pa.Table], pa.Table] = lambda table: pa.concat_tables(  # noqa: E731
    [table.slice(0, 1), table.slice(2, 1), table.slice(1, 1), table.slice(3)]
)


EMPTY = ("defaults", "differences", "storage")
"""tables that have no rows without collateral, financial contracts and storage"""
ONE_ROW = "reservoirs"
"""the table with a row a reservoir and day"""


@pytest.mark.parametrize("place", range(max(len(schema.names) for schema in SCHEMAS.values())))
def test_changed_value_in_any_column_of_every_table_is_found(place: int, run: Path) -> None:
    filled = {name: schema for name, schema in SCHEMAS.items() if name not in (*IN_NO_LOG, *EMPTY)}
    changed = {name: schema.names[place] for name, schema in filled.items() if place < len(schema.names)}
    row = {table: 0 if table == ONE_ROW else 1 for table in changed}
    for table, column in changed.items():
        retable(run, table, lambda rows, table=table, column=column: altered(rows, row[table], column))  # type: ignore[misc]
    found = {difference.table: difference for difference in audit(run).differences}
    assert {name: found[name].row for name in changed} == row
    assert all(column in found[name].sentence for name, column in changed.items())
    assert set(found) == set(changed)


@pytest.mark.parametrize("table", ["orders", "ledger"])
@pytest.mark.parametrize(("change", "row"), [(DELETE, 1), (INSERT, 2), (SWAP, 1)])
def test_deleted_added_or_moved_row_is_found(table: str, change: Callable[[pa.Table], pa.Table], row: int, run: Path) -> None:
    retable(run, table, change)
    found = first(run)
    assert (found.table, found.row) == (table, row)
    assert found.block is not None


def test_last_row_taken_off_is_found(run: Path) -> None:
    retable(run, "prices", lambda rows: rows.slice(0, len(rows) - 1))
    found = first(run)
    assert (found.table, found.row) == ("prices", 7)
    assert "ends" in found.sentence


def test_row_after_the_last_is_found(run: Path) -> None:
    retable(run, "prices", lambda rows: pa.concat_tables([rows, rows.slice(0, 1)]))
    found = first(run)
    assert (found.table, found.row) == ("prices", 8)
    assert "goes on" in found.sentence


def test_missing_or_damaged_table_is_found(run: Path) -> None:
    (run / "flows.parquet").unlink()
    data = bytearray((run / "orders.parquet").read_bytes())
    data[len(data) // 3] ^= 1
    (run / "orders.parquet").write_bytes(data)
    assert {found.table for found in audit(run).differences} == {"flows", "orders"}


# --- the record -----------------------------------------------------------------------------------------------------------------


def change_data(block: dict[str, Any]) -> None:
    sent = block["transactions"][2]
    if "raw" in sent:
        at = len(sent["raw"]) // 2
        sent["raw"] = sent["raw"][:at] + ("1" if sent["raw"][at] == "0" else "0") + sent["raw"][at + 1 :]
    else:
        sent["data"] = sent["data"][:-1] + ("1" if sent["data"][-1] == "0" else "0")


def change_status(block: dict[str, Any]) -> None:
    block["transactions"][2]["status"] = 0


def change_gas(block: dict[str, Any]) -> None:
    block["transactions"][2]["gas_used"] += 1


def change_log(block: dict[str, Any]) -> None:
    log = block["transactions"][2]["logs"][0]
    log["data"] = log["data"][:-1] + ("1" if log["data"][-1] == "0" else "0")


def change_topic(block: dict[str, Any]) -> None:
    block["transactions"][2]["logs"][0]["topics"][0] = "0x" + "11" * 32


def drop_log(block: dict[str, Any]) -> None:
    block["transactions"][2]["logs"].clear()


def change_hash(block: dict[str, Any]) -> None:
    block["transactions"][2]["hash"] = "0x" + "22" * 32


def move_transactions(block: dict[str, Any]) -> None:
    block["transactions"][2:4] = block["transactions"][3:1:-1]


def drop_transaction(block: dict[str, Any]) -> None:
    del block["transactions"][2]


IN_A_TRANSACTION = (change_data, change_status, change_gas, change_log, change_topic, drop_log, change_hash)


@pytest.mark.parametrize("chain", ["mirror", "eth-tester"])
@pytest.mark.parametrize("change", [*IN_A_TRANSACTION, move_transactions, drop_transaction])
def test_change_of_a_transaction_is_found_in_its_block(change: Callable[[dict[str, Any]], None], chain: str, tmp_path: Path) -> None:
    run = copy(chain, tmp_path)
    reblock(run, 6, change)
    on = "revm" if chain == "eth-tester" else None
    if on:
        finished(on)
    found = first(run, on)
    assert (found.block, found.table) == (6, NAME)


@pytest.mark.parametrize("change", [change_status, change_log, change_hash])
def test_change_in_a_receipt_is_the_only_difference(change: Callable[[dict[str, Any]], None], run: Path) -> None:
    reblock(run, 6, change)
    assert len(audit(run).differences) == 1


def test_gas_is_checked_by_another_evm(tmp_path: Path) -> None:
    finished("revm")
    run = copy("pyevm", tmp_path)
    reblock(run, 6, change_gas)
    found = first(run, "revm")
    assert found.block == 6
    assert "gas used" in found.sentence


@pytest.mark.parametrize("on", ["eth-tester", "revm"])
@pytest.mark.parametrize(("field", "value"), [("hash", "0x" + "33" * 32), ("header", "0xc0"), ("timestamp", 1467306061), ("number", 9)])
def test_change_of_a_block_is_found(field: str, value: object, on: str, tmp_path: Path) -> None:
    finished(on)
    run = copy("eth-tester", tmp_path)
    reblock(run, 6, lambda block: block.update({field: value}))
    assert first(run, on).block == 6


def test_later_block_time_is_found_without_headers(run: Path) -> None:
    reblock(run, 6, lambda block: block.update(timestamp=block["timestamp"] + 1))
    found = first(run)
    assert found.block == 6
    assert "time" in found.sentence


def test_field_that_nobody_reads_is_found(run: Path) -> None:
    reblock(run, 6, lambda block: block.update(remark="approved"))
    assert first(run).block == 6


@pytest.mark.parametrize("lines", [slice(None, -1), slice(None, -3)])
def test_record_that_ends_early_is_found(lines: slice, run: Path) -> None:
    relines(run, lambda all_lines: all_lines[lines])
    found = first(run)
    assert found.table == NAME
    assert "of 2 hours" in found.sentence


def test_record_that_is_cut_is_found(run: Path) -> None:
    data = (run / NAME).read_bytes()
    (run / NAME).write_bytes(data[: len(data) // 2])
    found = first(run)
    assert found.table == NAME
    assert "cut short" in found.sentence


def test_block_taken_out_is_found(run: Path) -> None:
    relines(run, lambda lines: [*lines[:4], *lines[5:]])
    assert first(run).block == 4


@pytest.mark.parametrize("key", ["chain_id", "genesis", "deployments"])
def test_change_of_the_first_line_is_found(key: str, run: Path) -> None:
    reblock(run, 0, lambda line: line.update({key: 5 if key == "chain_id" else {"a": 1}}))
    found = first(run)
    assert found.table == NAME
    assert "first line" in found.sentence


# --- manifest, summary, config --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("digest", "0x" + "44" * 32),
        ("logs_root", "0x" + "44" * 32),
        ("last_block_hash", "0x01"),
        ("gas", 1),
        ("hours", 3),
        ("design", "coupled"),
        ("seed", 2),
        ("rows", {}),
        ("gas_by_phase", {"orders": 1}),
        ("config_hash", "00"),
        ("artifact_hashes", {}),
        ("remark", "approved"),
    ],
)
def test_change_of_the_manifest_is_found(key: str, value: object, run: Path) -> None:
    rejson(run / "manifest.json", **{key: value})
    found = first(run)
    assert found.table == "manifest.json"
    assert key in found.sentence


def test_change_of_the_summary_is_found(run: Path) -> None:
    rejson(run / "summary.json", welfare=1.0)
    found = first(run)
    assert found.table == "summary.json"
    assert "welfare" in found.sentence


def test_missing_summary_is_found(run: Path) -> None:
    (run / "summary.json").unlink()
    assert first(run).table == "summary.json"


def test_change_of_the_config_is_found(run: Path) -> None:
    text = (run / "config.toml").read_text()
    assert "price_cap_per_mwh = 1500.0" in text
    (run / "config.toml").write_text(text.replace("price_cap_per_mwh = 1500.0", "price_cap_per_mwh = 1400.0"))
    assert any("cap" in found.sentence for found in audit(run).differences)


# --- the command ----------------------------------------------------------------------------------------------------------------


def test_command_says_clean_and_exits_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(finished("mirror"))]) == 0
    out = capsys.readouterr().out
    assert "CLEAN" in out
    assert len(out.splitlines()) < 40


def test_command_names_the_first_difference_and_exits_with_1(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    retable(run, "ledger", lambda rows: altered(rows, 3, "money"))
    assert main(["audit", str(run)]) == 1
    out = capsys.readouterr().out
    assert "DIFFERENT" in out
    assert "block 5, transaction 0x" in out
    assert "ledger, row 3: " in out
    assert main(["audit", str(run), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["clean"], said["differences"][0]["table"], said["differences"][0]["row"]) == (False, "ledger", 3)


def test_what_is_no_run_and_unknown_chains_are_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(tmp_path)]) == 2
    assert "not a run directory" in capsys.readouterr().err
    assert main(["audit", str(finished("mirror")), "--chain", "revn"]) == 2
    assert "did you mean 'revm'" in capsys.readouterr().err


def test_unreadable_manifest_is_bad_input(run: Path) -> None:
    (run / "manifest.json").write_text("{")
    with pytest.raises(InputError, match="damaged"):
        audit(run)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hours = 2", "hours = 3"),
        ("hours = 2", "hours = 1"),
        ("share = 0.8", "share = 0.4"),
        ('reading = "per-plant"', 'reading = "province"'),
        ('exchange = "monthly"', 'exchange = "none"'),
    ],
)
def test_another_config_is_found_without_a_traceback(old: str, new: str, run: Path) -> None:
    text = (run / "config.toml").read_text()
    assert old in text
    (run / "config.toml").write_text(text.replace(old, new))
    assert not audit(run).clean


def test_changed_bytes_that_mean_the_same_are_found(run: Path) -> None:
    (run / "config.toml").write_text((run / "config.toml").read_text() + "# nothing\n")
    (difference,) = audit(run).differences
    assert difference.table == "manifest.json"
    assert difference.sentence.startswith("contents.config.toml is ")


SMALL = {
    "run.hours": 1,
    "run.chain": "mirror",
    "run.compare": [],
    "region.zones": ["SX", "SD"],
    "users.count": {"industry": 1, "commerce": 1, "residential": 1},
}


@pytest.mark.parametrize(
    ("mechanism", "design"), [("pay-as-bid", "coupled"), ("pay-as-bid", "provincial"), ("matched-pairs", "provincial")]
)
def test_untouched_run_of_every_mechanism_is_clean(mechanism: str, design: str, tmp_path: Path) -> None:
    config = override(load_config("base"), {**SMALL, "market.mechanism": mechanism, "run.design": design})
    assert audit(run_config(config, tmp_path)[0]).differences == ()
