"""A region's currency is the label of all money: tables on disk, comparison, report, figures, app and words of a run."""

from __future__ import annotations

import re
from pathlib import Path
from shutil import copytree

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from matplotlib.text import Text

import shengdian
from shengdian.app.event_text import Speaker
from shengdian.app.live import World
from shengdian.app.running_totals import totals
from shengdian.cli import main
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.results.plots import figures
from shengdian.experiments.runs.experiment import run_config
from shengdian.regions.region import Region
from shengdian.sim.base.errors import InputError
from shengdian.sim.record.finished_run import load
from shengdian.sim.record.run_folder import read_json, sha256_of, to_json

KEYS = {"run.hours": 2, "run.chain": "mirror", "run.compare": ["provincial", "coupled"], "strategies.storage": {"name": "spread"}}


@pytest.fixture(scope="module")
def euro(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A region in EUR with storage, and a folder of runs in it."""
    folder = tmp_path_factory.mktemp("euro")
    region = copytree(Region.load("two-zones").folder, folder / "mine")
    label = region / "region.toml"
    label.write_text(re.sub(r'currency = "\w+"', 'currency = "EUR"', label.read_text(encoding="utf-8")), encoding="utf-8")
    assert Region.load(region).label.currency == "EUR"
    run_config(override(load_config("base"), {**KEYS, "region.path": str(region)}), folder / "runs")
    return folder


def runs(folder: Path) -> list[Path]:
    return sorted((folder / "runs").iterdir())


def names_apart(text: str) -> str:
    """Without keys and columns, which are names."""
    return re.sub(r"[a-z_.]*cny[a-z_.]*", "", text)


def test_every_unit_of_money_in_the_tables_is_the_regions(euro: Path) -> None:
    units = {
        (field.metadata or {}).get(b"unit", b"").decode()
        for path in runs(euro)[0].glob("*.parquet")
        for field in pq.read_schema(path)
        if b"unit" in (field.metadata or {})
    }
    assert {"EUR", "EUR/MWh", "MWh"} <= units
    assert not [unit for unit in units if "CNY" in unit]
    assert load(runs(euro)[0]).currency == "EUR"


def test_the_audit_takes_the_units_as_they_are_and_no_others(euro: Path, tmp_path: Path) -> None:
    run = copytree(runs(euro)[0], tmp_path / runs(euro)[0].name)
    assert shengdian.audit(run).clean
    table = pq.read_table(run / "ledger.parquet")
    fields = [field.with_metadata({b"unit": b"CNY"} if field.metadata == {b"unit": b"EUR"} else field.metadata) for field in table.schema]
    pq.write_table(table.cast(pa.schema(fields, table.schema.metadata)), run / "ledger.parquet")
    manifest = read_json(run / "manifest.json")
    manifest["contents"]["ledger.parquet"] = sha256_of(run / "ledger.parquet")
    (run / "manifest.json").write_text(to_json(manifest), encoding="utf-8", newline="\n")
    (difference,) = shengdian.audit(run).differences
    assert difference.sentence == "columns, types, units or version are not the table's"


def said(capsys: pytest.CaptureFixture[str], *asked: str) -> str:
    assert main(list(asked)) == 0
    return "".join(capsys.readouterr())


def test_no_command_says_another_currency(euro: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    every = [str(path) for path in runs(euro)]
    texts = [said(capsys, "compare", *every), said(capsys, "audit", every[1]), said(capsys, "query", every[1], "--hour", "0")]
    said(capsys, "report", *every, "-o", str(tmp_path / "report.html"))
    texts.append((tmp_path / "report.html").read_text(encoding="utf-8"))
    ran = said(capsys, "run", "--set", f"region.path={euro / 'mine'}", "--hours", "1", "--chain", "mirror", "-o", str(tmp_path / "out"))
    texts.append(ran)
    assert all("million EUR" in text for text in (texts[0], ran))
    assert [text for text in texts if "CNY" in names_apart(text)] == []


def test_no_figure_says_another_currency(euro: Path) -> None:
    every = figures([load(path) for path in runs(euro)])
    words = {name: [text.get_text() for text in figure.findobj(Text)] for name, figure in every.items()}
    assert [(name, word) for name, those in words.items() for word in those if "CNY" in word] == []
    assert any("EUR/MWh" in word for word in words["prices"])


def test_the_app_says_the_regions_currency(euro: Path) -> None:
    world = World(override(load_config("base"), {**KEYS, "region.path": str(euro / "mine")}), "coupled", 1)
    world.hour()
    speaker = Speaker(world.model, world.scenario)
    events = [speaker.said(log) for block in world.blocks for receipt in block.receipts for log in receipt.logs]
    assert any("EUR/MWh" in event for event in events)
    assert [event for event in events if "CNY" in event] == []
    assert "million EUR" in list(totals((world,))["unit"])


def test_runs_of_two_currencies_are_not_compared(euro: Path, tmp_path: Path) -> None:
    region = {"region.path": "two-zones", "region.zones": list(load(runs(euro)[0]).config["region"]["zones"])}
    (other,) = run_config(override(load_config("base"), {**KEYS, "run.compare": [], "run.design": "coupled", **region}), tmp_path)
    with pytest.raises(InputError, match=r"the runs have money in EUR and CNY; give runs of one currency"):
        shengdian.compare([runs(euro)[1], other])
