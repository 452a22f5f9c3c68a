"""A run that was stopped ends as if it had not been: the same digest, the same tables, the same files."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from shengdian.audit import audit
from shengdian.experiments.config.loading import load_config, names, override
from shengdian.experiments.runs.experiment import single_runs
from shengdian.experiments.runs.one_run import name_of, run_single
from shengdian.experiments.runs.sweep import run_sweep
from shengdian.experiments.schema import Config
from shengdian.sim.adapters import revm
from shengdian.sim.base.errors import InputError
from shengdian.sim.designs import design_names
from shengdian.sim.record.durable import sole_writer
from shengdian.sim.record.finished_run import load
from tests.experiments.test_sweep import contents
from tests.faults import runs
from tests.faults.runs import REPOSITORY, hidden, stop_after

CHAINS = ("mirror", pytest.param("revm", marks=pytest.mark.skipif(not revm.installed(), reason="revm is not installed")))
SLOW_CHAINS = ("pyevm", "eth-tester")


def small(folder: Path, chain: str = "mirror", hours: int = 60) -> Config:
    return runs.small(folder, chain, hours)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of `small` on the mirror chain, 60 hours."""
    folder: Path = tmp_path_factory.mktemp("undisturbed")
    return run_single(small(folder), folder / "runs")


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    """The same run, stopped after 30 hours."""
    with pytest.raises(KeyboardInterrupt):
        run_single(small(tmp_path), tmp_path, stop_after(30))
    return hidden(tmp_path, small(tmp_path))


def resumes(chain: str, folder: Path, hours: int, stops: tuple[int, ...]) -> None:
    config = small(folder, chain, hours)
    whole = run_single(config, folder / "whole")
    for stop in stops:
        with pytest.raises(KeyboardInterrupt):
            run_single(config, folder / "stopped", stop_after(stop), resume=True)
    assert contents(run_single(config, folder / "stopped", resume=True)) == contents(whole)
    assert [path.name for path in (folder / "stopped").iterdir()] == [whole.name]


@pytest.mark.parametrize("chain", CHAINS)
def test_run_stopped_again_and_again_ends_with_the_same_files(chain: str, tmp_path: Path) -> None:
    resumes(chain, tmp_path, 72, (5, 24, 30, 48, 71))


def test_run_with_random_salts_goes_on_and_clears_as_one_with_the_seeds(tmp_path: Path) -> None:
    sealed = override(small(tmp_path, hours=26), {"market.bids": "sealed", "market.salts": "random"})
    with pytest.raises(KeyboardInterrupt):
        run_single(sealed, tmp_path / "random", stop_after(25))
    resumed = run_single(sealed, tmp_path / "random", resume=True)
    seeded = run_single(override(sealed, {"market.salts": "seed"}), tmp_path / "seeded")
    assert audit(resumed).clean
    for table, columns in {"prices": ["price_per_mwh"], "orders": ["trader", "filled_mwh"], "ledger": ["trader", "money"]}.items():
        assert load(resumed).tables[table][columns].equals(load(seeded).tables[table][columns])
    assert load(resumed).manifest["digest"] != load(seeded).manifest["digest"]


@pytest.mark.slow
@pytest.mark.parametrize("chain", SLOW_CHAINS)
def test_stopped_run_on_a_slow_chain_ends_with_the_same_files(chain: str, tmp_path: Path) -> None:
    resumes(chain, tmp_path, 26, (25,))


@pytest.mark.long
@pytest.mark.parametrize(
    "plants",
    [
        'name = "roth_erev"\nparameters = {modified = 1, parts = 3}',
        'name = "q_learning"\nparameters = {price_levels = 5, discount = 0.5}',
        'name = "best_response"\nparameters = {parts = 24}',
        'name = "best_response"\nparameters = {withhold = 1}',
        'name = "zero_intelligence"\nparameters = {}',
    ],
)
def test_plants_that_learn_or_draw_go_on_where_they_were(plants: str, tmp_path: Path) -> None:
    small(tmp_path)
    path = tmp_path / "small.toml"
    path.write_text(f"{path.read_text()}[strategies.plants]\n{plants}\n")
    config = load_config(path)
    whole = run_single(config, tmp_path / "whole")
    for stop in (30, 50):
        with pytest.raises(KeyboardInterrupt):
            run_single(config, tmp_path / "stopped", stop_after(stop), resume=True)
    again = run_single(config, tmp_path / "stopped", resume=True)
    assert contents(again) == contents(whole)
    learned = load(again).tables["learning"]
    assert set(learned["hour"]) == (set() if "zero" in plants else {23, 47, 59})


@pytest.mark.parametrize("design", design_names())
def test_run_of_every_design_goes_on_where_it_was(design: str, tmp_path: Path) -> None:
    small(tmp_path)
    path = tmp_path / "small.toml"
    path.write_text(path.read_text().replace('zones = ["SX"]', 'zones = ["SX", "SD"]'))
    config = override(load_config(path), {"run.design": design, "run.hours": 27, "market.surplus_deficit": "economic"})
    whole = run_single(config, tmp_path / "whole")
    assert (load(whole).summary["interprovincial_mwh"] > 0) == (design != "provincial")
    with pytest.raises(KeyboardInterrupt):
        run_single(config, tmp_path / "stopped", stop_after(26))
    assert contents(run_single(config, tmp_path / "stopped", resume=True)) == contents(whole)


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_every_config_goes_on_after_its_first_day_as_if_undisturbed(name: str, tmp_path: Path) -> None:
    """A checkpoint holds everything that any config makes a run depend on."""
    asked = override(load_config(name), {"run.chain": "mirror", "run.hours": 30, "run.seeds": [1]})
    for config in single_runs(asked):
        whole = run_single(config, tmp_path / "whole")
        with pytest.raises(KeyboardInterrupt):
            run_single(config, tmp_path / "stopped", stop_after(27))
        assert contents(run_single(config, tmp_path / "stopped", resume=True)) == contents(whole)


def test_resumed_run_does_not_simulate_what_is_done(stopped: Path, undisturbed: Path) -> None:
    heard: list[tuple[int, bool]] = []
    run_single(small(stopped.parent), stopped.parent, lambda hours, before: heard.append((hours, before)), resume=True)
    assert heard == [(24, True)] + [(1, False)] * 36


def test_wall_seconds_of_both_parts_are_added(stopped: Path) -> None:
    before = json.loads((stopped / "checkpoint.json").read_text())["seconds"]
    assert load(run_single(small(stopped.parent), stopped.parent, resume=True)).manifest["seconds"]["all"] > before


def test_without_resume_a_run_begins_again(stopped: Path, undisturbed: Path) -> None:
    heard: list[tuple[int, bool]] = []
    finished = run_single(small(stopped.parent), stopped.parent, lambda hours, before: heard.append((hours, before)))
    assert heard == [(1, False)] * 60
    assert contents(finished) == contents(undisturbed)


def test_kill_while_a_file_grows_leaves_a_tail_that_is_cut_off(stopped: Path, undisturbed: Path) -> None:
    for name in ("chain.jsonl.gz", "days.arrows", "chain.state"):
        with (stopped / name).open("ab") as file:
            file.write(b"half of something")
    (stopped / ".checkpoint.json.new").write_bytes(b'{"hours": 4')
    assert contents(run_single(small(stopped.parent), stopped.parent, resume=True)) == contents(undisturbed)


def test_kill_between_the_manifest_and_the_last_renaming_loses_nothing(undisturbed: Path, tmp_path: Path) -> None:
    from shengdian.experiments.runs.experiment import finished

    config = small(tmp_path)
    out = hidden(tmp_path, config)
    out.mkdir()
    for path in undisturbed.iterdir():
        (out / path.name).write_bytes(path.read_bytes())
    (out / "days.arrows").write_bytes(b"left")
    assert finished(tmp_path / name_of(config))
    assert contents(tmp_path / name_of(config)) == contents(undisturbed)
    assert not out.exists()


@pytest.mark.parametrize("name", ["chain.jsonl.gz", "days.arrows", "chain.state"])
def test_file_that_is_cut_short_is_refused_and_left_as_it_is(name: str, stopped: Path) -> None:
    size = json.loads((stopped / "checkpoint.json").read_text())["sizes"][name]
    (stopped / name).write_bytes((stopped / name).read_bytes()[: size - 1])
    before = contents(stopped)
    with pytest.raises(InputError, match=rf"{name}: cut short, .* bytes; remove .* to simulate the run from its beginning"):
        run_single(small(stopped.parent), stopped.parent, resume=True)
    assert contents(stopped) == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": 99}, "a checkpoint of version 99; this program reads version 2"),
        ({"made_with": {}}, "written by another version of the program (versions differs)"),
        ({"colour": "red"}, "damaged"),
    ],
)
def test_checkpoint_of_another_version_is_refused_and_left_as_it_is(change: dict[str, object], said: str, stopped: Path) -> None:
    path = stopped / "checkpoint.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    before = contents(stopped)
    with pytest.raises(InputError) as refused:
        run_single(small(stopped.parent), stopped.parent, resume=True)
    assert said in str(refused.value)
    assert contents(stopped) == before


def test_checkpoint_that_is_no_json_is_refused(stopped: Path) -> None:
    (stopped / "checkpoint.json").write_text("{")
    with pytest.raises(InputError, match=r"checkpoint\.json: damaged"):
        run_single(small(stopped.parent), stopped.parent, resume=True)


def test_two_processes_do_not_write_one_run(tmp_path: Path) -> None:
    with sole_writer(tmp_path / "run"):
        with pytest.raises(InputError, match="another process is writing this run"), sole_writer(tmp_path / "run", 0):
            pass
        (tmp_path / "run").rename(tmp_path / "finished")
        with sole_writer(tmp_path / "run", 0):
            assert (tmp_path / "run").is_dir()


# --- no room --------------------------------------------------------------------------------------------------------------------

LIMITED = """
import resource, sys
from shengdian.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
raise SystemExit(main(sys.argv[2:]))
"""


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
@pytest.mark.parametrize(("size", "kept"), [(300_000, True), (20_000, False)])
def test_full_disk_is_one_sentence_and_loses_no_whole_day(size: int, kept: bool, undisturbed: Path, tmp_path: Path) -> None:
    config, out = small(tmp_path), tmp_path / "runs"
    command = [sys.executable, "-c", LIMITED, str(size), "run", str(tmp_path / "small.toml"), "--out", str(out), "--quiet"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "cannot be written (File too large); " in done.stderr
    assert ("hours are kept, go on with --resume" if kept else "nothing is left of the run") in done.stderr
    assert hidden(out, config).exists() == kept
    assert contents(run_single(config, out, resume=True)) == contents(undisturbed)


ON_A_SMALL_DISK = """
import subprocess, sys
size, disk, kept, *command = sys.argv[1:]
mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk]
if subprocess.run(mount, capture_output=True).returncode:
    raise SystemExit(77)
code = subprocess.run(command).returncode
subprocess.run(["cp", "-a", f"{disk}/.", kept], check=True)
raise SystemExit(code)
"""
"""in a mount namespace of its own: what a command left on a disk of `size` is copied to `kept` before the disk is gone; 77: no mounting"""


def on_a_small_disk(size: str, folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Carries out a command of shengdian with `small.toml` that writes to a tmpfs of `size`; what it leaves is in `folder`/runs."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("there is no unshare to make a mount namespace")
    disk, kept = folder / "disk", folder / "runs"
    for each in (disk, kept):
        each.mkdir()
    inside = [sys.executable, "-m", "shengdian", command, str(folder / "small.toml"), "--out", str(disk), "--quiet"]
    names = [unshare, "--user", "--map-root-user", "--mount", sys.executable, "-c", ON_A_SMALL_DISK, size, str(disk), str(kept)]
    done = subprocess.run([*names, *inside], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if done.returncode == 77 or done.stderr.startswith("unshare:"):
        pytest.skip("mounting is not permitted here")
    return done


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="tmpfs and mount namespaces of Linux")
@pytest.mark.parametrize(("size", "kept"), [("400k", True), ("100k", False)])
def test_full_disk_of_a_run_is_one_sentence_and_loses_no_whole_day(size: str, kept: bool, undisturbed: Path, tmp_path: Path) -> None:
    config, out = small(tmp_path), tmp_path / "runs"
    done = on_a_small_disk(size, tmp_path, "run")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert "cannot be written (" in done.stderr
    assert ("hours are kept, go on with --resume" if kept else "nothing is left of the run") in done.stderr
    assert hidden(out, config).exists() == kept
    assert contents(run_single(config, out, resume=True)) == contents(undisturbed)


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="tmpfs and mount namespaces of Linux")
def test_full_disk_of_a_sweep_keeps_what_is_finished(tmp_path: Path) -> None:
    small(tmp_path, hours=6)
    with (tmp_path / "small.toml").open("a") as file:
        file.write('[sweep.grid]\n"contracts.share" = [0.5, 0.6, 0.8]\n')
    done = on_a_small_disk("300k", tmp_path, "sweep")
    assert done.returncode in (1, 2), done.stderr
    assert "cannot be written (" in done.stderr
    assert "Traceback" not in done.stderr
    finished = {path.parent.name: contents(path.parent) for path in (tmp_path / "runs").glob("*/manifest.json")}
    assert 1 <= len(finished) < 3
    assert run_sweep(load_config(tmp_path / "small.toml"), tmp_path / "runs")[1] == {}
    assert len(list((tmp_path / "runs").glob("*/manifest.json"))) == 3
    assert all(contents(tmp_path / "runs" / name) == before for name, before in finished.items())


# --- kill -9 --------------------------------------------------------------------------------------------------------------------


def kill_and_resume(folder: Path, config: Config, kills: int, draws: random.Random) -> Path:
    """The finished run of a process that is killed so many times, each time after a random number of its further lines of progress."""
    out = folder / "killed"
    command = [sys.executable, "-m", "shengdian", "run", str(folder / "small.toml"), "--resume", str(out)]
    done = out / name_of(config)
    for _ in range(kills):
        with subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as running:
            assert running.stderr is not None
            for _ in range(draws.randrange(3)):
                running.stderr.readline()
            try:
                running.wait(draws.uniform(0, 0.4))
            except subprocess.TimeoutExpired:
                running.send_signal(signal.SIGKILL)
    subprocess.run([*command, "--quiet"], cwd=REPOSITORY, check=True, capture_output=True)
    return done


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_run_killed_three_times_ends_with_the_same_files(undisturbed: Path, tmp_path: Path) -> None:
    assert contents(kill_and_resume(tmp_path, small(tmp_path), 3, random.Random(3))) == contents(undisturbed)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("chain", CHAINS)
def test_twenty_kills_at_random_moments_give_the_same_files(chain: str, tmp_path: Path) -> None:
    config = small(tmp_path, chain, 24 * 60)
    whole = run_single(config, tmp_path / "whole")
    assert contents(kill_and_resume(tmp_path, config, 20, random.Random(20))) == contents(whole)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_twenty_runs_killed_once_each_have_one_digest(undisturbed: Path, tmp_path: Path) -> None:
    draws, digests = random.Random(21), []
    for number in range(20):
        folder = tmp_path / str(number)
        folder.mkdir()
        digests.append(load(kill_and_resume(folder, small(folder), 1, draws)).manifest["digest"])
    assert digests == [load(undisturbed).manifest["digest"]] * 20
