"""Structures run the example that was reckoned by hand and by linear programs, without this package, to the tick and the kWh."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

import shengdian
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import MissingExtra
from shengdian.sim.record.finished_run import Run
from tests.structures.worked import BENCHMARK, CAP, CAPACITY, COST, FILES, LINE, LOAD, finished, write

WORKED: Mapping[str, Any] = json.loads((Path(__file__).parent / "worked.json").read_text(encoding="utf-8"))
"""by structure: output, flow from A to B and prices of both hours, cost, and what every account has at the end"""
TICK = 0.01
NONE = {"region.exchange": "none"}
NO_CONTRACTS = {"structure.contracts.kind": "none"}
WHOLE_SECTORS = {"structure.retailers": 0, "structure.choice.commerce": 1.0, "structure.choice.residential": 0.0}
CHARGE = FILES["lines.csv"].replace("capacity_back_mw\n", "capacity_back_mw,charge_per_mwh\n").replace(",250\n", ",250,10\n")
POINTS = {"A": {"load_per_mwh": 15.0, "generation_per_mwh": 10.0}, "B": {"load_per_mwh": 20.0, "generation_per_mwh": 5.0}}
KEYS: Mapping[str, tuple[str, Mapping[str, Any], Mapping[str, str]]] = {
    "american": ("american", NO_CONTRACTS, {"lines": CHARGE}),
    "canada": ("canada", WHOLE_SECTORS, {}),
    "commonwealth_gross": ("commonwealth_gross", NO_CONTRACTS, {}),
    "nordic": ("nordic", {**NO_CONTRACTS, "charges.points": POINTS}, {}),
    "china_pilot": ("china_pilot", {}, {}),
    "china_regional": ("china_regional", {}, {}),
    "seed_two_level": ("seed_two_level", {"market.surplus_deficit": "economic"}, {}),
    "seed_two_level_physical": ("seed_two_level", {"market.surplus_deficit": "physical"}, {}),
}
"""preset, keys beside it and files of the region, by example"""
STAMP = {"american", "canada", "commonwealth_gross", "china_pilot", "china_regional"}
"""which pay 30 on every MWh"""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("structures")


def run_of(out: Path, name: str, chain: str = "mirror") -> Run:
    """The example under a structure."""
    return made(out, name, chain)


@cache
def made(out: Path, name: str, chain: str) -> Run:
    """The same, made once."""
    try:
        open_chain(chain)
    except MissingExtra as missing:
        pytest.skip(str(missing))
    preset, keys, files = KEYS[name]
    folder = out / f"{name}-{chain}"
    folder.mkdir()
    return finished(write(folder, **files), out / f"runs-{name}-{chain}", {"structure.preset": preset, "run.chain": chain, **NONE, **keys})


def accounts(run: Run) -> dict[str, float]:
    """CNY of every account at the end; users of a zone together, as here they have one shape of load, and there each its own."""
    ledger = run.tables["ledger"]
    found = ledger.groupby("trader")["money"].sum().to_dict()
    return {**found, **{zone: found[f"{zone}L"] + found[f"{zone}H"] for zone in "AB"}}


def prices(run: Run) -> list[dict[str, float]]:
    """CNY/MWh by hour and zone, of the last stage."""
    table = run.tables["prices"].dropna().drop_duplicates(["hour", "zone"], keep="last").sort_values(["hour", "zone"])
    return [dict(zip(rows["zone"], rows["price_per_mwh"], strict=True)) for _, rows in table.groupby("hour")]


def outputs(run: Run) -> list[dict[str, float]]:
    """MWh by hour and plant that gives something."""
    table = run.tables["generation"].query("metered_mwh > 0 and role == 'plant'")
    return [dict(zip(rows["plant"], rows["metered_mwh"], strict=True)) for _, rows in table.groupby("hour")]


def flows(run: Run) -> list[float]:
    """MWh from A to B by hour."""
    table = run.tables["flows"]
    return [float(table[table["hour"] == hour].eval("(`from` == 'A') * sent_mwh - (`from` == 'B') * sent_mwh").sum()) for hour in range(2)]


# --- the worked figures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chain", ["mirror", "revm"])
@pytest.mark.parametrize("name", KEYS)
def test_output_flow_and_price_of_every_hour_are_those_worked_out(name: str, chain: str, out: Path) -> None:
    run, due = run_of(out, name, chain), WORKED[name]
    assert outputs(run) == [hour["output"] for hour in due["hours"]]
    assert flows(run) == [hour["flow"] for hour in due["hours"]]
    assert prices(run) == [hour["price"] for hour in due["hours"]]
    assert run.summary["generation_cost"] == due["cost"]


@pytest.mark.parametrize("name", KEYS)
def test_every_chain_leaves_the_same_digest_and_the_audit_finds_nothing(name: str, out: Path) -> None:
    runs = [run_of(out, name, chain) for chain in ("mirror", "revm")]
    assert runs[0].manifest["digest"] == runs[1].manifest["digest"]
    assert all(shengdian.audit(run).clean for run in runs)


def money(name: str) -> dict[str, float]:
    """What the example says that every account has: without the one contract and the rights of `american`, which no structure here has."""
    due = dict(WORKED[name]["money"])
    if name == "american":  # B1 sold 100 MW to BL at 200: the price of B is 180, then 260; BL has 100 MW of rights, worth 30 in hour 2
        due["B1"] += 100 * (180 - 200) + 100 * (260 - 200)
        due["BL"] -= 100 * (180 - 200) + 100 * (260 - 200) + 100 * 30
        due["rent"] += 100 * 30
    if name == "nordic":  # A1 delivers 100 MW to AL at 160 where the price is 185, then 230; owners of the line have the rent
        due["A1"] += 100 * (185 - 160) + 100 * (230 - 160)
        due["AL"] -= 100 * (185 - 160) + 100 * (230 - 160)
        due["rent"] = due["grid_owners"]
    if name == "canada":  # the example spreads the uplift of hour 2 over that hour's load, a bill that of a day over the day's, rounded up
        for user, load, late in (("AL", 290, 160), ("AH", 250, 140), ("BL", 470, 310), ("BH", 370, 260)):
            due[user] += 2000 * late / 870 - 1.45 * load
        due["rent"] += 1.45 * 1380 - 2000
    if name.startswith("seed"):  # the example lets everyone pay a stamp of 30 that the preset does not have
        for user, load in zip(("AL", "AH", "BL", "BH"), (290, 250, 470, 370), strict=True):
            due[user] += 30 * load
        due["grid"] -= 30 * 1380
    return due


@pytest.mark.parametrize("chain", ["mirror", "revm"])
@pytest.mark.parametrize("name", KEYS)
def test_every_account_has_what_was_worked_out(name: str, chain: str, out: Path) -> None:
    found, due = accounts(run_of(out, name, chain)), money(name)
    for account in (*COST, "grid", "rent"):
        assert found.get(account, 0) == pytest.approx(due.get(account, 0), abs=1e-6), account
    billed = run_of(out, name, chain).tables["bills"].groupby("supplier")["energy_mwh"].sum().to_dict()
    for zone in "AB":
        rest = found.get(f"{zone}_supplier", 0.0)
        assert -1e-6 <= rest < TICK * billed.get(f"{zone}_supplier", 0.0) + 1e-6, "the supplier keeps less than a tick on what it billed"
        assert found[zone] + rest == pytest.approx(due[f"{zone}L"] + due[f"{zone}H"], abs=0.011), zone


@pytest.mark.parametrize("chain", ["mirror", "revm", "eth-tester"])
def test_canada_pays_one_price_and_load_pays_what_redispatch_costs(chain: str, out: Path) -> None:
    run, due = run_of(out, "canada", chain), WORKED["canada"]
    assert (outputs(run), prices(run)) == tuple([hour[key] for hour in due["hours"]] for key in ("output", "price"))
    ledger = run.tables["ledger"]
    spent = ledger.query("trader == 'rent' and cause == 'rent'").groupby("hour")["money"].sum()
    assert [-spent.get(hour, 0.0) for hour in range(2)] == due["uplift"]
    uplift = ledger.query("cause == 'uplift'").set_index("trader")["money"]
    loads = {"AL": 270, "AH": 270, "BL": 420, "BH": 420}  # half of a zone's load each
    assert uplift[list(loads)].tolist() == [pytest.approx(-1.45 * load, abs=1e-6) for load in loads.values()]
    assert uplift["rent"] == pytest.approx(1.45 * 1380, abs=1e-6)
    found = accounts(run)
    for plant, cost in COST.items():  # nobody is paid less than the own offer
        given = sum(hour.get(plant, 0) for hour in outputs(run))
        assert found.get(plant, 0.0) >= cost * given
        assert found.get(plant, 0.0) == pytest.approx(due["money"][plant], abs=1e-6)
    kept = found["rent"] + found["A_supplier"] + found["B_supplier"]
    assert -found["A"] - found["B"] - kept == pytest.approx(due["users_pay"], abs=1e-6)
    assert run.manifest["digest"] == run_of(out, "canada").manifest["digest"]


@pytest.mark.parametrize("chain", ["mirror", "revm"])
def test_the_pool_of_argentina_with_its_capacity_payment_is_that_worked_out(chain: str, out: Path, tmp_path: Path) -> None:
    """The preset waits for other parts. Half of the stamp is on generation, and no part of audited cost."""
    try:
        open_chain(chain)
    except MissingExtra as missing:
        pytest.skip(str(missing))
    audited = {"structure.offers": "audited", "structure.audit_margin": 0.15}
    keys = {"structure.preset": "commonwealth_gross", "structure.capacity": 20.0, "structure.network.on_load": 0.5, **audited}
    keys |= {**NO_CONTRACTS, **NONE}
    (tmp_path / "region").mkdir()
    run = finished(write(tmp_path / "region"), tmp_path / "runs", {**keys, "run.chain": chain})
    found, due = accounts(run), WORKED["argentina"]["money"]
    assert (outputs(run), prices(run)) == tuple([hour[key] for hour in WORKED["argentina"]["hours"]] for key in ("output", "price"))
    assert [found[plant] for plant in COST] == [pytest.approx(due[plant], abs=1e-6) for plant in COST]
    rest = found["grid"] - due["grid"]  # 48,000 come back at 34.79 a MWh, rounded up
    assert rest == pytest.approx(34.79 * 1380 - 48_000, abs=1e-6)
    assert found["A"] + found["B"] + rest == pytest.approx(sum(due[user] for user in ("AL", "AH", "BL", "BH")), abs=0.011)
    assert found["rent"] == due["rent"]
    assert shengdian.audit(run).clean


def test_the_grid_gets_the_stamp_on_every_mwh(out: Path) -> None:
    for name in STAMP:
        ledger = run_of(out, name).tables["ledger"].query("cause == 'network'")
        assert ledger.query("trader == 'grid'")["money"].sum() == 30 * 1380
        assert ledger["money"].sum() == pytest.approx(0, abs=1e-6)


# --- reckoned anew -------------------------------------------------------------------------------------------------------------


def dispatch(load: Mapping[str, float], line: float, firm: Mapping[str, float], planned: float = 0.0) -> tuple[dict[str, float], float]:
    """MWh by plant and MWh from A to B at least cost, where `firm` runs in any case and `planned` flows besides."""
    plants = list(COST)
    rows = np.array([[plant[0] == zone for plant in plants] + [-1 if zone == "A" else 1] for zone in "AB"], float)
    wanted = [load["A"] + planned, load["B"] - planned]
    bounds = [(firm.get(plant, 0.0), CAPACITY) for plant in plants] + [(-line, line)]
    solved = linprog([*COST.values(), 0], A_eq=rows, b_eq=wanted, bounds=bounds)
    assert solved.success
    output = {plant: round(each, 6) for plant, each in zip(plants, solved.x[:-1], strict=True) if each > 1e-6}
    return output, round(solved.x[-1], 6)


def equal_shares(load: Mapping[str, float], share: float) -> dict[str, float]:
    """MWh by plant: a share of a zone's load, the same for its three plants."""
    return {plant: round(share * load[plant[0]] / 3, 6) for plant in COST}


CASES: Sequence[tuple[str, float, float]] = [
    ("american", LINE, 0.0),
    ("canada", LINE, 0.0),
    ("commonwealth_gross", LINE, 0.0),
    ("nordic", LINE, 0.0),
    ("china_pilot", 0.0, 0.8),
    ("china_regional", LINE, 0.8),
    ("seed_two_level", LINE, 0.8),
]


@pytest.mark.parametrize(("name", "line", "share"), CASES)
def test_a_linear_program_says_the_same_as_the_example_and_the_run(name: str, line: float, share: float, out: Path) -> None:
    for hour in range(2):
        load = {zone: float(LOAD[zone][hour]) for zone in "AB"}
        output, sent = dispatch(load, line, equal_shares(load, share))
        assert output == outputs(run_of(out, name))[hour] == WORKED[name]["hours"][hour]["output"]
        assert sent == flows(run_of(out, name))[hour]


@pytest.mark.parametrize("preset", ["american", "commonwealth_gross"])
def test_financial_contracts_change_who_pays_and_nothing_else(preset: str, out: Path, tmp_path: Path) -> None:
    (tmp_path / "region").mkdir()
    files = KEYS[preset][2]
    run = finished(write(tmp_path / "region", **files), tmp_path / "runs", {"structure.preset": preset, **NONE})
    without = run_of(out, preset)
    assert (outputs(run), prices(run), flows(run)) == (outputs(without), prices(without), flows(without))
    found, before = accounts(run), accounts(without)
    for plant in COST:  # a third of 80 % of the zone's load at the benchmark less the price
        due = sum(0.8 * LOAD[plant[0]][hour] / 3 * (BENCHMARK[plant[0]] - prices(run)[hour][plant[0]]) for hour in range(2))
        assert found[plant] - before.get(plant, 0) == pytest.approx(due, abs=1e-6)
    assert found["grid"] == before["grid"]
    assert sum(found[zone] + found.get(f"{zone}_supplier", 0) for zone in "AB") - sum(
        before[zone] + before.get(f"{zone}_supplier", 0) for zone in "AB"
    ) == pytest.approx(sum(before.get(plant, 0) - found[plant] for plant in COST), abs=1e-6)
    assert shengdian.audit(run).clean


PLANNED = "line,direction,month,mw\n" + "".join(f"A-B,forward,{month},90\n" for month in range(1, 13))


def test_china_2016_lets_the_plan_flow_whatever_prices_say(tmp_path: Path) -> None:
    """The example takes 80 % of a zone's own load and puts the export on top; a share here is of net load, which has the export in it.

    Prices are the same; output is that of a program with the plan's energy in the net loads.
    """
    (tmp_path / "region").mkdir()
    run = finished(write(tmp_path / "region", planned_flows=PLANNED), tmp_path / "runs", {"structure.preset": "china_2016"})
    assert prices(run) == [hour["price"] for hour in WORKED["china_2016"]["hours"]]
    load = run.tables["load"].query("role == 'exchange'")
    assert load["contracted_mwh"].tolist() == [90, 90]
    for hour in range(2):
        net = {"A": LOAD["A"][hour] + 90.0, "B": LOAD["B"][hour] - 90.0}
        output, _ = dispatch({zone: float(LOAD[zone][hour]) for zone in "AB"}, 0.0, equal_shares(net, 0.8), planned=90.0)
        assert output == outputs(run)[hour]
    assert shengdian.audit(run).clean


# --- laws ----------------------------------------------------------------------------------------------------------------------


def test_contracts_that_are_delivered_cost_more_than_none_and_trade_takes_some_of_it_back(out: Path) -> None:
    cost = {name: run_of(out, name).summary["generation_cost"] for name in KEYS}
    assert cost["american"] == cost["canada"] == cost["commonwealth_gross"] == cost["nordic"] < cost["china_regional"]
    assert cost["china_regional"] == cost["seed_two_level"] < cost["seed_two_level_physical"] == cost["china_pilot"]


@pytest.mark.parametrize("name", KEYS)
def test_all_load_is_served_and_money_sums_to_nothing_by_cause(name: str, out: Path) -> None:
    run = run_of(out, name)
    assert run.summary["served_mwh"] == 1380
    ledger = run.tables["ledger"]
    for _, rows in ledger.groupby("hour"):
        together = rows["cause"].replace(dict.fromkeys(("auction", "regional", "wheeling", "rent", "loss"), "hour"))
        assert rows.groupby(together)["money"].sum().abs().max() < 1e-6


def test_prices_are_below_the_cap(out: Path) -> None:
    assert all(price < CAP for name in KEYS for hour in prices(run_of(out, name)) for price in hour.values())


# --- the guide -----------------------------------------------------------------------------------------------------------------

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "structures.md"


def test_guide_shows_these_hours(out: Path) -> None:
    lines = GUIDE.read_text(encoding="utf-8").partition("| structure |")[2].partition("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert len(rows) == len(KEYS)
    for name, (words, *said) in zip(KEYS, rows, strict=True):
        run = run_of(out, name)
        assert words.startswith(f"`{KEYS[name][0]}`")
        due = [f"{hour['A']:g} / {hour['B']:g}" for hour in prices(run)]
        assert said == [*due, ", ".join(f"{each:g}" for each in flows(run)), f"{run.summary['generation_cost']:,.0f}"]
    more = run_of(out, "china_regional").summary["generation_cost"] - run_of(out, "commonwealth_gross").summary["generation_cost"]
    assert f"costs {more:,.0f} more" in GUIDE.read_text(encoding="utf-8")
