"""A finished run and the folder of its region: found wherever both are copied to, and never taken for another."""

from __future__ import annotations

import pickle
import tomllib
from pathlib import Path
from shutil import copytree, move

import pytest

from shengdian.cli import main
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.results.palette import Looks
from shengdian.experiments.runs.experiment import run_config
from shengdian.regions.region import Region
from shengdian.sim.record.finished_run import load

KEYS = {"run.hours": 1, "run.chain": "mirror", "run.compare": [], "run.design": "coupled"}
CONFIG = 'question = "?"\n[region]\npath = "regions/mine"\n[contracts]\nshare = 0.5\n'


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a config, its region, and a run of it."""
    folder = tmp_path_factory.mktemp("made")
    copytree(Region.load("two-zones").folder, folder / "regions" / "mine")
    (folder / "mine.toml").write_text(CONFIG, encoding="utf-8")
    run_config(override(load_config(folder / "mine.toml"), KEYS), folder / "runs")
    return folder


@pytest.fixture
def elsewhere(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All of it in another place, from where the first one cannot be seen."""
    copytree(made, tmp_path / "there")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "there"


def run_in(folder: Path) -> Path:
    """The run directory."""
    (run,) = (folder / "runs").iterdir()
    return run


def test_a_run_keeps_the_path_as_it_was_given(made: Path) -> None:
    texts = [(run_in(made) / name).read_text(encoding="utf-8") for name in ("config.toml", "manifest.json")]
    assert tomllib.loads(texts[0])["region"]["path"] == "regions/mine"
    assert str(made) not in "".join(texts)


def test_the_same_region_and_config_elsewhere_are_the_same_run(made: Path, elsewhere: Path) -> None:
    again = run_config(override(load_config(elsewhere / "mine.toml"), KEYS), elsewhere / "again")[0]
    assert load(again).digest == load(run_in(made)).digest
    assert again.name == run_in(made).name


def test_a_run_that_is_copied_with_its_region_audits_and_is_drawn(elsewhere: Path) -> None:
    assert main(["audit", str(run_in(elsewhere))]) == 0
    assert Looks.of(load(run_in(elsewhere))).region == Region.load(elsewhere / "regions" / "mine")
    assert main(["report", str(run_in(elsewhere))]) == 0


def test_a_region_beside_the_current_folder_is_found(elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = move(run_in(elsewhere), tmp_path / "alone")
    monkeypatch.chdir(elsewhere)
    assert main(["audit", str(run)]) == 0


def test_a_run_without_its_region_is_refused_in_a_sentence_that_helps(
    elsewhere: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = move(run_in(elsewhere), tmp_path / "alone")
    assert main(["audit", str(run)]) == 2
    assert capsys.readouterr().err == (
        f"shengdian: {run / 'config.toml'}: region.path: there is no folder 'regions/mine' in {run}, above it or here; "
        "name the folder of the run's region, as shengdian audit --region FOLDER\n"
    )
    assert Looks.of(load(run)).region is None
    region = str(elsewhere / "regions" / "mine")
    assert main(["audit", str(run), "--region", region]) == 0
    assert main(["query", str(run), "--hour", "0", "--region", region]) == 0


@pytest.mark.parametrize("given", [[], ["--region", "there/regions/mine"]])
def test_a_changed_region_is_refused_by_its_digest(given: list[str], elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plants = elsewhere / "regions" / "mine" / "plants.csv"
    plants.write_text(plants.read_text(encoding="utf-8").replace("1200", "1201"), encoding="utf-8")
    assert main(["audit", str(run_in(elsewhere)), *given]) == 2
    assert "is another region than the config was made with: the SHA-256 of its files is" in capsys.readouterr().err
    assert Looks.of(load(run_in(elsewhere))).region is None


def test_of_several_folders_with_the_name_the_one_with_the_digest_counts(elsewhere: Path) -> None:
    nearer = elsewhere / "runs" / "regions" / "mine"
    run = run_in(elsewhere)
    copytree(elsewhere / "regions" / "mine", nearer)
    (nearer / "lines.csv").unlink()
    assert main(["audit", str(run)]) == 0


def test_a_config_knows_its_folder_in_another_process_and_after_changes(elsewhere: Path) -> None:
    config = load_config(elsewhere / "mine.toml")
    folder = str(elsewhere / "regions" / "mine")
    for other in (config, pickle.loads(pickle.dumps(config)), override(config, {"contracts.share": 0.1})):
        assert other.region.folder == folder
        assert "folder" not in other.resolved()["region"]


def test_another_region_in_a_change_is_taken_from_the_current_folder(elsewhere: Path) -> None:
    config = override(load_config(elsewhere / "mine.toml"), {"region.path": "there/regions/mine"})
    assert (config.region.path, config.region.zones) == ("there/regions/mine", ("WEST", "EAST"))
    shipped = override(config, {"region.path": "six-provinces"})
    assert Region.load("six-provinces").folder == Path(shipped.region.folder)
