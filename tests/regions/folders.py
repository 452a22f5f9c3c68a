"""Small folders of other tools, written by hand, and the tables of a region that they should become."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd


def stamps(hours: int, step: str = "h") -> list[str]:
    """Time stamps from 1 January 2015 on."""
    return [str(at) for at in pd.date_range("2015-01-01", periods=hours, freq=step)]


def rows(header: str, *lines: str) -> str:
    """The text of a CSV file."""
    return "\n".join([header, *lines]) + "\n"


HOURS = stamps(24)
PYPSA = {
    "buses": rows("name,x,y,carrier", "north,10,54,AC", "south,11,48,", "heat,0,0,heat", "pass,12,50,DC"),
    "carriers": rows("name,co2_emissions,color", "wind,0,green", "coal,0.34,#111111", "gas,0.2,"),
    "generators": rows(
        "name,bus,carrier,p_nom,p_nom_opt,p_nom_extendable,marginal_cost,efficiency,p_min_pu,p_max_pu,ramp_limit_up,start_up_cost,min_up_time,active",
        "wind 1,north,wind,150,,False,0,1,0,1,,0,0,True",
        "wind 2,south,wind,50,,False,1,1,0,0.5,,0,0,True",
        "coal 1,north,coal,100,200,True,30,0.4,0.4,1,0.5,6000,8,True",
        "gas 1,south,gas,200,,False,60,0.5,0.2,0.8,,2000,4,True",
        "gas 2,south,gas,100,,False,70,0.4,,,,,,False",
        "boiler,heat,gas,100,,False,70,0.9,,,,,,True",
    ),
    "generators-p_max_pu": rows("snapshot,wind 1", *(f"{at},0.3{hour:02d}" for hour, at in enumerate(HOURS))),
    "loads": rows("name,bus,p_set", "load 1,north,0", "load 2,south,180", "load 3,south,20"),
    "loads-p_set": rows("snapshot,load 1", *(f"{at},{100 + hour}" for hour, at in enumerate(HOURS))),
    "links": rows(
        "name,bus0,bus1,bus2,p_nom,p_min_pu,p_max_pu,efficiency,marginal_cost",
        "cable,north,south,,100,,0.9,0.97,0.5",
        "both,north,pass,,100,-1,1,1,0",
        "pump,south,heat,,10,0,1,3,0",
        "plant,north,south,pass,10,0,1,1,0",
    ),
    "lines": rows("name,bus0,bus1,s_nom,s_max_pu,x,r", "cable,pass,south,200,0.7,4.5,0.1"),
    "storage_units": rows(
        "name,bus,carrier,p_nom,max_hours,efficiency_store,efficiency_dispatch,state_of_charge_initial,cyclic_state_of_charge",
        "battery 1,south,battery,50,4,0.95,0.9,100,False",
        "gas 1,north,gas,20,6,0.8,0.9,0,True",
    ),
    "snapshots": rows(",snapshot,objective,stores,generators", *(f"{hour},{at},1,1,1" for hour, at in enumerate(HOURS))),
    "stores": rows("name,bus,e_nom", "tank,heat,10"),
    "generators-p": rows(",gas 1", *(f"{hour},7" for hour in range(24))),
}
"""two zones, a node where nobody stands, a bus that is none of electricity"""
PYPSA_REGION = {
    "zones.csv": rows("zone,x,y,hub", "north,10,54,0", "south,11,48,0", "pass,12,50,1"),
    "technologies.csv": rows(
        "technology,supply,minimum_share,ramp_share_per_hour,emission_t_per_mwh,start_cost_per_mw,minimum_up_hours,colour",
        "wind,profile,0,1,0,0,0,#008000",
        "coal,capacity,0.4,0.5,0.85,30,8,#111111",
        "gas,capacity,0.25,1.25,0.4,10,4,",
        "battery,storage,0,1,0,0,0,",
        "gas storage,storage,0,1,0,0,0,",
    ),
    "plants.csv": rows(
        "plant,zone,technology,capacity_mw,cost_per_mwh,minimum_share,ramp_share_per_hour,emission_t_per_mwh",
        "wind 1,north,wind,150,0,0,1,0",
        "wind 2,south,wind,50,1,0,1,0",
        "coal 1,north,coal,200,30,0.4,0.5,0.85",
        "gas 1,south,gas,160,60,0.25,1.25,0.4",
    ),
    "lines.csv": rows(
        "line,from,to,capacity_mw,capacity_back_mw,loss,charge_per_mwh,reactance_ohm",
        "cable,north,south,90,0,0.03,0.5,",
        "both,north,pass,100,100,0,0,",
        "cable line,pass,south,140,140,0,0,4.5",
    ),
    "storage.csv": rows(
        "storage,zone,technology,charge_mw,discharge_mw,energy_mwh,efficiency_charge,efficiency_discharge,initial_share",
        "battery 1,south,battery,50,50,200,0.95,0.9,0.5",
        "gas 1 storage,north,gas storage,20,20,120,0.8,0.9,0.5",
    ),
    "load_hourly.csv": rows("hour,north,south", *(f"{hour},{100 + hour % 24},200" for hour in range(8760))),
    "availability_hourly.csv": rows("hour,wind 1,wind 2", *(f"{hour},0.3{hour % 24:02d},0.5" for hour in range(8760))),
}
PYPSA_NOTES = (
    "buses.csv: left out, no electric bus: heat",
    "generators.csv: left out, not active: gas 2",
    "generators.csv: left out, bus is no zone: boiler",
    "links.csv: left out, bus1 is no zone: pump",
    "links.csv: left out, it has a bus2: plant",
    "lines.csv: lines are transport without Kirchhoff's second law and without losses",
    "lines.csv: not taken over: r",
    "loads-p_set.csv: its 24 hours are repeated over the year",
    "generators-p_max_pu.csv: its 24 hours are repeated over the year",
    "generators-p.csv: not taken over",
    "stores.csv: not taken over",
)

QUARTERS = stamps(96, "15min")
ASSUME = {
    "buses": rows("name,v_nom,x,y", "north,380,10,54", "south,380,11.6,48.1"),
    "lines": rows("line,bus0,bus1,s_nom,s_max_pu,x,r", "N-S,north,south,1000,0.8,0.01,0.001"),
    "powerplant_units": rows(
        "name,technology,node,bidding_EOM,fuel_type,max_power,min_power,ramp_up,additional_cost,unit_operator,emission_factor,efficiency",
        "Wind,wind,north,naive,renewable,15000,0,,0,wind operator,0,1",
        "Oil,oil,north,naive,oil,2000,0,,120,oil operator,0.25,0.3",
        "Gas,natural gas,south,naive,natural gas,3000,600,1500,10,gas operator,0.2,0.4",
    ),
    "demand_units": rows(
        "name,technology,bidding_EOM,node,max_power,min_power,unit_operator",
        "d north,inflex_demand,naive,north,100000,0,eom",
        "d south,inflex_demand,naive,south,100000,0,eom",
        "e south,inflex_demand,naive,south,100000,0,eom",
    ),
    "demand_df": rows("datetime,d north,d south", *(f"{at},{1000 + quarter},-500" for quarter, at in enumerate(QUARTERS))),
    "availability_df": rows("datetime,Wind", *(f"{at},{1500 if quarter % 4 else 3000}" for quarter, at in enumerate(QUARTERS))),
    "fuel_prices_df": rows("fuel,renewable,oil,natural gas,co2", "price,0,40,25,20"),
    "storage_units": rows(
        "name,technology,max_power_charge,max_power_discharge,efficiency_charge,efficiency_discharge,min_soc,max_soc,capacity,initial_soc,node",
        "Lake,PSPP,100,90,0.8,0.9,0.1,0.9,1000,0.5,south",
    ),
    "exchange_units": rows("name,bidding_EOM,price_import,price_export,node,unit_operator", "border,naive,0,2999,north,ex"),
    "exchanges_df": rows("datetime,border_import,border_export", *(f"{at},300,100" for at in QUARTERS)),
}
ASSUME_REGION = {
    "zones.csv": rows("zone,x,y", "north,10,54", "south,11.6,48.1"),
    "technologies.csv": rows(
        "technology,supply,minimum_share,ramp_share_per_hour,emission_t_per_mwh",
        "wind,profile,0,1,0",
        "oil,capacity,0,1,0.8333",
        "natural gas,capacity,0.2,0.5,0.5",
        "PSPP,storage,0,1,0",
    ),
    "plants.csv": rows(
        "plant,zone,technology,capacity_mw,cost_per_mwh,owner,minimum_share,ramp_share_per_hour,emission_t_per_mwh",
        "Wind,north,wind,15000,0,wind operator,0,1,0",
        "Oil,north,oil,2000,270,oil operator,0,1,0.8333",
        "Gas,south,natural gas,3000,82.5,gas operator,0.2,0.5,0.5",
    ),
    "lines.csv": rows("line,from,to,capacity_mw,capacity_back_mw", "N-S,north,south,800,800"),
    "storage.csv": rows(
        "storage,zone,technology,charge_mw,discharge_mw,energy_mwh,efficiency_charge,efficiency_discharge,initial_share",
        "Lake,south,PSPP,100,90,800,0.8,0.9,0.5",
    ),
    "exchange.csv": rows("zone,month,net_import_mw", *(f"north,{month},200" for month in range(1, 13))),
    "load_hourly.csv": rows("hour,north,south", *(f"{hour},{1001.5 + 4 * (hour % 24)},500" for hour in range(8760))),
    "availability_hourly.csv": rows("hour,Wind", *(f"{hour},0.125" for hour in range(8760))),
}
ASSUME_NOTES = (
    "demand_df.csv: its 24 hours are repeated over the year",
    "availability_df.csv: its 24 hours are repeated over the year",
    "exchanges_df.csv: its 24 hours are repeated over the year",
    "availability_df.csv: Wind is above 1; it is taken for MW and divided by max_power, as ASSUME does",
    "demand_df.csv: no column, so no load, of e south",
    "lines.csv: lines are transport without Kirchhoff's second law and without losses",
    "powerplant_units.csv: not taken over: bidding_EOM",
    "demand_units.csv: not taken over: technology, bidding_EOM, max_power, min_power, unit_operator",
    "exchange_units.csv: not taken over: bidding_EOM, price_import, price_export, unit_operator",
    "buses.csv: not taken over: v_nom",
    "lines.csv: not taken over: x, r",
    "config.yaml: not taken over",
)


def folder(at: Path, files: Mapping[str, str]) -> Path:
    """A folder with files by name, `.csv` left out."""
    at.mkdir()
    for name, text in files.items():
        (at / (name if "." in name else f"{name}.csv")).write_text(text, encoding="utf-8")
    return at


def cells(path: Path) -> pd.DataFrame:
    """A CSV file of a region, numbers as floats, empty cells as texts."""
    found = pd.read_csv(path)
    return found.astype(dict.fromkeys(found.select_dtypes("number"), float))
