"""What is wrong with a key, as one sentence that names it, what is allowed and the nearest match."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from shengdian.regions.faults import MOST_NAMED, near
from shengdian.sim.base.errors import InputError

Location = tuple[int | str, ...]


def nearest(word: str, allowed: Iterable[str]) -> str:
    """`; did you mean ...?`, or nothing where no allowed word is near."""
    return near(word, allowed)


def one_of(key: str, value: str, allowed: Iterable[str]) -> None:
    """Refuses a `value` that is not allowed, names those that are, unless they are many, and the nearest."""
    words = list(allowed)
    if value not in words:
        known = f"allowed: {', '.join(words)}" if len(words) <= MOST_NAMED else f"it is none of the {len(words)} that there are"
        raise InputError(f"{key} is {value!r}; {known}{near(value, words)}")


def no_repeats(key: str, values: Iterable[object]) -> None:
    """Refuses a value that is there twice, and names `key`."""
    words = list(values)
    for at, word in enumerate(words):
        if word in words[:at]:
            raise InputError(f"{key} names {word!r} twice; each may appear once")


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
    values: type[Any] | None = None
    """what the table whose keys are of any name holds, where the last part led to one"""
    for part in location:
        field = None if values else next((field for name, field in model.model_fields.items() if part in (name, field.alias)), None)
        if field or values or isinstance(part, int):
            path.append(part)
        kinds = (field.annotation, *get_args(field.annotation)) if field else (values,)
        values = next((get_args(kind)[1] for kind in kinds if get_origin(kind) is dict), None)
        model = next((kind for kind in kinds if _is_table(kind)), model)
    return tuple(path), model


def _path(location: Location) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).removeprefix(".")


def _is_table(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
