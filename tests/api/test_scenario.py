"""Scenarios made in Python: figures that can be reckoned by hand, whole run directories, refusals in one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import shengdian
from shengdian.experiments.config.loading import load_config
from shengdian.sim.record.run_folder import sha256_of
from tests.api.scenarios import two_zones


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> shengdian.Run:
    return shengdian.run_scenario(two_zones(), tmp_path_factory.mktemp("runs"))


def test_each_zone_has_the_price_of_its_own_plant_where_the_line_is_full(run: shengdian.Run) -> None:
    prices = run.tables["prices"]
    assert dict(zip(prices["zone"], prices["price_per_mwh"], strict=True)) == {"N": 0.0, "S": 300.0}


def test_the_line_carries_its_capacity_and_diesel_the_rest(run: shengdian.Run) -> None:
    assert run.tables["flows"]["sent_mwh"].tolist() == [50.0, 50.0]
    metered = run.tables["generation"].groupby("plant")["metered_mwh"].sum()
    assert metered.to_dict() == {"diesel": 60.0, "wind": 100.0}


def test_figures_are_those_reckoned_by_hand(run: shengdian.Run) -> None:
    assert run.summary["generation_cost"] == 2 * 30 * 300
    assert run.summary["consumer_payment"] == 2 * 80 * 300
    assert run.summary["congestion_rent"] == 2 * 50 * 300
    assert run.summary["welfare"] == 2 * (80 * 1500 - 30 * 300)


def test_money_and_energy_sum_to_zero(run: shengdian.Run) -> None:
    assert run.tables["ledger"]["money"].sum() == 0
    assert run.summary["money_sum"] == run.summary["energy_imbalance_mwh"] == 0


def test_losses_and_charges_of_a_line_are_paid(tmp_path: Path) -> None:
    lossy = shengdian.Scenario(
        "lossy",
        zones=["N", "S"],
        plants=[shengdian.Plant("wind", "N", 100, 90)],
        users=[shengdian.User("town", "S", demand_mw=45)],
        lines=[shengdian.Line("N", "S", capacity_mw=80, charge_per_mwh=9, loss=0.1)],
        hours=1,
    )
    run = shengdian.run_scenario(lossy, tmp_path, design="coupled", chain="mirror")
    assert run.tables["flows"][["sent_mwh", "received_mwh", "wheeling"]].to_numpy().tolist() == [[50.0, 45.0, 450.0]]
    assert run.tables["prices"]["price_per_mwh"].tolist() == [90.0, 110.0]


def test_values_by_hour_and_a_reservoir_bind_in_their_hours(tmp_path: Path) -> None:
    scenario = shengdian.Scenario(
        "hours",
        zones=["A"],
        plants=[
            shengdian.Plant("sun", "A", 50, 0, available_mw=[0, 50]),
            shengdian.Plant("water", "A", 50, 10, energy_mwh=60),
            shengdian.Plant("diesel", "A", 100, 300, emission_t_mwh=0.8),
        ],
        users=[shengdian.User("town", "A", demand_mw=[60, 60])],
        hours=2,
    )
    run = shengdian.run_scenario(scenario, tmp_path, design="coupled", chain="mirror")
    metered = run.tables["generation"].pivot_table(index="hour", columns="plant", values="metered_mwh")
    assert metered[["sun", "water", "diesel"]].to_numpy().tolist() == [[0, 30, 30], [50, 10, 0]]
    assert run.summary["co2_t"] == pytest.approx(30 * 0.8)


def test_the_directory_is_whole_and_holds_the_scenario(run: shengdian.Run) -> None:
    assert shengdian.load(run.directory).run_id == run.run_id
    assert run.manifest["contents"]["scenario.json"] == sha256_of(run.directory / "scenario.json")
    assert run.config["scenario"]["sha256"] == sha256_of(run.directory / "scenario.json")


@pytest.mark.long
@pytest.mark.parametrize("rules", [{}, {"contracts.share": 0.5}, {"settlement.deviation": "pre_listed", "collateral.required": True}])
@pytest.mark.parametrize("design", ["provincial", "two_stage", "corridor_matching", "coupled", "day_ahead"])
def test_audit_of_every_design_is_clean(design: str, rules: dict[str, object], tmp_path: Path) -> None:
    made = shengdian.run_scenario(two_zones(hours=1), tmp_path, design=design, **rules)
    assert shengdian.audit(made).differences == ()


def test_audit_says_what_it_takes_from_the_scenario(run: shengdian.Run) -> None:
    assert any("made in Python" in note for note in shengdian.audit(run).notes)


def test_audit_refuses_another_scenario_in_its_place(tmp_path: Path) -> None:
    made = shengdian.run_scenario(two_zones(hours=1), tmp_path)
    path = made.directory / "scenario.json"
    path.write_bytes(path.read_bytes().replace(b'"cost":30000', b'"cost":20000'))
    with pytest.raises(shengdian.InputError, match=r"not the scenario that config.toml names"):
        shengdian.audit(made)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda world: world.update(zones="N"), "zones: Input should be a valid"),
        (lambda world: world["plants"][0].update(cost=0.5), "plants.0.cost: Input should be a valid integer"),
        (lambda world: world.update(note="mine"), "holds what no run writes"),
        (lambda world: world["users"][0].update(demand=[80000]), "demand has 1 values; the scenario has 2 hours"),
    ],
)
def test_damaged_scenario_file_is_refused(change: Callable[[dict[str, object]], None], sentence: str, tmp_path: Path) -> None:
    made = shengdian.run_scenario(two_zones(), tmp_path)
    path = made.directory / "scenario.json"
    world = json.loads(path.read_text())
    change(world)
    path.write_text(json.dumps(world, separators=(",", ":")) + "\n")
    with pytest.raises(shengdian.InputError, match=f"scenario.json: .*{sentence}"):
        shengdian.audit(made)


def test_designs_and_seeds_of_a_scenario_are_compared(tmp_path: Path) -> None:
    runs = shengdian.run(two_zones(hours=1), design=["provincial", "coupled"], seed=[1, 2], out=tmp_path)
    gained = shengdian.compare(runs).frame("difference").loc["welfare", "coupled"]
    assert gained == 50 * 300
    assert {"comparison", "flows", "prices"} <= set(shengdian.figures(runs))


def test_report_of_a_scenario_names_its_zones_and_is_written(run: shengdian.Run, tmp_path: Path) -> None:
    assert "two-zones" in shengdian.report(run, tmp_path / "page.html").read_text()


def test_fewer_hours_can_be_run_and_more_are_refused(tmp_path: Path) -> None:
    assert shengdian.run_scenario(two_zones(), tmp_path, hours=1).hours == 1
    with pytest.raises(shengdian.InputError, match=r"run.hours is 3; the scenario has 2 hours"):
        shengdian.run_scenario(two_zones(), tmp_path, hours=3)


def test_a_scenario_gone_on_with_is_kept(tmp_path: Path) -> None:
    first = shengdian.run_scenario(two_zones(hours=1), tmp_path)
    written = (first.directory / "manifest.json").stat().st_mtime_ns
    shengdian.run_scenario(two_zones(hours=1), tmp_path, resume=True)
    assert (first.directory / "manifest.json").stat().st_mtime_ns == written


def test_the_config_of_a_scenario_is_no_config_of_its_own(run: shengdian.Run) -> None:
    with pytest.raises(shengdian.InputError, match=r"run it again with shengdian.run_scenario"):
        load_config(run.directory / "config.toml")


def plant(**changes: object) -> shengdian.Plant:
    return shengdian.Plant(**{"id": "p", "zone": "A", "capacity_mw": 10, "cost_per_mwh": 1, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"zones": []}, "zones is empty"),
        ({"zones": ["A", "A"]}, "two of kind zone or hub are called 'A'"),
        ({"plants": []}, "plants is empty"),
        ({"plants": [plant(zone="B")]}, "p: zone is 'B'; zones: A"),
        ({"plants": [plant(), plant()]}, "two of kind plant or user are called 'p'"),
        ({"plants": [plant(id="A_supplier")]}, "a name that the market uses itself"),
        ({"plants": [plant(id="a/b")]}, "no '/'"),
        ({"plants": [plant(technology="exchange")]}, "technology is 'exchange'"),
        ({"plants": [plant(capacity_mw=0.0004)]}, "capacity_mw is 0.0004; it should be 0.001 MW"),
        ({"plants": [plant(capacity_mw=float("nan"))]}, "capacity_mw is nan; it should be a number"),
        ({"plants": [plant(cost_per_mwh="cheap")]}, "cost_per_mwh is 'cheap'; it should be a number"),
        ({"plants": [plant(available_mw=20)]}, "available is 20000 kWh in some hour, above the capacity, 10000 kWh"),
        ({"plants": [plant(available_mw=[1, 2, 3])]}, "available_mw has 3 values; the scenario has 2 hours"),
        ({"plants": [plant(energy_mwh=[1, 2])]}, "energy_mwh has 2 values; the scenario has 1 days"),
        ({"plants": [plant(strategy="elastic")]}, "strategy 'elastic' is for users, not for plants"),
        ({"plants": [plant(strategy="markup", parameters={"markups": 1})]}, "did you mean 'markup'"),
        ({"users": [shengdian.User("u", "A", -1)]}, "demand_mw is -1; it should be 0 or more"),
        ({"lines": [shengdian.Line("A", "B", 1)]}, "'B' is no zone and no hub"),
        ({"lines": [shengdian.Line("A", "A", 1)]}, "it should go from one zone or hub to another"),
        ({"lines": [shengdian.Line("A", "H", 1, loss=1)], "hubs": ["H"]}, "loss is 1; it should be a share below 1"),
        ({"hours": 0}, "hours is 0"),
        ({"name": "../x"}, "name is '../x'"),
        ({"designs": "coupled"}, "unknown word 'designs'.*did you mean 'design'"),
        ({"region": {"provinces": ["GD"]}}, "unknown word 'region'"),
        ({"market": {"price_cap_per_mwh": -1.0}}, "market.price_cap_per_mwh is -1.0; it should be greater"),
        ({"market.mechanism": "pay-as-bid"}, "design 'two_stage' cannot use"),
    ],
)
def test_scenario_that_cannot_be_is_refused_in_one_sentence(given: dict[str, object], sentence: str) -> None:
    whole = {"name": "one", "zones": ["A"], "plants": [plant()], "users": [shengdian.User("u", "A", 1)], "hours": 2, **given}
    with pytest.raises(shengdian.InputError, match=sentence) as refused:
        shengdian.Scenario(**whole)  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)


def test_defaulter_that_nobody_is_called_is_refused(tmp_path: Path) -> None:
    with pytest.raises(shengdian.InputError, match=r"collateral.defaults\[0\] is 'towm'.*did you mean 'town'"):
        shengdian.run_scenario(two_zones(), tmp_path, **{"collateral.required": True, "collateral.defaults": ["towm"]})
    assert list(tmp_path.iterdir()) == []


def test_several_seeds_are_not_one_run(tmp_path: Path) -> None:
    with pytest.raises(shengdian.InputError, match=r"for several use shengdian.run"):
        shengdian.run_scenario(two_zones(), tmp_path, seed=[1, 2])


def test_a_scenario_has_no_workers(tmp_path: Path) -> None:
    with pytest.raises(shengdian.InputError, match="workers is for configs"):
        shengdian.run(two_zones(), out=tmp_path, workers=2)


def test_scenario_shows_itself_and_escapes_names() -> None:
    scenario = shengdian.Scenario("<s>", zones=["<A>"], plants=[plant(zone="<A>")], users=[], hours=1)
    assert repr(scenario) == "Scenario '<s>': 1 zones, 1 plants, 0 users, 0 lines, 1 hours"
    assert "&lt;A&gt;" in scenario._repr_html_()
    assert "<A>" not in scenario._repr_html_()
