"""Small linear programs by HiGHS's dual simplex, and small programs of choices by its branch and bound.

Nothing is kept between programs: the answer does not depend on what was solved before.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
TOLERANCE = 1e-9
"""by which HiGHS may leave a reduced cost on the wrong side of zero"""


def minimise(cost: Floats, matrix: Floats, least: Floats, most: Floats, upper: Floats) -> Floats:
    """A vertex x that minimises cost x under least <= matrix x <= most and 0 <= x <= upper.

    `matrix` has shape (row, column), `least` and `most` (row,), the others (column,). Raises RuntimeError where there is no solution.
    """
    program = _program(cost, matrix, least, most, upper)
    try:
        return _solved(_solver(), program)
    except RuntimeError:
        return _solved(_primal(), program)  # the dual simplex may lose its way among costs that are almost equal


def minimise_whole(cost: Floats, matrix: Floats, least: Floats, most: Floats) -> Floats:
    """An x of zeros and ones that minimises cost x under least <= matrix x <= most.

    `matrix` has shape (row, column), `least` and `most` (row,), `cost` (column,). Raises RuntimeError where there is none.
    """
    program = _program(cost, matrix, least, most, np.ones(len(cost)))
    program.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
    return _solved(_chooser(), program)


def _program(cost: Floats, matrix: Floats, least: Floats, most: Floats, upper: Floats) -> Any:
    rows, columns = matrix.shape
    column, row = np.nonzero(matrix.T)
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = columns, rows
    program.col_cost_, program.col_lower_, program.col_upper_ = cost, np.zeros(columns), upper
    program.row_lower_, program.row_upper_ = least, most
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = np.searchsorted(column, np.arange(columns + 1)).astype(np.int32)
    program.a_matrix_.index_ = row.astype(np.int32)
    program.a_matrix_.value_ = matrix.T[column, row]
    return program


def _solved(solver: Any, program: Any) -> Floats:
    solver.clearModel()
    solver.passModel(program)
    solver.run()
    status = solver.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"no solution: {solver.modelStatusToString(status)}")
    return np.array(solver.getSolution().col_value)


@cache
def _solver() -> Any:
    return _highs({"presolve": "off", "solver": "simplex", "simplex_strategy": 1, "dual_feasibility_tolerance": TOLERANCE})


@cache
def _primal() -> Any:
    return _highs({"presolve": "off", "solver": "simplex", "simplex_strategy": 4, "dual_feasibility_tolerance": TOLERANCE})


@cache
def _chooser() -> Any:
    return _highs({"mip_rel_gap": 0.0})


def _highs(options: Mapping[str, Any]) -> Any:
    solver = highspy.Highs()
    for name, value in {"output_flag": False, "threads": 1, "parallel": "off", **options}.items():
        if solver.setOptionValue(name, value) != highspy.HighsStatus.kOk:
            raise RuntimeError(f"HiGHS refuses {name} = {value}")
    return solver
