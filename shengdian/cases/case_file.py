"""Case files: JSON with one object or a list of them, and what all cases have in common."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shengdian.experiments.config.messages import sentence
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.parsing import json_of
from shengdian.sim.base.timetable import DAY

START = 1_700_000_000 // DAY * DAY
"""seconds since 1970 at which a case's hour or day begins; any midnight will do"""

SLACK = 1e-6
"""of a tick or kWh, by which a float may miss one"""
MOST_MWH = 4_294_967.295
"""that an order or a line may have: 32 bits of kWh"""
Energy = Annotated[float, Field(ge=0, le=MOST_MWH, allow_inf_nan=False)]
"""MWh"""


class Part(BaseModel):
    """A part of a case: no other keys, no other types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Refusal(Exception):
    """A case that cannot be carried out: what kind of error, and a sentence."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


Kind = TypeVar("Kind", bound=Part)


def parsed(kind: type[Kind], raw: Mapping[str, Any]) -> Kind:
    """A case as its class has it. Raises Refusal with the first thing that is wrong."""
    try:
        return kind.model_validate(raw)
    except ValidationError as cause:
        raise Refusal("InputError", sentence(cause, kind)) from cause


def each(cases: list[dict[str, Any]], carry_out: Callable[[dict[str, Any], str], dict[str, Any]]) -> list[dict[str, Any]]:
    """What `carry_out` makes of each case and its name; a case that it refuses has `error` in its place."""
    results = []
    for place, raw in enumerate(cases):
        name = raw["name"] if isinstance(raw.get("name"), str) else f"case {place}"
        try:
            results.append(carry_out(raw, name))
        except Refusal as cause:
            results.append({"name": name, "error": {"type": cause.kind, "message": str(cause)}})
    return results


def read_bytes(path: str) -> bytes:
    """What a file holds (`-` is stdin). Raises InputError where it cannot be read."""
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as cause:
        raise InputError(f"{path}: the case file cannot be read ({cause.strerror})") from cause


def read_cases(path: str) -> tuple[list[dict[str, Any]], bool]:
    """The cases of a file (`-` is stdin), and whether they were a list. Raises InputError for anything else."""
    try:
        content = json_of(read_bytes(path).decode("utf-8"))
    except UnicodeDecodeError as cause:
        raise InputError(f"{path}: the case file cannot be read (it is not UTF-8 text)") from cause
    except ValueError as cause:
        raise InputError(f"{path}: not JSON ({cause})") from cause
    cases = content if isinstance(content, list) else [content]
    for place, case in enumerate(cases):
        if not isinstance(case, dict):
            raise InputError(f"{path}: case {place} is {type(case).__name__}; a case is an object")
    return cases, isinstance(content, list)
