"""A region, as its folder says it: one frozen value, which everything that makes a world is given."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from os.path import isdir
from pathlib import Path
from types import MappingProxyType
from typing import Any

from shengdian.experiments.schema import Config
from shengdian.regions import checks, label, parsing, series, text_table
from shengdian.regions.faults import Faults, TableFault, near
from shengdian.regions.rows import FILES, HOURLY, LABEL, NEEDED, TABLES, Row
from shengdian.regions.series import Series
from shengdian.regions.tables import RegionTables
from shengdian.sim.base.errors import InputError

SIX = "six-provinces"
"""the region of a config that names none"""
UNSEEN = "SOURCES.csv"
"""says where figures come from and decides nothing: no part of a region's digest"""
MOST_MW = 1_000_000.0


@dataclass(frozen=True)
class Region(RegionTables):
    """The tables of a folder that has been checked."""

    @staticmethod
    def load(path: str | Path = "") -> Region:
        """The region in a folder, or of the name of one that comes with the package; the six provinces where nothing is named.

        Raises RegionFault, an InputError whose `sentences` are all faults that were found.
        """
        return _load(place(path))


def region_of(config: Config) -> Region:
    """The region that a config names. Raises InputError where its files are not those that the config was made with."""
    asked = config.region
    region = _load(Path(asked.folder) if asked.folder else find(asked.path, asked.sha256, Path.cwd()))
    if asked.sha256 not in ("", region.sha256):
        raise InputError(
            f"region.path: {region.folder} is another region than the config was made with: the SHA-256 of its files is {region.sha256}, "
            f"region.sha256 is {asked.sha256}"
        )
    return region


def region_of_run(config: Mapping[str, Any], directory: Path) -> Region | None:
    """The region of a run's resolved config, the six provinces for a scenario made in Python; None where it is not found now.

    It is looked for from the run's `directory`, as `find` says.
    """
    table = config.get("region", {})
    sha256 = table.get("sha256", "")
    try:
        region = _load(find(table.get("path", ""), sha256, directory))
    except InputError:
        return None
    return region if sha256 in ("", region.sha256) else None


def find(path: str, sha256: str, folder: Path) -> Path:
    """Where the region is that a config in `folder` names: a folder from there, or one that comes with the package.

    The config of a run knows the digest of the region's files. Wherever it was copied to, the region may be in `folder` itself, or at
    `path` from there, from a folder above it, or from the current one: the first with that digest counts. Raises InputError where
    nothing is found.
    """
    bases = [folder, *folder.resolve().parents, Path.cwd()] if sha256 else [folder]
    places = [base / path for base in bases if path and isdir(base / path)]
    if sha256 and (folder / LABEL).is_file():
        places.insert(0, folder)
    if not places and sha256 and (path or SIX) not in shipped():
        raise InputError(
            f"there is no folder {path!r} in {folder}, above it or here; "
            "name the folder of the run's region, as shengdian audit --region FOLDER"
        )
    if not places or (path or SIX) in shipped():
        places.append(packaged(path))
    return next((place for place in places if sha256 and sha256 == _digest(place)), places[0])


def _digest(folder: Path) -> str:
    """The SHA-256 of a region's files; nothing where they are no region."""
    try:
        return _load(folder).sha256
    except InputError:
        return ""


# --- reading --------------------------------------------------------------------------------------------------------------------------


def shipped() -> list[str]:
    """Names of the regions that come with the package."""
    return sorted(path.name for path in _packaged().iterdir() if path.is_dir() and (path / LABEL).is_file())


def _packaged() -> Path:
    return Path(str(files("shengdian.experiments") / "regions"))


def place(path: str | Path) -> Path:
    """The folder of a region, or of the name of one that comes with the package. Raises InputError where there is none."""
    if str(path) and isdir(path):  # False, too, for a name that the system does not take
        return Path(path)
    return packaged(str(path))


def packaged(name: str) -> Path:
    """The folder of a region that comes with the package; the six provinces for an empty name. Raises InputError for another."""
    if (name or SIX) in shipped():
        return _packaged() / (name or SIX)
    raise InputError(f"there is no folder {name!r}; regions that come with the package: {', '.join(shipped())}{near(name, shipped())}")


def _load(folder: Path) -> Region:
    try:
        found = sorted(path for path in folder.iterdir() if path.name == LABEL or path.suffix.lower() == ".csv")
        content = tuple((path.name, path.read_bytes()) for path in found)
    except OSError as cause:
        raise InputError(f"{cause.filename or folder}: cannot be read ({cause.strerror})") from cause
    return _made(folder, content)


@lru_cache(maxsize=16)
def _made(folder: Path, content: tuple[tuple[str, bytes], ...]) -> Region:
    """The region that files make; the same files are read once."""
    raw = dict(content)
    faults = Faults()
    _check_names(folder, raw, faults)
    faults.stop()
    digests = {name: hashlib.sha256(each).hexdigest() for name, each in raw.items() if name != UNSEEN}
    own_label = label.read(raw[LABEL])
    tables: dict[str, tuple[Row, ...]] = {}
    hourly: dict[str, text_table.TextTable] = {}
    for name in (*TABLES, *HOURLY):
        if name not in raw:
            continue
        try:
            found = text_table.read(name, raw[name])
        except TableFault as fault:
            for sentence in fault.sentences:
                faults.add(sentence)
            continue
        if name in HOURLY:
            hourly[name] = found
        else:
            tables[name] = parsing.rows(found, TABLES[name], faults)
    faults.stop()
    others = MappingProxyType({name: each for name, each in raw.items() if name not in FILES})
    plain = RegionTables(folder, own_label, MappingProxyType(digests), MappingProxyType(tables), others)
    hours = (_series(plain, name, hourly.get(name), faults) for name in HOURLY)
    region = Region(folder, own_label, plain.files, plain.tables, others, *hours)
    faults.stop()
    checks.check(region, faults)
    faults.stop()
    return region


def _check_names(folder: Path, raw: Mapping[str, bytes], faults: Faults) -> None:
    """The files that a region needs are there; a file that is almost called like one of a region is misspelled, others are not read."""
    for name in raw:
        if name not in FILES and (hint := near(name.lower(), FILES, cutoff=0.85)):
            faults.add(f"{folder.name}: {name} is no file of a region{hint}")
    for name in (LABEL, *NEEDED):
        if name not in raw:
            faults.add(f"{folder.name}: {name} is missing")
    if ("load.csv" in raw) == ("load_hourly.csv" in raw):
        faults.add("load.csv or load_hourly.csv: exactly one of them should be there")


def _series(region: RegionTables, name: str, table: text_table.TextTable | None, faults: Faults) -> Series | None:
    if table is None:
        return None
    if name == "load_hourly.csv":
        return series.read(table, region.zones, MOST_MW, region.label.clock, faults)
    bound = [each.technology for each in region.technologies.values() if each.supply in ("profile", "budget")]
    allowed = [row.plant for row in region.plants] + [f"{zone}:{technology}" for zone in region.zones for technology in bound]
    return series.read(table, allowed, 1.0, region.label.clock, faults)
