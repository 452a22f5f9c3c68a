"""What the fuzzer found, one test each: all of it ended in a traceback once."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evidence.fuzz.targets import ALLOCATIONS, CASES, RUN
from shengdian.cli import main
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.runs.one_run import run_single
from shengdian.experiments.world.profiles import profiles
from shengdian.regions.region import Region
from shengdian.sim.base.errors import InputError
from shengdian.sim.record.checkpoint import read_checkpoint

DEEP = "[" * 100_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("made")
    (folder / "small.toml").write_text(RUN)
    return run_single(load_config(folder / "small.toml"), folder / "runs")


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    """A run of one hour that a test may change."""
    return Path(shutil.copytree(made, tmp_path / "run"))


def refused(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """The one sentence that a command is refused with."""
    assert main(list(argv)) == 2
    said = capsys.readouterr().err
    assert said.startswith("shengdian: ")
    assert said.count("\n") == 1
    return said


def config(folder: Path, more: str) -> str:
    path = folder / "own.toml"
    path.write_text(RUN + more)
    return str(path)


def case(folder: Path, content: Any) -> str:
    path = folder / "case.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


# --- nested without end ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["clear", "allocate"])
def test_case_nested_without_end_is_no_json(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "not JSON (too many lists or objects in each other)" in refused(capsys, command, case(tmp_path, DEEP), "--chain", "mirror")


def test_config_nested_without_end_is_no_toml(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "not a TOML file" in refused(capsys, "run", config(tmp_path, f"[x]\ny = {DEEP}"))


@pytest.mark.parametrize("name", ["manifest.json", "summary.json", "config.toml"])
def test_file_of_a_run_nested_without_end_is_damaged(name: str, run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (run / name).write_text(DEEP if name.endswith("json") else f"x = {DEEP}")
    assert f"{run / name}: missing or damaged" in refused(capsys, "compare", str(run))


# --- numbers --------------------------------------------------------------------------------------------------------------------


def test_loss_of_a_line_has_a_limit(tmp_path: Path) -> None:
    bad = CASES[0] | {"lines": [CASES[0]["lines"][0] | {"loss": 20_000.0}]}
    assert main(["clear", case(tmp_path, bad), "--chain", "mirror"]) == 2


@pytest.mark.parametrize("command", ["clear", "allocate"])
def test_name_of_a_case_that_is_no_text_is_refused(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = (CASES if command == "clear" else ALLOCATIONS)[0]
    assert main([command, case(tmp_path, one | {"name": float("inf")}), "--chain", "mirror"]) == 2
    assert json.loads(capsys.readouterr().out)["name"] == "case 0"


def test_spread_of_minus_zero_is_zero(tmp_path: Path) -> None:
    text = RUN.replace("[users.count]", "[users]\nsize_spread = -0.0\n[users.count]")
    (tmp_path / "own.toml").write_text(text)
    assert run_single(load_config(tmp_path / "own.toml"), tmp_path / "runs").is_dir()


def test_factors_of_costs_have_a_limit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "costs.fuel_factor.coal is 1e+308" in refused(capsys, "run", config(tmp_path, "[costs.fuel_factor]\ncoal = 1e308\n"))


def test_users_have_a_limit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "own.toml").write_text(RUN.replace("commerce = 1", f"commerce = {10**18}"))
    assert "users.count.commerce is 1000000000000000000" in refused(capsys, "run", str(tmp_path / "own.toml"))


# --- text -----------------------------------------------------------------------------------------------------------------------


def test_path_of_profiles_with_a_null_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "profiles.path is 'x\\x00'" in refused(capsys, "run", config(tmp_path, '[profiles]\npath = "x\\u0000"\n'))


def test_path_of_profiles_without_end_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no file" in refused(capsys, "run", config(tmp_path, f'[profiles]\npath = "{"a" * 5000}"\n'))


def test_cell_of_a_profile_without_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("hour," + "1" * 200_000)
    with pytest.raises(InputError, match=r"not a CSV file in UTF-8 \(field larger than field limit"):
        profiles(load_config(config(tmp_path, '[profiles]\npath = "own.csv"\n')), Region.load())


def test_table_whose_columns_are_no_text_is_damaged(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = (run / "value.parquet").read_bytes()
    (run / "value.parquet").write_bytes(data.replace(b"hour", b"\xeb\xffur"))
    assert f"{run / 'value.parquet'}: " in refused(capsys, "compare", str(run))


def test_sentence_about_a_damaged_table_is_one_line(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = bytearray((run / "value.parquet").read_bytes())
    data[-40:-20] = bytes(20)
    (run / "value.parquet").write_bytes(data)
    assert f"{run / 'value.parquet'}: " in refused(capsys, "compare", str(run))


# --- a run that was changed -----------------------------------------------------------------------------------------------------


def test_table_with_another_trader_is_changed(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = pd.read_parquet(run / "ledger.parquet")
    table.assign(trader="nobody").to_parquet(run / "ledger.parquet")
    for command in ("compare", "plot", "report"):
        assert "missing or changed since the run was written" in refused(capsys, command, str(run))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda manifest: manifest.update(contents=[]), "contents is '[]', which it never is"),
        (lambda manifest: manifest.update(hours=1.0), "hours is '1.0', which it never is"),
        (lambda manifest: manifest["contents"].pop("chain.jsonl.gz"), "contents does not name chain.jsonl.gz"),
        (lambda manifest: manifest.pop("gas"), "gas missing"),
        (lambda manifest: manifest.update(blocks="1"), "blocks is '1', which it never is"),
        (lambda manifest: manifest["gas_by_phase"].update(clear=None), 'gas_by_phase is "{'),
    ],
)
def test_manifest_of_other_kinds_is_refused(
    change: Callable[[dict[str, Any]], None], words: str, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = json.loads((run / "manifest.json").read_text())
    change(manifest)
    (run / "manifest.json").write_text(json.dumps(manifest))
    assert f"manifest.json: {words}" in refused(capsys, "compare", str(run))


def test_log_that_no_contract_leaves_is_told_by_query_and_audit(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = run / "chain.jsonl.gz"
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    block = json.loads(lines[4])
    block["transactions"][0]["logs"][0]["data"] = "0x" + "ff" * 64
    path.write_bytes(gzip.compress("\n".join([*lines[:4], json.dumps(block), *lines[5:]]).encode()))
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["contents"]["chain.jsonl.gz"] = sha256(path.read_bytes()).hexdigest()
    (run / "manifest.json").write_text(json.dumps(manifest))
    assert "the record cannot be read on" in refused(capsys, "query", str(run), "--hour", "0")
    assert main(["audit", str(run)]) == 1


def test_creation_of_no_known_contract_is_told_by_the_audit(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = run / "chain.jsonl.gz"
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    block = json.loads(lines[1])
    block["transactions"][0]["data"] = "0xfe"
    path.write_bytes(gzip.compress("\n".join([lines[0], json.dumps(block), *lines[2:]]).encode()))
    assert main(["audit", str(run)]) == 1
    assert "DIFFERENT" in capsys.readouterr().out


@pytest.mark.parametrize("value", [[], 1, None, "x"])
def test_checkpoint_made_with_something_else_is_damaged(value: object, tmp_path: Path) -> None:
    fields = ("hours", "sizes", "sha256", "record", "counted", "model", "seconds")
    (tmp_path / "checkpoint.json").write_text(json.dumps({"version": 2, "made_with": value, **dict.fromkeys(fields, 0)}))
    with pytest.raises(InputError, match=r"checkpoint\.json: damaged"):
        read_checkpoint(tmp_path, {"versions": {}})
