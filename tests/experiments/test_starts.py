"""Starts of plants by hand, and as laws of any output."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from shengdian.experiments.results.starts import Spell, spells, starts
from shengdian.regions.region import Region
from tests.experiments import one_zone

LOADS = (60, 150, 120, 60, 60, 180)
"""MW: beyond 100 MW the dear plant runs, in hours 1 and 2 and again in hour 5"""


def test_starts_are_as_reckoned_by_hand(tmp_path: Path) -> None:
    load = "time,A\n" + "".join(f"2016-07-01 {hour:02}:00,{each}\n" for hour, each in enumerate(LOADS))
    folder = tmp_path / "zone"
    folder.mkdir()
    one_zone.write(folder, load_hourly=load)
    found = starts(one_zone.finished(folder, tmp_path, {"run.hours": len(LOADS)}), Region.load(folder))
    assert list(found.index) == ["base", "peak"]
    assert found.loc["base", ["starts", "started_mw", "start_cost", "too_short"]].tolist() == [0, 0, 0, 0]  # on from hour 0 to the end
    assert found["hours_up"].isna().tolist() == [True, False]
    # 50 MW and 80 MW at 20 a MW; the first was up for two hours of the three that it should be, the second has not ended
    assert found.loc["peak"].tolist() == [2, 130, 130 * 20, 2, 1]


def test_spells_are_hours_in_a_row() -> None:
    assert list(spells([5, 7, 0, 0, 3])) == [Spell(0, 2, 7), Spell(4, 5, 3)]


@given(st.lists(st.integers(0, 3), max_size=40))
def test_spells_are_apart_and_have_all_the_hours_with_output(metered: list[int]) -> None:
    found = list(spells(metered))
    assert [hour for spell in found for hour in range(spell.begin, spell.end)] == [hour for hour, energy in enumerate(metered) if energy]
    assert all(one.end < other.begin for one, other in pairwise(found))
    assert all(spell.most == max(metered[spell.begin : spell.end]) for spell in found)
