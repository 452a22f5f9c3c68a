"""Everything decided again from the config: what agents of another config sent, in another order or not at all, is named."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import shengdian
from shengdian import agents
from shengdian.audit import audit
from shengdian.audit.anchor import anchors
from shengdian.audit.tamper.attacks.collusion import Rewritten, without_one
from shengdian.audit.tamper.books import Books
from shengdian.cli import main
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import resume_all, run_config
from shengdian.experiments.runs.one_run import run_single
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.schema import Config
from shengdian.sim import model as model_file
from shengdian.sim.base.errors import InputError
from shengdian.sim.model import Model
from shengdian.sim.record.tables import SCHEMAS
from shengdian.sim.scenario import Scenario
from tests.api.scenarios import two_zones
from tests.experiments.audited import SMALL, VARIANTS, altered, copy, finished, retable
from tests.experiments.test_own_auctions import ran
from tests.experiments.test_own_code import a_run
from tests.faults.runs import stop_after

SOME = ("two stages", "sealed", "day ahead", "deviations", "collateral", "corridors", "learning", "financial")


def config(**keys: Any) -> Config:
    return override(load_config("base"), {**SMALL, **keys})


def first(run: Path) -> str:
    """What deciding again finds first; without it the run is clean, though all its anchors are known."""
    assert audit(run, published=anchors(run)).differences == ()
    return audit(run, published=anchors(run), rerun=True).differences[0].sentence


@pytest.mark.parametrize("variant", [*SOME, *(pytest.param(name, marks=pytest.mark.slow) for name in VARIANTS if name not in SOME)])
def test_honest_run_is_decided_again_as_it_was(variant: str) -> None:
    verdict = audit(finished(variant), rerun=True)
    assert verdict.differences == ()
    assert verdict.counted["decided"] == verdict.counted["transactions"]


@pytest.mark.parametrize("chain", ["pyevm", "eth-tester"])
def test_run_of_every_chain_is_decided_again_on_the_mirror(chain: str) -> None:
    assert audit(finished("two stages", chain), rerun=True).differences == ()


def test_run_with_front_runners_is_decided_again(tmp_path: Path) -> None:
    keys = {"run.hours": 2, "run.chain": "mirror", "sweep.grid": {}, "market.ordering": "adversarial"}
    (run,) = run_config(override(load_config("sealed-vs-open"), keys), tmp_path)
    assert audit(run, rerun=True).differences == ()


@pytest.mark.parametrize("chain", ["pyevm", "mirror"])
def test_auction_of_a_users_own_is_decided_again_without_its_files(chain: str, tmp_path: Path) -> None:
    assert audit(ran(tmp_path, chain), rerun=True).differences == ()


def test_scenario_made_in_python_is_decided_again(tmp_path: Path) -> None:
    run = shengdian.run_scenario(two_zones(), tmp_path)
    verdict = audit(run, rerun=True)
    assert verdict.differences == ()
    assert verdict.counted["decided"] > 10


def test_resumed_run_is_decided_again(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_single(config(**VARIANTS["learning"]), tmp_path, stop_after(24))
    assert audit(resume_all(tmp_path)[0], rerun=True).differences == ()


LIES: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "a markup declared as marginal cost": (
        {"strategies.plants.name": "markup", "strategies.plants.parameters": {"markup": 0.3}},
        {},
    ),
    "coal at half its cost": ({}, {"costs.fuel_factor.coal": 0.5}),
    "heat rates without a spread": ({"costs.heat_rate_spread": 0.2}, {"costs.heat_rate_spread": 0.0}),
}
"""by name: the keys by which agents really decide, and those that are declared"""


def lying(out: Path, true: Mapping[str, Any], declared: Mapping[str, Any]) -> Path:
    """A run whose agents decide by other keys than its config declares; all else is as declared."""
    real = build_scenario(config(**true), "two_stage", 1)

    def other(model: Model, scenario: Scenario) -> Sequence[Any]:
        return agents.build(model, real)

    return run_single(config(**declared, **{"run.design": "two_stage"}), out, build_agents=other)


@pytest.mark.parametrize("lie", LIES)
def test_agents_of_another_config_than_the_one_declared_are_found(lie: str, tmp_path: Path) -> None:
    true, declared = LIES[lie]
    found = first(lying(tmp_path, true, declared))
    assert "of hour 0 is to sell " in found
    assert found.startswith("the order of S")
    assert "; the config decides to sell " in found


def test_orders_put_in_another_order_than_declared_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest: Callable[..., Any] = model_file.arrange
    monkeypatch.setattr(model_file, "arrange", lambda ordering, *more: honest("seeded", *more))
    run = run_single(config(**{"market.ordering": "fifo"}), tmp_path)
    monkeypatch.undo()
    found = first(run)
    assert found.startswith("place ")
    assert "of hour 0 has the order of " in found
    assert "under the config's ordering it is the order of " in found


def test_order_that_the_operator_dropped_is_found(tmp_path: Path) -> None:
    run = run_single(config(), tmp_path, build_agents=lambda model, scenario: Rewritten(agents.build(model, scenario), without_one))
    assert "of hour 1 is missing; under the config it is to " in first(run)


def test_changed_memory_of_an_agent_is_found(tmp_path: Path) -> None:
    run = copy("learning", tmp_path)
    retable(run, "learning", lambda rows: altered(rows, 3, rows.column_names[-1]))
    rows = pq.read_table(run / "learning.parquet").cast(SCHEMAS["learning"])
    pq.write_table(rows, run / "learning.parquet")
    Books({}, run).hash_files()
    assert audit(run, published=anchors(run)).clean
    difference = audit(run, rerun=True).differences[0]
    assert (difference.table, difference.row) == ("learning", 3)


def test_rows_of_memory_that_are_missing_are_found(tmp_path: Path) -> None:
    run = copy("learning", tmp_path)
    retable(run, "learning", lambda rows: rows.slice(0, len(rows) - 1))
    assert any(difference.table == "learning" for difference in audit(run, rerun=True).differences)


def test_record_that_goes_on_or_ends_early_is_not_decided_again(tmp_path: Path) -> None:
    longer, shorter = (run_config(config(**{"run.hours": hours}), tmp_path)[0] for hours in (3, 2))
    (longer / "config.toml").write_bytes((shorter / "config.toml").read_bytes())
    assert not audit(longer, rerun=True).clean


def test_strategy_of_a_users_own_is_carried_out_only_where_it_is_asked_and_the_same(tmp_path: Path) -> None:
    run = a_run(tmp_path)
    verdict = audit(run, rerun=True)
    assert verdict.clean
    assert [note for note in verdict.notes if "greedy.py was carried out to decide again" in note]
    (tmp_path / "greedy.py").write_text("raise RuntimeError('carried out')\n", encoding="utf-8")
    assert audit(run).clean
    with pytest.raises(InputError, match=r"'greedy' cannot decide again: .* which is another one now"):
        audit(run, rerun=True)


def test_run_with_random_salts_cannot_be_decided_again(tmp_path: Path) -> None:
    (run,) = run_config(config(**{"market.bids": "sealed", "market.salts": "random"}), tmp_path)
    assert audit(run).clean
    with pytest.raises(InputError, match="salts were drawn at random"):
        audit(run, rerun=True)


def test_audit_says_that_orders_were_not_decided_again() -> None:
    assert any("use --rerun" in note for note in audit(finished("two stages")).notes)
    assert not any("use --rerun" in note for note in audit(finished("two stages"), rerun=True).notes)


def test_command_decides_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(finished("two stages")), "--rerun"]) == 0
    assert "transactions, once more from the config" in capsys.readouterr().out
    run = lying(tmp_path, *LIES["coal at half its cost"])
    assert main(["audit", str(run), "--rerun", "--json"]) == 1
    assert "the config decides" in json.loads(capsys.readouterr().out)["differences"][0]["sentence"]
