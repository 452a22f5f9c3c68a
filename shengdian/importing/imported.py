"""What an importer gives: the tables of a region, and notes on what of the source is not in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import tomli_w

from shengdian.importing import calendar
from shengdian.sim.base.errors import InputError

NO_ID = re.compile(r"[/\\:#\x00-\x1f\x7f]")
"""what no id has, and what begins a comment"""
IDS = ("zone", "plant", "technology", "line", "from", "to", "storage")
"""columns of names"""


@dataclass(frozen=True)
class Imported:
    """A region that is not written yet."""

    label: Mapping[str, str | int]
    """region.toml"""
    tables: Mapping[str, pd.DataFrame]
    """by name of the file; empty ones are not written"""
    notes: tuple[str, ...]
    """a sentence for everything that is not taken over, or not as it was"""


def write(region: Imported, directory: Path) -> None:
    """Writes the folder. Raises InputError where something has its name already, and where it cannot be written."""
    try:
        directory.mkdir(parents=True)
        (directory / "region.toml").write_text(tomli_w.dumps({"format": 1, **region.label}), encoding="utf-8")
        for name, table in region.tables.items():
            if not table.empty:
                table.to_csv(directory / name, index=False)
    except FileExistsError as cause:
        raise InputError(f"{directory}: it is there already; name a folder that is not") from cause
    except OSError as cause:
        raise InputError(f"{directory}: cannot be written ({cause.strerror})") from cause


def apart(names: Iterable[str], taken: Iterable[str], word: str) -> dict[str, str]:
    """A new name for each of `names` that is `taken`: with the `word` behind it, and a number where that is taken too."""
    found, known = {}, set(taken)
    for name in names:
        own, number = name, 1
        while own in known:
            own, number = f"{name} {word}" + (f" {number}" if number > 1 else ""), number + 1
        known.add(own)
        found[name] = own
    return found


def profiles(series: pd.DataFrame, technology: pd.Series, constant: pd.Series) -> pd.DataFrame:
    """Output over capacity by hour, 0 to 1, of all plants whose technology has a series: its own, or else the `constant` of the plant."""
    found = series[[name for name in series if name in technology.index]].copy()
    for name in technology.index[technology.isin(set(technology[list(map(str, found))]))]:
        if name not in found:
            found[name] = constant[name]
    return found.clip(0.0, 1.0)


def kinds(plants: pd.DataFrame, columns: Sequence[str], profiled: pd.DataFrame) -> pd.DataFrame:
    """technologies.csv without storage: `columns` of the first plant of each, supply `profile` where plants have profiles."""
    found = plants.drop_duplicates("technology")[["technology", *columns]].reset_index(drop=True)
    shaped = set(plants["technology"][plants["plant"].isin(profiled)])
    found.insert(1, "supply", ["profile" if each in shaped else "capacity" for each in found["technology"]])
    return found


def tables(
    zones: pd.DataFrame,
    technologies: pd.DataFrame,
    plants: pd.DataFrame,
    storage: pd.DataFrame,
    load: pd.DataFrame,
    shares: pd.DataFrame,
    lines: pd.DataFrame,
    exchange: pd.DataFrame,
    hours: int,
) -> dict[str, pd.DataFrame]:
    """The files of a region; a zone without plants, storage, load and exchange is a hub. `load` and `shares` have a row an hour."""
    stores = pd.DataFrame({"technology": storage["technology"].unique(), "supply": "storage", "ramp_share_per_hour": 1})
    own = [column for column in technologies if technologies[column].dtype.kind in "fi"]
    empty = ~zones["zone"].isin([*plants["zone"], *storage["zone"], *exchange["zone"], *load])
    load = load.reindex(columns=list(zones["zone"][~empty]), fill_value=0.0)
    found = {
        "zones.csv": zones.assign(hub=empty.astype(int)) if empty.any() else zones,
        "technologies.csv": pd.concat([technologies, stores], ignore_index=True).fillna(dict.fromkeys(own, 0)),
        "plants.csv": plants,
        "load_hourly.csv": calendar.over_year(load, hours),
        "availability_hourly.csv": shares if shares.empty else calendar.over_year(shares, hours),
        "lines.csv": lines,
        "storage.csv": storage,
        "exchange.csv": exchange,
    }
    return {name: _with_ids(table) for name, table in found.items()}


def _with_ids(table: pd.DataFrame) -> pd.DataFrame:
    """The table with `_` for every sign of its names that no id of a region has."""
    names = {column: [NO_ID.sub("_", name).strip() for name in table[column]] for column in IDS if column in table}
    return table.assign(**names).rename(columns=lambda column: NO_ID.sub("_", column).strip())
