"""A user's own year: 8,760 rows, or one sentence that names file, row and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.schema import Config
from shengdian.experiments.world.profiles import months_of_days, profiles
from shengdian.regions.region import Region
from shengdian.sim.base.errors import InputError

HEADER = "hour,JX_load_mw,JX_wind_cf,JX_solar_cf"


def config(folder: Path, rows: list[str], header: str = HEADER) -> Config:
    (folder / "own.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    (folder / "mine.toml").write_text(
        'question = "Mine?"\n[run]\nhours = 800\n[region]\nzones = ["JX"]\n[profiles]\npath = "own.csv"\n', encoding="utf-8"
    )
    return load_config(folder / "mine.toml")


def rows(count: int = 8760) -> list[str]:
    return [f"{hour},{10_000 + hour % 24},0.25,0" for hour in range(count)]


def refusal(folder: Path, lines: list[str], header: str = HEADER) -> str:
    with pytest.raises(InputError) as caught:
        build_scenario(config(folder, lines, header), "provincial", 1)
    return str(caught.value).removeprefix(f"{folder / 'own.csv'}: ")


def test_an_own_year_begins_on_the_first_of_january(tmp_path: Path) -> None:
    world = build_scenario(config(tmp_path, rows()), "provincial", 1)
    assert [world.load("JX", hour) for hour in (0, 1, 24)] == [10_000_000, 10_001_000, 10_000_000]
    assert next(plant for plant in world.plants if plant.tech == "wind").available[0] == 1_077_000 // 4
    river = next(plant for plant in world.plants if plant.tech == "hydro_run_of_river")
    assert river.available[31 * 24 - 1] == 2_464_000 * 345 // 1000
    assert len(river.contractible) == 34  # 800 hours: 33 days and 8 hours


def test_a_short_year_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, rows(8759)) == "8759 rows under the header; there should be 8760, one an hour of a year"


def test_a_text_cell_is_refused(tmp_path: Path) -> None:
    lines = rows()
    lines[7] = "7,much,0.25,0"
    assert refusal(tmp_path, lines) == "line 9 (hour 7), column JX_load_mw is 'much'; it should be a number"


def test_a_missing_column_is_refused(tmp_path: Path) -> None:
    sentence = refusal(tmp_path, rows(), "hour,JX_load_mw,JX_wind_cf,JX_sun_cf")
    assert sentence == f"column JX_solar_cf is missing; the header should be {HEADER}"


def test_a_negative_value_is_refused(tmp_path: Path) -> None:
    lines = rows()
    lines[8759] = "8759,-1,0.25,0"
    assert refusal(tmp_path, lines) == "line 8761 (hour 8759), column JX_load_mw is '-1'; it should be from 0 to 1e+06"


@pytest.mark.parametrize("cell", ["nan", "inf", "1.01"])
def test_a_factor_outside_zero_to_one_is_refused(tmp_path: Path, cell: str) -> None:
    lines = rows()
    lines[0] = f"0,10000,{cell},0"
    assert refusal(tmp_path, lines) == f"line 2 (hour 0), column JX_wind_cf is '{cell}'; it should be from 0 to 1"


def test_a_gap_in_the_hours_is_refused(tmp_path: Path) -> None:
    lines = rows()
    lines[5] = "6,10000,0.25,0"
    assert refusal(tmp_path, lines).startswith("line 7, column hour is 6; it should be 5")


def test_a_short_row_is_refused(tmp_path: Path) -> None:
    lines = rows()
    lines[5] = "5,10000,0.25"
    assert refusal(tmp_path, lines) == "line 7 (hour 5) has 3 cells; the header has 4"


def test_a_profile_that_is_not_there_is_refused(tmp_path: Path) -> None:
    settings = config(tmp_path, rows())
    (tmp_path / "own.csv").unlink()
    with pytest.raises(InputError, match=r"profiles.path: there is no file .*own\.csv"):
        build_scenario(settings, "provincial", 1)


@pytest.mark.parametrize(
    ("calendar", "expected"),
    [("day", [12] * 4), ("months", [12, 1, 2, 3]), ("seasons", [12, 3, 6, 9]), ("year", [2, 2, 3, 3])],
)
def test_each_simulated_day_is_the_typical_day_of_its_month(calendar: str, expected: list[int]) -> None:
    changes = {"time.calendar": calendar, "time.month": 12, "run.start": "2016-02-28", "run.hours": 73}
    asked = override(load_config("base"), changes)
    assert months_of_days(asked, Region.load()) == expected  # 2016 has a 29 February
    profile = profiles(asked, Region.load())
    assert list(profile.month[::24]) == expected
    days = [Region.load().load_days["GD", month, "weekday"] for month in expected]
    assert [profile.load["GD"][hour] for hour in (0, 25, 72)] == [days[at][hour] for at, hour in ((0, 0), (1, 1), (3, 0))]


def test_the_year_has_the_months_of_2016_and_their_water() -> None:
    world = build_scenario(override(load_config("six-provinces-year"), {"region.zones": ["JX"], "run.hours": 24 * 61}), "provincial", 1)
    river = next(plant for plant in world.plants if plant.tech == "hydro_run_of_river")
    factors = [Region.load().availability_months["JX", river.tech, month] for month in (1, 2, 3)]
    assert [river.available[24 * day] for day in (0, 30, 31, 59, 60)] == [
        river.capacity * round(factor * 1e6) // 10**6 for factor in (factors[0], factors[0], factors[1], factors[1], factors[2])
    ]
