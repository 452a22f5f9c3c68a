"""docs/reference/config.md: every key, with default and comment from base.toml, type and limits from the schema."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources import files
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from evidence.reference.markdown import code, table
from shengdian.experiments.schema import Config

WORDS: Final[Mapping[Any, str]] = {
    int: "whole number",
    float: "number",
    str: "text",
    bool: "true or false",
    date: "date",
    Any: "value",
}
HEAD: Final = """# Config keys

Written by `python -m evidence.reference` from `experiments/configs/base.toml` and `experiments/schema.py`. A config is a TOML file over
`base.toml`: it holds its name, its question and the keys it changes. Unknown keys are refused, with the nearest match.
[Configs](../guide/configs.md) says how to write one.

"""
LINE: Final = re.compile(r"(?:\[(?P<table>[\w.]+)\]|(?P<key>\w+) = (?P<value>.*?))?\s*(?:#\s?(?P<comment>.*))?$")


LEFT_OUT: Final = re.compile(r"# (?=\[[\w.]+\]|\w+ = )")
"""before a key or a table that base.toml shows and leaves out; comments that go on are indented"""


def page() -> str:
    """The text of the page."""
    parts = []
    for name, comment, keys in sections():
        rows = [
            [code(f"{name}.{key}" if name else key), kind(name, key), code(value) if value else "", words] for key, value, words in keys
        ]
        said = f"{comment}\n\n" if comment else ""
        shown = table(["key", "type and limits", "default", "meaning"], rows) if rows else ""
        parts.append(f"## {name or 'top of the file'}\n\n{said}{shown}")
    return HEAD + "\n".join(parts) + "\n" + "\n".join(lists(Config))


def sections() -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """By table of base.toml: its name, its comment, and key, value and comment of every key."""
    text = files("shengdian.experiments").joinpath("configs/base.toml").read_text(encoding="utf-8").partition("\n\n")[2]
    found: list[tuple[str, str, list[tuple[str, str, str]]]] = [("", "", [])]
    for line in text.splitlines():
        left_out = LEFT_OUT.match(line)
        match = LINE.match(line[left_out.end() if left_out else 0 :].strip())
        assert match, f"a line of base.toml that is neither table, key nor comment: {line!r}"
        name, key, value, comment = (match[part] or "" for part in ("table", "key", "value", "comment"))
        table_name, said, keys = found[-1]
        if name:
            found.append((name, comment, []))
        elif key:
            without = left_out or (table_name == "" and key in ("name", "question", "description"))
            keys.append((key, "" if without else value.strip(), comment))
        elif comment and keys:
            keys[-1] = (*keys[-1][:2], f"{keys[-1][2]} {comment}")
        elif comment:
            found[-1] = (table_name, f"{said} {comment}", keys)
    return found


def kind(name: str, key: str) -> str:
    """The type and limits of a key of a table."""
    at: type[BaseModel] = Config
    for part in name.split(".") if name else ():
        at = _model(at.model_fields[part].annotation)
    return described(at.model_fields[key])


def described(field: FieldInfo) -> str:
    """A field's type and limits in words."""
    return _limited(_annotated(field.annotation), field.metadata)


def _limited(words: str, metadata: Any) -> str:
    found: dict[str, Any] = {}
    for each in metadata:
        for part in getattr(each, "metadata", [each]):
            found |= {name: value for name in ("ge", "gt", "le", "lt", "min_length") if (value := getattr(part, name, None)) is not None}
    low = f"{found['ge']:g} or more" if "ge" in found else f"above {found['gt']:g}" if "gt" in found else ""
    high = f"at most {found['le']:,.10g}" if "le" in found else f"below {found['lt']:g}" if "lt" in found else ""
    limits = f"{found['ge']:,.10g} to {found['le']:,.10g}" if "ge" in found and "le" in found else " and ".join(filter(None, (low, high)))
    filled = "not empty" if found.get("min_length") else ""
    return ", ".join(filter(None, (words, limits, filled)))


def _annotated(annotation: Any) -> str:
    """A type in words."""
    origin, inside = get_origin(annotation), get_args(annotation)
    if annotation in WORDS:
        return WORDS[annotation]
    if origin is Literal:
        return "one of " + ", ".join(code(str(each)) for each in inside)
    if origin in (Union, types.UnionType):
        words = ", or ".join(_annotated(each) for each in inside if each is not type(None))
        return words + (", may be left out" if type(None) in inside else "")
    if origin is tuple:
        return "list of " + (f"{_annotated(inside[0])}" if inside[1:] == (...,) else f"{len(inside)}: {_annotated(inside[0])}")
    if origin is dict:
        return f"table of {_annotated(inside[1])} by name"
    if hasattr(annotation, "__metadata__"):
        return _limited(_annotated(annotation.__origin__), annotation.__metadata__)
    assert issubclass(annotation, BaseModel), annotation
    return f"tables ({annotation.__name__})" if annotation in _listed(Config) else f"table ({annotation.__name__})"


def _model(annotation: Any) -> type[BaseModel]:
    (annotation,) = (each for each in get_args(annotation) or (annotation,) if each is not type(None))
    assert isinstance(annotation, type)
    assert issubclass(annotation, BaseModel)
    return annotation


def _listed(model: type[BaseModel]) -> dict[type[BaseModel], str]:
    """Tables that stand in lists, with the full key of the list."""
    found: dict[type[BaseModel], str] = {}
    for name, field in model.model_fields.items():
        annotation = field.annotation
        if get_origin(annotation) is tuple and isinstance(inner := get_args(annotation)[0], type) and issubclass(inner, BaseModel):
            found[inner] = name
        elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
            found |= {inner: f"{name}.{key}" for inner, key in _listed(annotation).items()}
    return found


def lists(model: type[BaseModel]) -> Iterator[str]:
    """The keys of tables that stand in lists, such as [[plants]]."""
    for inner, key in _listed(model).items():
        rows = [[code(field.alias or name), described(field)] for name, field in inner.model_fields.items()]
        words = " ".join((inner.__doc__ or "").split())
        yield f"## [[{key}]]\n\n" + (f"{words}\n\n" if words else "") + table(["key", "type and limits"], rows)
