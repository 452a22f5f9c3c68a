"""Market designs, one a file that holds one `DESIGN`. A design is the config key `run.design`."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path

from shengdian.sim.base import own_code
from shengdian.sim.base.errors import InputError
from shengdian.sim.designs.design import Design
from shengdian.sim.scenario import Scenario


@cache
def design_names() -> tuple[str, ...]:
    """Every design there is, in alphabetical order."""
    return tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in ("__init__", "design")))


@cache
def design_named(name: str) -> Design:
    """A design by its name in the config; KeyError for an unknown one (the config is checked before)."""
    if name not in design_names():
        raise KeyError(name)
    design: Design = import_module(f"{__name__}.{name}").DESIGN
    return design


@cache
def ranked() -> tuple[Design, ...]:
    """Every design, in the order in which they stand side by side."""
    return tuple(sorted((design_named(name) for name in design_names()), key=lambda design: design.rank))


def design_of(scenario: Scenario) -> Design:
    """The design of a scenario: the package's, or the user's own that the scenario carries."""
    return Design(scenario.design, **scenario.own_design) if scenario.own_design else design_named(scenario.design)


def own_design(name: str, folder: str | Path) -> Design:
    """The `DESIGN` of the file in `folder` that `name` stands for, else of a module that Python finds by a name with a dot.

    It is called `name`. Raises InputError where there is none, or where it is none.
    """
    try:
        found = own_code.find(name, "DESIGN", folder)
    except InputError as error:
        raise InputError(f"design {name!r}: {error}") from error
    if type(found) is not Design:
        raise InputError(f"design {name!r}: its DESIGN should be a shengdian.Design, which is data: a run keeps it with its config")
    return replace(found, name=name)
