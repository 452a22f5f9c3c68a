"""The README's table and sentence on the July weekday are what the program prints today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import shengdian

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
MILLION = 1e6
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(find_spec("pyrevm") is None, reason="gas of a day needs the extra `fast`"),
]
Summary = Mapping[str, Any]
DESIGNS = ("provincial", "two_stage", "coupled")


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Summary]:
    """Summaries of the three designs, and of `two_stage` where only unserved demand buys."""
    out = tmp_path_factory.mktemp("day")
    found = {run.design: run.summary for run in shengdian.run("six-provinces-day", design=list(DESIGNS), chain="revm", out=out)}
    keys = {"market.surplus_deficit": "physical"}
    (physical,) = shengdian.run("six-provinces-day", keys, design="two_stage", chain="revm", out=out)
    return found | {"physical": physical.summary}


def cells(label: str) -> list[str]:
    """The figures of a row of the table, by design."""
    (row,) = (line for line in README.splitlines() if line.startswith(f"| {label} |"))
    return [cell.strip() for cell in row.strip("|").split("|")][2:]


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("generation cost", lambda one: f"{one['generation_cost_cny'] / MILLION:,.1f}"),
        ("mean final price", lambda one: f"{one['mean_price_cny_mwh']:.1f}"),
        ("spread of prices between provinces", lambda one: f"{one['price_spread_cny_mwh']:.1f}"),
        ("curtailed wind, solar, run of river", lambda one: f"{100 * one['curtailed_share']:.1f}"),
        ("CO2", lambda one: f"{one['co2_t'] / 1000:,.0f}"),
        ("gas of all 3,569 transactions", lambda one: f"{one['gas'] / MILLION:.1f}"),
    ],
)
def test_a_row_of_the_table_is_what_the_day_gives(day: dict[str, Summary], label: str, shown: Callable[[Summary], str]) -> None:
    assert cells(label) == [shown(day[design]) for design in DESIGNS]


def test_energy_between_provinces_and_its_share_are_the_days(day: dict[str, Summary]) -> None:
    sent = [f"{day[name]['interprovincial_mwh'] / 1000:.1f}, {100 * day[name]['interprovincial_share']:.2f} %" for name in DESIGNS[1:]]
    assert cells("energy between provinces, share of load") == ["0", *sent]
    assert day["provincial"]["interprovincial_mwh"] == 0


def test_welfare_and_its_parts_are_the_differences_from_provincial(day: dict[str, Summary]) -> None:
    def more(name: str, key: str) -> float:
        return float(day[name][key] - day["provincial"][key]) / MILLION

    assert cells("welfare, against provincial") == ["-", *(f"{more(name, 'welfare_cny'):+.1f}" for name in DESIGNS[1:])]
    parts = ("consumer_surplus_cny", "producer_surplus_cny", "congestion_rent_cny")
    shown = [" / ".join(f"{more(name, part):+.1f}".replace("+0.0", "0.0") for part in parts) for name in DESIGNS[1:]]
    assert cells("... consumers / plants / congestion rent less losses") == ["-", *shown]


def test_what_the_physical_reading_trades_is_what_the_readme_says(day: dict[str, Summary]) -> None:
    one = day["physical"]
    gained = (one["welfare_cny"] - day["provincial"]["welfare_cny"]) / MILLION
    energy, share = one["interprovincial_mwh"] / 1000, 100 * one["interprovincial_share"]
    assert f"{energy:.1f} GWh, {share:.2f} % of load, welfare {gained:+.1f} million CNY" in README.replace("\n", " ")


def test_transactions_of_the_day_are_as_many_as_the_table_says(day: dict[str, Summary]) -> None:
    assert {day[design]["transactions"] for design in DESIGNS} == {3569}
