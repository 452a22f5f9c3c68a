"""Market designs, one a file that holds one `DESIGN`. A design is the config key `run.design`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from shengdian.sim.designs.design import Design


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
