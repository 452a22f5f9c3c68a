"""`unchecked` stands only where its gas is measured and told: in the line above the block and in docs/evidence/unchecked.md."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from shengdian import contracts
from tests.golden.fingerprint import GOLDEN

PAGE = Path(__file__).parents[2] / "docs" / "evidence" / "unchecked.md"
LEAST_SAVED = 0.05
"""percent of an hour's gas"""
MOST_ADDED = (1, 1, 2, 1)
"""percent by which the gas of hours may rise in a step: to the house in order, with the readings, with unique clearing"""
MOST_ADDED_TO_CLEARING = 3
"""percent, in the last of these steps"""
NOT_HOURS = ("deploy", "enrol", "year ahead")


def blocks() -> dict[str, str]:
    """The line above every block, by `file.function`."""
    found: dict[str, str] = {}
    for path in contracts.sources():
        function, above = "", ""
        for line in path.read_text(encoding="utf-8").splitlines():
            function = named[1] if (named := re.search(r"\bfunction (\w+)", line)) else function
            if "unchecked {" in line:
                block = f"{path.stem}.{function}"
                assert block not in found, "one block a function, so that its name says which"
                found[block] = above.strip()
            above = line
    return found


def rows(section: str) -> dict[str, list[str]]:
    """Further cells of a section's table by its first."""
    text = PAGE.read_text(encoding="utf-8").split(f"## {section}\n")[1].split("\n## ")[0]
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| `")]
    assert cells, f"no table in {section}"
    return {first.strip("`"): rest for first, *rest in cells}


BLOCKS = blocks()
KEPT, GONE, HOURS = rows("Kept"), rows("Taken away"), rows("An hour since the first freeze")


def percent(cell: str) -> float:
    return float(cell.removesuffix(" %"))


@pytest.mark.parametrize("block", BLOCKS)
def test_line_above_a_block_says_why_nothing_overflows(block: str) -> None:
    assert re.fullmatch(r"// .{10,}\.", BLOCKS[block])


def test_every_block_has_a_row_and_every_row_a_block() -> None:
    assert KEPT.keys() == BLOCKS.keys()


@pytest.mark.parametrize("block", KEPT)
def test_block_that_stays_saves_gas_or_has_to_wrap_or_says_why_it_stays(block: str) -> None:
    _, saved, reason = KEPT[block]
    wraps = re.search(r"\bwraps?\b", BLOCKS[block]) is not None
    assert (saved == "wraps") == wraps
    assert reason or percent(saved) >= LEAST_SAVED


def test_blocks_that_were_taken_away_are_gone_and_saved_little() -> None:
    assert not GONE.keys() & BLOCKS.keys()
    assert max(percent(saved) for _, saved in GONE.values()) < LEAST_SAVED


def test_gas_of_hours_is_within_the_bound_of_every_step() -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert HOURS.keys() == golden.keys()
    for case, row in HOURS.items():
        steps = [int(cell.replace(",", "")) for cell in row if "%" not in cell]
        hours, clearings = steps[:5], steps[5:]
        gas = golden[case]["revm"]["gas"]
        used = sum(amount for phase, amount in gas.items() if not phase.startswith(NOT_HOURS))
        assert (used, gas["clear"]) == (hours[-1], clearings[-1]), f"{case}: the golden gas is not what the page says"
        for before, after, most in zip(hours, hours[1:], MOST_ADDED, strict=False):
            assert 100 * after <= (100 + most) * before, f"{case}: hours cost too much more than a step before"
        for before, after in pairwise(clearings):
            assert 100 * after <= (100 + MOST_ADDED_TO_CLEARING) * before, f"{case}: clearing costs too much more than a step before"
