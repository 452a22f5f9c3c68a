"""Linear programs of scipy, many of them solved at once: independent of one another, they are the blocks of one large program.

A call of scipy costs as much as a small program itself, so that a day's clearings are held against one program and not forty-eight.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Program:
    """Find x of least cost: matrix x = limits, or <= limits, and lowest <= x <= highest."""

    cost: Sequence[float]
    rows: Sequence[int]
    """of the matrix, by entry"""
    columns: Sequence[int]
    values: Sequence[float]
    limits: Sequence[float]
    lowest: Sequence[float]
    highest: Sequence[float]
    equal: bool
    """whether the rows are equations"""


def solve(program: Program) -> Numbers | None:
    """The solution; None where there is none."""
    return _solve([program])


class Together:
    """Programs that wait to be solved at once; all of one kind, equations or not."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Program, Callable[[Numbers | None], None]]] = []

    def add(self, program: Program, then: Callable[[Numbers | None], None]) -> None:
        """One more; `then` gets its solution, None where there is none."""
        self._waiting.append((program, then))

    def flush(self) -> None:
        """Solves all that wait. Where the whole has no solution, each is solved alone, to tell which has none."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        whole = _solve([program for program, _ in waiting])
        at = 0
        for program, then in waiting:
            size = len(program.cost)
            then(solve(program) if whole is None else whole[at : at + size])
            at += size


def _solve(programs: Sequence[Program]) -> Numbers | None:
    cost = np.concatenate([np.asarray(program.cost, np.float64) for program in programs])
    if not len(cost):
        return cost if not any(any(program.limits) for program in programs) else None
    bounds: Any = np.concatenate([np.column_stack((program.lowest, program.highest)).astype(np.float64) for program in programs])
    limits = np.concatenate([np.asarray(program.limits, np.float64) for program in programs])
    row, column, rows, columns = 0, 0, [], []
    for program in programs:
        rows.append(np.asarray(program.rows, np.int64) + row)
        columns.append(np.asarray(program.columns, np.int64) + column)
        row, column = row + len(program.limits), column + len(program.cost)
    values = np.concatenate([np.asarray(program.values, np.float64) for program in programs])
    matrix: Any = csr_array((values, (np.concatenate(rows), np.concatenate(columns))), shape=(row, column))
    solved: Any
    if programs[0].equal:
        solved = linprog(cost, A_eq=matrix, b_eq=limits, bounds=bounds, method="highs-ds")
    else:
        solved = linprog(cost, A_ub=matrix, b_ub=limits, bounds=bounds, method="highs-ds")
    return np.asarray(solved.x, np.float64) if solved.success else None
