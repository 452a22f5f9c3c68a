"""The region of Australia's market: sources, what the data set has, and a day of it."""

from __future__ import annotations

from pathlib import Path

import pytest

import shengdian
from shengdian.experiments.config.loading import load_config
from shengdian.regions.region import Region
from tests.docs.pages import blocks

REGION = Region.load("nem-2017")


def test_every_file_has_its_sources_and_a_licence_unless_it_is_an_assumption() -> None:
    assert {row.file for row in REGION.sources} == {name for name in REGION.files if name != "region.toml"}
    assert all(row.licence == "CC BY 4.0" or row.tag in ("assumption", "recalled") for row in REGION.sources)


def test_hours_are_those_of_june_on_market_time() -> None:
    series = REGION.load_hourly
    assert series is not None
    assert series.rows == 30 * 24
    assert str(series.first) == "2017-06-01 00:00:00"
    half_hours = (8572.87, 8371.16)  # of New South Wales, which end at 0:30 and 1:00
    assert series.columns["NSW"][0] == pytest.approx(sum(half_hours) / 2, abs=0.01)


def test_a_station_has_what_its_units_have() -> None:
    bayswater = REGION.plant("NSW_BAYSW")
    assert bayswater is not None
    assert (bayswater.capacity_mw, bayswater.units, bayswater.technology) == (2640, 4, "black_coal")


def test_config_of_its_page_runs_and_its_audit_is_clean(tmp_path: Path) -> None:
    (code,) = blocks(REGION.folder / "README.md", "toml")
    (tmp_path / "nem.toml").write_text(code, encoding="utf-8")
    assert load_config(tmp_path / "nem.toml").region.zones == REGION.zones
    rules = {"strategies.industry": {"name": "inflexible", "parameters": {}}}
    (run,) = shengdian.run(tmp_path / "nem.toml", rules, hours=3, chain="mirror", out=tmp_path)
    assert run.tables["load"]["unserved_mwh"].sum() == 0
    assert shengdian.audit(run).clean
