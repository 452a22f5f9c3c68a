"""A block of inputs, as a process of its own carries it out."""

from __future__ import annotations

import os
import random
import traceback
from functools import cache
from pathlib import Path

from evidence.fuzz.targets import Target, targets

BLOCK = 200
"""inputs that a process carries out at a time"""


def block(seed: int, number: int, folder: str, only: int | None = None) -> tuple[dict[str, list[int]], list[str]]:
    """Inputs of one block: by target how many were accepted, refused and wrong; and what was wrong. `only` one of them, if given."""
    counts: dict[str, list[int]] = {}
    wrong: list[str] = []
    there = own_targets(folder)
    choose = random.Random(f"{seed}/{number}")
    for place in range(BLOCK):
        name = choose.choices(list(there), [one.share for one in there.values()])[0]
        if only not in (None, place):
            continue
        count = counts.setdefault(name, [0, 0, 0])
        try:
            accepted = there[name].attempt(random.Random(f"{seed}/{number}/{place}"))
            count[0 if accepted else 1] += 1
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # noqa: BLE001 - whatever it is, it is a finding
            count[2] += 1
            wrong.append(f"{name}, seed {seed}/{number}/{place}\n{traceback.format_exc()}")
    return counts, wrong


@cache
def own_targets(folder: str) -> dict[str, Target]:
    """The targets of this process."""
    return targets(Path(folder) / str(os.getpid()))
