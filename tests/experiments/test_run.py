"""From a config to finished run directories, without an EVM, for two provinces."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shengdian.cli import main
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.results.balance import balance
from shengdian.experiments.results.metrics import summarise, tally
from shengdian.experiments.runs.experiment import name_of, run_config, single_runs
from shengdian.sim.record.finished_run import load

HOURS = 2


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("config") / "small.toml"
    path.write_text(f'[run]\nchain = "mirror"\nhours = {HOURS}\ncompare = ["provincial", "coupled"]\n[region]\nzones = ["SX", "SD"]\n')
    return path


@pytest.fixture(scope="module")
def finished(config: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return run_config(load_config(config), tmp_path_factory.mktemp("runs"))


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir()) if path.name != "manifest.json"}


def test_every_design_and_seed_is_a_run(config: Path) -> None:
    singles = single_runs(load_config(config).model_copy(update={"run": load_config(config).run.model_copy(update={"seeds": (1, 2)})}))
    assert [(single.run.design, single.run.seeds) for single in singles] == [
        ("provincial", (1,)),
        ("coupled", (1,)),
        ("provincial", (2,)),
        ("coupled", (2,)),
    ]


def test_what_plants_learned_is_in_a_table_once_a_day(tmp_path: Path) -> None:
    path = tmp_path / "learns.toml"
    words = '[run]\nchain = "mirror"\nhours = 25\n[region]\nzones = ["SX"]\n[strategies.plants]\nname = "roth_erev"\n'
    path.write_text(words + "parameters = {actions = 2, modified = 1, forgetting = 0.0}\n")
    table = load(run_config(load_config(path), tmp_path / "runs")[0]).tables["learning"]
    assert set(table["hour"]) == {23, 24}
    assert set(table["key"]) == {"action", "offered", "propensity/0/0", "propensity/0/1"}
    assert set(table["strategy"]) == {"roth_erev"}
    propensities = table[table["key"].str.startswith("propensity")]
    assert propensities["value"].min() >= 1
    assert propensities["value"].max() > 1


def test_energy_and_money_balance_exactly(finished: list[Path]) -> None:
    for run in map(load, finished):
        assert balance(run.tables, run.hours) == []
        assert run.summary["money_sum"] == 0
        assert run.summary["energy_imbalance_mwh"] == 0


def test_surpluses_sum_to_the_welfare(finished: list[Path]) -> None:
    for run in map(load, finished):
        totals = tally(run.tables, run.hours)
        assert sum(totals.surpluses().values()) == totals.welfare()
        assert totals.surpluses()["grid"] == 0


def test_summary_follows_from_tables_and_manifest(finished: list[Path]) -> None:
    for run in map(load, finished):
        assert summarise(run.tables, run.hours, run.manifest) == run.summary


def test_coupling_does_not_lower_welfare_nor_change_the_load(finished: list[Path]) -> None:
    provincial, coupled = (load(path).summary for path in finished)
    assert provincial["load_mwh"] == coupled["load_mwh"]
    assert provincial["interprovincial_mwh"] == 0 < coupled["interprovincial_mwh"]
    assert provincial["welfare"] <= coupled["welfare"]


@pytest.mark.long
def test_two_processes_and_a_second_time_give_the_same_bytes(config: Path, finished: list[Path], tmp_path: Path) -> None:
    again = run_config(load_config(config), tmp_path, workers=2)
    assert [path.name for path in again] == [path.name for path in finished]
    for one, other in zip(finished, again, strict=True):
        assert contents(one) == contents(other)
        for key in ("digest", "last_block_hash", "gas_by_phase", "config_hash"):
            assert load(one).manifest[key] == load(other).manifest[key]


def test_written_config_names_the_same_run(finished: list[Path]) -> None:
    for path in finished:
        assert name_of(load_config(path / "config.toml")) == path.name


def test_resume_keeps_what_is_finished(config: Path, finished: list[Path]) -> None:
    before = [path.stat().st_ino for path in finished]
    again = run_config(load_config(config), finished[0].parent, resume=True)
    assert again == finished
    assert [path.stat().st_ino for path in again] == before


def test_command_prints_a_summary_of_every_run(config: Path, finished: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(config), "--resume", str(finished[0].parent), "--json", "--quiet"]) == 0
    out, err = capsys.readouterr()
    runs = json.loads(out)["runs"]
    assert [run["directory"] for run in runs] == [str(path) for path in finished]
    assert runs[0]["summary"] == load(finished[0]).summary
    assert err == ""
