"""The strategies, one file each, found by name; a strategy file holds one class `Strategy` (see `agents/strategy.py`).

A name that no file here has is one of a user's own: of a file in a folder that the config names, or of a module that Python finds.
"""

from __future__ import annotations

import difflib
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any, get_args

from shengdian.agents.strategy import Kind, Parameter, Strategy
from shengdian.sim.base import own_code
from shengdian.sim.base.errors import InputError


@cache
def _files() -> tuple[str, ...]:
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def names(kind: Kind | None = None) -> list[str]:
    """Every strategy there is a file of, or those that serve plants, users or storages, in alphabetical order."""
    return [name for name in _files() if kind is None or serves(strategy(name), kind)]


def serves(chosen: type[Strategy], kind: Kind) -> bool:
    """Whether it can decide for agents of a kind."""
    return chosen.kind == kind or (chosen.kind == "either" and kind != "storage")


def strategy(name: str, code_folder: str = "") -> type[Strategy]:
    """The strategy in the file `<name>.py` of this folder, else the one of a user's own.

    That is `Strategy` of the module that `own_code.find` finds, or the class itself, as `name_of` calls it. Raises InputError where there
    is none, or where it is none.
    """
    if name in _files():
        return _packaged(name)
    if "." not in name and own_code.place(name, code_folder) is None:
        near = difflib.get_close_matches(name, names(), n=1, cutoff=0.5)
        raise InputError(f"unknown strategy {name!r}; allowed: {', '.join(names())}" + (f"; did you mean {near[0]!r}?" if near else ""))
    try:
        beside = own_code.place(name, code_folder) is not None
        return _own((not beside and _class_of(name)) or own_code.find(name, "Strategy", code_folder))
    except InputError as error:
        raise InputError(f"strategy {name!r}: {error}") from error


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
def _packaged(name: str) -> type[Strategy]:
    found: type[Strategy] = import_module(f"{__name__}.{name}").Strategy
    return found


def _class_of(name: str) -> Any:
    """The class that the last word of a name stands for in a module that is imported or can be; None where it stands for none.

    Looked up anew every time: a class that is written again, as in a notebook, is the new one.
    """
    above, _, last = name.rpartition(".")
    if not all(part.isidentifier() for part in name.split(".")):
        return None
    try:
        found = getattr(import_module(above), last, None) if above else None
    except ModuleNotFoundError:
        return None
    except Exception as cause:
        raise InputError(f"module {above} cannot be imported ({type(cause).__name__}: {cause})") from cause
    return found if isinstance(found, type) else None


def _own(found: Any) -> type[Strategy]:
    """What a user calls a strategy, if it is one."""
    known = getattr(found, "known", None)
    if not isinstance(found, type) or getattr(found, "kind", None) not in get_args(Kind):
        raise InputError("its Strategy should be a class with a kind: 'plant', 'user', 'storage' or 'either'")
    if not isinstance(known, Mapping) or not all(isinstance(parameter, Parameter) for parameter in known.values()):
        raise InputError("its Strategy should have `known`, a Parameter by name; {} where it has none")
    if not callable(getattr(found, "propose", None)):
        raise InputError("its Strategy should have propose(self, me, view, rng, room_kwh)")
    chosen: type[Strategy] = found
    return chosen


def is_own(name: str) -> bool:
    """Whether the name is of a strategy of a user's own: no file here has it."""
    return name not in _files()


def for_owners() -> list[str]:
    """Every strategy of the package that can decide for all plants of an owner."""
    return [name for name in names("plant") if serves_owners(strategy(name))]


def serves_owners(chosen: type[Strategy]) -> bool:
    """Whether it can decide for all plants of an owner."""
    return bool(getattr(chosen, "owners", False))


def parameters(name: str, given: Mapping[str, float], code_folder: str = "") -> Mapping[str, float]:
    """All parameters of a strategy: those given and the defaults of the others; InputError for an unknown one or one outside its limits."""
    known = strategy(name, code_folder).known
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
