"""A network of PyPSA as a region. Attributes and their defaults are those of its `data/component_attrs`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from matplotlib.colors import is_color_like, to_hex

from shengdian.importing import calendar, imported
from shengdian.importing.imported import Imported, apart
from shengdian.importing.sheet import Sheet, frame, series
from shengdian.sim.base.errors import InputError, MissingExtra

ELECTRIC = ("AC", "DC")
"""carriers of buses that are zones"""
SERIES = ("generators-p_max_pu", "generators-marginal_cost", "loads-p_set", "storage_units-inflow")
READ = ("network", "snapshots", "buses", "carriers", "generators", "loads", "links", "lines", "storage_units", *SERIES)
"""files that are taken over; of others there is a note"""
OWN = ("minimum_share", "ramp_share_per_hour", "emission_t_per_mwh", "start_cost_per_mw", "minimum_up_hours")
"""columns of a technology that generators have"""


def read(source: Path, currency: str = "EUR") -> Imported:
    """The region of a CSV folder or a netCDF file; `currency` is its label, which PyPSA does not have.

    Raises InputError for a source that cannot be used, MissingExtra for a netCDF file where the package pypsa is not installed.
    """
    if source.is_dir():
        return _region(_Network(source), source.name, currency)
    if not source.is_file():
        raise InputError(f"{source}: there is no such folder or file")
    try:
        import pypsa
    except ImportError as cause:
        raise MissingExtra(f"{source}: it is no folder of CSV files; others are read by pypsa: pip install shengdian[pypsa]") from cause
    with TemporaryDirectory() as folder:
        try:
            pypsa.Network(str(source)).export_to_csv_folder(folder)
        except (OSError, ValueError) as cause:
            raise InputError(f"{source}: pypsa cannot read it ({' '.join(str(cause).split())})") from cause
        return _region(_Network(Path(folder)), source.stem, currency)


@dataclass
class _Network:
    """A CSV folder, and what is noted on the way."""

    folder: Path
    notes: list[str] = field(default_factory=list)

    def sheet(self, name: str) -> Sheet:
        return Sheet(self.folder, f"{name}.csv")

    def leave(self, sheet: Sheet, rows: pd.Series, why: str) -> None:
        """Goes on with the rows that are True; notes the others."""
        if gone := sheet.keep(rows):
            self.notes.append(f"{sheet.name}: left out, {why}: {', '.join(gone)}")

    def active(self, name: str, *ends: str) -> Sheet:
        """The components of a file that are switched on and stand at buses that are zones."""
        found = self.sheet(name)
        self.leave(found, found.flag("active", True), "not active")
        for end in ends:
            self.leave(found, found.text(end).isin(self.zones), f"{end} is no zone")
        return found

    def size(self, sheet: Sheet, column: str) -> pd.Series:
        """MW of each component: what an optimisation made of it where it may be extended."""
        given, best = sheet.number(column, 0.0, 0.0), f"{column}_opt"
        extendable = sheet.flag(f"{column}_extendable", False)
        if extendable.any() and best not in sheet.cells:
            self.notes.append(f"{sheet.name}: {column} stands for what may be extended, since there is no {best}")
        return given.where(~extendable, sheet.number(best, 0.0, 0.0)) if best in sheet.cells else given

    @cached_property
    def buses(self) -> Sheet:
        found = self.sheet("buses")
        self.leave(found, found.text("carrier", "AC").isin(ELECTRIC), "no electric bus")
        if not len(found):
            raise InputError(f"{self.folder}: buses.csv has no electric bus; PyPSA's export_to_csv_folder writes it")
        return found

    @cached_property
    def zones(self) -> list[str]:
        return list(self.buses.cells.index)

    @cached_property
    def snapshots(self) -> pd.Index | None:
        """Their times; None where there is no file of them, or an empty one."""
        found = frame(self.folder, "snapshots.csv")
        if found is None or not len(found):
            return None
        if "period" in found:
            raise InputError("snapshots.csv: it has several investment periods, and a region is one; export one of them")
        weights = found[[each for each in ("objective", "stores", "generators", "weightings") if each in found]]
        if (weights.apply(pd.to_numeric, errors="coerce") != 1).any(axis=None):
            self.notes.append("snapshots.csv: weightings are not taken over; a snapshot lasts until the next one")
        return pd.Index(found["snapshot"]) if "snapshot" in found else found.index

    def by_hour(self, name: str) -> pd.DataFrame:
        """A file with a row a snapshot as one with a row an hour of its span; empty without it."""
        found = series(self.folder, f"{name}.csv")
        if found is None or not len(found):
            return pd.DataFrame()
        if self.snapshots is not None:
            if len(found) != len(self.snapshots):
                raise InputError(f"{name}.csv: it has {len(found)} rows; snapshots.csv has {len(self.snapshots)}")
            found.index = self.snapshots
        return calendar.hourly(found, f"{name}.csv")


def _region(network: _Network, name: str, currency: str) -> Imported:
    """Everything in its table."""
    plants, technologies, shares = _plants(network)
    storage = _storage(network, plants)
    load = _load(network)
    spans = {"loads-p_set.csv": load, "generators-p_max_pu.csv": shares}
    hours = max(calendar.hours_of(each) for each in spans.values())
    for file, table in spans.items():
        network.notes += calendar.notes(table, hours, file)
    places = pd.DataFrame({each: network.buses.number(each, 0.0) for each in ("x", "y")})
    zones = (places if places.any(axis=None) else places[[]]).rename_axis("zone").reset_index()
    lines = _lines(network)
    network.notes += network.buses.unread()
    network.notes += [f"{path.name}: not taken over" for path in sorted(network.folder.glob("*.csv")) if path.stem not in READ]
    label = {"name": name, "description": "imported from PyPSA", "currency": currency, "utc_offset": "+00:00"}
    exchange = pd.DataFrame({"zone": []})
    return Imported(
        label, imported.tables(zones, technologies, plants, storage, load, shares, lines, exchange, hours), tuple(network.notes)
    )


def _plants(network: _Network) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """plants.csv, technologies.csv without storage, and output over capacity by hour and plant."""
    sheet, carriers = network.active("generators", "bus"), network.sheet("carriers")
    network.leave(sheet, sheet.number("sign", 1.0) > 0, "its sign is not 1")
    most, size = sheet.number("p_max_pu", 1.0, 0.0), network.size(sheet, "p_nom")
    network.leave(sheet, (size > 0) & (most > 0), "no capacity")
    capacity, most = size[sheet.cells.index], most[sheet.cells.index]
    technology = sheet.text("carrier", "").replace("", "generator")
    series = network.by_hour("generators-p_max_pu")
    if ((series < 0) | (series > 1)).any(axis=None):
        network.notes.append("generators-p_max_pu.csv: values below 0 and above 1 become 0 and 1")
    shares = imported.profiles(series, technology, most)
    profiled = technology.isin(set(technology[list(map(str, shares))]))
    scale = most.where(~profiled, 1.0)
    cost = sheet.number("marginal_cost", 0.0)
    hourly = network.by_hour("generators-marginal_cost").mean()
    if len(hourly):
        network.notes.append("generators-marginal_cost.csv: the mean over the snapshots stands for all hours")
    cost.update(hourly)
    fuel = carriers.number("co2_emissions", 0.0).reindex(sheet.text("carrier", "")).fillna(0.0).to_numpy()
    efficiency = sheet.number("efficiency", 1.0, 1e-9)
    plants = pd.DataFrame(
        {
            "plant": sheet.cells.index,
            "zone": sheet.text("bus"),
            "technology": technology,
            "capacity_mw": capacity * scale,
            "cost_per_mwh": cost,
            "minimum_share": sheet.number("p_min_pu", 0.0, 0.0) / scale,
            "ramp_share_per_hour": sheet.number("ramp_limit_up", 1.0, 0.0) / scale,
            "emission_t_per_mwh": (fuel / efficiency).round(4),
            "start_cost_per_mw": sheet.number("start_up_cost", 0.0, 0.0) / capacity,
            "minimum_up_hours": sheet.number("min_up_time", 0.0, 0.0),
        }
    ).reset_index(drop=True)
    technologies = imported.kinds(plants, OWN, shares)
    differing = plants.groupby("technology")[["start_cost_per_mw", "minimum_up_hours"]].nunique().max(axis=1)
    if several := list(differing.index[differing > 1]):
        network.notes.append(f"generators.csv: start cost and minimum up time are those of the first generator of {', '.join(several)}")
    colours = carriers.text("color", "").reindex(technologies["technology"]).fillna("")
    if (known := colours[[is_color_like(each) for each in colours]]).size:
        technologies["colour"] = [to_hex(known[each]) if each in known else "" for each in technologies["technology"]]
    network.notes += [note for each in (sheet, carriers) for note in each.unread()]
    return plants.drop(columns=["start_cost_per_mw", "minimum_up_hours"]), technologies, shares


def _storage(network: _Network, plants: pd.DataFrame) -> pd.DataFrame:
    """storage.csv. Raises InputError for inflow."""
    sheet = network.active("storage_units", "bus")
    inflow = sheet.number("inflow", 0.0) > 0
    inflow |= network.by_hour("storage_units-inflow").any().reindex(inflow.index, fill_value=False)
    if inflow.any():
        raise InputError(f"storage_units.csv: {inflow.idxmax()!r} has inflow, which storage of a region does not; make a generator of it")
    power = network.size(sheet, "p_nom")
    energy = power * sheet.number("max_hours", 1.0, 0.0)
    charge, discharge = -power * sheet.number("p_min_pu", -1.0), power * sheet.number("p_max_pu", 1.0)
    network.leave(sheet, (energy > 0) & (charge > 0) & (discharge > 0), "it cannot store, charge or discharge")
    own, kinds = list(sheet.cells.index), sheet.text("carrier", "").replace("", "storage")
    share = (sheet.number("state_of_charge_initial", 0.0, 0.0) / energy[own]).clip(upper=1.0)
    found = pd.DataFrame(
        {
            "storage": kinds.index.to_series().replace(apart(own, plants["plant"], "storage")),
            "zone": sheet.text("bus"),
            "technology": kinds.replace(apart(kinds.unique(), plants["technology"], "storage")),
            "charge_mw": charge[own],
            "discharge_mw": discharge[own],
            "energy_mwh": energy[own],
            "efficiency_charge": sheet.number("efficiency_store", 1.0),
            "efficiency_discharge": sheet.number("efficiency_dispatch", 1.0),
            "initial_share": share.where(~sheet.flag("cyclic_state_of_charge", False), 0.5),
        }
    )
    network.notes += sheet.unread()
    return found.reset_index(drop=True)


def _load(network: _Network) -> pd.DataFrame:
    """MW by hour and zone."""
    sheet, found = network.active("loads", "bus"), network.by_hour("loads-p_set")
    if found.empty:
        found = calendar.hourly(pd.DataFrame(index=["now"]), "loads.csv")
    fixed, bus = sheet.number("p_set", 0.0), sheet.text("bus")
    sign = -sheet.number("sign", -1.0)
    by_load = pd.DataFrame({name: found.get(name, fixed[name]) * sign[name] for name in sheet.cells.index}, index=found.index)
    load = by_load.T.groupby(bus).sum().T
    if (load < 0).any(axis=None):
        network.notes.append("loads.csv: where the loads of a bus are below 0 together, they become 0")
    network.notes += sheet.unread()
    return load.clip(lower=0.0)


def _lines(network: _Network) -> pd.DataFrame:
    """lines.csv: links, and lines as transport."""
    links, lines = network.active("links", "bus0", "bus1"), network.active("lines", "bus0", "bus1")
    for port in [each for each in map(str, links.cells) if re.fullmatch(r"bus[2-9]\d*", each)]:
        network.leave(links, links.text(port, "") == "", f"it has a {port}")
    power, most = network.size(links, "p_nom"), network.size(lines, "s_nom") * lines.number("s_max_pu", 1.0, 0.0)
    by_link = pd.DataFrame(
        {
            "line": links.cells.index,
            "from": links.text("bus0"),
            "to": links.text("bus1"),
            "capacity_mw": (power * links.number("p_max_pu", 1.0)).clip(lower=0.0),
            "capacity_back_mw": (-power * links.number("p_min_pu", 0.0)).clip(lower=0.0),
            "loss": (1 - links.number("efficiency", 1.0)).round(9),
            "charge_per_mwh": links.number("marginal_cost", 0.0),
        }
    )
    if ((by_link["capacity_back_mw"] > 0) & ((by_link["loss"] != 0) | (by_link["charge_per_mwh"] != 0))).any():
        network.notes.append("links.csv: loss and charge are the same both ways; PyPSA gives energy and money back on the way back")
    by_line = pd.DataFrame({"line": lines.cells.index, "from": lines.text("bus0"), "to": lines.text("bus1"), "capacity_mw": most})
    if len(by_line):
        network.notes.append("lines.csv: lines are transport without Kirchhoff's second law and without losses")
        by_line["capacity_back_mw"], by_line["reactance_ohm"] = most, lines.number("x", 0.0)
        by_line["line"] = by_line["line"].replace(apart(by_line["line"], by_link["line"], "line"))
    network.notes += links.unread() + lines.unread()
    found = pd.concat([by_link, by_line], ignore_index=True)
    return found.fillna({"loss": 0.0, "charge_per_mwh": 0.0})
