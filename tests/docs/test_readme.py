"""The README's table on the July weekday is what the program prints today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import shengdian
from shengdian.experiments.config.loading import load_config
from shengdian.sim.adapters import revm

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
MILLION = 1e6
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not revm.installed(), reason="gas of a day needs the extra `fast`"),
]
Summary = Mapping[str, Any]
DESIGNS = load_config("six-provinces-day").run.compare


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Summary]:
    """Summaries by design, two stages in each reading."""
    runs = shengdian.run("six-provinces-day", chain="revm", out=tmp_path_factory.mktemp("day"))
    return {design: run.summary for design, run in zip(DESIGNS, runs, strict=True)}


def cells(label: str) -> list[str]:
    """The figures of a row of the table, by design."""
    (row,) = (line for line in README.splitlines() if line.startswith(f"| {label} |"))
    return [cell.strip() for cell in row.strip("|").split("|")][2:]


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("generation cost", lambda one: f"{one['generation_cost'] / MILLION:,.1f}"),
        ("mean final price", lambda one: f"{one['mean_price_per_mwh']:.1f}"),
        ("spread of prices between provinces", lambda one: f"{one['price_spread_per_mwh']:.1f}"),
        ("... with what is sent by plan, share of load", lambda one: f"{100 * one['sent_out_share']:.1f}"),
        ("CO2", lambda one: f"{one['co2_t'] / 1000:,.0f}"),
        ("gas of all 3,249 transactions (renewable: 3,250)", lambda one: f"{one['gas'] / MILLION:.1f}"),
    ],
)
def test_a_row_of_the_table_is_what_the_day_gives(day: dict[str, Summary], label: str, shown: Callable[[Summary], str]) -> None:
    assert cells(label) == [shown(day[design]) for design in DESIGNS]


def test_energy_between_provinces_and_its_share_are_the_days(day: dict[str, Summary]) -> None:
    sent = [f"{day[name]['interprovincial_mwh'] / 1000:.1f}, {100 * day[name]['interprovincial_share']:.2f} %" for name in DESIGNS[1:]]
    assert cells("traded between provinces, share of load") == ["0", *sent]
    assert day["provincial"]["interprovincial_mwh"] == 0


def test_welfare_and_its_parts_are_the_differences_from_provincial(day: dict[str, Summary]) -> None:
    def more(name: str, key: str) -> float:
        return float(day[name][key] - day["provincial"][key]) / MILLION

    assert cells("welfare, against provincial") == ["-", *(f"{more(name, 'welfare'):+.1f}" for name in DESIGNS[1:])]
    assert cells("... with what reservoirs keep") == ["-", *(f"{more(name, 'welfare_and_water'):+.1f}" for name in DESIGNS[1:])]
    parts = ("consumer_surplus", "producer_surplus", "congestion_rent")
    shown = [" / ".join(f"{more(name, part):+.1f}".replace("+0.0", "0.0").replace("-0.0", "0.0") for part in parts) for name in DESIGNS[1:]]
    assert cells("welfare: consumers / plants / congestion rent less losses") == ["-", *shown]


def test_each_reading_gains_more_than_the_one_before_and_the_economic_one_what_coupling_gains(day: dict[str, Summary]) -> None:
    """As the README says."""
    welfare = [day[design]["welfare"] for design in DESIGNS]
    assert welfare[:4] == sorted(set(welfare[:4]))
    assert welfare[3] == welfare[4]


def test_more_than_half_of_what_trade_gains_is_drawn_from_reservoirs_and_nothing_is_lost(day: dict[str, Summary]) -> None:
    """As the README says."""
    for design in DESIGNS[2:]:
        gain, with_water = (day[design][key] - day["provincial"][key] for key in ("welfare", "welfare_and_water"))
        assert 0 < with_water < gain / 2
    assert {day[design]["lost_mwh"] for design in DESIGNS} == {0}


def test_transactions_of_the_day_are_as_many_as_the_table_says(day: dict[str, Summary]) -> None:
    assert [day[design]["transactions"] for design in DESIGNS] == [3249, 3249, 3250, 3249, 3249]
