"""The run directory: what is written, that it is whole or absent, and that it is the same every time."""

from __future__ import annotations

import gzip
import json
import tomllib
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from eth_utils.crypto import keccak

from shengdian.sim.base.errors import InputError
from shengdian.sim.record.chain_record import Digest, read_record
from shengdian.sim.record.finished_run import load, load_all
from shengdian.sim.record.run_folder import config_hash, plain, run_id
from shengdian.sim.record.run_writer import RunWriter
from shengdian.sim.record.tables import COLUMNS, SCHEMAS, columns_of, describe, whole
from tests.tiny import CONFIG, block, fill, hour_result, manifest, write

INTERFACE = {
    "orders": "hour stage mechanism order_id trader zone side price_per_mwh quantity_mwh filled_mwh paid_price_per_mwh "
    "status error role time",
    "prices": "hour stage zone price_per_mwh time",
    "flows": "hour from to sent_mwh received_mwh wheeling rent time",
    "agreements": "id mechanism seller buyer seller_zone buyer_zone price_per_mwh hour quantity_mwh time",
    "allocation": "day hour plant zone contract_mwh status time",
    "generation": "hour plant zone tech available_mwh scheduled_mwh metered_mwh cost co2_t role supply carbon_payment time",
    "load": "hour user zone demand_mwh contracted_mwh bought_mwh unserved_mwh role time",
    "ledger": "hour trader cause money energy_mwh block transaction role time",
}


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


def interrupted(directory: Path, name: str) -> None:
    with RunWriter(directory, name, CONFIG) as writer:
        fill(writer, 25)
        raise KeyboardInterrupt


@pytest.mark.parametrize("name", INTERFACE)
def test_table_has_the_columns_of_the_interface(name: str, tmp_path: Path) -> None:
    run = write(tmp_path)
    assert list(run.tables[name].columns) == INTERFACE[name].split()


def test_columns_carry_their_units() -> None:
    assert SCHEMAS["ledger"].field("money").metadata == {b"unit": b"CNY"}
    assert SCHEMAS["orders"].field("quantity_mwh").metadata == {b"unit": b"MWh"}
    assert SCHEMAS["orders"].field("price_per_mwh").metadata == {b"unit": b"CNY/MWh"}


def test_new_columns_stand_after_those_that_users_rely_on() -> None:
    for name, columns in json.loads((Path(__file__).parents[1] / "golden" / "columns.json").read_text()).items():
        assert list(COLUMNS[name])[: len(columns)] == columns


def test_every_column_is_described_with_type_unit_and_meaning() -> None:
    told = describe()
    assert {name: [column for column, *_ in columns] for name, columns in told.items()} == {name: list(COLUMNS[name]) for name in SCHEMAS}
    assert ("sent_mwh", "double", "MWh", "energy sent") in told["flows"]
    assert all(meaning for columns in told.values() for *_, meaning in columns)


def test_rows_have_a_field_or_a_value_of_the_hour_for_every_column() -> None:
    """Nothing is declared that `columns_of` cannot fill."""
    filled = dict(columns_of(hour_result(0)))
    assert {name: list(columns) for name, columns in filled.items()} == {name: list(COLUMNS[name]) for name in filled}
    assert set(filled) == set(SCHEMAS) - {"learning"}


def test_columns_say_who_somebody_is(tmp_path: Path) -> None:
    tables = write(tmp_path, hours=1).tables
    assert tables["load"].set_index("user")["role"].to_dict() == {"N_user": "user", "S_captive": "user", "S_exchange": "exchange"}
    assert tables["generation"].set_index("plant")["supply"].to_dict() == {"N_coal": "capacity", "S_gas": "capacity", "S_wind": "profile"}


def test_orders_say_what_became_of_them(tmp_path: Path) -> None:
    orders = write(tmp_path, hours=1).tables["orders"].set_index("trader")
    assert orders["status"].to_dict() == {
        "N_coal": "partial",
        "S_gas": "filled",
        "S_wind": "reverted",
        "N_user": "filled",
        "S_supplier": "partial",
    }
    assert orders.loc["S_wind", "error"] == "GateClosed"
    assert orders["paid_price_per_mwh"].isna().to_dict()["S_wind"]
    assert orders.loc["S_supplier", "filled_mwh"] == 2.8


def test_whole_counts_survive_the_float_border() -> None:
    for table, column in (("ledger", "money"), ("ledger", "energy_mwh"), ("prices", "price_per_mwh")):
        kind = COLUMNS[table][column]
        counts = [0, 1, -1, 7, 123_456_789_012_345, -999_999_999_999_999]
        assert list(whole([count / kind.scale for count in counts], kind)) == counts


def test_two_writings_give_equal_bytes(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a", hours=30), write(tmp_path / "b", hours=30)
    assert contents(first.directory) == contents(second.directory)


def test_tables_are_in_row_groups_of_a_day(tmp_path: Path) -> None:
    run = write(tmp_path, hours=30)
    file = pq.ParquetFile(run.directory / "load.parquet")
    assert [file.metadata.row_group(place).num_rows for place in range(file.num_row_groups)] == [24 * 3, 6 * 3]


def test_exception_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path, "broken")
    assert list(tmp_path.iterdir()) == []


def test_unfinished_run_is_not_under_its_final_name(tmp_path: Path) -> None:
    with RunWriter(tmp_path, "slow", CONFIG) as writer:
        writer.table_writer.hour(hour_result(0))
        assert not (tmp_path / "slow").exists()
    assert list(tmp_path.iterdir()) == []


def test_interrupted_second_writing_keeps_the_finished_run(tmp_path: Path) -> None:
    before = contents(write(tmp_path).directory)
    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path, "tiny-coupled-seed1-00000000")
    assert contents(tmp_path / "tiny-coupled-seed1-00000000") == before


def test_finished_run_replaces_an_older_one(tmp_path: Path) -> None:
    write(tmp_path, hours=1)
    assert write(tmp_path, hours=2).hours == 2
    assert [path.name for path in tmp_path.iterdir()] == ["tiny-coupled-seed1-00000000"]


def test_folder_of_someone_else_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(InputError, match="not a run"):
        RunWriter(tmp_path, "mine", CONFIG)


def test_config_is_written_resolved(tmp_path: Path) -> None:
    text = (write(tmp_path).directory / "config.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text) == plain(CONFIG)


def test_run_id_names_design_seed_and_config() -> None:
    digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"  # SHA-256 of {}
    assert config_hash({}) == digest
    assert run_id("day", "coupled", 3, {}) == "day-coupled-seed3-44136fa3"
    assert config_hash({"a": 1, "b": 2}) == config_hash({"b": 2, "a": 1})


def test_digest_chains_every_log_in_order() -> None:
    log = block(1).receipts[0].logs[0]
    digest = Digest()
    assert digest.hex() == "0x" + "00" * 32
    digest.extend([log])
    once = keccak(bytes(32) + log.address + log.topics[0] + log.data)
    assert digest.value == once
    twice = keccak(once + log.address + log.topics[0] + log.data)
    digest.extend([log])
    assert digest.value == twice
    at_once = Digest()
    at_once.extend([log, log])
    assert at_once.value == twice


def test_chain_record_has_the_chain_first_and_then_a_block_a_line(tmp_path: Path) -> None:
    run = write(tmp_path, hours=1)
    chain, *blocks = read_record(run.directory / "chain.jsonl.gz")
    assert chain == {"chain_id": 61, "genesis": {"0x" + "01" * 20: 10**24}, "deployments": {"Registry": "0x" + "02" * 20}}
    assert [line["number"] for line in blocks] == [0, 1, 2]
    taken, refused = blocks[1]["transactions"]
    assert taken["raw"] == "0xf801"
    assert (taken["status"], taken["gas_used"], len(taken["logs"])) == (1, 50_000, 1)
    assert refused["from"] == "0x" + "01" * 20
    assert (refused["status"], refused["output"]) == (0, "0xdeadbeef")


def test_manifest_counts_the_chain(tmp_path: Path) -> None:
    run = write(tmp_path, hours=2)
    assert run.manifest["blocks"] == 5
    assert run.manifest["transactions"] == 10
    assert run.manifest["gas"] == 5 * 71_000
    assert run.manifest["gas_by_phase"] == {"orders": 280_000, "clear": 200_000}
    assert run.manifest["last_block_hash"] == "0x" + "04" * 32


def test_directory_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a run directory"):
        load(tmp_path)


def test_missing_table_is_refused(tmp_path: Path) -> None:
    directory = write(tmp_path).directory
    (directory / "flows.parquet").unlink()
    with pytest.raises(InputError, match=r"flows\.parquet: the table is missing or damaged"):
        load(directory)


def test_truncated_table_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path).directory / "orders.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match=r"orders\.parquet: the table is missing or damaged"):
        load(path.parent)


def test_table_of_another_run_is_refused(tmp_path: Path) -> None:
    short, long = write(tmp_path / "a", hours=1).directory, write(tmp_path / "b", hours=2).directory
    (long / "load.parquet").write_bytes((short / "load.parquet").read_bytes())
    with pytest.raises(InputError, match="3 rows; the manifest says 6"):
        load(long)


def test_other_version_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path).directory / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"version": 99}))
    with pytest.raises(InputError, match="version 99"):
        load(path.parent)


def test_run_from_before_the_last_columns_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path).directory / "generation.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["role", "supply"]), path)
    with pytest.raises(InputError, match=r"generation\.parquet: has no column role, supply; an earlier version of the program wrote it"):
        load(path.parent)


def test_truncated_chain_record_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path).directory / "chain.jsonl.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="not a whole chain record"):
        list(read_record(path))


def test_chain_record_names_no_time_and_no_file(tmp_path: Path) -> None:
    data = (write(tmp_path).directory / "chain.jsonl.gz").read_bytes()
    assert data[3] == 0  # flags: no file name
    assert data[4:8] == bytes(4)  # modification time
    assert gzip.decompress(data).count(b"\n") == 6


def test_directory_of_runs_stands_for_all_of_them(tmp_path: Path) -> None:
    write(tmp_path, run_id="b")
    write(tmp_path, run_id="a")
    assert [run.run_id for run in load_all([tmp_path])] == ["a", "b"]


def test_manifest_keeps_the_fields_it_was_given(tmp_path: Path) -> None:
    assert write(tmp_path, versions={"mesa": "3.3.1"}).manifest["versions"] == {"mesa": "3.3.1"}
    assert manifest()["design"] == "coupled"
