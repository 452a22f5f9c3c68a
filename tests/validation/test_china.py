"""What the pages on 31 provinces say in words has the numbers and the sign that their results have."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from evidence.questions import china_day, china_months
from evidence.questions.__main__ import DOCS
from evidence.questions.answer import read
from evidence.questions.china import grids, region

SOURCES = Path(china_months.__file__).with_name("SOURCES.csv")


def page(name: str) -> str:
    """A page in one line."""
    return " ".join((DOCS / "questions" / f"{name}.md").read_text(encoding="utf-8").split())


README = page("README")


def held(said: str, *texts: str) -> None:
    """Every text stands in what is said."""
    assert [text for text in texts if text not in said] == []


@pytest.fixture(scope="module")
def days() -> pd.DataFrame:
    """By month and market."""
    rows = china_day.derived(read(DOCS / "results" / "china-day.csv"))
    return rows.set_index(["month", "market"]).select_dtypes("number")


def test_what_a_weekday_gains_is_what_the_page_says(days: pd.DataFrame) -> None:
    said, million = page("china-day"), days / 1e6
    july, january = million.loc["July"], million.loc["January"]
    gain, rent = "gain", "rent"
    saved = 1 - july.loc["coupled", "cost"] / july.loc["provincial", "cost"]
    held(
        said,
        f"gains {july.loc['coupled', gain]:.1f} million CNY on the July day and {january.loc['coupled', gain]:.1f} on the January day",
        f"saves {saved:.1%}".replace("%", " %") + " of the cost of generation",
        f"congestion rent is {july.loc['coupled', rent]:.1f} million in July and {january.loc['coupled', rent]:.1f} in January",
        f"gains {july.loc['two-stage, renewable', gain]:.1f} million, half of what the coupled auction gains",
        f"`renewable` gains {january.loc['two-stage, renewable', gain]:.1f} million",
        f"gains {july.loc['two-stage, physical', gain]:.1f} and {january.loc['two-stage, physical', gain]:.1f} million",
        f"gain {january.loc['coupled', 'consumers_gain']:.1f} million in `coupled` and "
        f"{january.loc['two-stage, economic', 'consumers_gain']:.1f} in `economic`",
    )
    assert july.loc["two-stage, renewable", gain] / july.loc["coupled", gain] == pytest.approx(0.5, abs=0.03)
    for month in (july, january):
        assert month.loc["coupled", rent] > month.loc["coupled", gain] / 2
        assert month.loc["coupled", "charges"] / month.loc["coupled", gain] == pytest.approx(0.5, abs=0.03)
        assert month.loc["two-stage, economic", gain] == pytest.approx(month.loc["coupled", gain], rel=0.001)
    held(
        README,
        f"gains {july.loc['coupled', gain]:.1f} million CNY on a July and {january.loc['coupled', gain]:.1f} on a January weekday",
    )


def test_what_is_lost_sent_and_paid_on_a_weekday_is_what_the_page_says(days: pd.DataFrame) -> None:
    said, july, january = page("china-day"), days.loc["July"], days.loc["January"]
    lost = 100 * july["lost"]
    held(
        said,
        f"lose {lost['provincial']:.2f} % of wind, sun and water",
        f"({lost['two-stage, renewable']:.2f} % are lost)",
        f"rises from {july.loc['provincial', 'price_Southwest']:.0f} to {july.loc['coupled', 'price_Southwest']:.0f} CNY/MWh",
        f"falls from {july.loc['provincial', 'price_Northeast']:.0f} to {july.loc['coupled', 'price_Northeast']:.0f}",
        f"{july.loc['two-stage, renewable', 'price']:.0f} and {january.loc['two-stage, renewable', 'price']:.0f} CNY/MWh under `renewable`",
        f"{100 * july.loc['provincial', 'sent_out']:.1f} % of load is sent between provinces in July and "
        f"{100 * january.loc['provincial', 'sent_out']:.1f} % in January",
        f"sends {100 * july.loc['coupled', 'traded']:.1f} and {100 * january.loc['coupled', 'traded']:.1f} % more",
    )
    assert january["lost"].max() < 0.001


def test_no_grid_loses_and_the_south_gains_most_in_july_the_north_in_january(days: pd.DataFrame) -> None:
    said = page("china-day")
    gains = days.xs("coupled", level="market")[[f"gain_{grid}" for grid in grids()]] / 1000
    assert (gains > 0).all(axis=None)
    assert dict(gains.idxmax(axis=1)) == {"July": "gain_South", "January": "gain_North"}
    most = gains.max(axis=1)
    held(said, f"the South gains most in July ({most['July']:.1f} million in `coupled`), the North in January ({most['January']:.1f})")


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """Every run of the twelve mean days."""
    return china_months.derived(read(DOCS / "results" / "china-months.csv"))


@pytest.fixture(scope="module")
def year(rows: pd.DataFrame) -> pd.DataFrame:
    """By market, without storage."""
    return rows[~rows["stored"]].set_index("market")


def test_what_a_year_gains_is_what_the_page_says(year: pd.DataFrame) -> None:
    said, million = page("china-months"), year.select_dtypes("number") / 1e6
    gained, coupled = million["gain_and_water"], million.loc["coupled"]
    lost, spilled = 100 * year["lost"], year["spill-YN"]
    held(
        said,
        f"one coupled auction gains {gained['coupled']:.1f} million CNY a day",
        f"Congestion rent is {coupled['rent']:.1f} million; line charges, {coupled['charges']:.1f} million,",
        f"`renewable` gains {gained['two-stage, renewable']:.1f} million",
        f"falls from {lost['provincial']:.2f} to {lost['two-stage, renewable']:.2f} % of wind, sun and water",
        f"Yunnan {spilled['two-stage, renewable']:.1f} TWh instead of {spilled['provincial']:.1f}",
        f"`physical` gains {gained['two-stage, physical']:.1f} million",
    )
    assert gained["two-stage, economic"] == pytest.approx(gained["coupled"], rel=0.001)
    assert year.loc["two-stage, renewable", "spill-SC"] < 0.05
    held(README, f"gains {gained['coupled']:.1f} million CNY a day, most of it")


def test_who_gains_in_a_year_is_what_the_page_says(year: pd.DataFrame) -> None:
    coupled = year.loc["coupled"]
    by_grid = {grid: sum(coupled[f"gain_{zone}"] for zone in zones) for grid, zones in grids().items()}
    held(
        page("china-months"),
        f"the North has {by_grid['North']:.1f} million a day more (Beijing alone {coupled['gain_BJ']:.1f}), the South, which is China "
        f"Southern Power Grid, {by_grid['South']:.1f}, the "
        f"Northeast {by_grid['Northeast']:.1f}, the Northwest {by_grid['Northwest']:.1f} and the "
        f"Southwest {by_grid['Southwest']:.1f}",
    )
    assert max(by_grid["East"], by_grid["Central"]) < 0.3
    assert min(coupled[f"gain_{zone}"] for zone in region().zones) > -0.05
    assert {zone for zone, row in region().nodes.items() if row.area == "CSG"} == set(grids()["South"])


def test_exports_that_the_auction_adds_are_what_the_page_says(year: pd.DataFrame) -> None:
    before, after = year.loc["provincial"], year.loc["coupled"]
    rises = [
        f"of {name} {'rise ' if zone == 'NM' else ''}from {before[f'export-{zone}']:.1f} to {after[f'export-{zone}']:.1f}"
        for zone, name in {"NM": "Inner Mongolia", "SX": "Shanxi", "XJ": "Xinjiang", "NX": "Ningxia"}.items()
    ]
    takes = [
        f"{name} {'takes ' if zone == 'HE' else ''}{-after[f'export-{zone}']:.1f} instead of {-before[f'export-{zone}']:.1f}"
        for zone, name in {"HE": "Hebei", "SD": "Shandong", "LN": "Liaoning"}.items()
    ]
    held(
        page("china-months"),
        *rises,
        *takes,
        f"Guangdong imports {-after['export-GD']:.1f} instead of {-before['export-GD']:.1f} TWh",
        f"Sichuan exports {after['export-SC']:.1f} instead of {before['export-SC']:.1f}, Yunnan {after['export-YN']:.1f} instead of "
        f"{before['export-YN']:.1f}",
    )
    known = china_months.published()["published"].astype(float)
    assert all(after[f"export-{zone}"] > 1.5 * known[f"export-{zone}"] for zone in ("NM", "SX", "NX"))
    hours = 24 * sum(region().days)
    out = {line.line: line.capacity_mw * hours / 1e6 for line in region().lines if line.source_zone == "NM"}
    assert len(out) == 3
    assert all(after[f"flow_{line}"] == pytest.approx(full, rel=0.001) for line, full in out.items())


def test_mean_days_show_none_of_the_wind_that_was_lost_and_the_page_says_so(year: pd.DataFrame) -> None:
    said, known = page("china-months"), china_months.published()
    wind = list(known.index[known["kind"] == "wind"])
    assert year[wind].max(axis=None) < 0.1
    alone, lost = year.loc["provincial"], known.loc[wind, "published"].astype(float)
    held(
        said,
        f"Xinjiang lost {lost['wind-XJ']:g} % of its wind and Gansu {lost['wind-GS']:g} %",
        "That says nothing about trade.",
        "it has no windy hours; and heat is there only as a higher minimum output",
        f"comes to {alone['spill-YN']:.1f} TWh of {known.loc['spill-YN', 'published']}",
        f"spills {alone['spill-SC']:.1f} of {known.loc['spill-SC', 'published']} TWh",
        f"{alone['line-NM-LN']:.1f} of {float(known.loc['line-NM-LN', 'published']):.1f} TWh from Inner Mongolia to Liaoning",
        f"{alone['line-west-east']:.1f} of {known.loc['line-west-east', 'published']} west to east",
    )
    exports = known[known["kind"] == "export"]["published"].astype(float)
    apart = (alone[list(exports.index)].astype(float) - exports).abs()
    held(said, f"the sixteen of the table differ by at most {apart.max():.1f} TWh")
    assert len(exports) == 16


def test_what_pumped_storage_is_worth_on_mean_days_is_what_the_page_says(rows: pd.DataFrame) -> None:
    found = rows.set_index(["market", "stored"])
    alone, coupled = found.loc["provincial", True], found.loc["coupled", True]
    lost = found.loc["coupled", False]["gain_and_water"] - coupled["gain_and_water"]
    held(
        page("china-months"),
        f"worth {alone['gain_and_water'] / 1e6:.1f} million CNY a day where provinces are alone, {alone['gain_BJ']:.1f} of it in Beijing; "
        f"{-alone['stores_keep'] / 1000:.1f} GWh a day",
        f"it loses {-coupled['stores_earn'] / 1e6:.1f} million a day, and everyone together {lost / 1e6:.1f}",
    )


def test_every_published_figure_has_its_source_and_licence() -> None:
    known = china_months.published()
    assert (known[["what", "unit", "tag", "source", "licence"]] != "").all(axis=None)
    assert set(known["tag"]) == {"published", "computed", "recalled"}
    with SOURCES.open(encoding="utf-8", newline="") as lines:
        files = {row["file"]: row["licence"] for row in csv.DictReader(lines)}
    assert set(files) == {path.name for path in SOURCES.parent.glob("*.csv")} - {SOURCES.name}
    assert all(files.values())


def test_the_map_has_every_zone_and_every_line(rows: pd.DataFrame) -> None:
    planned, added = china_months.figure(read(DOCS / "results" / "china-months.csv")).axes
    for axis in (planned, added):
        drawn = {text.get_text() for text in axis.texts}
        assert set(region().zones) <= drawn
    assert len(rows) == 7
