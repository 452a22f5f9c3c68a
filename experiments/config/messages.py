"""What pydantic finds wrong, as one sentence that names the key, what is allowed and the nearest match."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Location = tuple[int | str, ...]


def nearest(word: str, allowed: Iterable[str]) -> str:
    """`; did you mean ...?`, or nothing where no allowed word is near."""
    near = difflib.get_close_matches(word, list(allowed), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def sentence(cause: ValidationError, model: type[BaseModel]) -> str:
    """What is wrong with the first wrong key of a `model`; unknown keys come before everything else."""
    details = sorted(cause.errors(include_url=False), key=lambda detail: detail["type"] != "extra_forbidden")
    first = details[0]
    others = [
        each for each in details[1:] if each["loc"][:-1] == first["loc"][:-1] and each["loc"] != first["loc"] and _tagged(first, model)
    ]
    return " or ".join([_sentence(first, model), *(each["msg"].removeprefix("Input should be ") for each in others)])


def _tagged(detail: ErrorDetails, model: type[BaseModel]) -> bool:
    """Whether the last part of where it is names one of several types that a value may have."""
    return len(_walk(detail["loc"], model)[0]) < len(detail["loc"])


def _sentence(detail: ErrorDetails, model: type[BaseModel]) -> str:
    kind, context, given = detail["type"], detail.get("ctx", {}), repr(detail["input"])
    if kind in ("extra_forbidden", "missing"):
        *above, last = detail["loc"]
        path, table = _walk(tuple(above), model)
        key, allowed = _path((*path, last)), [field.alias or name for name, field in table.model_fields.items()]
        if kind == "missing":
            return f"{key} is missing; keys of this table: {', '.join(allowed)}"
        return f"unknown key {key}; allowed here: {', '.join(allowed)}{nearest(str(last), allowed)}"
    key = _path(_walk(detail["loc"], model)[0])
    if kind == "literal_error":
        allowed = [part.strip(" '") for part in str(context["expected"]).replace(" or ", ",").split(",")]
        return f"{key} is {given}; allowed: {', '.join(allowed)}{nearest(str(detail['input']), allowed)}"
    return f"{key} is {given}; {detail['msg'].replace('Input should be', 'it should be').replace('a valid dictionary', 'a table')}"


def _walk(location: Location, model: type[BaseModel]) -> tuple[Location, type[BaseModel]]:
    """The keys and places of `location`, without the tags that pydantic puts in for a choice of types, and the table they lead to."""
    path: list[int | str] = []
    for part in location:
        field = next((field for name, field in model.model_fields.items() if part in (name, field.alias)), None)
        if field is not None:
            model = next((inner for inner in (field.annotation, *get_args(field.annotation)) if _is_table(inner)), model)
        if field is not None or isinstance(part, int) or _free(path, model):
            path.append(part)
    return tuple(path), model


def _free(path: list[int | str], model: type[BaseModel]) -> bool:
    """Whether the last key is a table with keys of any name."""
    field = next((field for name, field in model.model_fields.items() if path and path[-1] in (name, field.alias)), None)
    return field is not None and getattr(field.annotation, "__origin__", None) is dict


def _path(location: Location) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).removeprefix(".")


def _is_table(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
