"""The figure of a region shows the numbers of its tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from shengdian.cli import main
from shengdian.experiments.results.figures.region import load_of_days, monthly_shares, overview
from shengdian.importing import pypsa
from shengdian.importing.imported import write
from shengdian.regions.region import Region
from tests.regions.folders import PYPSA, folder


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    at = tmp_path_factory.mktemp("imported")
    write(pypsa.read(folder(at / "network", PYPSA)), at / "region")
    return at / "region"


def test_the_command_writes_two_files_and_names_them(imported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["region", "show", str(imported), "-o", str(tmp_path / "figures")]) == 0
    png, svg = (tmp_path / "figures" / f"region.{kind}" for kind in ("png", "svg"))
    assert capsys.readouterr().out == f"{png}\n{svg}\n"
    assert png.read_bytes()[1:4] == b"PNG"
    first = svg.read_bytes()
    assert main(["region", "show", str(imported), "-o", str(tmp_path / "figures")]) == 0
    assert svg.read_bytes() == first


def test_no_folder_is_a_sentence_and_no_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["region", "show", str(tmp_path / "none"), "-o", str(tmp_path / "figures")]) == 2
    assert "there is no folder" in capsys.readouterr().err
    assert not (tmp_path / "figures").exists()


def test_bars_are_capacities_with_stores_and_lines_join_their_zones(imported: Path) -> None:
    places, capacity, *_ = overview(Region.load(imported)).axes
    widths = {bars.get_label(): [round(float(bar.get_width()), 9) for bar in bars] for bars in capacity.containers}
    assert widths == {
        "wind": [0.15, 0.05],
        "coal": [0.2, 0.0],
        "gas": [0.0, 0.16],
        "battery": [0.0, 0.05],
        "gas storage": [0.02, 0.0],
    }
    joined = [line.get_xydata().tolist() for line in places.lines[:3]]
    assert joined == [[[10, 54], [11, 48]], [[10, 54], [12, 50]], [[12, 50], [11, 48]]]


def test_load_and_profiles_are_means_of_the_hours(imported: Path) -> None:
    region = Region.load(imported)
    load = load_of_days(region)
    assert load.loc[(7, 5), ["north", "south"]].tolist() == pytest.approx([105, 200])
    shares = monthly_shares(region)
    assert list(shares) == ["wind"]
    assert shares.loc[12, "wind"] == pytest.approx((150 * 0.3115 + 50 * 0.5) / 200)


def test_typical_days_and_months_are_drawn_too() -> None:
    region = Region.load("six-provinces")
    assert load_of_days(region).loc[(1, 0), "GD"] == region.load_days["GD", 1, "mean"][0]
    month = monthly_shares(region).loc[7]
    assert all(0 < share < 1 for share in month)
    assert [axis.get_title(loc="left") for axis in overview(region).axes][1:] == [
        "capacity",
        "load of mean days, all zones",
        "what profiles and inflow give, all zones",
    ]
