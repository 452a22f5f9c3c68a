"""Reads a config: an experiment's file over `configs/base.toml`, checked to the last key. Errors are one sentence each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from shengdian.experiments.config import checks
from shengdian.experiments.config.messages import nearest, sentence
from shengdian.experiments.schema import Config
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.parsing import toml_of

CONFIGS = files("shengdian.experiments") / "configs"
OPEN_TABLES = ("parameters", "grid", "latin_hypercube")
"""tables whose keys are free; a later file replaces them whole instead of adding to them"""


def names() -> list[str]:
    """Every config that comes with the package, in alphabetical order."""
    return sorted(path.name.removesuffix(".toml") for path in CONFIGS.iterdir() if path.name.endswith(".toml"))


def load_config(path_or_name: str | Path) -> Config:
    """The config in a TOML file, or of a name in `experiments/configs`, over base.toml.

    A profile's path is taken from the folder of the config file. Raises InputError with one sentence that names the file, the key's full
    path, what is allowed and the nearest match.
    """
    file, content = _read(path_or_name)
    values = _merge(_base(), content)
    values["name"] = content.get("name", Path(file).stem)
    config = _checked(values, str(file))
    if "\0" in config.profiles.path:
        raise InputError(f"{file}: profiles.path is {config.profiles.path!r}; it should be the path of a file")
    if config.profiles.path:
        absolute = str((Path(file).parent / config.profiles.path).resolve())
        config = config.model_copy(update={"profiles": config.profiles.model_copy(update={"path": absolute})})
    return config


def override(config: Config, values: Mapping[str, Any], source: str = "override") -> Config:
    """`config` with other values under full keys such as `contracts.share`; `source` stands for the file in an InputError."""
    content = config.resolved()
    for key, value in values.items():
        table = content
        *path, last = key.split(".")
        for part in path:
            table = table.setdefault(part, {})
            if not isinstance(table, dict):
                raise InputError(f"{source}: there is no key {key}: {part} is not a table")
        table[last] = value
    return _checked(content, source)


def _base() -> dict[str, Any]:
    return tomllib.loads((CONFIGS / "base.toml").read_text(encoding="utf-8"))


def _read(path_or_name: str | Path) -> tuple[str, dict[str, Any]]:
    """File name and content."""
    path = Path(path_or_name)
    if path.is_file():
        file, raw = str(path), path.read_bytes()
    elif str(path_or_name) in names():
        file, raw = f"{path_or_name}.toml", (CONFIGS / f"{path_or_name}.toml").read_bytes()
    else:
        near = nearest(str(path_or_name), names())
        raise InputError(f"{path_or_name}: there is no such file and no such experiment; experiments: {', '.join(names())}{near}")
    try:
        return file, toml_of(raw.decode())
    except ValueError as error:
        raise InputError(f"{file}: not a TOML file: {error}") from error


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are merged key by key, everything else is replaced."""
    merged = dict(below)
    for key, value in above.items():
        if isinstance(value, Mapping) and isinstance(merged.get(key), Mapping) and key not in OPEN_TABLES:
            merged[key] = _merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def _checked(values: Mapping[str, Any], file: str) -> Config:
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        raise InputError(f"{file}: {sentence(error, Config)}") from error
    try:
        checks.check(config)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    return config
