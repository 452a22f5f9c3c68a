"""What a run was made from stands in its first block: another config, figure, contract or strategy is another digest, and is found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from shengdian.audit import audit
from shengdian.audit.anchor import anchors
from shengdian.audit.tamper.books import Books
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs import terms
from shengdian.experiments.runs.experiment import run_config
from shengdian.experiments.runs.terms import NOT_BOUND, bound_config
from shengdian.experiments.schema import Config
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import MissingExtra
from shengdian.sim.record.finished_run import load
from shengdian.sim.record.run_folder import config_hash
from tests.experiments.audited import SMALL, after_the_first, finished
from tests.experiments.test_own_code import a_run

FORGED: Mapping[str, Mapping[str, Any]] = {
    "the strategy": {"strategies.plants.name": "markup"},
    "a strategy's parameter": {"strategies.plants.name": "markup", "strategies.plants.parameters": {"markup": 0.2}},
    "the ordering": {"market.ordering": "fifo"},
    "the cost of coal": {"costs.fuel_factor.coal": 0.5},
    "the spread of heat rates": {"costs.heat_rate_spread": 0.3},
    "the day": {"run.start": "2016-07-02"},
    "the seed": {"run.seeds": [7]},
}


def config(**keys: Any) -> Config:
    return override(load_config("base"), {**SMALL, "run.hours": 1, **keys})


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A copy to tamper with."""
    return Path(shutil.copytree(finished("two stages"), tmp_path / "run"))


def forge(run: Path, keys: Mapping[str, Any]) -> None:
    """Another config in the place of the run's, under its name, with a manifest and a summary that fit it."""
    there = override(load_config(run / "config.toml"), dict(keys))
    (run / "config.toml").write_text(tomli_w.dumps(there.resolved()), encoding="utf-8")
    due = {"config_hash": config_hash(there.resolved()), "seed": there.run.seeds[0]}
    due["run_id"] = f"base-two_stage-seed{there.run.seeds[0]}-{due['config_hash'][:8]}"
    Books({}, run).json("manifest.json", lambda manifest: manifest.update(due))
    Books({}, run).hash_files()


@pytest.mark.parametrize("what", FORGED)
def test_config_that_was_changed_afterwards_is_found_without_anything_published(what: str, run: Path) -> None:
    forge(run, FORGED[what])
    difference = audit(run).differences[0]
    assert (difference.table, difference.block) == ("config.toml", 1)
    assert "not the config that the market's first block binds" in difference.sentence


@pytest.mark.parametrize("key", ["name", "question", "description", "run.chain"])
def test_what_does_not_matter_to_the_market_leaves_the_terms_as_they_are(key: str) -> None:
    other = config(**{key: "revm" if key == "run.chain" else "another"})
    assert bound_config(config().resolved()) == bound_config(other.resolved())


def test_every_other_key_of_a_config_is_bound() -> None:
    resolved = config().resolved()
    bound = bound_config(resolved)

    def keys(table: Mapping[str, Any], before: str = "") -> set[str]:
        found: set[str] = set()
        for key, value in table.items():
            found |= keys(value, f"{before}{key}.") if isinstance(value, dict) and value else {f"{before}{key}"}
        return found

    assert keys(resolved) - keys(bound) == set(NOT_BOUND) - {"code_folder"}


def test_figures_that_differ_are_named_by_their_file(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = terms.figures
    monkeypatch.setattr(terms, "figures", lambda config: {**honest(config), "region/technologies.csv": "00" * 32})
    found = audit(run).differences
    assert any("was made from another region/technologies.csv than this program reads" in difference.sentence for difference in found)


def test_figures_of_a_years_own_are_bound_by_content_wherever_they_stand(tmp_path: Path) -> None:
    one, other = (
        config().model_copy(update={"profiles": config().profiles.model_copy(update={"path": str(tmp_path / at)})}) for at in "ab"
    )
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").write_text("1")
    assert terms.figures(one) == terms.figures(other)
    (tmp_path / "b").write_text("2")
    assert terms.figures(one) != terms.figures(other)


def test_list_of_figures_that_was_changed_is_found(run: Path) -> None:
    Books({}, run).json("manifest.json", lambda manifest: manifest["data_hashes"].popitem())
    assert any("data_hashes" in difference.sentence for difference in audit(run).differences)


def test_contracts_with_other_code_are_found(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = terms.of_run

    def other(*args: Any) -> terms.Terms:
        made = honest(*args)
        return terms.Terms(made.config, made.data, {**made.code, "Ledger": "00" * 32}, made.own_code)

    monkeypatch.setattr("shengdian.audit.of_run", other)
    assert any("contracts have another code than the market's first block binds" in each.sentence for each in audit(run).differences)


def test_another_strategy_of_a_users_own_is_found_by_its_hash(tmp_path: Path) -> None:
    run = a_run(tmp_path)
    Books({}, run).json("manifest.json", lambda manifest: manifest.update(own_code={"greedy": "00" * 32}))
    assert any("own_code is not what the market's first block binds" in difference.sentence for difference in audit(run).differences)


def test_first_block_without_terms_is_found(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terms.Terms, "hashes", lambda self: ())
    (bare,) = run_config(config(), run.parent / "bare")
    monkeypatch.undo()
    found = [difference.sentence for difference in audit(bare).differences]
    assert found[0] == "the first block does not bind the config that the market is made from"
    assert any("was deployed with other contracts than the config has" in sentence for sentence in found)


@pytest.mark.long
@pytest.mark.parametrize("chain", ["mirror", "eth-tester"])
def test_two_configs_that_send_the_same_orders_have_other_digests_and_anchors(chain: str, tmp_path: Path) -> None:
    one, other = (run_config(config(**{"run.chain": chain, "costs.fuel_factor.gas": gas}), tmp_path)[0] for gas in (1.0, 1.0 + 1e-9))
    assert after_the_first(one) == after_the_first(other)
    assert load(one).digest != load(other).digest
    assert set(anchors(one).values()).isdisjoint(anchors(other).values())


@pytest.mark.long
def test_the_same_market_has_one_digest_on_every_chain_and_under_every_name(tmp_path: Path) -> None:
    digests = set()
    for chain in ("mirror", "pyevm", "revm", "eth-tester"):
        try:
            open_chain(chain)
        except MissingExtra:
            continue
        (made,) = run_config(config(**{"run.chain": chain, "name": f"on-{chain}", "question": f"on {chain}?"}), tmp_path)
        digests.add(json.loads((made / "manifest.json").read_text())["digest"])
    assert len(digests) == 1
