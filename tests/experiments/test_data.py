"""The figures of the six provinces: every column has a source and a unit, and the totals are those of the statistics."""

from __future__ import annotations

from calendar import monthrange
from pathlib import Path

import pytest

from shengdian.regions.region import Region
from shengdian.regions.text_table import read

SIX = Region.load()
DATA = SIX.folder
FILES = sorted(path for path in DATA.glob("*.csv") if path.name != "SOURCES.csv")
TAGS = {"seed", "public data set", "publication", "computed", "assumption", "recalled"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_column_has_a_source(path: Path) -> None:
    header = read(path.name, path.read_bytes()).header
    stated = [row for row in SIX.sources if row.file == path.name]
    assert [row.column for row in stated] == list(header)
    assert all(row.source and row.tag in TAGS and row.licence and row.unit for row in stated)


def test_every_source_row_is_of_a_file_that_exists() -> None:
    assert {row.file for row in SIX.sources} == {path.name for path in FILES}


def test_every_technology_has_a_colour_of_its_own_and_what_its_supply_needs() -> None:
    every = SIX.technologies.values()
    assert len({each.colour for each in every}) == len(every)
    for each in every:
        by_hour, by_month = (any(key[1] == each.name for key in those) for those in (SIX.availability_days, SIX.availability_months))
        assert by_hour + by_month == (each.supply in ("profile", "budget"))
        assert each.supply == "capacity" or not (each.must_run or each.fuel)
        assert not each.error or by_hour
    assert {technology for _, technology in SIX.fuel_costs} == {each.name for each in every if each.fuel}


def test_there_are_six_provinces_and_nine_hubs() -> None:
    assert SIX.zones == ("GD", "SD", "SX", "AH", "SC", "JX")
    assert set(SIX.hubs) == {"HE", "HB", "JS", "SH", "ZJ", "SN", "NX", "CQ", "HN"}


@pytest.mark.parametrize(
    ("code", "gwh"), [("GD", 561_010), ("SD", 539_080), ("SX", 179_720), ("AH", 179_500), ("SC", 210_100), ("JX", 118_250)]
)
def test_the_mean_day_times_days_is_the_consumption_of_2016(code: str, gwh: int) -> None:
    year = sum(sum(SIX.load_days[code, month, "mean"]) * monthrange(2018, month)[1] for month in range(1, 13)) / 1000
    assert year == pytest.approx(gwh, rel=0.005)


def test_a_weekday_is_the_mean_day_with_more_load_in_guangdong_in_july() -> None:
    assert max(SIX.load_days["GD", 7, "weekday"]) == 94_669
    assert max(SIX.load_days["GD", 7, "mean"]) == 87_738


@pytest.mark.parametrize(
    ("code", "thermal", "hydro", "pumped", "nuclear", "wind", "solar"),
    [
        ("GD", 77_417, 14_100, 6_080, 9_378, 2_683, 1_560),
        ("SD", 95_402, 1_000, 1_000, 0, 8_389, 4_550),
        ("SX", 63_286, 2_440, 1_200, 0, 7_707, 2_970),
        ("AH", 49_154, 2_953, 1_680, 0, 1_767, 3_450),
        ("SC", 16_421, 72_455, 0, 0, 1_247, 960),
        ("JX", 19_019, 6_129, 1_200, 0, 1_077, 2_280),
    ],
)
def test_the_fleet_adds_up_to_the_statistics_of_2016(
    code: str, thermal: int, hydro: int, pumped: int, nuclear: int, wind: int, solar: int
) -> None:
    """CEC year-end 2016. Two gaps are known: 78 MW of small hydro in Shandong and 157 MW of small coal in Jiangxi are not in the fleet."""

    def total(*kinds: str) -> float:
        made = [(row.zone, row.technology, row.capacity_mw) for row in SIX.plants]
        stored = [(row.zone, row.technology, row.discharge_mw) for row in SIX.stores]
        return sum(power for zone, technology, power in made + stored if zone == code and technology.startswith(kinds))

    assert total("coal", "gas") == pytest.approx(thermal, abs=4)
    assert total("hydro", "pumped") == pytest.approx(hydro, abs=4)
    assert total("pumped") == pytest.approx(pumped, abs=1)
    assert total("nuclear") == nuclear
    assert total("wind") == pytest.approx(wind, abs=1)
    assert total("solar") == pytest.approx(solar, abs=1)


def test_there_are_90_plants_and_5_stores() -> None:
    assert (len(SIX.plants), len(SIX.stores)) == (90, 5)
