"""Folders of regions with hourly series, of PyPSA and of ASSUME, with some of their files changed: a sentence or a world, no traceback."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from evidence.fuzz import mutations
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.scenario import build_scenario
from shengdian.importing import assume, pypsa
from shengdian.importing.imported import write
from shengdian.regions.region import Region, place
from shengdian.sim.base.errors import InputError

RULES = """
[run]
chain = "mirror"
hours = 3
start = 2015-01-01
[region]
path = "changed"
[users.count]
industry = 1
commerce = 1
residential = 1
"""
TIMES = [f"2015-01-01 {hour:02d}:00" for hour in range(24)]
Attempt = Callable[[random.Random], bool]


def attempts(folder: Path) -> dict[str, Attempt]:
    """By kind of input, what carries one out and says whether it was accepted. Files are made in `folder`."""
    (folder / "changed.toml").write_text(RULES, encoding="utf-8")
    typical = {path.name: path.read_bytes() for path in place("two-zones").iterdir()}
    hourly = {name: data for name, data in typical.items() if name not in ("load.csv", "availability.csv", "availability_monthly.csv")}
    hourly["load_hourly.csv"] = _series("time", WEST=900.0, EAST=700.0)
    hourly["availability_hourly.csv"] = _series("time", **{"WEST:wind": 0.3, "EAST:solar": 0.2, "WEST:hydro": 0.4})
    _written(hourly, folder / "changed")
    assert Region.load(folder / "changed").dated

    def region(draws: random.Random) -> bool:
        _written(_changed(hourly, draws), folder / "changed")
        config = load_config(folder / "changed.toml")
        build_scenario(config, config.run.design, 1)
        return True

    def imported(kind: Callable[[Path], object], files: Mapping[str, bytes]) -> Attempt:
        def attempt(draws: random.Random) -> bool:
            source = folder / "source"
            _written(_changed(files, draws), source)
            found = kind(source)
            shutil.rmtree(folder / "written", ignore_errors=True)
            write(found, folder / "written")  # type: ignore[arg-type]
            Region.load(folder / "written")
            return True

        return attempt

    return {
        "region by hour": _refusing(region),
        "import pypsa": _refusing(imported(pypsa.read, PYPSA)),
        "import assume": _refusing(imported(assume.read, ASSUME)),
    }


def _refusing(attempt: Attempt) -> Attempt:
    """The same, with False for what is refused in sentences of one line."""

    def carried_out(draws: random.Random) -> bool:
        try:
            return attempt(draws)
        except InputError as refused:
            sentences = getattr(refused, "sentences", (str(refused),))
            assert all(each and "\n" not in each for each in sentences), sentences
            return False

    return carried_out


def _changed(files: Mapping[str, bytes], draws: random.Random) -> dict[str, bytes]:
    """The files with one to three of them changed, or one left out."""
    found = dict(files)
    for name in draws.sample(sorted(files), draws.choice((1, 1, 1, 2, 3))):
        kind = draws.random()
        if kind < 0.04:
            del found[name]
        elif kind < 0.25 or not name.endswith(".csv"):
            found[name] = mutations.flipped(files[name], draws)
        else:
            rows = [row for row in csv.reader(files[name].decode().splitlines()) if row and not row[0].startswith("#")]
            found[name] = mutations.csv_of(rows, draws)
    return found


def _written(files: Mapping[str, bytes], at: Path) -> None:
    shutil.rmtree(at, ignore_errors=True)
    at.mkdir()
    for name, data in files.items():
        (at / name).write_bytes(data)


def _series(index: str, /, **columns: float) -> bytes:
    """A table of 24 hours; every column has its value, a little more from hour to hour."""
    rows = [",".join((index, *columns))]
    rows += [",".join((at, *(str(round(value * (1 + hour / 100), 4)) for value in columns.values()))) for hour, at in enumerate(TIMES)]
    return "\n".join(rows).encode()


PYPSA = {
    "buses.csv": b"name,x,y,carrier\nnorth,10,54,AC\nsouth,11,48,AC\n",
    "carriers.csv": b"name,co2_emissions,color\nwind,0,green\ncoal,0.34,#111111\n",
    "generators.csv": b"name,bus,carrier,p_nom,p_nom_opt,p_nom_extendable,marginal_cost,efficiency,p_min_pu,ramp_limit_up,start_up_cost\n"
    b"w,north,wind,150,,False,0,1,0,,0\nc,north,coal,200,210,True,30,0.4,0.4,0.5,6000\nd,south,coal,300,,False,35,0.4,0.4,0.5,6000\n",
    "generators-p_max_pu.csv": _series("snapshot", w=0.3),
    "loads.csv": b"name,bus,p_set\na,north,100\nb,south,180\n",
    "loads-p_set.csv": _series("snapshot", a=100.0),
    "links.csv": b"name,bus0,bus1,p_nom,p_min_pu,efficiency,marginal_cost\nDC,north,south,100,-1,0.97,0.5\n",
    "lines.csv": b"name,bus0,bus1,s_nom,x,r\nAC,north,south,100,0.1,0.01\n",
    "storage_units.csv": b"name,bus,carrier,p_nom,max_hours,efficiency_store,state_of_charge_initial\ns,south,battery,50,4,0.95,100\n",
    "snapshots.csv": ("\n".join([",snapshot,objective", *(f"{hour},{at},1" for hour, at in enumerate(TIMES))])).encode(),
}
ASSUME = {
    "buses.csv": b"name,v_nom,x,y\nnorth,380,10,54\nsouth,380,11.6,48.1\n",
    "lines.csv": b"name,bus0,bus1,s_nom,x,r\nline,north,south,1000,0.01,0.001\n",
    "powerplant_units.csv": b"name,technology,node,fuel_type,max_power,min_power,additional_cost,unit_operator,emission_factor,efficiency\n"
    b"Wind,wind,north,renewable,1500,0,0,one,0,1\nOil,oil,south,oil,2000,0,120,two,0.25,0.3\n",
    "demand_units.csv": b"name,technology,node,max_power,min_power\na,inflex_demand,north,9000,0\nb,inflex_demand,south,9000,0\n",
    "demand_df.csv": _series("datetime", a=900.0, b=700.0),
    "availability_df.csv": _series("datetime", Wind=0.3),
    "fuel_prices_df.csv": b"fuel,renewable,oil,co2\nprice,0,40,20\n",
    "storage_units.csv": b"name,technology,max_power_charge,max_power_discharge,capacity,max_soc,node\nlake,PSPP,100,90,1000,0.9,south\n",
    "exchange_units.csv": b"name,node,price_import,price_export\nborder,north,0,2999\n",
    "exchanges_df.csv": _series("datetime", border_import=30.0, border_export=10.0),
}
