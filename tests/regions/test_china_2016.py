"""The region of 31 provinces: what the sources say of it, and a day of it."""

from __future__ import annotations

from pathlib import Path

import pytest

import shengdian
from shengdian.regions.region import Region

REGION = Region.load("china-2016")


def test_it_has_31_provinces_in_two_grids() -> None:
    areas = [row.area for row in REGION.nodes.values()]
    assert (len(REGION.zones), areas.count("SG"), areas.count("CSG")) == (31, 26, 5)


def test_every_file_has_its_sources_and_every_source_a_tag() -> None:
    assert {row.file for row in REGION.sources} == {name for name in REGION.files if name != "region.toml"}
    assert all(row.tag for row in REGION.sources)


@pytest.mark.parametrize("row", REGION.sources, ids=lambda row: f"{row.file} {row.column[:20]}")
def test_a_figure_from_others_has_a_licence(row: object) -> None:
    own = ("assumption", "recalled")
    assert row.licence or row.tag.startswith(own)  # type: ignore[attr-defined]


def test_every_line_says_how_far_it_can_be_trusted() -> None:
    words = ("confirmed:", "verified:", "verified in part:", "plausible:", "computed:", "recalled:", "unverified:")
    assert all(line.source.startswith(words) for line in REGION.lines)


def test_pumped_storage_is_the_national_figure() -> None:
    assert sum(store.discharge_mw for store in REGION.stores) == 26_690


def test_west_to_east_is_what_the_southern_grid_published() -> None:
    into = {line.line: line.capacity_mw for line in REGION.lines if line.target_zone == "GD"}
    assert sum(into.values()) == 39_500 - 3_200  # less Jinzhong, which ends in Guangxi
    assert sum(line.capacity_mw for line in REGION.lines if line.source_zone == "YN") == 24_550


def test_units_of_1000_mw_are_those_of_the_tracker() -> None:
    assert sum(row.units for row in REGION.plants if row.technology == "coal_1000") == 99  # with two of 980 MW in Shanghai


def test_planned_flows_use_a_line_one_way_and_leave_a_twentieth_free() -> None:
    by_line = {line.line: line for line in REGION.lines}
    seen = set()
    for flow in REGION.planned_flows:
        line = by_line[flow.line]
        assert flow.mw <= 0.95 * (line.capacity_mw if flow.direction == "forward" else line.capacity_back_mw)
        assert (flow.line, flow.month) not in seen
        seen.add((flow.line, flow.month))


def test_heating_raises_minimum_outputs_from_november_to_march() -> None:
    shares = {month: REGION.minimum_months["JL", "coal_300", month] for month in range(1, 13)}
    assert [month for month, share in shares.items() if share > 0.5] == [1, 2, 3, 11, 12]
    assert shares[1] == pytest.approx(0.488 * 0.65 + 0.512 * 0.5, abs=1e-4)


def day(month: int, design: str, out: Path) -> shengdian.Run:
    """A weekday whose users buy at any price."""
    rules = {"region.path": "china-2016", "time.month": month, "run.compare": [], "run.design": design, "run.chain": "mirror"}
    (run,) = shengdian.run("six-provinces-day", rules, **{"strategies.industry": {"name": "inflexible", "parameters": {}}}, out=out)
    return run


@pytest.mark.long
@pytest.mark.parametrize("month", [1, 7])
def test_a_coupled_weekday_serves_all_users_and_its_audit_is_clean(month: int, tmp_path: Path) -> None:
    run = day(month, "coupled", tmp_path)
    assert run.tables["load"]["unserved_mwh"].sum() == 0
    assert shengdian.audit(run).clean


@pytest.mark.long
def test_flat_plans_leave_beijing_alone_short_in_january(tmp_path: Path) -> None:
    load = day(1, "provincial", tmp_path).tables["load"]
    assert set(load[load["unserved_mwh"] > 0]["zone"]) == {"BJ"}
