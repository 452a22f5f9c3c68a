"""One module knows every time of the hour, and it says what the contracts say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shengdian.sim.base import timetable

ROOT = Path(__file__).parents[2]
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600}
ROOMS = ("sim", "agents", "experiments", "audit", "app", "shengdian")
TIMES = re.compile(r"uint256 (?:internal|private|public) constant (\w+) = (\d+) (seconds|minutes|hours);")


def constants() -> list[tuple[str, str, int]]:
    """File, name and seconds of every time that a contract names."""
    sources = (path for path in (ROOT / "contracts").rglob("*.sol") if not {"node_modules", "test", "out"} & set(path.parts))
    found = [(path.name, *match) for path in sorted(sources) for match in TIMES.findall(path.read_text(encoding="utf-8"))]
    return [(file, name, int(number) * SECONDS[unit]) for file, name, number, unit in found]


@pytest.mark.parametrize(("file", "name", "seconds"), constants())
def test_a_time_in_a_contract_is_the_timetables(file: str, name: str, seconds: int) -> None:
    assert getattr(timetable, name) == seconds


def test_the_contracts_name_times_that_are_found() -> None:
    assert {name for _, name, _ in constants()} >= {"GATE", "REVEALS_FROM", "OPEN_TO_ALL", "LAST_MINUTE"}


def test_no_other_module_spells_a_time_of_the_hour() -> None:
    known = {value for name, value in vars(timetable).items() if name.isupper() and abs(value) > 100}
    wrong = []
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py") if path.name != "timetable.py"):
        numbers = re.findall(r"(?<![\w.])\d[\d_]*(?![\w.])", re.sub(r'""".*?"""|"[^"\n]*"|#.*', "", path.read_text("utf-8"), flags=re.S))
        wrong += [(path.name, number) for number in numbers if int(number.replace("_", "")) in known and len(number) > 3]
    assert wrong == []


def test_the_blocks_of_an_hour_follow_one_another_within_it() -> None:
    times = timetable.Timetable(7_200)
    blocks = [
        times.begins(1),
        times.orders(1),
        times.reveals(1),
        times.gate(1),
        times.late(1),
        times.meters(1),
        times.closes(1),
        times.begins(2),
    ]
    assert blocks == sorted(set(blocks))
    assert [times.created, times.enrolled, times.registered, times.day_ahead(0), times.begins(0)] == [7080, 7140, 7170, 7180, 7200]
