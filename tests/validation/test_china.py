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
    held(README, f"gains {july.loc['coupled', gain]:.1f} million CNY on a July and {january.loc['coupled', gain]:.1f} on a January weekday")


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
    held(said, f"the South gains most in July ({gains.loc['July'].max():.1f} million in `coupled`), the North in January ({gains.loc['January'].max():.1f})")
