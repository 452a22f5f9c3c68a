"""Folders of PyPSA and ASSUME become regions: every cell as worked out by hand, a note for what is left out, a sentence for every fault."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from shengdian.cli import main
from shengdian.importing import assume, pypsa
from shengdian.importing.imported import write
from shengdian.regions.region import Region
from shengdian.sim.base.errors import InputError
from tests.regions.folders import ASSUME, ASSUME_NOTES, ASSUME_REGION, PYPSA, PYPSA_NOTES, PYPSA_REGION, cells, folder, rows

READ = {"pypsa": pypsa.read, "assume": assume.read}
CASES = (
    ("pypsa", PYPSA, PYPSA_REGION, PYPSA_NOTES),
    ("assume", ASSUME | {"config.yaml": "base:\n"}, ASSUME_REGION, ASSUME_NOTES),
)


@pytest.mark.parametrize(("kind", "source", "region", "notes"), CASES, ids=[case[0] for case in CASES])
def test_every_cell_is_the_one_worked_out_by_hand(
    kind: str, source: Mapping[str, str], region: Mapping[str, str], notes: tuple[str, ...], tmp_path: Path
) -> None:
    due = folder(tmp_path / "due", dict(region))
    found = READ[kind](folder(tmp_path / kind, source))
    write(found, tmp_path / "region")
    made = tmp_path / "region"
    assert {path.name for path in made.iterdir()} == {"region.toml", *region}
    for name in region:
        pd.testing.assert_frame_equal(cells(made / name), cells(due / name), rtol=1e-12, obj=name)
    assert sorted(found.notes) == sorted(notes)
    label = tomllib.loads((made / "region.toml").read_text(encoding="utf-8"))
    assert (label["format"], label["name"], label["currency"], label["utc_offset"]) == (1, kind, "EUR", "+00:00")
    assert Region.load(made).zones == ("north", "south")


def test_the_command_writes_a_region_and_tells_notes_apart_from_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = folder(tmp_path / "network", PYPSA)
    assert main(["region", "import", "pypsa", str(source), str(tmp_path / "region"), "--currency", "GBP"]) == 0
    out, err = capsys.readouterr()
    assert out == f"{tmp_path / 'region'}: 2 zones, 4 plants, 2 stores, 3 lines\n"
    assert [line.removeprefix("shengdian: note: ") for line in err.splitlines()] == list(pypsa.read(source).notes)
    assert Region.load(tmp_path / "region").label.currency == "GBP"


def test_the_command_says_every_fault_of_a_folder_that_is_no_region(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lost = PYPSA["links"].replace("0.97", "1.5").replace("200,0.7", "1e9,0.7")
    assert main(["region", "import", "pypsa", str(folder(tmp_path / "network", PYPSA | {"links": lost})), str(tmp_path / "region")]) == 2
    assert "lines.csv: line 2, column loss is '-0.5'; it should be from 0 to below 1" in capsys.readouterr().err


def test_a_folder_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it is there already"):
        write(pypsa.read(folder(tmp_path / "network", PYPSA)), tmp_path)


PYPSA_FAULTS = {
    "no buses": ({"buses": None}, "network: buses.csv has no electric bus; PyPSA's export_to_csv_folder writes it"),
    "no number": ({"loads": rows("name,bus,p_set", "a,north,1 MW")}, "loads.csv: p_set of 'a' is '1 MW'; it should be a number"),
    "infinite": ({"loads": rows("name,bus,p_set", "a,north,inf")}, "loads.csv: p_set of 'a' is 'inf'; it should be a number"),
    "negative": (
        {"generators": rows("name,bus,p_nom", "a,north,-5")},
        "generators.csv: p_nom of 'a' is '-5'; it should be a number of 0 or more",
    ),
    "no switch": (
        {"loads": rows("name,bus,active", "a,north,perhaps")},
        "loads.csv: active of 'a' is 'perhaps'; it should be True or False",
    ),
    "twice": ({"loads": rows("name,bus", "a,north", "a,south")}, "loads.csv: 'a' is there twice"),
    "nameless": ({"loads": rows("name,bus", ",north")}, "loads.csv: a row has no name; the first column has it"),
    "no bus": ({"loads": rows("name,buss", "a,north")}, "loads.csv: column bus is missing; 'a' needs it; did you mean 'buss'?"),
    "empty bus": ({"loads": rows("name,bus", "a,")}, "loads.csv: column bus is empty; 'a' needs it"),
    "short": (
        {"loads-p_set": rows("snapshot,load 1", "2015-01-01,1")},
        "loads-p_set.csv: it has 1 rows; snapshots.csv has 24",
    ),
    "series": (
        {"snapshots": None, "loads-p_set": rows("snapshot,load 1", "2015-01-01 00:00,high")},
        "loads-p_set.csv: 'load 1' at 2015-01-01 00:00 is 'high'; it should be a number",
    ),
    "times": (
        {"snapshots": None, "loads-p_set": rows("snapshot,load 1", "monday,1")},
        "loads-p_set.csv: its first column has no times such as 2016-01-01 00:00:00",
    ),
    "falling": (
        {"snapshots": None, "loads-p_set": rows("snapshot,load 1", "2015-01-01 01:00,1", "2015-01-01 00:00,1")},
        "loads-p_set.csv: its times do not rise from row to row",
    ),
    "periods": (
        {"snapshots": rows(",period,timestep", "0,2030,now")},
        "snapshots.csv: it has several investment periods, and a region is one; export one of them",
    ),
    "inflow": (
        {"storage_units": rows("name,bus,p_nom,inflow", "lake,north,5,1")},
        "storage_units.csv: 'lake' has inflow, which storage of a region does not; make a generator of it",
    ),
    "ragged": ({"loads": 'name,bus\n"a,north\n'}, "loads.csv: not a CSV file in UTF-8"),
}
ASSUME_FAULTS = {
    "no plants": ({"powerplant_units": None}, "network: powerplant_units.csv is missing or has no rows; a scenario of ASSUME has it"),
    "no demand": ({"demand_units": rows("name,node")}, "network: demand_units.csv is missing or has no rows; a scenario of ASSUME has it"),
    "node": (
        {"demand_units": rows("name,node", "d,norht")},
        "demand_units.csv: node of 'd' is 'norht'; allowed: north, south; did you mean 'north'?",
    ),
    "exchange": (
        {"exchanges_df": rows("datetime,border_import", "2015-01-01 00:00,1", "2015-01-01 01:00,1")},
        "exchanges_df.csv: column of 'border' is 'border_export'; allowed: border_import; did you mean 'border_import'?",
    ),
    "no power": (
        {"powerplant_units": rows("name,technology,node,max_power", "a,oil,north,0")},
        "powerplant_units.csv: max_power of 'a' is '0'; it should be a number of 1e-09 or more",
    ),
}
FAULTS = [
    *((pypsa.read, PYPSA, *case) for case in PYPSA_FAULTS.values()),
    *((assume.read, ASSUME, *case) for case in ASSUME_FAULTS.values()),
]


@pytest.mark.parametrize(("read", "source", "change", "sentence"), FAULTS, ids=[*PYPSA_FAULTS, *ASSUME_FAULTS])
def test_a_fault_of_the_source_is_a_sentence(read, source, change, sentence: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    files = {name: text for name, text in (source | change).items() if text is not None}
    with pytest.raises(InputError) as caught:
        read(folder(tmp_path / "network", files))
    assert str(caught.value).removeprefix(f"{tmp_path}/").startswith(sentence)


def test_a_source_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    for read in READ.values():
        with pytest.raises(InputError, match="there is no such folder"):
            read(tmp_path / "nowhere")


def test_a_year_keeps_its_hours_and_a_leap_year_has_8784(tmp_path: Path) -> None:
    times = pd.date_range("2016-01-01", periods=8784, freq="h")
    load = rows("snapshot,load 1", *(f"{at},{hour}" for hour, at in enumerate(times)))
    files = PYPSA | {"snapshots": rows("name"), "loads-p_set": load}
    table = pypsa.read(folder(tmp_path / "network", files)).tables["load_hourly.csv"]
    assert table["north"].tolist() == list(range(8784))


def test_hours_keep_their_place_in_the_year_and_long_snapshots_hold(tmp_path: Path) -> None:
    times = pd.date_range("2015-07-01", periods=8, freq="3h")
    load = rows("snapshot,load 1", *(f"{at},{value}" for value, at in enumerate(times)))
    files = PYPSA | {"snapshots": rows("name"), "loads-p_set": load}
    north = pypsa.read(folder(tmp_path / "network", files)).tables["load_hourly.csv"]["north"]
    assert north[:6].tolist() == [0, 0, 0, 1, 1, 1]  # the day begins at midnight in January as in July
    assert north[24 * 181 : 24 * 181 + 3].tolist() == [0, 0, 0]


def test_a_network_of_one_moment_has_the_same_load_all_year(tmp_path: Path) -> None:
    files = {"buses": rows("name", "a"), "loads": rows("name,bus,p_set", "l,a,5"), "snapshots": rows(",snapshot", "0,now")}
    files["generators"] = rows("name,bus,p_nom", "g,a,10")
    found = pypsa.read(folder(tmp_path / "network", files))
    assert found.notes == ()
    assert set(found.tables["load_hourly.csv"]["a"]) == {5.0}
    assert found.tables["technologies.csv"]["technology"].tolist() == ["generator"]


def test_signs_that_no_id_has_are_replaced_everywhere(tmp_path: Path) -> None:
    files = {"buses": rows("name", "DE:1"), "loads": rows("name,bus,p_set", "l,DE:1,5"), "generators": rows("name,bus,p_nom", "a/b,DE:1,9")}
    write(pypsa.read(folder(tmp_path / "network", files)), tmp_path / "region")
    region = Region.load(tmp_path / "region")
    assert (region.zones, region.plants[0].plant, region.plants[0].zone) == (("DE_1",), "a_b", "DE_1")


def test_older_scenarios_of_assume_have_the_energy_of_storage_in_max_soc(tmp_path: Path) -> None:
    old = rows("name,max_power_charge,max_power_discharge,min_soc,max_soc,initial_soc,node", "Lake,100,90,100,900,500,south")
    (row,) = assume.read(folder(tmp_path / "old", ASSUME | {"storage_units": old})).tables["storage.csv"].to_dict("records")
    assert (row["energy_mwh"], row["initial_share"], row["technology"]) == (800, 0.5, "storage")
