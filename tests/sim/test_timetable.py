"""One module knows every time of the hour, and contracts count by it whatever an hour lasts."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pair import POSTER_ROLE, START, Pair, error

from shengdian.sim.base import timetable
from shengdian.sim.base.timetable import DAY, HOUR, PARTS, SHORTEST, Timetable
from shengdian.sim.solve.arcs import NANO

ROOT = Path(__file__).parents[2]
ROOMS = ("sim", "agents", "experiments", "audit", "app", "shengdian")
IN_HOUR: tuple[Callable[[Timetable, int], int], ...] = (
    Timetable.begins,
    Timetable.orders,
    Timetable.reveals,
    Timetable.gate,
    Timetable.loose,
    Timetable.last_minute,
    Timetable.closes,
)
"""the blocks of an hour, in order"""
TIMES = (0, 60, 900, 1800, 3300, 3540, 3560)
"""of an hour of 3,600 seconds"""
CAP = 100
RULES = (1, 0, CAP, 500_000)
"""zones, floor, cap, k"""

lengths, parts = st.integers(SHORTEST, DAY), st.sampled_from(PARTS)


def test_no_other_module_spells_a_time_of_the_hour() -> None:
    known = {*TIMES, HOUR, DAY, Timetable(0).open_to_all(0), timetable.CREATED_AT} - {0, 60}
    wrong = []
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py") if path.name != "timetable.py"):
        numbers = re.findall(r"(?<![\w.])\d[\d_]*(?![\w.])", re.sub(r'""".*?"""|"[^"\n]*"|#.*', "", path.read_text("utf-8"), flags=re.S))
        wrong += [(path.name, number) for number in numbers if int(number.replace("_", "")) in known and len(number) > 3]
    assert wrong == []


def test_an_hour_of_3600_seconds_has_the_times_that_its_minutes_say() -> None:
    times = Timetable(7_200)
    assert tuple(at(times, 1) - 10_800 for at in IN_HOUR) == TIMES
    assert [times.created, times.enrolled, times.registered, times.day_ahead(0), times.begins(0)] == [7080, 7140, 7170, 7180, 7200]
    assert (times.open_to_all(0), times.day_ahead(1)) == (7_200 + 2_700, 7_200 + DAY - 20)


@given(lengths, parts, st.integers(0, 1000))
def test_all_that_happens_in_an_hour_has_a_second_of_its_own(length: int, parts: int, hour: int) -> None:
    times = Timetable(START, length, parts)
    blocks = [
        *(at(times, hour) for at in IN_HOUR),
        *(times.day_ahead(day) for day in [(hour + 1) // times.day] if (hour + 1) % times.day == 0),
    ]
    assert blocks == sorted({*blocks})
    assert blocks[-1] < times.begins(hour + 1)


@given(lengths, parts)
def test_the_word_of_a_timetable_says_all_of_it(length: int, parts: int) -> None:
    times = Timetable(START, length, parts)
    assert Timetable.of(times.word) == times.required()


@given(lengths, parts, st.integers(-10, 10 * DAY))
def test_the_first_open_hour_is_the_first_whose_gate_is_to_come(length: int, parts: int, later: int) -> None:
    times, time = Timetable(START, length, parts), START + later
    found = times.first_open_at(time)
    assert time < times.gate(found)
    assert found == 0 or time >= times.gate(found - 1)


def market(clock: int) -> tuple[Pair, str]:
    """A registry, a ledger and an auction on both chains, and what the auction's creation was refused with."""
    pair = Pair()
    operator = pair.address["operator"]
    create = [pair.create("Registry", operator, 1), pair.create("Ledger", operator)]
    create.append(pair.create("UniformAuction", pair.contracts["Registry"], pair.contracts["Ledger"], (*RULES, clock), []))
    create.append(pair.to("Ledger", "grantRole", POSTER_ROLE, pair.contracts["UniformAuction"]))
    return pair, error(pair.block(create, START - 100).receipts[2])


@pytest.mark.parametrize(("length", "parts"), [(9, 1), (0, 1), (HOUR, 0), (HOUR, 3), (HOUR, 5)])
def test_contracts_refuse_what_is_no_timetable(length: int, parts: int) -> None:
    assert market(Timetable(START, length, parts).word)[1] == "BadTimetable"


@pytest.mark.parametrize("length", [10, 60, 900, 3601])
def test_contracts_count_hours_of_any_length(length: int) -> None:
    times = Timetable(START, length)
    pair, refused = market(times.word)
    assert refused == ""

    def clear(hour: int, time: int) -> str:
        call = pair.to("UniformAuction", "clear", hour, [], [], [CAP * NANO])
        return error(pair.block([call], time).receipts[0])

    for hour in (0, 1, 97):
        assert clear(hour, times.gate(hour) - 1) == "GateOpen"
        assert pair.read("UniformAuction", "currentHour") == hour
        assert clear(hour + 1, times.gate(hour)) == "WrongHour"
        assert clear(hour, times.gate(hour) + 1) == ""
        assert clear(hour, times.begins(hour + 1) - 1) == "AlreadyCleared"
