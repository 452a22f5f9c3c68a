"""Reads a config: an experiment's file over `configs/base.toml`, checked to the last key. Errors are one sentence each."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from importlib.resources import files
from os import PathLike, fspath
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from shengdian.agents.strategies import is_own
from shengdian.experiments.config import audited, checks, contract_form, nodal, structures
from shengdian.experiments.config.designs import keys_of
from shengdian.experiments.config.messages import nearest, sentence
from shengdian.experiments.config.regions import in_region
from shengdian.experiments.config.renamed import renamed, renamed_keys
from shengdian.experiments.schema import Config, MadeConfig, Rulebook
from shengdian.regions.region import region_of
from shengdian.sim.base import own_code as own_files
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.parsing import toml_of
from shengdian.sim.designs import design_names, own_design
from shengdian.sim.market.own_contract import own_mechanism
from shengdian.sim.mechanisms import MECHANISMS

CONFIGS = files("shengdian.experiments") / "configs"
MADE = "scenario"
"""the table that only the config of a scenario made in Python has"""
Kind = TypeVar("Kind", bound=Rulebook)
OPEN_TABLES = ("parameters", "grid", "latin_hypercube")
"""tables whose keys are free; a later file replaces them whole instead of adding to them"""
LOOKS = ("name", "label", "colour")
"""what a design of one's own says of itself that no market depends on"""


def names() -> list[str]:
    """Every config that comes with the package, in alphabetical order."""
    return sorted(path.name.removesuffix(".toml") for path in CONFIGS.iterdir() if path.name.endswith(".toml"))


def load_config(path_or_name: str | PathLike[str], own_code: bool = True, region: str = "") -> Config:
    """The config in a TOML file, or of a name in `experiments/configs`, over base.toml.

    A profile's path and strategies of a user's own are taken from the folder of the config file; for a name, from the current folder.
    `own_code` = False reads the config of a finished run without importing such strategies, which may be gone, or somebody else's.
    `region` is the folder of its region, where it is not found from the config: the digest of its files has to be the config's.
    Raises InputError with one sentence that names the file, the key's full path, what is allowed and the nearest match.
    """
    file, folder, content = _read(path_or_name)
    if MADE in content:
        raise InputError(f"{file}: the config of a scenario made in Python; run it again with shengdian.run_scenario")
    values = _merge(_base(), content)
    values["name"] = content.get("name", Path(file).stem)
    config = _checked(Config, renamed(values, file), file, folder, own_code, region, content)
    if "\0" in config.profiles.path:
        raise InputError(f"{file}: profiles.path is {config.profiles.path!r}; it should be the path of a file")
    if config.profiles.path:
        absolute = str((Path(file).parent / config.profiles.path).resolve())
        config = config.model_copy(update={"profiles": config.profiles.model_copy(update={"path": absolute})})
    return config


def load_recorded(path: Path, region: str = "") -> Config | MadeConfig:
    """The resolved config that a run left, whatever it was made from; code of a user's own is not imported. InputError as `load_config`."""
    file, folder, content = _read(path)
    return _checked(MadeConfig, content, file, folder) if MADE in content else load_config(path, own_code=False, region=region)


def made_config(name: str, hours: int, sha256: str) -> MadeConfig:
    """The config of a scenario made in Python, of so many hours: base.toml's rules, and nothing under contract."""
    base = _base()
    rules = {key: base[key] for key in Rulebook.model_fields if key in base}
    rules |= {
        "question": "What does a scenario made in Python come to?",
        "description": "",
        "contracts": {**base["contracts"], "share": 0.0},
    }
    values = {**rules, "name": name, "run": {**base["run"], "hours": hours}, MADE: {"sha256": sha256}}
    return _checked(MadeConfig, values, name, Path.cwd())


def override(config: Kind, values: Mapping[str, Any], source: str = "override") -> Kind:
    """`config` with other values under full keys such as `contracts.share`; `source` stands for the file in an InputError.

    A strategy of a user's own that the config has none of yet is taken from the current folder.
    """
    content = config.resolved()
    region = config.region.folder if isinstance(config, Config) else ""
    if structures.TABLE in content and any(key.partition(".")[0] == structures.TABLE for key in values):
        content[structures.TABLE] = structures.own_keys(content[structures.TABLE])
        content["settlement"] |= {key: _base()["settlement"][key] for key in structures.FACTORS}
    if "region.path" in values:  # another region has other zones and files
        content["region"] |= {"zones": [], "sha256": ""}
        region = ""
    for key, value in renamed_keys(values, source).items():
        table = content
        *path, last = key.split(".")
        for part in path:
            table = table.setdefault(part, {})
            if not isinstance(table, dict):
                raise InputError(f"{source}: there is no key {key}: {part} is not a table")
        table[last] = value
    return _checked(type(config), content, source, Path.cwd(), region=region, said=_tables(values))


def _base() -> dict[str, Any]:
    return tomllib.loads((CONFIGS / "base.toml").read_text(encoding="utf-8"))


def _read(path_or_name: str | PathLike[str]) -> tuple[str, Path, dict[str, Any]]:
    """File name, the folder that own files are taken from, and content."""
    path = Path(path_or_name)
    if path.is_file():
        file, folder, raw = str(path), path.parent, path.read_bytes()
    elif fspath(path_or_name) in names():
        file, folder, raw = f"{path_or_name}.toml", Path.cwd(), (CONFIGS / f"{path_or_name}.toml").read_bytes()
    else:
        near = nearest(fspath(path_or_name), names())
        raise InputError(f"{path_or_name}: there is no such file and no such experiment; experiments: {', '.join(names())}{near}")
    try:
        return file, folder, toml_of(raw.decode())
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


def _checked(
    kind: type[Kind],
    values: Mapping[str, Any],
    file: str,
    folder: Path,
    own_code: bool = True,
    region: str = "",
    said: Mapping[str, Any] | None = None,
) -> Kind:
    """Raises InputError with the first thing that is wrong; code of a user's own and a region without `region` are found from `folder`.

    `said` is what of the tables comes from one file or one override, which the structure of a market may not contradict.
    """
    try:
        if kind is Config:
            values = structures.applied(values, said or {})
        config = kind.model_validate(_with_own_rules(values, folder) if own_code else values)
        if isinstance(config, Config):
            config = cast(Kind, in_region(config, folder, region))
        named = [*own_names(values), *(config.own_mechanisms or {})] if isinstance(config, Config) else []
        if isinstance(config, Config) and (any(own_files.place(name, folder) for name in named) or config.code_folder):
            absolute = str(folder.joinpath(config.code_folder or "").resolve())
            config = config.model_copy(update={"code_folder": absolute})
        checks.check_rules(config)
        contract_form.contract_form(config)
        audited.audited(config)
        if isinstance(config, Config):
            checks.check(config, own_code)
            contract_form.year_ahead(config)
            nodal.check(config, region_of(config))
    except ValidationError as error:
        raise InputError(f"{file}: {sentence(error, kind)}") from error
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    return config


def _with_own_rules(values: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """The tables of a config with what files of a user's own say of designs and mechanisms that it names; what it has already stays."""
    folder = folder / str(values.get("code_folder") or "")
    mechanisms = [each.name for each in MECHANISMS]
    found = {
        "own_designs": _own(values, "run.design", _table(values, "own_designs"), design_names(), _design, folder),
        "own_mechanisms": _own(values, "market.mechanism", _table(values, "own_mechanisms"), mechanisms, own_mechanism, folder),
    }
    return {**values, **{key: own for key, own in found.items() if own}}


def _own(
    values: Mapping[str, Any],
    key: str,
    kept: Mapping[str, Any],
    packaged: Sequence[str],
    read: Callable[[str, Path], Mapping[str, Any]],
    folder: Path,
) -> dict[str, Any]:
    """What is `kept` of a user's own under a full key, and what `read` finds in `folder` of the other names that the config gives it."""
    table, _, last = key.partition(".")
    grid, points = _table(_table(values, "sweep"), "grid"), _table(values, "sweep").get("list")
    compared = _table(values, "run").get("compare") if key == "run.design" else ()
    words = [keys_of(word).get(key) for word in compared if isinstance(word, str)] if isinstance(compared, list | tuple) else []
    several = [words, grid.get(key)]
    several.append([_table({"point": point}, "point").get(key) for point in points] if isinstance(points, list | tuple) else ())
    names = [_table(values, table).get(last), *(name for each in several if isinstance(each, list | tuple) for name in each)]
    own = dict(kept)
    for name in names:
        if isinstance(name, str) and name not in (*packaged, *own) and ("." in name or own_files.place(name, folder)):
            own[name] = read(name, folder)
    return own


def _design(name: str, folder: Path) -> Mapping[str, Any]:
    """What the file of a design says, by field."""
    return {key: value for key, value in asdict(own_design(name, folder)).items() if key not in LOOKS}


def _tables(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values under full keys as tables; what is no table of keys is left out."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        table, _, name = key.partition(".")
        if name:
            found.setdefault(table, {})[name] = value
        elif isinstance(value, Mapping):
            found[key] = dict(value)
    return found


def _table(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A table of tables that nobody has checked yet; an empty one where there is none."""
    found = values.get(key)
    return found if isinstance(found, Mapping) else {}


def own_names(values: Mapping[str, Any]) -> list[str]:
    """The strategies that a config's tables name, sweeps included, and that the package does not have."""
    sweep = values["sweep"]
    swept = [(key, each) for key, several in sweep["grid"].items() for each in several]
    swept += [(key, value) for point in sweep["list"] for key, value in point.items()]
    found = [*_strategies("strategies", values["strategies"]), *(name for key, value in swept for name in _strategies(key, value))]
    return [name for name in dict.fromkeys(found) if is_own(name)]


def _strategies(key: str, value: Any) -> list[str]:
    """The strategies that are named by what a full key holds."""
    if isinstance(value, Mapping):
        return [name for inner, each in value.items() for name in _strategies(f"{key}.{inner}", each)]
    if isinstance(value, list | tuple):
        return [name for each in value for name in _strategies(key, each)]
    return [value] if isinstance(value, str) and key.startswith("strategies.") and key.endswith(".name") else []
