"""The supporting prices of a network that lie nearest to given ones (least squares), with the direction that proves it.

Supporting are prices of the form level - sum of worth x factor of the full rows that every book allows. Floats find which limits bind;
decimals of many digits then give the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, localcontext
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from shengdian.sim.solve.flow_certificate import FAR
from shengdian.sim.solve.ptdf import FACTOR

Floats = NDArray[np.float64]
DIGITS = 80
"""of the decimals: factors have nine, and each row that is full costs a few"""
SMALL = 1e-9
"""below which a float is noise, relative to what it stands beside"""
GIVE = 1e-3
"""ticks that are added to every distance, so that no node is free"""


class Side(NamedTuple):
    """A full row as it bears on prices."""

    factors: Sequence[int]
    """1e-9 by zone"""
    sign: int
    """1: full in its direction, -1: against it"""


class Nearest(NamedTuple):
    """Prices with their proof, 1e-18 tick."""

    level: int
    worth: tuple[int, ...]
    """by row, with its sign"""
    direction: tuple[int, ...]
    """by zone"""


def nearest(sides: Sequence[Side], targets: Sequence[int], least: Sequence[int], most: Sequence[int]) -> Nearest:
    """The nearest prices to `targets` that lie from `least` to `most`: ticks above the floor by zone; -FAR and FAR are no limit.

    Raises RuntimeError where none are found.
    """
    kept = _independent(sides, len(targets))
    matrix = np.column_stack([np.ones(len(targets)), *(-sides[row].sign * np.array(sides[row].factors) / FACTOR for row in kept)])
    binding = _binding(matrix, np.array(targets, np.float64), np.array(least), np.array(most))
    with localcontext(Context(prec=DIGITS, traps=[InvalidOperation, DivisionByZero])):
        level, worth, direction = _exact([sides[row] for row in kept], targets, binding, least, most)
    by_row = dict(zip(kept, worth, strict=True))
    return Nearest(level, tuple(by_row.get(row, 0) * side.sign for row, side in enumerate(sides)), direction)


def _independent(sides: Sequence[Side], zones: int) -> list[int]:
    """Rows that are no combination of those before and of equal factors everywhere."""
    basis = [np.ones(zones) / zones**0.5]
    kept = []
    for row, side in enumerate(sides):
        vector = np.array(side.factors, np.float64) / FACTOR
        size = float(np.linalg.norm(vector))
        for _ in range(2):
            for each in basis:
                vector = vector - (vector @ each) * each
        if (left := float(np.linalg.norm(vector))) > 1e-7 * max(size, 1e-9):
            basis.append(vector / left)
            kept.append(row)
    return kept


class _Bound(NamedTuple):
    """What binds: a price at a limit, or a row that is worth nothing."""

    zone: int | None
    row: int | None
    limit: int
    """ticks"""


def _binding(matrix: Floats, targets: Floats, least: NDArray[np.int64], most: NDArray[np.int64]) -> list[_Bound]:
    """The limits at which the nearest prices lie, independent of one another."""
    free = matrix.shape[1]
    scale = max(1.0, float(np.abs(targets).max()))
    pinned = np.flatnonzero(least == most)
    pins: list[int] = []
    basis: list[Floats] = []
    for zone in pinned.tolist():
        vector = matrix[zone].copy()
        for _ in range(2):
            for each in basis:
                vector -= (vector @ each) * each
        if (size := float(np.linalg.norm(vector))) > 1e-7:
            basis.append(vector / size)
            pins.append(zone)
    bounds = [_Bound(zone, None, int(least[zone])) for zone in pins]
    start = np.linalg.lstsq(matrix[pins], least[pins] / scale, rcond=None)[0] if pins else np.zeros(free)
    null = np.linalg.svd(matrix[pins])[2][len(pins) :].T if pins else np.eye(free)
    if null.shape[1] == 0:
        return bounds
    # what is left open: prices = matrix (start + null x); with q = R x they are nearest where q is shortest
    orthogonal, triangle = np.linalg.qr(matrix @ null)
    offset = orthogonal.T @ (targets / scale - matrix @ start)
    into = null @ np.linalg.inv(triangle)
    origin = start + into @ offset
    low, high = np.flatnonzero((least > -FAR) & (least < most)), np.flatnonzero((most < FAR) & (least < most))
    rows = np.concatenate((matrix[low], -matrix[high], np.eye(free)[1:]))
    limits = np.concatenate((least[low] / scale, -most[high] / scale, np.zeros(free - 1)))
    names = [_Bound(zone, None, int(least[zone])) for zone in low.tolist()] + [
        _Bound(zone, None, int(most[zone])) for zone in high.tolist()
    ]
    names += [_Bound(None, row, 0) for row in range(free - 1)]
    needs, due = rows @ into, limits - rows @ origin
    if (due <= SMALL).all():
        return bounds
    weights, _ = nnls(np.vstack((needs.T, due)), np.eye(null.shape[1] + 1)[-1], maxiter=100 * len(due))
    residual = np.vstack((needs.T, due)) @ weights - np.eye(null.shape[1] + 1)[-1]
    if float(np.linalg.norm(residual)) < SMALL:
        raise RuntimeError("no prices support the trades")
    return bounds + [names[place] for place in np.flatnonzero(weights > SMALL * max(1.0, float(weights.max()))).tolist()]


def _exact(
    sides: Sequence[Side], targets: Sequence[int], binding: Sequence[_Bound], least: Sequence[int], most: Sequence[int]
) -> tuple[int, list[int], tuple[int, ...]]:
    """Level, worth of the rows without signs, and direction, where `binding` limits bind."""
    zones, free = len(targets), len(sides) + 1
    columns = [[Decimal(1)] * zones, *([Decimal(-side.sign * factor).scaleb(-9) for factor in side.factors] for side in sides)]
    bound = [[column[each.zone] for column in columns] if each.zone is not None else _unit(free, (each.row or 0) + 1) for each in binding]
    gram = [[_dot(one, other) for other in columns] for one in columns]
    size = free + len(binding)
    system = [[*gram[row], *(-each[row] for each in bound)] for row in range(free)]
    system += [[*each, *[Decimal(0)] * len(binding)] for each in bound]
    right = [_dot(column, [Decimal(target) for target in targets]) for column in columns] + [Decimal(each.limit) for each in binding]
    found = _solved(system, right)
    assert len(found) == size
    prices = [sum((column[zone] * each for column, each in zip(columns, found, strict=False)), Decimal(0)) for zone in range(zones)]
    direction = [price - target for price, target in zip(prices, targets, strict=True)]
    for each, push in zip(binding, found[free:], strict=True):
        if each.zone is not None:
            direction[each.zone] -= push
    reach = [
        max(abs(Decimal(high) - price), abs(price - low)) + Decimal(GIVE) for low, high, price in zip(least, most, prices, strict=True)
    ]
    return (
        _whole(found[0].scaleb(18)),
        [max(0, _whole(each.scaleb(18))) for each in found[1:free]],
        _against_rows([each.scaleb(18) for each in direction], columns, reach),
    )


def _against_rows(direction: Sequence[Decimal], columns: Sequence[Sequence[Decimal]], reach: Sequence[Decimal]) -> tuple[int, ...]:
    """The direction in whole numbers that sum to 0 and, in spite of rounding, do not go along with any full row.

    What is added goes to nodes whose prices have little room, `reach`: there it costs least.
    """
    zones = len(direction)
    weight = [1 / each**2 for each in reach]
    gram = [[sum(w * one * other for w, one, other in zip(weight, first, second, strict=True)) for second in columns] for first in columns]
    step = _solved(gram, [Decimal(0), *[Decimal(2 * zones)] * (len(columns) - 1)])
    moved = [
        way + w * sum((column[zone] * each for column, each in zip(columns, step, strict=True)), Decimal(0))
        for zone, (way, w) in enumerate(zip(direction, weight, strict=True))
    ]
    whole = [_whole(each) for each in moved]
    whole[reach.index(min(reach))] -= sum(whole)
    return tuple(whole)


def _solved(matrix: Sequence[Sequence[Decimal | int]], right: Sequence[Decimal]) -> list[Decimal]:
    """The solution of a square system. Raises RuntimeError where there is not exactly one."""
    rows = [[*map(Decimal, row), value] for row, value in zip(matrix, right, strict=True)]
    for place in range(len(rows)):
        pivot = max(range(place, len(rows)), key=lambda row: abs(rows[row][place]))
        rows[place], rows[pivot] = rows[pivot], rows[place]
        if abs(rows[place][place]) < Decimal(10) ** (-DIGITS // 2):
            raise RuntimeError("the limits that bind depend on one another")
        for row in range(place + 1, len(rows)):
            if factor := rows[row][place] / rows[place][place]:
                rows[row] = [value - factor * above for value, above in zip(rows[row], rows[place], strict=True)]
    found = [Decimal(0)] * len(rows)
    for place in reversed(range(len(rows))):
        rest = sum((rows[place][after] * found[after] for after in range(place + 1, len(rows))), Decimal(0))
        found[place] = (rows[place][-1] - rest) / rows[place][place]
    return found


def _dot(one: Sequence[Decimal], other: Sequence[Decimal]) -> Decimal:
    return sum((first * second for first, second in zip(one, other, strict=True)), Decimal(0))


def _unit(size: int, place: int) -> list[Decimal]:
    return [Decimal(int(at == place)) for at in range(size)]


def _whole(value: Decimal) -> int:
    return int(value.to_integral_value())
