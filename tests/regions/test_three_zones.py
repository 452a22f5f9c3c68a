"""The case of docs/guide/my-region.md: three zones in CSV files, two weeks of January by time stamp; here their first two days."""

from __future__ import annotations

from pathlib import Path
from shutil import copy, copytree

import pandas as pd
import pytest

from shengdian.cli import main
from shengdian.experiments.results.starts import starts
from shengdian.regions.region import Region
from shengdian.sim.record.finished_run import Run, load
from tests.docs.pages import DOCS, blocks

HERE = Path(__file__).parent
PAGE = DOCS / "guide" / "my-region.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the user has made, and two days of both designs."""
    at = tmp_path_factory.mktemp("user")
    copytree(HERE / "three-zones", at / "three-zones")
    copy(HERE / "january.toml", at)
    assert main(["run", str(at / "january.toml"), "--hours", "48", "--chain", "mirror", "-q", "-o", str(at / "runs")]) == 0
    return at


def runs(folder: Path) -> list[Run]:
    return [load(path) for path in sorted((folder / "runs").glob("january-*"))]


def test_load_of_a_run_is_that_of_the_time_stamps(folder: Path) -> None:
    due = pd.read_csv(folder / "three-zones" / "load_hourly.csv", comment="#").head(48)
    for run in runs(folder):
        load_of = run.tables["load"].pivot_table(values="demand_mwh", index="hour", columns="zone", aggfunc="sum")
        zones = list(load_of.columns)
        assert load_of.to_numpy() == pytest.approx(due[zones].to_numpy(), abs=0.01)


def test_trade_between_the_zones_saves_load_from_going_unserved(folder: Path) -> None:
    coupled, provincial = (run.summary for run in runs(folder))
    assert coupled["welfare"] > provincial["welfare"]
    assert coupled["interprovincial_mwh"] > 0 == provincial["interprovincial_mwh"]


def test_both_runs_report_and_audit(folder: Path) -> None:
    assert main(["report", str(folder / "runs")]) == 0
    page = (folder / "runs" / "report.html").read_text(encoding="utf-8")
    assert "million EUR" in page
    for run in runs(folder):
        counted = starts(run, Region.load(folder / "three-zones")).loc["gas"]
        assert f"<td>{run.label}</td><td>gas</td>" in page.replace(' style="text-align: left"', "")
        assert f"{counted['start_cost']:,.0f}" in page
    assert [main(["audit", str(run.directory)]) for run in runs(folder)] == [0, 0]


def test_the_page_shows_the_files_as_they_are() -> None:
    text = PAGE.read_text(encoding="utf-8")
    files = [path.read_text(encoding="utf-8") for path in (*(HERE / "three-zones").iterdir(), HERE / "january.toml")]
    for block in (*blocks(PAGE, "csv"), *blocks(PAGE, "toml")):
        assert [each for each in files if each.startswith(block)], block
    assert "shengdian region check three-zones" in text
