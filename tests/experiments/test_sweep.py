"""Sweeps: which runs a config spells out, and that a directory ends up the same whatever happened on the way."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from shengdian.cli import main
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.runs.one_run import name_of
from shengdian.experiments.runs.sweep import local, points, run_sweep, runs_of
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.schema import Config
from shengdian.sim.base.errors import InputError
from shengdian.sim.record.finished_run import load, load_all
from shengdian.sim.record.run_folder import SWEEP

REPOSITORY = Path(__file__).parents[2]
RUN = '[run]\nchain = "mirror"\nhours = 1\n[region]\nzones = ["JX"]\n[users.count]\nindustry = 1\ncommerce = 1\nresidential = 1\n'
GRID = '[sweep.grid]\n"contracts.share" = [0.5, 0.8]\n'


def config(folder: Path, sweep: str, run: str = RUN) -> Config:
    path = folder / "small.toml"
    path.write_text(run + sweep)
    return load_config(path)


def refusal(folder: Path, sweep: str) -> str:
    with pytest.raises(InputError) as refused:
        runs_of(config(folder, sweep))
    return str(refused.value)


def contents(directory: Path) -> dict[str, object]:
    """Every file's bytes below a directory, but for wall seconds."""
    found: dict[str, object] = {}
    for path in sorted(directory.rglob("*")):
        name = path.relative_to(directory).as_posix()
        if path.name == "manifest.json":
            found[name] = {key: value for key, value in json.loads(path.read_text()).items() if key != "seconds"}
        elif path.name == SWEEP:
            found[name] = pd.read_parquet(path).drop(columns="seconds").to_csv()
        elif path.is_file():
            found[name] = path.read_bytes()
    return found


# --- which runs -----------------------------------------------------------------------------------------------------------------


def test_a_grid_is_every_combination(tmp_path: Path) -> None:
    found = points(config(tmp_path, '[sweep.grid]\n"contracts.share" = [0.5, 0.8]\n"market.k" = [0.0, 1.0]'))
    assert [tuple(point.values()) for point in found] == [(0.5, 0.0), (0.5, 1.0), (0.8, 0.0), (0.8, 1.0)]


def test_a_list_is_combined_with_the_grid(tmp_path: Path) -> None:
    found = points(
        config(tmp_path, GRID + '[[sweep.list]]\n"market.k" = 0.0\n[[sweep.list]]\n"market.k" = 1.0\n"region.loss_factor" = 0.0\n')
    )
    assert [len(point) for point in found] == [2, 3, 2, 3]


def test_a_latin_hypercube_has_one_sample_in_every_stratum_of_every_key(tmp_path: Path) -> None:
    sweep = '[sweep.latin_hypercube]\nsamples = 10\n"contracts.share" = [0.0, 0.5]\n'
    sweep += '"costs.fuel_factor.coal" = [1.0, 2.0]\n"users.count.industry" = [1, 5]\n'
    found = points(config(tmp_path, sweep))
    assert sorted(int(point["contracts.share"] / 0.05) for point in found) == list(range(10))
    assert sorted(int((point["costs.fuel_factor.coal"] - 1) / 0.1) for point in found) == list(range(10))
    assert sorted(point["users.count.industry"] for point in found) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert found == points(config(tmp_path, sweep))
    assert found != points(config(tmp_path, sweep.replace("samples = 10", "samples = 10\nseed = 2")))


def test_seeds_and_designs_are_axes_of_every_point(tmp_path: Path) -> None:
    run = RUN.replace("hours = 1", 'hours = 1\nseeds = [1, 2]\ncompare = ["provincial", "coupled"]')
    singles = runs_of(config(tmp_path, GRID, run))
    assert [(one.contracts.share, one.run.seeds[0], one.run.design) for one in singles] == [
        (share, seed, design) for share in (0.5, 0.8) for seed in (1, 2) for design in ("provincial", "coupled")
    ]


def test_a_swept_design_takes_the_place_of_compare(tmp_path: Path) -> None:
    run = RUN.replace("hours = 1", 'hours = 1\ncompare = ["provincial", "coupled"]')
    singles = runs_of(config(tmp_path, '[sweep.grid]\n"run.design" = ["coupled", "two_stage"]', run))
    assert [one.run.design for one in singles] == ["coupled", "two_stage"]


def test_designs_and_points_meet_the_same_draws_and_seeds_other_ones(tmp_path: Path) -> None:
    run = RUN.replace("hours = 1", 'hours = 1\nseeds = [1, 2]\ncompare = ["provincial", "two_stage", "coupled"]')
    asked = config(tmp_path, '[sweep.grid]\n"market.k" = [0.0, 1.0]\n', run)
    worlds: dict[int, list[object]] = {1: [], 2: []}
    for one in runs_of(asked):
        scenario = build_scenario(one, one.run.design, one.run.seeds[0])
        worlds[scenario.seed].append((scenario.plants, scenario.users, scenario.exchanges))
    assert len(worlds[1]) == len(worlds[2]) == 6
    assert all(world == worlds[seed][0] for seed in worlds for world in worlds[seed])
    assert worlds[1][0] != worlds[2][0]


def test_a_run_of_a_sweep_is_the_run_of_the_same_values_alone(tmp_path: Path) -> None:
    alone = config(tmp_path, "[contracts]\nshare = 0.5\n")
    assert name_of(runs_of(config(tmp_path, GRID))[0]) == name_of(alone)


def test_a_parameter_of_a_strategy_is_swept_beside_those_of_the_config(tmp_path: Path) -> None:
    run = RUN + '[strategies.plants]\nname = "markup"\nparameters = {unit_spread = 0.05}\n'
    (single,) = runs_of(config(tmp_path, '[sweep.grid]\n"strategies.plants.parameters.markup" = [0.3]', run))
    assert single.strategies.plants.parameters == {"unit_spread": 0.05, "markup": 0.3}


@pytest.mark.parametrize(
    ("sweep", "said"),
    [
        ("", "small: [sweep] is empty; give it a grid"),
        ('[sweep.grid]\n"contracts.share" = []', "sweep.grid.contracts.share is []"),
        ('[sweep.grid]\n"contracts.shares" = [0.5]', "sweep.grid.contracts.shares: there is no key contracts.shares; allowed"),
        ('[sweep.grid]\n"contracts.shares" = [0.5]', "did you mean 'share'?"),
        ('[sweep.grid]\n"contracts.share" = [0.5, 0.5]', "sweep.grid.contracts.share names 0.5 twice"),
        ('[sweep.grid]\n"contracts.share" = [1.5]', "sweep point contracts.share = 1.5: contracts.share is 1.5"),
        ('[sweep.grid]\n"run.seeds" = [[1], [2]]', "run.seeds cannot be swept: every seed"),
        ('[sweep.grid]\n"strategies.plants.parameters.markdown" = [1.0]', "unknown key markdown"),
        ("[sweep.gird]\n", "unknown key sweep.gird; allowed here: grid, list, latin_hypercube; did you mean 'grid'?"),
        ("[[sweep.list]]\n", "sweep.list[0] is empty"),
        (GRID + '[[sweep.list]]\n"contracts.share" = 0.1', "contracts.share is swept in sweep.grid too"),
        ('[sweep.latin_hypercube]\n"contracts.share" = [0.0, 1.0]', "sweep.latin_hypercube.samples is None; it should be a whole number"),
        ("[sweep.latin_hypercube]\nsamples = 3", "sweep.latin_hypercube has no key to sweep"),
        ('[sweep.latin_hypercube]\nsamples = 3\n"contracts.share" = [1.0, 0.0]', "it should be [lowest, highest], two numbers"),
    ],
)
def test_bad_sweep_is_refused(sweep: str, said: str, tmp_path: Path) -> None:
    assert said in refusal(tmp_path, sweep)


# --- what is left behind --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("swept")
    table, failures = run_sweep(config(folder, GRID), folder / "runs", local(2))
    assert failures == {}
    assert table == folder / "runs" / SWEEP
    return folder / "runs"


def test_the_table_has_a_row_a_run(swept: Path) -> None:
    table = pd.read_parquet(swept / SWEEP)
    assert list(table["contracts.share"]) == [0.5, 0.8]
    assert list(table["status"]) == ["finished", "finished"]
    for row in table.to_dict("records"):
        run = load(swept / row["run_id"])
        assert row["digest"] == run.manifest["digest"]
        assert row["seconds"] == run.manifest["seconds"]["all"]
        assert row["welfare"] == run.summary["welfare"]


def test_runs_of_a_sweep_are_read_in_its_order(swept: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(swept, tmp_path / "runs")
    assert [run.config["contracts"]["share"] for run in load_all([copy])] == [0.5, 0.8]
    table = pd.read_parquet(copy / SWEEP)
    table[::-1].to_parquet(copy / SWEEP)
    assert [run.config["contracts"]["share"] for run in load_all([copy])] == [0.8, 0.5]
    (copy / SWEEP).write_bytes((copy / SWEEP).read_bytes()[:-9])
    with pytest.raises(InputError, match=r"runs\.parquet: the table is damaged \(.*\); remove it, or run the sweep again"):
        load_all([copy])


def test_what_is_finished_is_not_simulated_again(swept: Path, tmp_path: Path) -> None:
    def nothing(jobs: object, out: object, advance: object) -> object:
        assert jobs == []
        return iter(())

    before = contents(swept)
    run_sweep(config(tmp_path, GRID), swept, nothing)  # type: ignore[arg-type]
    assert contents(swept) == before


def test_changed_table_is_refused_and_left_as_it_is(swept: Path, tmp_path: Path) -> None:
    copy = tmp_path / "runs"
    for path, data in ((path, path.read_bytes()) for path in sorted(swept.rglob("*")) if path.is_file()):
        (copy / path.relative_to(swept)).parent.mkdir(parents=True, exist_ok=True)
        (copy / path.relative_to(swept)).write_bytes(data)
    damaged = next(path for path in sorted(copy.rglob("summary.json")))
    damaged.write_text(damaged.read_text().replace("0", "1", 1))
    before = contents(copy)
    with pytest.raises(InputError, match=r"summary\.json: missing or changed since the run was written; move .* away to run it again"):
        run_sweep(config(tmp_path, GRID), copy)
    assert contents(copy) == before


def test_a_finished_run_of_another_version_is_refused_and_left_as_it_is(swept: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(swept, tmp_path / "runs")
    manifest = sorted(copy.glob("*/manifest.json"))[0]
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"version": 99}))
    before = contents(copy)
    with pytest.raises(InputError, match=r"tables of version 99; this program reads version 2"):
        run_sweep(config(tmp_path, GRID), copy)
    assert contents(copy) == before


@pytest.mark.long
def test_a_run_that_fails_is_recorded_with_its_traceback_and_the_rest_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = '[[sweep.list]]\n"run.chain" = "http://127.0.0.1:9"\n[[sweep.list]]\n"run.chain" = "mirror"\n'
    config(tmp_path, sweep)
    out = tmp_path / "runs"
    assert main(["sweep", str(tmp_path / "small.toml"), "--out", str(out), "--json", "--quiet"]) == 1
    said, complained = capsys.readouterr()
    failed, good = json.loads(said)
    assert (failed["status"], good["status"]) == ("failed", "finished")
    assert "no JSON-RPC node answers" in failed["error"]
    assert failed["digest"] is None
    assert failed["welfare"] is None
    assert "Traceback" in (out / f"{failed['run_id']}.failed.txt").read_text()
    assert f"{failed['run_id']} failed: " in complained
    assert load(out / good["run_id"]).manifest["digest"] == good["digest"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_sweep_killed_at_five_random_moments_ends_with_the_same_files(tmp_path: Path) -> None:
    run = RUN.replace("hours = 1", "hours = 96\nseeds = [1, 2]")
    asked, draws = config(tmp_path, GRID, run), random.Random(5)
    run_sweep(asked, tmp_path / "whole", local(2))
    command = [
        sys.executable,
        "-m",
        "shengdian",
        "sweep",
        str(tmp_path / "small.toml"),
        "--workers",
        "2",
        "--out",
        str(tmp_path / "killed"),
    ]
    for _ in range(5):
        with subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as running:
            assert running.stderr is not None
            for _ in range(draws.randrange(3)):
                running.stderr.readline()
            try:
                running.wait(draws.uniform(0, 3))
            except subprocess.TimeoutExpired:
                running.kill()
    subprocess.run([*command, "--quiet"], cwd=REPOSITORY, check=True, capture_output=True)
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")
