"""A scenario of ASSUME as a region. Files and columns are those that its `scenario/loader_csv.py` reads."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from shengdian.experiments.config.messages import one_of
from shengdian.importing import calendar, imported
from shengdian.importing.imported import Imported, apart
from shengdian.importing.sheet import Sheet, series
from shengdian.sim.base.errors import InputError

UNITS = ("powerplant_units", "demand_units", "storage_units", "exchange_units")
SERIES = ("demand_df", "availability_df", "exchanges_df")
READ = (*UNITS, "buses", "lines", *SERIES, "fuel_prices_df")
"""files that are taken over; of others there is a note"""
NODE = "node0"
"""where units stand that name no node"""
SHARED = ("minimum_share", "ramp_share_per_hour", "emission_t_per_mwh")
"""columns that plants and technologies have"""


def read(folder: Path, currency: str = "EUR") -> Imported:
    """The region of a folder of CSV files; `currency` is its label. Raises InputError for a source that cannot be used."""
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder")
    sheets = {name: Sheet(folder, f"{name}.csv") for name in (*UNITS, "buses", "lines")}
    tables = {name: _hourly(folder, f"{name}.csv") for name in SERIES}
    for name in ("powerplant_units", "demand_units"):
        if not len(sheets[name]):
            raise InputError(f"{folder}: {name}.csv is missing or has no rows; a scenario of ASSUME has it")
    notes: list[str] = []
    hours = max((calendar.hours_of(each) for each in tables.values() if not each.empty), default=calendar.YEAR)
    for name, table in tables.items():
        notes += [] if table.empty else calendar.notes(table, hours, f"{name}.csv")
    zones = _zones(sheets)
    plants, technologies, shares = _plants(sheets["powerplant_units"], _prices(folder, notes), tables["availability_df"], notes)
    storage = _storage(sheets["storage_units"], plants)
    exchange = _exchange(sheets["exchange_units"], tables["exchanges_df"], hours)
    load, lines = _load(sheets["demand_units"], tables["demand_df"], notes), _lines(sheets["lines"])
    if len(lines):
        notes.append("lines.csv: lines are transport without Kirchhoff's second law and without losses")
    notes += [note for sheet in sheets.values() for note in sheet.unread()]
    others = sorted(path.name for path in folder.iterdir() if path.suffix in (".csv", ".yaml", ".yml") and path.stem not in READ)
    notes += [f"{name}: not taken over" for name in others]
    label = {"name": folder.name, "description": "imported from ASSUME", "currency": currency, "utc_offset": "+00:00"}
    return Imported(label, imported.tables(zones, technologies, plants, storage, load, shares, lines, exchange, hours), tuple(notes))


def _hourly(folder: Path, name: str) -> pd.DataFrame:
    """A file with a row a time as one with a row an hour; empty without it."""
    found = series(folder, name)
    return pd.DataFrame() if found is None else calendar.hourly(found, name)


def _zones(sheets: dict[str, Sheet]) -> pd.DataFrame:
    """zones.csv: buses, or else the nodes of the units. Raises InputError for a unit at another node."""
    buses = sheets["buses"]
    units = [sheets[name] for name in UNITS]
    nodes = dict.fromkeys(node for sheet in units for node in sheet.text("node", NODE))
    if not buses.there:
        return pd.DataFrame({"zone": list(nodes)})
    known = list(buses.cells.index)
    for sheet in units:
        for unit, node in sheet.text("node", NODE).items():
            one_of(f"{sheet.name}: node of {unit!r}", node, known)
    places = pd.DataFrame({"x": buses.number("x", 0.0), "y": buses.number("y", 0.0)})
    zones = places if places.any(axis=None) else places[[]]
    return zones.rename_axis("zone").reset_index()


def _prices(folder: Path, notes: list[str]) -> pd.Series:
    """What a MWh of a fuel, or a tonne of `co2`, costs: the mean of its prices."""
    found = series(folder, "fuel_prices_df.csv")
    if found is None:
        notes.append("fuel_prices_df.csv: it is missing; fuels and emissions cost 0")
        return pd.Series(dtype=float)
    if len(found) > 1:
        notes.append("fuel_prices_df.csv: the mean of its prices stands for all hours")
    return found.mean()


def _plants(
    sheet: Sheet, prices: pd.Series, availability: pd.DataFrame, notes: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """plants.csv, technologies.csv without storage, and output over capacity by hour and plant."""
    capacity = sheet.number("max_power", None, 1e-9)
    efficiency, emission = sheet.number("efficiency", 1.0, 1e-9), sheet.number("emission_factor", 0.0)
    fuel, technology = sheet.text("fuel_type", "others"), sheet.text("technology")
    unpriced = sorted({each for each in fuel if each not in prices})
    if unpriced and len(prices):
        notes.append(f"fuel_prices_df.csv: no price of {', '.join(unpriced)}; it costs 0")
    ramp = sheet.number("ramp_up", 0.0, 0.0)
    cost = (fuel.map(prices).fillna(0.0) + prices.get("co2", 0.0) * emission) / efficiency + sheet.number("additional_cost", 0.0)
    plants = pd.DataFrame(
        {
            "plant": sheet.cells.index,
            "zone": sheet.text("node", NODE),
            "technology": technology,
            "capacity_mw": capacity,
            "cost_per_mwh": cost,
            "owner": sheet.text("unit_operator", ""),
            "minimum_share": sheet.number("min_power", 0.0, 0.0) / capacity,
            "ramp_share_per_hour": (ramp / capacity).where(ramp > 0, 1.0),
            "emission_t_per_mwh": (emission / efficiency).round(4),
        }
    ).reset_index(drop=True)
    shares = availability.copy()
    for name in [name for name in map(str, shares) if name in capacity and shares[name].max() > 1]:
        notes.append(f"availability_df.csv: {name} is above 1; it is taken for MW and divided by max_power, as ASSUME does")
        shares[name] /= capacity[name]
    if other := [str(name) for name in availability if name not in capacity]:
        notes.append(f"availability_df.csv: left out, no power plants: {', '.join(other)}")
    shares = imported.profiles(shares, technology, pd.Series(1.0, technology.index))
    return plants, imported.kinds(plants, SHARED, shares), shares


def _storage(sheet: Sheet, plants: pd.DataFrame) -> pd.DataFrame:
    """storage.csv. Energy is `capacity` between shares `min_soc` and `max_soc`; in older scenarios `max_soc` itself, MWh."""
    old = "capacity" not in sheet.cells
    whole = sheet.number("max_soc" if old else "capacity", None, 1e-9)
    least = sheet.number("min_soc", 0.0, 0.0) / (whole if old else 1.0)
    energy = whole * ((1.0 if old else sheet.number("max_soc", 1.0, 0.0)) - least)
    initial = sheet.number("initial_soc", 0.0, 0.0) / (whole if old else 1.0)
    technology = sheet.text("technology", "storage")
    return pd.DataFrame(
        {
            "storage": sheet.cells.index.to_series().replace(apart(sheet.cells.index, plants["plant"], "storage")),
            "zone": sheet.text("node", NODE),
            "technology": technology.replace(apart(technology.unique(), plants["technology"], "storage")),
            "charge_mw": sheet.number("max_power_charge").abs(),
            "discharge_mw": sheet.number("max_power_discharge").abs(),
            "energy_mwh": energy,
            "efficiency_charge": sheet.number("efficiency_charge", 1.0),
            "efficiency_discharge": sheet.number("efficiency_discharge", 1.0),
            "initial_share": ((initial - least) * whole / energy).clip(0.0, 1.0),
        }
    ).reset_index(drop=True)


def _load(sheet: Sheet, demand: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """MW by hour and zone; ASSUME takes a unit without a column of `demand_df` for one that needs nothing."""
    if missing := [name for name in sheet.cells.index if name not in demand]:
        notes.append(f"demand_df.csv: no column, so no load, of {', '.join(missing)}")
    if other := [str(name) for name in demand if name not in sheet.cells.index]:
        notes.append(f"demand_df.csv: left out, no demand units: {', '.join(other)}")
    if demand.empty:
        demand = calendar.hourly(pd.DataFrame({"": [0.0]}, ["now"]), sheet.name)
    by_unit = demand.reindex(columns=list(sheet.cells.index), fill_value=0.0).abs()
    return by_unit.T.groupby(sheet.text("node", NODE)).sum().T


def _lines(sheet: Sheet) -> pd.DataFrame:
    """lines.csv: transport, both ways alike."""
    most = sheet.number("s_nom", None, 0.0) * sheet.number("s_max_pu", 1.0, 0.0)
    ends = {"line": sheet.cells.index, "from": sheet.text("bus0"), "to": sheet.text("bus1")}
    return pd.DataFrame({**ends, "capacity_mw": most, "capacity_back_mw": most}).reset_index(drop=True)


def _exchange(sheet: Sheet, exchanges: pd.DataFrame, hours: int) -> pd.DataFrame:
    """exchange.csv: the mean of every month. Raises InputError for a unit without its columns."""
    node = sheet.text("node", NODE)
    if node.empty:
        return pd.DataFrame({"zone": []})
    for name in node.index:
        for column in (f"{name}_import", f"{name}_export"):
            one_of(f"exchanges_df.csv: column of {name!r}", column, [str(each) for each in exchanges])
    net = pd.DataFrame({name: exchanges[f"{name}_import"].abs() - exchanges[f"{name}_export"].abs() for name in node.index})
    year = calendar.over_year(net.T.groupby(node).sum().T, hours).drop(columns="hour")
    months = pd.date_range("2000-01-01" if hours == calendar.LEAP_YEAR else "2001-01-01", periods=hours, freq="h").month
    found = year.groupby(months).mean().rename_axis("month").reset_index().melt("month", var_name="zone", value_name="net_import_mw")
    return found[["zone", "month", "net_import_mw"]]
