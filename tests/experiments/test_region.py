"""A region as people save it: other separators, marks, names and hours give the same world, and a run is bound to its files."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

import pytest

from shengdian.audit import audit
from shengdian.cli import main
from shengdian.experiments.config.loading import load_config, load_recorded, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.world.exchange import by_hour
from shengdian.experiments.world.network import lines, over_hours
from shengdian.regions.region import Region
from shengdian.sim.base.errors import InputError
from shengdian.sim.scenario import Scenario

TWO = Region.load("two-zones")
BASE = load_config("base")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A copy of the two zones."""
    copytree(TWO.folder, tmp_path / "mine")
    return tmp_path / "mine"


def world(folder: Path | str, **keys: Any) -> Scenario:
    """What a config makes of a region, without the config."""
    asked = override(
        BASE, {"region.path": str(folder), "run.chain": "mirror", **{key.replace("__", "."): value for key, value in keys.items()}}
    )
    return replace(build_scenario(asked, "coupled", 1), config={})


def rows(folder: Path, file: str) -> list[list[str]]:
    """The cells of a file, header first, without comments."""
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return list(csv.reader(line for line in lines if not line.startswith("#")))


def write(folder: Path, file: str, content: list[list[str]], separator: str = ",") -> None:
    """Writes a file's cells."""
    (folder / file).write_text("\n".join(separator.join(row) for row in content) + "\n", encoding="utf-8")


# --- text ---------------------------------------------------------------------------------------------------------------------------


def marked(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())


def windows(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def apart(sign: str, comma: bool) -> Callable[[Path], None]:
    """Cells apart by another sign, numbers with a decimal comma if asked."""

    def change(folder: Path) -> None:
        for path in folder.glob("*.csv"):
            changed = [
                [cell.replace(".", ",") if comma and cell.replace(".", "").isdigit() else cell for cell in row]
                for row in rows(folder, path.name)
            ]
            write(folder, path.name, changed, sign)

    return change


def reordered(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        write(folder, path.name, [[*row[1:], row[0]] for row in rows(folder, path.name)])


@pytest.mark.parametrize("change", [marked, windows, apart(";", True), apart("\t", False), apart("\t", True), reordered])
def test_the_same_figures_saved_otherwise_are_the_same_world(change: Callable[[Path], None], mine: Path) -> None:
    change(mine)
    assert world(mine) == world("two-zones")


def test_ids_may_be_of_any_script(mine: Path) -> None:
    for path in mine.iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace("WEST", "西部").replace("EAST", "Öst"), encoding="utf-8")
    assert world(mine).zones == ("西部", "Öst")


# --- hours --------------------------------------------------------------------------------------------------------------------------


def hourly(folder: Path, first: datetime, count: int, stamps: bool) -> None:
    """The typical days of the folder written out hour by hour, from a date on."""
    region = Region.load(folder)
    at = [first + timedelta(hours=hour) for hour in range(count)]
    head = [f"{each:%Y-%m-%d %H:%M}" if stamps else str(hour) for hour, each in enumerate(at)]
    load = [[zone, *(str(region.load_days[zone, each.month, "mean"][each.hour]) for each in at)] for zone in region.zones]
    keys = [("WEST", "wind"), ("EAST", "solar")]
    shares = [[":".join(key), *(str(region.availability_days[*key, each.month][each.hour]) for each in at)] for key in keys]
    name = "time" if stamps else "hour"
    write(folder, "load_hourly.csv", [list(row) for row in zip([name, *head], *load, strict=True)])
    write(folder, "availability_hourly.csv", [list(row) for row in zip([name, *head], *shares, strict=True)])
    for gone in ("load.csv", "availability.csv"):
        (folder / gone).unlink()


@pytest.mark.parametrize(
    ("first", "count", "stamps"),
    [
        (datetime(2016, 1, 1), 8784, False),
        (datetime(2015, 1, 1), 8760, False),
        (datetime(2016, 2, 20), 24 * 20, True),
    ],
)
def test_hours_by_year_or_time_stamp_are_the_typical_days_that_they_are_written_from(
    first: datetime, count: int, stamps: bool, mine: Path
) -> None:
    hourly(mine, first, count, stamps)
    keys = {"run__start": "2016-02-28", "run__hours": 60}  # over the 29th of February
    assert world(mine, **keys) == world("two-zones", **keys, time__calendar="year", time__day="mean")


def test_a_year_by_the_hour_goes_round(mine: Path) -> None:
    hourly(mine, datetime(2015, 1, 1), 8760, False)
    series = Region.load(mine).load_hourly
    assert series is not None
    over = series.of_run("WEST", date(2015, 12, 31), 48)
    assert over[24:] == series.of_run("WEST", date(2016, 1, 1), 24)


def test_time_stamps_with_an_offset_are_brought_to_the_clock_of_the_region(mine: Path) -> None:
    """The two zones are eight hours before UTC: their midnight is 16:00 of the day before there."""
    hourly(mine, datetime(2016, 1, 1), 48, True)
    due = world(mine, run__start="2016-01-01", run__hours=48)
    for file in ("load_hourly.csv", "availability_hourly.csv"):
        head, *others = rows(mine, file)
        shifted = [[f"{datetime.fromisoformat(row[0]) - timedelta(hours=8):%Y-%m-%dT%H:%M}+00:00", *row[1:]] for row in others]
        write(mine, file, [head, *shifted])
    assert world(mine, run__start="2016-01-01", run__hours=48) == due


def test_a_run_that_time_stamps_do_not_cover_is_refused_with_both_spans(mine: Path) -> None:
    hourly(mine, datetime(2016, 1, 1), 48, True)
    with pytest.raises(
        InputError, match=r"load_hourly.csv: it has the hours from 2016-01-01 00:00 to 2016-01-03 00:00; the run is from 2016-01-02"
    ):
        world(mine, run__start="2016-01-02", run__hours=25)


def test_a_plants_own_series_goes_before_its_technologys(mine: Path) -> None:
    write(mine, "availability_hourly.csv", [["hour", "WEST_wind_1"], *([str(hour), "0.5"] for hour in range(8760))])
    (wind,) = (plant for plant in world(mine).plants if plant.id == "WEST_wind_1")
    assert wind.available == (400_000,) * 24


def test_the_clock_of_the_chain_is_the_regions(mine: Path) -> None:
    text = (mine / "region.toml").read_text(encoding="utf-8")
    (mine / "region.toml").write_text(text.replace("+08:00", "-03:30"), encoding="utf-8")
    assert world(mine).start - world("two-zones").start == 11.5 * 3600


# --- figures ------------------------------------------------------------------------------------------------------------------------


def test_what_a_plants_row_says_goes_before_its_technology(mine: Path) -> None:
    head = [
        "plant",
        "zone",
        "technology",
        "capacity_mw",
        "cost_per_mwh",
        "contract_price_per_mwh",
        "ramp_share_per_hour",
        "emission_t_per_mwh",
    ]
    own = ["EAST_gas_1", "EAST", "gas", "800", "99.5", "333", "0.25", "0.5"]
    others = [[*row[:4], "", "", "", ""] for row in rows(mine, "plants.csv")[1:] if row[0] != "EAST_gas_1"]
    write(mine, "plants.csv", [head, own, *others])
    (plant,) = (plant for plant in world(mine, costs__heat_rate_spread=0.0).plants if plant.id == "EAST_gas_1")
    assert (plant.cost, plant.contract_price, plant.ramp, plant.emission) == (9_950, 33_300, 200_000, 500)


def test_contract_energy_earns_the_tariff_else_the_benchmark_else_the_mean_cost(mine: Path) -> None:
    assert TWO.tariff("WEST", "coal") == 300
    write(mine, "tariffs.csv", [["zone", "technology", "price_per_mwh"], ["WEST", "coal", "280"]])
    write(mine, "zones.csv", [["zone"], ["WEST"], ["EAST"]])
    region = Region.load(mine)
    assert (region.tariff("WEST", "coal"), region.tariff("WEST", "wind")) == (280, 134)  # coal: 120 for fuel, 14 besides
    assert region.tariff("EAST", "gas") == pytest.approx((600 * 224 + 800 * 450) / 1400)


def test_planned_flows_take_capacity_and_make_the_zones_exchange(mine: Path) -> None:
    planned = [["line", "direction", "month", "mw"], ["WEST-EAST", "forward", "7", "200"]]
    write(mine, "planned_flows.csv", planned)
    region, config = Region.load(mine), override(BASE, {"region.path": str(mine)})
    assert [line.capacity for line in lines(config, region, (7,))] == [400_000, 600_000]
    assert [line.capacity for line in lines(config, region, (6,))] == [600_000, 600_000]
    assert (by_hour(config, region, "WEST", (7,)), by_hour(config, region, "EAST", (7,))) == ((-200_000,), (194_000,))
    free = override(config, {"region.residual_share": 0.5, "region.exchange": "none"})
    assert [line.capacity for line in lines(free, region, (7,))] == [300_000, 300_000]
    assert by_hour(free, region, "EAST", (7,)) == (0,)


def test_users_of_the_files_have_their_shares(mine: Path) -> None:
    named = [["user", "zone", "sector", "share"], ["mill", "WEST", "industry", "0.75"], ["town", "WEST", "residential", "0.25"]]
    write(mine, "users.csv", named)
    west = [user for user in world(mine).users if user.zone == "WEST"]
    assert [(user.id, user.captive, user.demand[0]) for user in west] == [("mill", False, 690_000), ("town", True, 230_000)]


def test_reservoirs_and_monthly_minima_are_those_of_the_files(mine: Path) -> None:
    write(mine, "reservoirs.csv", [["zone", "technology", "hours_of_output"], ["WEST", "hydro", "10"]])
    write(mine, "minimum_monthly.csv", [["zone", "technology", "month", "share"], ["WEST", "coal", "7", "0.9"]])
    found = {plant.id: plant for plant in world(mine).plants}
    plain = {plant.id: plant for plant in world("two-zones").plants}
    assert (found["WEST_hydro_1"].volume, plain["WEST_hydro_1"].volume) == (4_000_000, 0)
    assert found["WEST_coal_1"].minimum > plain["WEST_coal_1"].minimum


def test_a_subset_of_zones_leaves_lines_to_others_out() -> None:
    west = world("two-zones", region__zones=["WEST"])
    assert (west.zones, west.lines, {plant.zone for plant in west.plants}) == (("WEST",), (), {"WEST"})


def test_a_hub_is_passed_and_nobody_trades_there(mine: Path) -> None:
    with (mine / "zones.csv").open("a", encoding="utf-8") as file:
        file.write("MID,Middle,W,111,33,,1\n")
    write(mine, "lines.csv", [["line", "from", "to", "capacity_mw"], ["A", "WEST", "MID", "600"], ["B", "MID", "EAST", "500"]])
    made = world(mine)
    assert (made.zones, made.hubs, [line.name for line in made.lines]) == (("WEST", "EAST"), ("MID",), ["WEST-MID A", "MID-EAST B"])


# --- a config's region --------------------------------------------------------------------------------------------------------------


def test_a_path_is_taken_from_the_configs_folder(mine: Path, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('question = "Mine?"\n[region]\npath = "mine"\n', encoding="utf-8")
    region = load_config(tmp_path / "own.toml").region
    assert (region.path, region.zones, region.sha256) == ("mine", ("WEST", "EAST"), TWO.sha256)


def test_a_packaged_region_stays_it_where_a_folder_of_its_name_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = override(BASE, {"region.path": "two-zones"})
    (tmp_path / "two-zones").mkdir()
    monkeypatch.chdir(tmp_path)
    assert config.region.path == "two-zones"
    assert replace(build_scenario(config, "coupled", 1), config={}).zones == ("WEST", "EAST")


def test_names_with_a_currency_are_accepted_and_told(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        'question = "Mine?"\n[market]\nprice_cap_cny_mwh = 900\n[collateral]\nfund_cny = 5\n'
        '[strategies.industry]\nname = "elastic"\nparameters = {highest_cny_mwh = 300}\n'
        '[[lines]]\nfrom = "SX"\nto = "GD"\ncapacity_mw = 5\ncharge_cny_mwh = 7\nloss = 0\n'
        '[sweep.grid]\n"strategies.industry.parameters.lowest_cny_mwh" = [1.0, 2.0]\n',
        encoding="utf-8",
    )
    with pytest.warns(FutureWarning) as told:
        config = load_config(tmp_path / "own.toml")
    assert sorted(str(each.message).removeprefix(f"{tmp_path / 'own.toml'}: ") for each in told) == [
        "collateral.fund_cny is now called collateral.fund",
        "lines.charge_cny_mwh is now called lines.charge_per_mwh",
        "market.price_cap_cny_mwh is now called market.price_cap_per_mwh",
        "strategies.industry.parameters.highest_cny_mwh is now called strategies.industry.parameters.highest_per_mwh",
        "strategies.industry.parameters.lowest_cny_mwh is now called strategies.industry.parameters.lowest_per_mwh",
    ]
    assert (config.market.price_cap_per_mwh, config.collateral.fund, config.lines[0].charge_per_mwh) == (900, 5, 7)
    assert config.strategies.industry.parameters["highest_per_mwh"] == 300
    assert list(config.sweep.grid) == ["strategies.industry.parameters.lowest_per_mwh"]


def test_old_names_of_keys_are_accepted_and_told(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        'question = "Mine?"\n[region]\nprovinces = ["SX"]\n[costs]\ncoal_factor = 1.5\n[sweep.grid]\n"costs.gas_factor" = [1.0, 2.0]\n',
        encoding="utf-8",
    )
    with pytest.warns(FutureWarning) as told:
        config = load_config(tmp_path / "own.toml")
    assert sorted(str(each.message).removeprefix(f"{tmp_path / 'own.toml'}: ") for each in told) == [
        "costs.coal_factor is now called costs.fuel_factor.coal",
        "costs.gas_factor is now called costs.fuel_factor.gas",
        "region.provinces is now called region.zones",
    ]
    assert (config.region.zones, config.costs.fuel_factor, list(config.sweep.grid)) == (
        ("SX",),
        {"coal": 1.5, "gas": 1.0},
        ["costs.fuel_factor.gas"],
    )


def test_a_factor_of_a_fuel_that_nobody_burns_is_refused() -> None:
    with pytest.raises(InputError, match=r"a key of costs\.fuel_factor is 'lignite'; allowed: coal, gas"):
        override(BASE, {"region.path": "two-zones", "costs.fuel_factor.lignite": 2.0})


def test_the_digest_is_of_all_files_but_sources(mine: Path) -> None:
    with (mine / "SOURCES.csv").open("a", encoding="utf-8") as file:
        file.write("plants.csv,units,-,counted,recalled,-\n")
    assert Region.load(mine).sha256 == TWO.sha256
    with (mine / "fuel_costs.csv").open("a", encoding="utf-8") as file:
        file.write("# nothing\n")
    assert Region.load(mine).sha256 != TWO.sha256


def test_a_config_keeps_to_the_files_that_it_was_resolved_with(mine: Path) -> None:
    config = override(BASE, {"region.path": str(mine)})
    with (mine / "fuel_costs.csv").open("a", encoding="utf-8") as file:
        file.write("WEST,gas,400\n")
    with pytest.raises(InputError, match=r"region\.path: .*mine is another region than the config was made with: the SHA-256"):
        build_scenario(config, "coupled", 1)


# --- runs ---------------------------------------------------------------------------------------------------------------------------

SMALL = {"run.hours": 2, "run.chain": "mirror", "run.design": "coupled", "run.compare": []}


def test_a_run_of_a_folder_is_audited_and_another_folder_is_refused_in_a_sentence(mine: Path, tmp_path: Path) -> None:
    (run,) = run_config(override(BASE, {**SMALL, "region.path": str(mine)}), tmp_path / "runs")
    assert audit(run, rerun=True).clean
    (mine / "README.md").write_text("my region", encoding="utf-8")
    assert audit(run).clean
    with (mine / "plants.csv").open("a", encoding="utf-8") as file:
        file.write("EAST_gas_2,EAST,gas,50,1\n")
    with pytest.raises(InputError, match=r"mine is another region than the config was made with"):
        audit(run)
    rmtree(mine)
    with pytest.raises(InputError, match=r"region\.path: there is no folder '.*mine'"):
        audit(run)


def test_a_changed_folder_has_another_run_id(mine: Path, tmp_path: Path) -> None:
    names = set()
    for _ in range(2):
        (run,) = run_config(override(BASE, {**SMALL, "region.path": str(mine)}), tmp_path / "runs")
        names.add(run.name)
        with (mine / "plants.csv").open("a", encoding="utf-8") as file:
            file.write("EAST_gas_2,EAST,gas,50,1\n")
    assert len(names) == 2


def test_a_recorded_config_names_its_region(mine: Path, tmp_path: Path) -> None:
    (run,) = run_config(override(BASE, {**SMALL, "region.path": str(mine)}), tmp_path / "runs")
    config = load_recorded(run / "config.toml")
    assert config.resolved()["region"]["sha256"] == Region.load(mine).sha256


SINCE = [
    ["line", "from", "to", "capacity_mw", "capacity_back_mw", "from_month", "to_month"],
    ["L", "WEST", "EAST", "600", "600", "6", "12"],
]


@pytest.mark.parametrize(("first", "last", "there"), [(6, 12, range(6, 13)), (11, 2, (11, 12, 1, 2)), (3, 3, (3,))])
def test_a_line_is_there_from_one_month_to_another(first: int, last: int, there: Sequence[int], mine: Path) -> None:
    write(mine, "lines.csv", [SINCE[0], [*SINCE[1][:5], str(first), str(last)]])
    region, config = Region.load(mine), override(BASE, {"region.path": str(mine), "region.residual_share": 1.0})
    found = {month: [line.capacity for line in lines(config, region, (month,))] for month in range(1, 13)}
    assert found == {month: [600_000, 600_000] if month in there else [0, 0] for month in range(1, 13)}


def test_a_run_over_the_month_in_which_a_line_starts_sends_nothing_before(mine: Path) -> None:
    write(mine, "lines.csv", SINCE)
    region, config = Region.load(mine), override(BASE, {"region.path": str(mine), "region.residual_share": 1.0})
    most, taken = over_hours(config, region, (5, 5, 6, 6))
    assert [line.capacity for line in most] == [600_000, 600_000]
    assert taken == ((600_000, 600_000, 0, 0),) * 2


def test_nothing_is_planned_on_a_line_that_is_not_there(mine: Path) -> None:
    write(mine, "lines.csv", SINCE)
    write(mine, "planned_flows.csv", [["line", "direction", "month", "mw"], ["L", "forward", "5", "200"]])
    with pytest.raises(InputError, match=r"planned_flows\.csv: line 2, L is not there in month 5, by lines\.csv"):
        Region.load(mine)


# --- the command --------------------------------------------------------------------------------------------------------------------


def test_a_new_region_is_checked_and_runs_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["region", "new", "r"]) == 0
    assert main(["region", "check", "r"]) == 0
    assert "EAST cannot serve its highest hour alone" in capsys.readouterr().out
    assert main(["run", "--set", "region.path=r", "--hours", "2", "--chain", "mirror", "-q"]) == 0
    (run,) = (tmp_path / "runs").iterdir()
    assert main(["report", str(run)]) == main(["audit", str(run)]) == 0
    assert main(["region", "new", "r"]) == 2
    assert "r is there already" in capsys.readouterr().err


def test_check_says_every_fault_and_ends_with_2(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (mine / "plants.csv").read_text(encoding="utf-8")
    (mine / "plants.csv").write_text(text.replace("1200", "much").replace("EAST,gas,800", "EAST,gas,"), encoding="utf-8")
    assert main(["region", "check", str(mine)]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "shengdian: plants.csv: line 4, column capacity_mw is 'much'; it should be a number",
        "shengdian: plants.csv: line 9, column capacity_mw is empty; it is needed",
    ]


def test_every_command_that_reads_a_region_says_all_of_its_faults(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (mine / "plants.csv").read_text(encoding="utf-8")
    (mine / "plants.csv").write_text(text.replace("1200", "much").replace("EAST,gas,800", "EAST,gas,"), encoding="utf-8")
    assert main(["region", "check", str(mine)]) == main(["region", "show", str(mine)]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[:2] == said[2:]


def test_a_zone_that_cannot_be_served_is_noted(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = [row for row in rows(mine, "plants.csv") if row[2] != "gas"]
    write(mine, "plants.csv", kept)
    assert main(["region", "check", str(mine)]) == 0
    assert "EAST: the highest hour needs 1,904 MW; firm capacity and lines have 1,152 MW" in capsys.readouterr().out
