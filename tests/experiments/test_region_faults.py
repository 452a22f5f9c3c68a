"""Every fault of a region's folder is one sentence with file, line, column and nearest match: a good folder, broken once at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from shengdian.regions.faults import RegionFault
from shengdian.regions.region import Region
from shengdian.sim.base.errors import InputError

Break = Callable[[Path], None]


def swap(file: str, old: str, new: str) -> Break:
    """Writes `new` in place of `old`, once."""

    def change(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def add(file: str, text: str) -> Break:
    """Adds lines to a file, or makes it."""

    def change(folder: Path) -> None:
        with (folder / file).open("a", encoding="utf-8") as out:
            out.write(text)

    return change


def put(file: str, content: bytes) -> Break:
    """Writes a whole file."""
    return lambda folder: (folder / file).write_bytes(content) and None


def drop(file: str) -> Break:
    """Takes a file away."""
    return lambda folder: (folder / file).unlink()


def rename(file: str, other: str) -> Break:
    """Gives a file another name."""
    return lambda folder: (folder / file).rename(folder / other) and None


def both(*changes: Break) -> Break:
    """Several changes."""

    def change(folder: Path) -> None:
        for each in changes:
            each(folder)

    return change


def without(file: str, beginning: str) -> Break:
    """Takes away the lines that begin so."""

    def change(folder: Path) -> None:
        lines = (folder / file).read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(beginning)]
        assert len(kept) < len(lines)
        (folder / file).write_text("".join(kept), encoding="utf-8")

    return change


def hourly(count: int, change: dict[int, str] | None = None, head: str = "hour,WEST,EAST") -> Break:
    """An hourly load in place of the typical days, with other lines at some places."""
    lines = [head, *(f"{hour},900,1500" for hour in range(count))]
    for at, line in (change or {}).items():
        lines[at] = line
    return both(drop("load.csv"), put("load_hourly.csv", ("\n".join(lines) + "\n").encode()))


def stamped(*stamps: str) -> Break:
    """Load by time stamp."""
    lines = ["time,WEST,EAST", *(f"{stamp},900,1500" for stamp in stamps)]
    return both(drop("load.csv"), put("load_hourly.csv", ("\n".join(lines) + "\n").encode()))


FAULTS: dict[str, tuple[Break, str]] = {
    # files
    "no zones": (drop("zones.csv"), "mine: zones.csv is missing"),
    "no label": (drop("region.toml"), "mine: region.toml is missing"),
    "no load": (drop("load.csv"), "load.csv or load_hourly.csv: exactly one of them should be there"),
    "both loads": (add("load_hourly.csv", "hour,WEST,EAST\n"), "load.csv or load_hourly.csv: exactly one of them should be there"),
    "misspelled file": (rename("lines.csv", "line.csv"), "mine: line.csv is no file of a region; did you mean 'lines.csv'?"),
    # region.toml
    "unknown key": (
        swap("region.toml", "currency =", "curency ="),
        "region.toml: curency is no key; allowed: areas, currency, description, format, name, utc_offset, year; did you mean 'currency'?",
    ),
    "other format": (
        swap("region.toml", "format = 1", "format = 2"),
        "region.toml: format is 2; it should be 1, the format that this version reads",
    ),
    "no format": (swap("region.toml", "format = 1 ", "# "), "region.toml: format is missing; format = 1 is what this version reads"),
    "summer time": (
        swap("region.toml", '"+08:00"', '"Europe/Rome"'),
        "region.toml: utc_offset is 'Europe/Rome'; it should be a fixed offset as \"+08:00\"",
    ),
    "no toml": (put("region.toml", b"format = = 1\n"), "region.toml: not a TOML file: Invalid value (at line 1, column 10)"),
    # text
    "not UTF-8": (
        put("zones.csv", "zone,name\nA,Zürich\n".encode("latin-1")),
        "zones.csv: line 2 is not UTF-8 (byte 0xfc); save the file in UTF-8",
    ),
    "UTF-16": (put("zones.csv", "zone\nA\n".encode("utf-16")), "zones.csv: it is UTF-16; save it as CSV in UTF-8"),
    "workbook": (put("zones.csv", b"PK\x03\x04 and more"), "zones.csv: it is a workbook; save it as CSV in UTF-8"),
    "zero byte": (put("zones.csv", b"zone\nA\x00\n"), "zones.csv: line 2 has a zero byte; it should be a text file"),
    "empty": (put("lines.csv", b"# nothing\n\n"), "lines.csv: it is empty; the first line should name the columns"),
    "separators alone": (put("lines.csv", b",,\n,,\n"), "lines.csv: it is empty; the first line should name the columns"),
    "open quote": (add("lines.csv", '"W-E,WEST,EAST,1,0,0,0\n'), "lines.csv: line 4 cannot be read as CSV (unexpected end of data)"),
    "ragged": (swap("storage.csv", ",0.5\n", "\n"), "storage.csv: line 3 has 8 cells; the header has 9"),
    "decimal comma": (
        swap("plants.csv", "WEST,coal,1200,", "WEST,coal,1200,5,"),
        "plants.csv: line 4 has 6 cells; the header has 5; a number with a decimal comma needs columns that are apart by semicolon or tab",
    ),
    "quoted decimal comma": (
        swap("plants.csv", "WEST,coal,1200,", 'WEST,coal,"1.200,5",'),
        "plants.csv: line 4, column capacity_mw is '1.200,5'; it should be a number with a decimal point and no sign between thousands "
        "(a decimal comma is read where columns are apart by semicolon or tab)",
    ),
    # columns
    "unknown column": (
        swap("lines.csv", "capacity_mw,capacity_back_mw", "capacity_mw,capacity_back"),
        "lines.csv: column 'capacity_back' is unknown; did you mean 'capacity_back_mw'?; allowed: line, from, to, capacity_mw, "
        "capacity_back_mw, loss, charge_per_mwh, from_month, to_month, reactance_ohm, source",
    ),
    "missing column": (put("fuel_costs.csv", b"zone,technology\nWEST,coal\n"), "fuel_costs.csv: column cost_per_mwh is missing"),
    "column twice": (swap("zones.csv", "zone,name,area", "zone,name,name"), "zones.csv: line 3 names column 'name' twice"),
    "nameless column": (swap("zones.csv", "zone,name,area", "zone,,area"), "zones.csv: line 3, column 2 has no name"),
    "colour first": (
        put("zones.csv", b"colour,zone\n#000000,WEST\n"),
        "zones.csv: line 1 begins with column 'colour'; put it later: lines that begin with # are left out",
    ),
    # cells
    "not a number": (
        swap("plants.csv", "WEST,coal,1200,", "WEST,coal,1200 MW,"),
        "plants.csv: line 4, column capacity_mw is '1200 MW'; it should be a number",
    ),
    "not finite": (swap("plants.csv", "coal,1200,", "coal,nan,"), "plants.csv: line 4, column capacity_mw is 'nan'; it should be a number"),
    "not whole": (
        swap("plants.csv", "coal,1200,2", "coal,1200,2.5"),
        "plants.csv: line 4, column units is '2.5'; it should be a whole number",
    ),
    "not above zero": (
        swap("plants.csv", "coal,1200,", "coal,0,"),
        "plants.csv: line 4, column capacity_mw is '0'; it should be from 0.001 to 1e+06",
    ),
    "empty cell": (swap("plants.csv", "WEST,coal,1200,", ",coal,1200,"), "plants.csv: line 4, column zone is empty; it is needed"),
    "out of range": (
        swap("availability.csv", "WEST,wind,1,0.384", "WEST,wind,1,7.384"),
        "availability.csv: line 4, column h00 is '7.384'; it should be from 0 to 1",
    ),
    "empty hour": (
        swap("availability.csv", "WEST,wind,1,0.384", "WEST,wind,1,"),
        "availability.csv: line 4, column h00 is empty; it should be a number",
    ),
    "month": (swap("load.csv", "WEST,1,mean", "WEST,13,mean"), "load.csv: line 4, column month is '13'; it should be from 1 to 12"),
    "supply": (
        swap("technologies.csv", "hydro,budget", "hydro,budgt"),
        "technologies.csv: line 6, column supply is 'budgt'; allowed: capacity, profile, budget, storage; did you mean 'budget'?",
    ),
    "flag": (swap("zones.csv", "300,0", "300,maybe"), "zones.csv: line 4, column hub is 'maybe'; it should be 0 or 1"),
    "colour": (
        swap("technologies.csv", "#525252", "grey"),
        "technologies.csv: line 4, column colour is 'grey'; it should be a colour, #RRGGBB",
    ),
    "day": (
        swap("load.csv", "WEST,1,mean", "WEST,1,sunday"),
        "load.csv: line 4, column day is 'sunday'; allowed: mean, weekday",
    ),
    # rows
    "twice": (swap("plants.csv", "WEST_coal_2", "WEST_coal_1"), "plants.csv: line 5, plant 'WEST_coal_1' is already in line 4"),
    "day twice": (
        swap("load.csv", "WEST,2,mean", "WEST,1,mean"),
        "load.csv: line 5, zone and month and day WEST, 1, mean is already in line 4",
    ),
    # names
    "unknown zone": (
        swap("plants.csv", "EAST_gas_1,EAST", "EAST_gas_1,EST"),
        "plants.csv: line 9, zone is 'EST', which zones.csv does not have; did you mean 'WEST'?",
    ),
    "unknown technology": (
        swap("plants.csv", "EAST,gas", "EAST,gass"),
        "plants.csv: line 9, technology is 'gass', which technologies.csv does not have; did you mean 'gas'?",
    ),
    "unknown end": (
        swap("lines.csv", "WEST-EAST,WEST", "WEST-EAST,WES"),
        "lines.csv: line 3, from is 'WES', which zones.csv does not have; did you mean 'WEST'?",
    ),
    "unknown line": (
        add("planned_flows.csv", "line,month,mw\nWESTEAST,1,5\n"),
        "planned_flows.csv: line 2, line is 'WESTEAST', which lines.csv does not have; did you mean 'WEST-EAST'?",
    ),
    "unknown area": (swap("zones.csv", "East,E", "East,X"), "zones.csv: line 5, area is 'X', which [areas] of region.toml does not have"),
    "slash in an id": (swap("plants.csv", "WEST_coal_2", "WEST/coal"), "plants.csv: line 5, plant is 'WEST/coal'; an id has no '/'"),
    "id of the market": (
        swap("plants.csv", "WEST_coal_2", "WEST_supplier"),
        "plants.csv: line 5, plant is 'WEST_supplier', an id that the market itself has already",
    ),
    "id of another file": (
        swap("storage.csv", "EAST_battery_1", "EAST_gas_1"),
        "storage.csv: line 3, storage is 'EAST_gas_1', an id that plants.csv has already",
    ),
    "id of a drawn user": (
        swap("plants.csv", "WEST_coal_2", "EAST_commerce_1"),
        "plants.csv: line 5, plant is 'EAST_commerce_1', an id that users of the zone may have",
    ),
    "zone like a first column": (
        add("zones.csv", "hour,Hour,W,1,1,300,0\n"),
        "zones.csv: line 6, zone is 'hour', which is kept for the first column of hourly files",
    ),
    "reserved technology": (
        swap("technologies.csv", "\ngas,", "\nexchange,"),
        "technologies.csv: line 5, technology is 'exchange', which is kept for what comes from outside a zone",
    ),
    "unknown error": (
        swap("technologies.csv", "0,wind,#", "0,win,#"),
        "technologies.csv: line 7, column error is 'win'; allowed: wind, solar; did you mean 'wind'?",
    ),
    # zones
    "no zone": (
        both(swap("zones.csv", "300,0", "300,1"), swap("zones.csv", "400,0", "400,1")),
        "zones.csv: it has no zone; a region has one or more that are no hubs",
    ),
    "half a place": (swap("zones.csv", "118,32", "118,"), "zones.csv: line 5, EAST has one of x and y; it should have both or none"),
    "hub with plants": (
        swap("zones.csv", "400,0", "400,1"),
        "plants.csv: line 8, EAST_coal_1 stands in EAST, which is a hub; hubs have no plants",
    ),
    # plants
    "storage among plants": (
        swap("plants.csv", "EAST,gas", "EAST,battery"),
        "plants.csv: line 9, EAST_gas_1 is of technology 'battery', which stores; it belongs in storage.csv",
    ),
    "plant among stores": (
        swap("storage.csv", "EAST,battery", "EAST,gas"),
        "storage.csv: line 3, EAST_battery_1 is of technology 'gas', whose supply is 'capacity'; it should be 'storage'",
    ),
    "no profile": (
        swap("plants.csv", "EAST_solar_1,EAST", "EAST_solar_1,WEST"),
        "plants.csv: line 10, EAST_solar_1 has supply 'profile', but no availability file has WEST, solar",
    ),
    "no fuel cost": (
        without("fuel_costs.csv", "EAST,gas"),
        "plants.csv: line 9, EAST_gas_1 burns gas, but fuel_costs.csv has no EAST, gas and cost_per_mwh is empty",
    ),
    "fuel cost of wind": (
        add("fuel_costs.csv", "WEST,wind,1\n"),
        "fuel_costs.csv: line 6, wind burns nothing; technologies.csv or this row should be another",
    ),
    "tariff of storage": (
        add("tariffs.csv", "zone,technology,price_per_mwh\nEAST,battery,1\n"),
        "tariffs.csv: line 2, battery stores and has no contracts; technologies.csv or this row should be another",
    ),
    "reservoir of coal": (
        add("reservoirs.csv", "zone,technology,hours_of_output\nEAST,coal,1\n"),
        "reservoirs.csv: line 2, coal has no budget of energy; technologies.csv or this row should be another",
    ),
    # months
    "month missing": (without("load.csv", "WEST,12"), "load.csv: there is no mean day of WEST in month 12; every zone needs all twelve"),
    "weekday missing": (
        swap("load.csv", "EAST,12,mean", "EAST,12,weekday"),
        "load.csv: there is no mean day of EAST in month 12; every zone needs all twelve",
    ),
    "availability missing": (
        without("availability_monthly.csv", "WEST,hydro,3"),
        "availability_monthly.csv: there is no WEST, hydro in month 3; all twelve are needed",
    ),
    "availability of coal": (
        swap("technologies.csv", "hydro,budget", "hydro,capacity"),
        "availability_monthly.csv: line 3, hydro has supply 'capacity', which availability does not bound",
    ),
    "availability twice": (
        add("availability_monthly.csv", "".join(f"WEST,wind,{month},0.3\n" for month in range(1, 13))),
        "availability_monthly.csv: line 15, WEST, wind is in availability.csv, too; it should be in one of them",
    ),
    "exchange missing": (
        add("exchange.csv", "zone,month,net_import_mw\nWEST,1,5\n"),
        "exchange.csv: there is no WEST in month 2; all twelve are needed",
    ),
    # lines
    "to itself": (swap("lines.csv", "WEST,EAST", "WEST,WEST"), "lines.csv: line 3, WEST-EAST joins WEST to itself"),
    "no capacity": (swap("lines.csv", "600,600", "0,0"), "lines.csv: line 3, WEST-EAST has no capacity in either direction"),
    "planned too much": (
        add("planned_flows.csv", "line,month,mw\nWEST-EAST,1,900\n"),
        "planned_flows.csv: line 2, 900 MW forward is more than the 600 MW of WEST-EAST",
    ),
    "planned and residual": (
        both(add("planned_flows.csv", "line,month,mw\nWEST-EAST,1,9\n"), add("residual_monthly.csv", "line,month,share\n,1,0.5\n")),
        "planned_flows.csv or residual_monthly.csv: at most one of them should be there; both say what is free of a line",
    ),
    "no such legs": (
        add("legs.csv", "line,from,to,capacity_mw\nA,WEST,EAST,5\n"),
        "lines.csv: line 3, WEST-EAST should be the names of legs joined by + that lead from WEST to EAST in legs.csv",
    ),
    "shares of users": (
        add("users.csv", "user,zone,sector,share\nmill,WEST,industry,0.5\n"),
        "users.csv: the shares of WEST sum to 0.5; they should sum to 1",
    ),
    # hours
    "rows of a year": (
        hourly(8759),
        "load_hourly.csv: it has 8759 rows; by hour of the year there should be 8760 or 8784, or use column time",
    ),
    "gap": (
        hourly(8760, {6: "6,900,1500"}),
        "load_hourly.csv: line 7, column hour is '6'; it should be 5: hours count from 0 without gaps",
    ),
    "hourly zone unknown": (hourly(8760, head="hour,WEST,SOUTH"), "load_hourly.csv: column 'SOUTH' is unknown; allowed: WEST, EAST"),
    "hourly zone missing": (
        both(drop("load.csv"), put("load_hourly.csv", b"time,WEST\n2016-01-01 00:00,900\n")),
        "load_hourly.csv: column EAST is missing; every zone needs one",
    ),
    "hourly value": (hourly(8760, {6: "5,much,1500"}), "load_hourly.csv: line 7, column WEST is 'much'; it should be a number"),
    "hourly negative": (hourly(8760, {6: "5,-1,1500"}), "load_hourly.csv: line 7, column WEST is '-1'; it should be from 0 to 1e+06"),
    "no hour": (
        hourly(8760, head="h,WEST,EAST"),
        "load_hourly.csv: column hour is missing; it counts the hours of a year from 0, or time has time stamps instead",
    ),
    "no stamp": (stamped("noon"), "load_hourly.csv: line 2, column time is 'noon'; it should be a time as 2016-01-31 13:00"),
    "stamps with a gap": (
        stamped("2016-01-01 00:00", "2016-01-01 02:00"),
        "load_hourly.csv: line 3, column time is '2016-01-01 02:00'; it should be 2016-01-01 01:00: full hours follow without gaps",
    ),
    "half hours": (
        stamped("2016-01-01 00:30"),
        "load_hourly.csv: line 2, column time is '2016-01-01 00:30'; it should be 2016-01-01 00:00: full hours follow without gaps",
    ),
    "hourly plant unknown": (
        add("availability_hourly.csv", "hour,WEST:win\n0,1\n"),
        "availability_hourly.csv: column 'WEST:win' is unknown; did you mean 'WEST:wind'?; allowed: WEST_coal_1, WEST_coal_2, WEST_wind_1, "
        "WEST_hydro_1, EAST_coal_1, EAST_gas_1, EAST_solar_1, WEST:hydro, WEST:wind, WEST:solar, EAST:hydro, EAST:wind, EAST:solar",
    ),
}


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A copy of the good folder."""
    copytree(Region.load("two-zones").folder, tmp_path / "mine")
    return tmp_path / "mine"


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_one_sentence(fault: str, mine: Path) -> None:
    change, sentence = FAULTS[fault]
    change(mine)
    with pytest.raises(RegionFault) as caught:
        Region.load(mine)
    assert caught.value.sentences[0] == sentence
    assert all("\n" not in each for each in caught.value.sentences)


def test_there_are_more_than_forty_kinds_and_the_good_folder_has_none(mine: Path) -> None:
    assert len(FAULTS) >= 40
    assert Region.load(mine).zones == ("WEST", "EAST")


def test_all_faults_of_a_stage_are_said(mine: Path) -> None:
    swap("plants.csv", "coal,1200", "coal,much")(mine)
    swap("lines.csv", "0.03", "3")(mine)
    with pytest.raises(RegionFault, match=r"and 1 more: `shengdian region check` says them all") as caught:
        Region.load(mine)
    assert len(caught.value.sentences) == 2


@pytest.mark.parametrize("path", ["nowhere", "x\0y", "a" * 5000, "two-zone"])
def test_a_folder_that_is_not_there_is_one_sentence(path: str) -> None:
    with pytest.raises(InputError, match=r"there is no folder .*; regions that come with the package: .*two-zones"):
        Region.load(path)
