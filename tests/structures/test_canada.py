"""One price with redispatch in whole regions: a July weekday, audited on another chain; a run that goes on; and lies that are found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import shengdian
from shengdian.audit.tamper import Attack, Place
from shengdian.audit.tamper.books import Books
from shengdian.audit.tamper.score import tampered
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.one_run import run_single
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import MissingExtra
from shengdian.sim.record.finished_run import load
from shengdian.sim.solve.certificate import Clearing
from shengdian.sim.twins import one_price_auction, tariffs
from tests.experiments.test_sweep import contents
from tests.faults.runs import stop_after
from tests.structures.worked import finished, write

CANADA: Mapping[str, Any] = {
    "structure.preset": "canada",
    "structure.retailers": 0,
    "structure.choice.commerce": 1.0,
    "structure.choice.residential": 0.0,
    "region.exchange": "none",
}
WHERE: Mapping[str, Mapping[str, Any]] = {"six-provinces": {}, "china-2016": {"region.path": "china-2016", "time.month": 7}}


@pytest.mark.long
@pytest.mark.parametrize("region", WHERE)
def test_a_july_weekday_has_one_price_an_uplift_and_a_clean_audit_on_another_chain(region: str, tmp_path: Path) -> None:
    try:
        open_chain("revm")
    except MissingExtra as missing:
        pytest.skip(str(missing))
    config = override(load_config("base"), {**CANADA, **WHERE[region], "run.hours": 24, "run.chain": "revm"})
    run = load(run_single(config, tmp_path))
    prices = run.tables["prices"].groupby("hour")["price_per_mwh"]
    assert (prices.nunique() == 1).all()
    ledger = run.tables["ledger"]
    spent = -ledger.query("trader == 'rent' and cause == 'rent'").groupby("hour")["money"].sum()
    assert (spent >= 0).all()
    assert spent.sum() > 0
    rest = ledger.query("trader == 'rent'")["money"].sum()
    assert 0 <= rest < 0.01 * run.summary["served_mwh"]
    assert ledger["money"].sum() == pytest.approx(0, abs=1e-3)
    assert run.summary["energy_imbalance_mwh"] == 0
    assert shengdian.audit(run, chain="mirror").clean


@pytest.mark.long
def test_a_run_that_was_stopped_in_its_second_day_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    config = override(load_config("base"), {**CANADA, "region.zones": ["SX", "SD"], "run.hours": 27, "run.chain": "mirror"})
    whole = run_single(config, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run_single(config, tmp_path / "stopped", stop_after(26))
    assert contents(run_single(config, tmp_path / "stopped", resume=True)) == contents(whole)


# --- lies of the chain's own code, which an audit that knows the rule only finds ------------------------------------------------


def moved(found: Clearing) -> Clearing:
    """B1, after two suppliers and the plants of A, gives a MWh less, and B3 gives it."""
    fills = found.fills.copy()
    fills[5] -= 1000
    fills[7] += 1000
    return replace(found, fills=fills)


def dearer(found: Clearing) -> Clearing:
    """One tick more."""
    return replace(found, prices=tuple(None if price is None else price + 1 for price in found.prices))


LIES: Mapping[str, tuple[Any, str, Callable[[Any], Any], str]] = {
    "one price": (one_price_auction, "merit_order", lambda honest: lambda *given: dearer(honest(*given)), "the price of zone 0 is"),
    "merit order": (one_price_auction, "merit_order", lambda honest: lambda *given: moved(honest(*given)), "merit order of hour 0: "),
    "redispatch": (
        one_price_auction,
        "certify",
        lambda honest: lambda *given, **more: moved(honest(*given, **more)),
        "regional stage of hour 0: ",
    ),
    "payment": (
        one_price_auction,
        "payments_of",
        lambda honest: lambda *given: honest(*given) + 10**9 * (np.arange(len(given[0])) == 0),
        "are billed at",
    ),
    "uplift": (tariffs, "covering", lambda honest: lambda balance, total: honest(balance, total) + 1, "the charge on load for uplift is"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_clearing_that_is_none_is_found(lie: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    module, name, changed, said = LIES[lie]
    monkeypatch.setattr(module, name, changed(getattr(module, name)))
    (tmp_path / "region").mkdir()
    run = finished(write(tmp_path / "region"), tmp_path / "runs", CANADA)
    sentences = [found.sentence for found in shengdian.audit(run).differences]
    assert any(said in sentence for sentence in sentences), sentences


# --- books that are changed after the run ---------------------------------------------------------------------------------------


def uplift_lower(books: Books) -> Place:
    """A user pays 10 less of the uplift, and the rent gets 10 less: the sum stays."""
    row, other = (books.row("ledger", cause="uplift", trader=trader) for trader in ("AL", "rent"))
    books.add("ledger", row, "money", 10.0)
    books.add("ledger", other, "money", -10.0)
    return Place("ledger", row)


def constrained_on_dearer(books: Books) -> Place:
    """A plant that redispatch calls gets 10 more out of the rent: the sum stays."""
    row, other = (books.row("ledger", hour=1, trader=trader, cause=cause) for trader, cause in (("B2", "regional"), ("rent", "rent")))
    books.add("ledger", row, "money", 10.0)
    books.add("ledger", other, "money", -10.0)
    return Place("ledger", row)


@pytest.mark.parametrize("change", [uplift_lower, constrained_on_dearer])
def test_books_that_were_changed_are_found_at_their_row(change: Callable[[Books], Place], tmp_path: Path) -> None:
    (tmp_path / "region").mkdir()
    run = finished(write(tmp_path / "region"), tmp_path / "runs", CANADA)
    assert shengdian.audit(run).clean
    place = tampered(Attack(change.__name__, "tables", str(change.__doc__), change), run.directory, tmp_path / "changed")
    found = shengdian.audit(tmp_path / "changed").differences
    assert any(place.table in str(difference) for difference in found), found
