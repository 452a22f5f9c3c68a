"""The strategies, one file each, found by name; a strategy file holds one class `Strategy` (see `agents/strategy.py`)."""

from __future__ import annotations

import difflib
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from shengdian.agents.strategy import Kind, Strategy
from shengdian.sim.base.errors import InputError


def names(kind: Kind | None = None) -> list[str]:
    """Every strategy there is a file of, or those that serve plants or users, in alphabetical order."""
    found = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return found if kind is None else [name for name in found if strategy(name).kind in (kind, "either")]


@cache
def strategy(name: str) -> type[Strategy]:
    """The strategy in the file `<name>.py`, or in a module of your own whose name has a dot; InputError where there is none."""
    if "." in name:
        return _foreign(name)
    if name not in names():
        near = difflib.get_close_matches(name, names(), n=1, cutoff=0.5)
        raise InputError(f"unknown strategy {name!r}; allowed: {', '.join(names())}" + (f"; did you mean {near[0]!r}?" if near else ""))
    found: type[Strategy] = import_module(f"{__name__}.{name}").Strategy
    return found


def _foreign(name: str) -> type[Strategy]:
    """The class `Strategy` of an importable module outside this package."""
    try:
        found: type[Strategy] = import_module(name).Strategy
    except ModuleNotFoundError as cause:
        raise InputError(f"strategy {name!r}: Python finds no module {cause.name!r}; is its folder on PYTHONPATH?") from cause
    except AttributeError as cause:
        raise InputError(f"strategy {name!r}: the module has no class Strategy") from cause
    return found


def for_owners() -> list[str]:
    """Every strategy that can decide for all plants of an owner."""
    return [name for name in names("plant") if getattr(strategy(name), "owners", False)]


def parameters(name: str, given: Mapping[str, float]) -> Mapping[str, float]:
    """All parameters of a strategy: those given and the defaults of the others; InputError for an unknown one or one outside its limits."""
    known = strategy(name).known
    for parameter, value in given.items():
        if parameter not in known:
            near = difflib.get_close_matches(parameter, list(known), n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InputError(f"unknown key {parameter}; parameters of {name}: {', '.join(known) or 'none'}{hint}")
        if not known[parameter].least <= value <= known[parameter].most:
            raise InputError(f"{parameter} is {value}; it should be from {known[parameter].least} to {known[parameter].most}")
        if known[parameter].whole and value != int(value):
            raise InputError(f"{parameter} is {value}; it should be a whole number")
    return {parameter: given.get(parameter, description.default) for parameter, description in known.items()}
