"""The strategies, one file each, found by name; a strategy file holds one class `Strategy` (see `agents/strategy.py`)."""

from __future__ import annotations

import difflib
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from shengdian.agents.strategy import Kind, Strategy
from shengdian.sim.base.errors import InputError


def names(kind: Kind | None = None) -> list[str]:
    """Every strategy there is a file of, or those that serve plants or users, in alphabetical order."""
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return modules if kind is None else [name for name in modules if strategy(name).kind in (kind, "either")]


def strategy(name: str) -> type[Strategy]:
    """The strategy in the file `<name>.py`, or one of your own, whose name has a dot.

    That is a module with a class `Strategy`, or such a class itself, as `name_of` calls it. Raises InputError where there is none.
    """
    return _foreign(name) if "." in name else _own(name)


def name_of(chosen: str | type[Any]) -> str:
    """What a config calls a strategy: a name as it is; of a class, `<module>.<class>`, or the name of its file in this folder.

    Raises InputError for a class that a name cannot lead to.
    """
    if isinstance(chosen, str):
        return chosen
    if not isinstance(chosen, type):
        raise InputError(f"strategy {chosen!r}: it should be a name or a class; what an object holds would be lost with the config")
    if "<locals>" in chosen.__qualname__:
        raise InputError(f"strategy {chosen.__qualname__}: the class should stand at the top of its module, so that a name leads to it")
    if chosen.__module__.startswith(f"{__name__}."):
        return chosen.__module__.removeprefix(f"{__name__}.")
    return f"{chosen.__module__}.{chosen.__qualname__}"


@cache
def _own(name: str) -> type[Strategy]:
    if name not in names():
        near = difflib.get_close_matches(name, names(), n=1, cutoff=0.5)
        raise InputError(f"unknown strategy {name!r}; allowed: {', '.join(names())}" + (f"; did you mean {near[0]!r}?" if near else ""))
    chosen: type[Strategy] = import_module(f"{__name__}.{name}").Strategy
    return chosen


def _foreign(name: str) -> type[Strategy]:
    """Looked up anew every time: a class that is written again, as in a notebook, is the new one."""
    above, _, last = name.rpartition(".")
    try:
        try:
            candidate: Any = import_module(name).Strategy
        except ModuleNotFoundError as cause:
            if cause.name != name or not hasattr(import_module(above), last):
                raise
            candidate = getattr(import_module(above), last)
    except ModuleNotFoundError as cause:
        raise InputError(f"strategy {name!r}: Python finds no module {cause.name!r}; is its folder on PYTHONPATH?") from cause
    except AttributeError as cause:
        raise InputError(f"strategy {name!r}: the module has no class Strategy") from cause
    missing = [part for part in ("kind", "known") if not hasattr(candidate, part)]
    if missing:
        raise InputError(f"strategy {name!r}: it has no {' and no '.join(missing)}; see shengdian.Strategy")
    chosen: type[Strategy] = candidate
    return chosen


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
