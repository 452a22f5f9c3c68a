"""Numbers and parameters that a Python program gives, in the market's whole units."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from shengdian.agents import strategies
from shengdian.agents.strategy import Kind
from shengdian.sim.base import units
from shengdian.sim.base.errors import InputError

ByHour = float | Sequence[float]
"""one value for every hour of the scenario, or one for all"""


def parameters(where: str, side: Kind, name: str, given: Mapping[str, float]) -> Mapping[str, float]:
    """All parameters of a strategy; InputError where it is not for this side of the market."""
    try:
        chosen = strategies.strategy(name)
        if not strategies.serves(chosen, side):
            raise InputError(f"strategy {name!r} is for {chosen.kind}s, not for {side}s")
        alike = {"unit_spread": 0.0} if "unit_spread" in strategies.strategy(name).known else {}
        return {key: float(value) for key, value in strategies.parameters(name, alike | dict(given)).items()}
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def by_hour(what: str, given: ByHour, count: int, of: str = "hours") -> tuple[int, ...]:
    """kWh by hour or day."""
    values = [given] * count if not hasattr(given, "__len__") else list(given)  # type: ignore[arg-type]
    if len(values) != count:
        raise InputError(f"{what} has {len(values)} values; the scenario has {count} {of}")
    return tuple(number(what, value, units.kwh) for value in values)


def number(what: str, value: Any, whole: Callable[[float], int], least: int | None = 0) -> int:
    """A number in its whole unit; InputError for what is none, or is less than `least`."""
    try:
        if isinstance(value, bool | str) or not Decimal(str(value)).is_finite():
            raise InvalidOperation
        found = whole(value)
    except InvalidOperation:
        raise InputError(f"{what} is {value!r}; it should be a number") from None
    if least is not None and found < least:
        raise InputError(f"{what} is {value}; it should be {least} or more")
    return found
