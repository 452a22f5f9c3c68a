"""No false alarm: runs of every design, mechanism and rule, made on one chain, decided again and audited on another, are all clean."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import pytest

from shengdian.audit import audit
from shengdian.audit.anchor import anchors
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.experiments.schema import Config
from shengdian.experiments.table import Table
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import MissingExtra
from shengdian.sim.designs import ranked
from shengdian.sim.mechanisms import MECHANISMS
from tests.experiments.audited import AGREED, ERRORS, SEALED, SMALL, VARIANTS

MADE: Mapping[str, str] = {"revm": "mirror", "pyevm": "revm"}
"""chain that a run is audited on, by the chain that it is made on"""

OTHERS: Mapping[str, Mapping[str, Any]] = {
    "sealed, first come": {**SEALED, "run.design": "coupled", "market.ordering": "fifo", "market.salts": "random"},
    "sealed, alone, as the paper": {**SEALED, "run.design": "provincial", "contracts.reading": "province", "contracts.priority": "equal"},
    "pay-as-bid": {"run.design": "coupled", "market.mechanism": "pay-as-bid", "settlement.retail": "none", "time.calendar": "seasons"},
    "pay-as-bid, alone": {
        "run.design": "provincial",
        "market.mechanism": "pay-as-bid",
        "market.ordering": "adversarial",
        "strategies.own": [{"plant": "SX_coal_600_1", "name": "front_runner", "parameters": {"peek": 1.0}}],
    },
    "sealed pay-as-bid, alone": {
        **SEALED,
        **ERRORS,
        "run.design": "provincial",
        "market.mechanism": "pay-as-bid",
        "region.exchange": "none",
        "region.minimum_output": "technology",
        "time.day": "mean",
    },
    "one price": {"run.design": "coupled", "market.mechanism": "one-price"},
    "one price, alone": {"run.design": "provincial", "market.mechanism": "one-price", "contracts.form": "financial"},
    "sealed one price": {**SEALED, **ERRORS, "run.design": "coupled", "market.mechanism": "one-price"},
    "sealed one price, alone": {**SEALED, "run.design": "provincial", "market.mechanism": "one-price", "contracts.form": "financial"},
    "a company over all zones": {"structure.preset": "china_monopoly", "region.exchange": "none"},
    "a company a zone, alone": {"structure.preset": "japan", "structure.trade": "none", "region.exchange": "none"},
    "a company a zone": {"structure.preset": "japan", "region.exchange": "none"},
    "distributors agree": {"structure.preset": "india", "region.exchange": "none", "medium_term.technologies": ["coal_600"]},
    "large users alone agree": {**AGREED, "medium_term.opened": 0.5, "medium_term.distributors": False},
    "nodal": {"run.design": "nodal", "region.path": "pjm-five-bus", "region.zones": ["A", "B", "C", "D", "E"]},
    "quarters": {"market.period_minutes": 15, "market.period_seconds": 10},
    "half hours, one auction": {"market.period_minutes": 30, "run.design": "coupled"},
    "a year's days, water lost": {
        "market.ordering": "gas_priority",
        "region.exchange": "fixed",
        "time.calendar": "year",
        "water.carry_over": False,
    },
}
"""what the variants of the other tests do not have"""
EVERYTHING: Mapping[str, Mapping[str, Any]] = {**VARIANTS, **OTHERS}


def made(variant: str, chain: str) -> Config:
    return override(load_config("base"), {**SMALL, **EVERYTHING[variant], "run.chain": chain})


@pytest.mark.slow
@pytest.mark.parametrize(("chain", "variant"), list(product(MADE, EVERYTHING)))
def test_untouched_run_of_one_chain_is_clean_on_another(chain: str, variant: str, tmp_path: Path) -> None:
    try:
        open_chain(chain)
    except MissingExtra as missing:
        pytest.skip(str(missing))
    config = made(variant, chain)
    run = run_config(config, tmp_path)[0]
    again = config.market.salts == "seed" or config.market.bids == "open"
    verdict = audit(run, MADE[chain], anchors(run), rerun=again)
    assert verdict.differences == ()
    assert (verdict.recorded_on, verdict.chain) == (chain, MADE[chain])
    if again:
        assert verdict.counted["decided"] == verdict.counted["transactions"]


def words(kind: Any) -> set[Any]:
    """What a key may say, where that is one of a few words."""
    if get_origin(kind) is Literal:
        return set(get_args(kind))
    if get_origin(kind) in (Union, types.UnionType):
        return set().union(*map(words, get_args(kind)))
    return {True, False} if kind is bool else set()


def rules() -> Iterator[tuple[str, str, set[Any]]]:
    """Table, key and words of every rule that has some."""
    for name, field in Config.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Table):
            for key, inner in field.annotation.model_fields.items():
                if words(inner.annotation):
                    yield name, key, words(inner.annotation)


def test_at_least_sixty_runs_are_audited() -> None:
    assert len(MADE) * len(EVERYTHING) >= 60


def test_every_word_of_every_rule_is_in_one_of_the_runs() -> None:
    configs = [made(variant, "mirror") for variant in EVERYTHING]
    missing = {f"{table}.{key}": said - {getattr(getattr(each, table), key) for each in configs} for table, key, said in rules()}
    assert missing["market.bids"] == set()
    assert {key: left for key, left in missing.items() if left} == {}


def test_every_mechanism_is_in_a_run_of_every_design_that_takes_it_open_and_sealed() -> None:
    found = {(each.run.design, each.market.mechanism, each.market.bids) for each in (made(variant, "mirror") for variant in EVERYTHING)}
    due = {
        (design.name, mechanism.name, bids)
        for design, mechanism in product(ranked(), MECHANISMS)
        if design.takes(mechanism)
        for bids in design.bids
        if bids == "open" or not mechanism.dispatches
    }
    assert due - found == set()
