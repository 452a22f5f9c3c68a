"""The commands: exit codes, and one sentence for whatever is wrong."""

from __future__ import annotations

import html
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shengdian.cli import main
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.results.compare import SHOWN
from tests.faults.runs import SMALL, contents
from tests.tiny import write

REPOSITORY = Path(__file__).parents[2]


def said(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    code = main(argv)
    out, err = capsys.readouterr()
    return code, out, err


def refused(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """The one sentence on stderr of a command that exits with 2 and says nothing else."""
    code, out, err = said(capsys, *argv)
    assert (code, out) == (2, "")
    assert err.startswith("shengdian: ")
    assert err.count("\n") == 1
    return err


def test_unknown_command_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = refused(capsys, "frobnicate")
    assert "frobnicate" in sentence
    assert "report" in sentence


def test_no_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "COMMAND" in refused(capsys)


@pytest.mark.parametrize("command", ["", "list", "run", "sweep", "compare", "plot", "report", "clear", "allocate", "audit", "query", "app"])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*([command] if command else []), "--help"])
    assert stopped.value.code == 0
    assert "usage: shengdian" in capsys.readouterr().out


def test_run_ends_with_a_table_or_with_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = tmp_path / "short.toml"
    config.write_text(SHORT.replace("240", "4"))
    code, table, lines = said(capsys, "run", str(config), "--out", str(tmp_path / "table"))
    assert code == 0
    assert re.search(r"generation cost +│ million CNY │ +[\d,.]+ │", table)
    assert [Path(line).is_dir() for line in table.splitlines()[-2:]] == [True, True]
    assert re.search(r"^provincial seed 1: 3 of 4 hours, \d+ s so far, about \d+ s left$", lines, re.M)
    code, out, lines = said(capsys, "run", str(config), "--out", str(tmp_path / "json"), "--json", "--quiet")
    assert (code, lines) == (0, "")
    runs = json.loads(out)["runs"]
    assert [run["design"] for run in runs] == ["provincial", "coupled"]
    assert runs[0]["summary"] == json.loads((Path(runs[0]["directory"]) / "summary.json").read_text())


def test_unknown_config_is_refused_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert "did you mean 'six-provinces-day'" in refused(capsys, "run", "six-province-day")


def test_unknown_chain_is_refused_before_anything_is_computed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    sentence = refused(capsys, "run", "six-provinces-day", "--chain", "eth-testr", "--out", str(tmp_path))
    assert "did you mean 'eth-tester'" in sentence
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "value", "word"), [("--hours", "0", "below 1"), ("--seed", "-1", "seed"), ("--workers", "two", "whole")]
)
def test_number_out_of_range_is_refused(option: str, value: str, word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert word in refused(capsys, "run", "six-provinces-day", option, value)


def test_more_hours_than_a_year_are_refused_with_the_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert "run.hours" in refused(capsys, "run", "six-provinces-day", "--hours", "9000")


@pytest.mark.parametrize("command", ["compare", "plot", "report", "audit"])
def test_directory_that_is_no_run_is_refused(command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "not a run directory" in refused(capsys, command, str(tmp_path))


def of_another_version(run: Path) -> str:
    manifest = json.loads((run / "manifest.json").read_text())
    (run / "manifest.json").write_text(json.dumps(manifest | {"version": 99}))
    return "tables of version 99; this program reads version 3"


def with_a_truncated_table(run: Path) -> str:
    (run / "prices.parquet").write_bytes((run / "prices.parquet").read_bytes()[:-9])
    return "prices.parquet: the table is missing or damaged"


@pytest.mark.parametrize("command", ["compare", "plot", "report", "query"])
@pytest.mark.parametrize("spoiled", [of_another_version, with_a_truncated_table])
def test_spoiled_run_directory_is_refused_and_left_as_it_is(
    spoiled: Callable[[Path], str], command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run = write(tmp_path).directory
    sentence = spoiled(run)
    before = contents(run)
    assert sentence in refused(capsys, command, str(run))
    assert contents(run) == before


@pytest.mark.parametrize("command", ["clear", "allocate"])
def test_case_file_that_cannot_be_read_is_refused(command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "No such file" in refused(capsys, command, str(tmp_path / "none.json"))


@pytest.mark.parametrize(("text", "word"), [("{", "not JSON"), ("[1]", "case 0 is int"), ("null", "case 0 is NoneType")])
def test_case_file_that_holds_no_cases_is_refused(text: str, word: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "cases.json"
    path.write_text(text)
    assert word in refused(capsys, "clear", str(path))


def test_list_names_what_the_files_are(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "list", "--json")
    found = json.loads(out)
    assert code == 0
    assert "six-provinces-day" in found["experiments"]
    assert set(found["designs"]) >= {"provincial", "two_stage", "coupled"}
    assert "UniformAuction" in found["auctions"]
    assert set(found["mechanisms"]) == {"uniform", "pay-as-bid", "matched-pairs", "one-price", "least-cost", "own-first", "listing"}
    assert found["strategies"]["markup"].startswith("plants: Offers what is left of a plant at a fixed share above what it costs.")
    assert "revises = 0.5" in found["strategies"]["best_response"]
    assert "eth-tester" in found["chains"]


def test_list_explains_everything_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, "list", "--json")
    for kind, found in json.loads(out).items():
        for name, words in found.items():
            assert len(words) > 20, f"{kind}: {name} is not explained"
            assert "\n" not in words
    _, plain, _ = said(capsys, "list")
    assert re.search(r"^  six-provinces-day +What do the six provinces gain on", plain, re.M)
    assert re.search(r"^  SealedMatchedPairsAuction +As MatchedPairsAuction, with", plain, re.M)


def test_compare_pairs_seeds_and_gives_the_difference(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write(tmp_path, hours=1, run_id="a", design="provincial")
    write(tmp_path, hours=1, run_id="b", design="coupled")
    code, out, _ = said(capsys, "compare", str(tmp_path), "--json")
    compared = json.loads(out)
    assert code == 0
    assert compared["base"] == "provincial"
    assert compared["metrics"]["wheeling"]["coupled"] == {"mean": 60.0, "difference": 0.0, "interval": None}


def test_compare_prints_a_table(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = said(capsys, "compare", str(write(tmp_path).directory))
    assert code == 0
    assert "welfare" in out
    assert "million CNY" in out


@pytest.mark.long
def test_plot_writes_png_and_svg(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = said(capsys, "plot", str(write(tmp_path).directory))
    assert code == 0
    assert {Path(line).suffix for line in out.split()} == {".png", ".svg"}
    assert all(Path(line).stat().st_size > 1000 for line in out.split())
    assert (tmp_path / "figures" / "prices.png").is_file()


def test_unknown_zone_of_a_figure_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "the runs have N, S" in refused(capsys, "plot", str(write(tmp_path).directory), "--zone", "Q")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "shengdian", "list"], cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == ""
        assert running.wait() == 1


@pytest.mark.long
def test_report_is_one_page_that_needs_nothing_else(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run = write(tmp_path)
    code, out, _ = said(capsys, "report", str(run.directory))
    page = Path(out.strip()).read_text(encoding="utf-8")
    assert code == 0
    assert "http" not in page
    assert "<script" not in page
    assert page.count("data:image/png;base64,") == page.count("<figcaption>") == 11
    assert run.manifest["digest"] in page
    assert "shengdian audit" in page
    assert "congestion rent before losses" in page
    assert "energy lost on lines" in page


def test_every_number_of_the_report_is_that_of_the_summary(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run = write(tmp_path)
    _, out, _ = said(capsys, "report", str(run.directory))
    shown = dict(re.findall(r"<tr><td[^>]*>([^<]+)</td><td[^>]*>[^<]*</td><td[^>]*>([^<]+)</td></tr>", Path(out.strip()).read_text()))
    for key, metric in SHOWN.items():
        value = run.summary[key]
        got = "-" if value is None else f"{value / metric.scale:,.{metric.digits}f}"
        assert shown[html.escape(metric.label)] == got


SHORT = '[run]\nchain = "mirror"\nhours = 240\ncompare = ["provincial", "coupled"]\n[region]\nzones = ["SX"]\n'


def stopped_at(line: str, number: signal.Signals, *argv: str) -> tuple[int, str]:
    """Exit code, and all of stderr after the first line that begins with `line`, when a signal is sent then."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it, and so would its children
    with subprocess.Popen([sys.executable, "-m", "shengdian", *argv], cwd=REPOSITORY, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        for said in running.stderr:
            if said.startswith(line):
                break
        running.send_signal(number)
        rest = running.stderr.read()
        return running.wait(), rest


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "workers"), [(signal.SIGINT, "1"), (signal.SIGTERM, "1"), (signal.SIGINT, "2")])
def test_stopped_run_exits_with_130_and_goes_on_from_its_last_day(number: signal.Signals, workers: str, tmp_path: Path) -> None:
    config, out = tmp_path / "short.toml", tmp_path / "runs"
    config.write_text(SHORT)
    code, said = stopped_at("provincial seed 1: 60 of 240", number, "run", str(config), "--workers", workers, "--out", str(out))
    assert code == 130
    assert f"stopped; finished runs and whole days are kept, go on with --resume {out}" in said
    assert "Traceback" not in said
    assert next(out.glob(".short-provincial-*.unfinished/checkpoint.json")).is_file()
    assert main(["run", str(config), "--resume", str(out), "--quiet"]) == 0
    assert sorted(path.name.rpartition("-")[0] for path in out.iterdir()) == ["short-coupled-seed1", "short-provincial-seed1"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_run_stopped_before_the_end_of_its_first_day_leaves_nothing(tmp_path: Path) -> None:
    config, out = tmp_path / "short.toml", tmp_path / "runs"
    config.write_text(SHORT.replace("240", "20"))
    code, said = stopped_at("provincial seed 1: 5 of 20", signal.SIGINT, "run", str(config), "--out", str(out))
    assert code == 130
    assert "stopped; nothing half-written is left" in said
    assert list(out.iterdir()) == []


def test_resume_without_a_config_or_a_run_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "no run to go on with" in refused(capsys, "run", "--resume", str(tmp_path))
    assert "CONFIG is missing" in refused(capsys, "run")
    assert "--hours needs a CONFIG" in refused(capsys, "run", "--resume", str(tmp_path), "--hours", "2")


# --- habits of command lines -----------------------------------------------------------------------------------------------------


def test_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert re.fullmatch(r"shengdian \d+\.\d+\.\d+\n", capsys.readouterr().out)


def small(folder: Path, more: str = "") -> str:
    path = folder / "small.toml"
    path.write_text(f'[run]\nchain = "mirror"\nhours = 1\n{SMALL}{more}', encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("before", [True, False])
def test_config_stands_before_or_after_the_seeds(before: bool, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config, seeds = small(tmp_path), ["--seed", "1", "2"]
    order = [config, *seeds] if before else [*seeds, config]
    code, out, _ = said(capsys, "run", "-q", "-o", str(tmp_path / "runs"), "--json", *order)
    assert code == 0
    assert [run["seed"] for run in json.loads(out)["runs"]] == [1, 2]


def test_two_configs_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "--seed: 'other' is not a whole number" in refused(capsys, "run", small(tmp_path), "--seed", "1", "other")


def test_design_and_keys_are_changed_on_the_command_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    changed = ["--design", "coupled", "--design", "provincial", "--set", "contracts.share=0.5", "--set", "market.bids=sealed"]
    code, out, _ = said(capsys, "run", small(tmp_path), *changed, "-q", "-o", str(tmp_path / "runs"), "--json")
    assert code == 0
    runs = json.loads(out)["runs"]
    assert [run["design"] for run in runs] == ["coupled", "provincial"]
    resolved = load_config(Path(runs[0]["directory"]) / "config.toml")
    assert (resolved.contracts.share, resolved.market.bids) == (0.5, "sealed")


def test_sweep_takes_changes_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = small(tmp_path, '[sweep.grid]\n"contracts.share" = [0.5]\n')
    code, out, _ = said(capsys, "sweep", "--seed", "7", config, "--design", "provincial", "-q", "-o", str(tmp_path / "runs"), "--json")
    assert code == 0
    assert [(row["seed"], row["design"]) for row in json.loads(out)] == [(7, "provincial")]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (["--set", "contracts.share"], "it should be KEY=VALUE"),
        (["--set", "contracts.shar=1"], "unknown key contracts.shar; allowed here: share, form, reading, priority; did you mean 'share'?"),
        (["--set", "contracts.share=much"], "contracts.share is 'much'"),
        (["--design", "copled"], "run.design is 'copled'; allowed: provincial"),
    ],
)
def test_change_that_no_config_takes_is_refused(
    changed: list[str], sentence: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert sentence in refused(capsys, "run", small(tmp_path), *changed)


def test_sweep_over_designs_refuses_another_design(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = small(tmp_path, '[sweep.grid]\n"run.design" = ["coupled", "provincial"]\n')
    assert "the config's sweep varies run.design" in refused(capsys, "sweep", config, "--design", "coupled")


def test_verbose_says_where_an_error_arose(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = said(capsys, "run", "no-such-config", "-v")
    assert code == 2
    assert err.startswith("Traceback")
    assert err.splitlines()[-1].startswith("shengdian: no-such-config")


@pytest.mark.parametrize("system", ["cp1252", "cp936", "ascii"])
def test_ids_of_any_script_pass_whatever_the_system_writes(system: str) -> None:
    orders = [
        {"id": "广东_储能_1", "zone": "粤", "side": "sell", "price": 1.0, "quantity": 1.0},
        {"id": "Müller ⚡", "zone": "粤", "side": "buy", "price": 2.0, "quantity": 1.0},
    ]
    case = {"name": "电", "mechanism": "uniform", "zones": ["粤"], "orders": orders}
    command = [sys.executable, "-m", "shengdian", "clear", "-", "--chain", "mirror"]
    environment = os.environ | {"PYTHONIOENCODING": system, "PYTHONUTF8": "0"}
    done = subprocess.run(
        command, input=json.dumps(case, ensure_ascii=False).encode(), capture_output=True, cwd=REPOSITORY, env=environment
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.decode("utf-8"))
    assert found["name"] == "电"
    assert [order["id"] for order in found["orders"]] == ["广东_储能_1", "Müller ⚡"]


def test_sentence_names_a_file_that_no_encoding_holds() -> None:
    command = [sys.executable, "-m", "shengdian", "run", "省电\udcff.toml"]
    done = subprocess.run(command, capture_output=True, cwd=REPOSITORY, env=os.environ | {"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 2
    assert done.stderr.decode("utf-8").startswith("shengdian: 省电\\udcff.toml: there is no such file")


def test_help_imports_nothing_that_takes_long() -> None:
    heavy = "numpy pandas mesa web3 eth pydantic rich scipy matplotlib pyarrow"
    code = f"import sys; from shengdian.cli import parser; parser(); print(*sorted(set({heavy.split()!r}) & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, check=True).stdout.strip() == ""
