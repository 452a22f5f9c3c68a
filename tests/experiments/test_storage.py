"""Storage of a region in the market: the worked example by hand, its figures, its audit, and the same run on every chain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import count
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from shengdian import agents
from shengdian.audit import audit
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.results.balance import balance
from shengdian.experiments.results.compare import cells, comparison
from shengdian.experiments.results.figures.generation import generation_mix
from shengdian.experiments.results.metrics import SUMMED, Tally, tally
from shengdian.experiments.results.welfare import parts_of
from shengdian.experiments.runs.experiment import run_config
from shengdian.experiments.runs.one_run import run_single
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.adapters import revm
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.base.storage_spec import StorageSpec
from shengdian.sim.model import Model
from shengdian.sim.record.finished_run import Run, load
from tests.experiments import one_zone
from tests.experiments.audited import SMALL, VARIANTS, altered, retable

CHAINS = ["mirror", "pyevm", pytest.param("revm", marks=pytest.mark.skipif(not revm.installed(), reason="revm needs the extra `fast`"))]
WITHOUT, WITH = 6_200_000_000, 5_628_000_000
"""least cost of the load in 1e-5 CNY: 62,000 CNY without the storage and 56,280 CNY with it"""
STORED = {"strategies.storage.name": "spread"}


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return one_zone.write(tmp_path_factory.mktemp("zone"))


def finished(folder: Path, out: Path, chain: str = "mirror", keys: Mapping[str, Any] = STORED) -> Run:
    return one_zone.finished(folder, out, {"run.chain": chain, **keys})


@pytest.fixture(scope="module")
def run(zone: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return finished(zone, tmp_path_factory.mktemp("out"))


# --- by hand ------------------------------------------------------------------------------------------------------------------------


def test_worked_example_is_as_reckoned_by_hand(run: Run) -> None:
    orders = run.tables["orders"].query("role == 'storage'")
    assert list(orders["side"]) == ["buy", "buy", "sell", "sell"]
    assert list(orders["price_per_mwh"]) == [243.0, 243.0, 123.46, 123.46]
    assert list(orders["filled_mwh"]) == [20.0, 20.0, 20.0, 12.4]
    assert list(orders["paid_price_per_mwh"]) == [100.0, 100.0, 300.0, 300.0]
    rows = run.tables["storage"]
    assert list(rows["held_mwh"]) == [18.0, 36.0, 13.777, 0.0]
    assert list(rows["money"]) == [-2000.0, -2000.0, 6000.0, 3720.0]


def test_profit_of_the_worked_example_is_what_the_system_saves(run: Run, zone: Path, tmp_path: Path) -> None:
    without, having = (tally(each.tables, 4) for each in (finished(zone, tmp_path, keys={}), run))
    assert without.sums["generation.cost"] == WITHOUT
    assert having.sums["generation.cost"] == WITH
    assert having.money["A_lake"] == 572_000_000 == having.welfare() - without.welfare()
    assert run.summary["storage_surplus"] == 5720.0
    assert (run.summary["storage_bought_mwh"], run.summary["storage_sold_mwh"]) == (40.0, 32.4)


def test_what_is_left_is_worth_what_was_paid_for_as_much(run: Run) -> None:
    """After hour 2 of the worked example 13.777 MWh are left, and the 40 MWh bought cost 100 each."""
    totals = Tally()
    totals.add({name: run.tables.between(name, 0, 3) for name in SUMMED})
    early = totals.summary(run.manifest)
    assert (early["storage_left_mwh"], early["storage_left_worth"]) == (13.777, 1377.7)
    assert (run.summary["storage_left_mwh"], run.summary["storage_left_worth"]) == (0.0, 0.0)


def test_a_storage_that_never_trades_earns_nothing(zone: Path, tmp_path: Path) -> None:
    """Two hours are alike: none is below their median."""
    idle = finished(zone, tmp_path, keys={**STORED, "run.hours": 2})
    assert [idle.summary[f"storage_{key}"] for key in ("surplus", "bought_mwh", "left_mwh", "left_worth")] == [0.0, 0.0, 0.0, 0.0]


def test_comparison_has_rows_of_storage_only_where_there_is_some(run: Run, zone: Path, tmp_path: Path) -> None:
    without = finished(zone, tmp_path, keys={})
    labels = [[row[0] for row in cells(comparison([each]))] for each in (run, without)]
    assert set(labels[0]) - set(labels[1]) == {"what storage earns", "bought by storage", "sold by storage"}


def test_surpluses_sum_to_the_welfare_and_storage_has_its_own(run: Run) -> None:
    found = tally(run.tables, 4)
    parts = parts_of(found, 0, Fraction(0))
    assert parts["storages", "A"] == 572_000_000
    assert sum(parts.values()) == sum(found.surpluses().values()) == found.welfare()
    assert balance(run.tables, 4) == []
    assert (run.summary["money_sum"], run.summary["energy_imbalance_mwh"]) == (0, 0)


def test_storage_is_no_load_and_no_plant(run: Run, zone: Path, tmp_path: Path) -> None:
    without = finished(zone, tmp_path, keys={})
    for key in ("load_mwh", "served_mwh", "unserved_mwh"):
        assert run.summary[key] == without.summary[key]
    assert set(run.tables["generation"]["plant"]) == {"A_base", "A_peak"}
    assert without.tables["storage"].empty


def test_figure_of_generation_shows_what_storage_gives_and_takes(run: Run) -> None:
    """Where everybody is served, the stack reaches the line of what is asked for."""
    (axis,) = generation_mix([run]).axes[:1]
    *bands, asked = [patch.get_data() for patch in axis.patches]
    assert asked.values.tolist() == [0.08, 0.08, 0.15, 0.15]
    assert [max(band.values[hour] for band in bands) for hour in range(4)] == pytest.approx(asked.values.tolist())


# --- chains, audits, resuming -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chain", CHAINS)
def test_chains_leave_the_same_digest_and_table(chain: str, run: Run, zone: Path, tmp_path: Path) -> None:
    other = finished(zone, tmp_path, chain)
    assert other.digest == run.digest
    assert other.tables["storage"].equals(run.tables["storage"])


def test_audit_is_clean_and_decides_the_same_again(run: Run) -> None:
    verdict = audit(run, rerun=True)
    assert verdict.differences == ()
    assert verdict.counted["storage"] == 4


@pytest.mark.parametrize("column", ["storage", "zone", "tech", "bought_mwh", "sold_mwh", "held_mwh", "money"])
def test_changed_table_is_found_and_placed(column: str, run: Run, tmp_path: Path) -> None:
    copied = Path(copytree(run, tmp_path / "run"))
    retable(copied, "storage", lambda rows: altered(rows, 2, column))
    (found,) = audit(copied).differences
    assert (found.table, found.row) == ("storage", 2)
    assert column in found.sentence
    assert found.block is not None


BEYOND = [
    ("can_buy", 25_000, "A_lake wants to buy 25000 kWh in hour 0; its power is 20000"),
    ("can_sell", 19_999, "hour 3 leaves A_lake with -8443 kWh; it holds 0 to 40000"),
]


@pytest.mark.parametrize(("room", "energy", "sentence"), BEYOND)
def test_storage_that_orders_beyond_what_it_can_is_found(
    room: str, energy: int, sentence: str, zone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chain takes the order of a storage that ends up with less than nothing, or has not the power; the audit does not."""
    with monkeypatch.context() as lying:
        lying.setattr(StorageSpec, room, lambda self, left: energy)
        told = finished(zone, tmp_path)
    found = audit(told).differences
    assert sentence in [each.sentence for each in found]
    assert all(each.transaction for each in found)


STOPPED = {**SMALL, **STORED, "run.hours": 26, "run.design": "coupled", "region.zones": ["GD", "SX"]}


def test_run_that_was_stopped_and_resumed_is_the_same(tmp_path: Path) -> None:
    config, done = override(load_config("base"), STOPPED), count(1)

    def stop(more: int, before: bool) -> None:
        if next(done) == 25:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_single(config, tmp_path / "stopped", stop)
    resumed = load(run_single(config, tmp_path / "stopped", resume=True))
    whole = load(run_single(config, tmp_path / "whole"))
    assert resumed.digest == whole.digest
    assert resumed.tables["storage"].equals(whole.tables["storage"])
    assert resumed.tables["storage"]["bought_mwh"].sum() > 0
    assert audit(resumed, rerun=True).differences == ()


EVERY = {name: keys for name, keys in VARIANTS.items() if name.startswith("everything") or name in ("day ahead", "sealed pay-as-bid")}


@pytest.mark.long
@pytest.mark.parametrize("variant", EVERY)
def test_storage_balances_and_audits_clean_under_every_rule(variant: str, tmp_path: Path) -> None:
    made = load(run_config(override(load_config("base"), {**SMALL, **EVERY[variant], **STORED}), tmp_path)[0])
    assert len(made.tables["storage"]) == 2 * made.hours
    found = tally(made.tables, made.hours)
    assert sum(found.surpluses().values()) == found.welfare()
    assert balance(made.tables, made.hours) == []
    assert audit(made, rerun=True).differences == ()


def hours(keys: Mapping[str, Any]) -> Iterator[HourResult]:
    scenario = build_scenario(override(load_config("base"), {**SMALL, **STORED, **keys}), keys["run.design"], 1)
    model = Model(scenario, agents.build)
    for _ in range(scenario.hours):
        yield model.step_hour()


@pytest.mark.parametrize("design", ["coupled", "two_stage", "day_ahead"])
def test_what_is_held_follows_from_all_trades_exactly(design: str) -> None:
    """held x efficiency = at first + both efficiencies x bought - sold, in 1e-12 kWh, and within its size."""
    keys = {"run.design": design, "run.hours": 30, "region.zones": ["GD", "SX"]}
    bought, sold = 0, 0
    size, efficiency = 36_480_000, 866_000
    for result in hours(keys):
        (row,) = (each for each in result.storage if each.zone == "GD")
        bought, sold = bought + row.bought, sold + row.sold
        assert row.left == size // 2 * efficiency * 10**6 + bought * efficiency**2 - sold * 10**12
        assert 0 <= row.left <= size * efficiency * 10**6
        assert row.held == row.left // (efficiency * 10**6)
        assert not (row.bought and row.sold)
        assert max(row.bought, row.sold) <= 6_080_000
    assert sold > 0


# --- configs ------------------------------------------------------------------------------------------------------------------------


def test_storage_stays_out_where_the_config_leaves_it_out() -> None:
    config = override(load_config("base"), SMALL)
    assert "storage" not in config.resolved()["strategies"]
    assert build_scenario(config, "coupled", 1).storages == ()


OWN = '''"""Does nothing."""


class Strategy:
    kind = "storage"
    known = {}

    def propose(self, me, view, rng, room):
        return None
'''
MINE = """question = "?"
[strategies.storage]
name = "spread"
[[strategies.own]]
plant = "GD_pumped_hydro_1"
name = "idle"
parameters = {}
"""


def test_a_single_storage_may_have_a_strategy_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "idle.py").write_text(OWN, encoding="utf-8")
    (tmp_path / "mine.toml").write_text(MINE, encoding="utf-8")
    chosen = {each.id: each.strategy for each in build_scenario(load_config(tmp_path / "mine.toml"), "coupled", 1).storages}
    assert chosen.pop("GD_pumped_hydro_1") == "idle"
    assert set(chosen.values()) == {"spread"}


def test_a_sweep_may_vary_who_decides() -> None:
    assert override(load_config("base"), {"sweep.grid": {"strategies.storage.name": ["spread"]}}).sweep.grid


def own(plant: str, name: str) -> Mapping[str, Any]:
    return {"strategies.own": [{"plant": plant, "name": name, "parameters": {}}]}


REFUSED = [
    ({**STORED, **own("SX_pumped_hydro_1", "markup")}, r"strategies\.own\[0\]\.name is 'markup'; allowed: spread"),
    (own("SX_pumped_hydro_1", "spread"), r"strategies\.own\[0\]\.name is 'spread'; allowed: "),
    ({"strategies.storage.name": "markup"}, r"strategies\.storage\.name is 'markup'; allowed: spread"),
    ({"strategies.plants.name": "spread"}, r"strategies\.plants\.name is 'spread'; allowed: "),
    ({**STORED, "region.zones": ["SC"]}, r"strategies\.storage is there, but storage\.csv of the region has nothing in the zones"),
    ({**STORED, "strategies.storage.parameters": {"margin": 1.0}}, r"strategies\.storage\.parameters: unknown key margin"),
]


@pytest.mark.parametrize(("keys", "sentence"), REFUSED)
def test_config_that_storage_cannot_use_is_refused_in_a_sentence(keys: Mapping[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        override(load_config("base"), {**SMALL, **keys})
