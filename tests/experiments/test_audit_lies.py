"""An operator who lies makes a record that is consistent, and tables that fit it; the rules of the market still give it away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shengdian.agents.plant import PowerPlant
from shengdian.audit import Difference, audit
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.sim.market.chain_market import ChainMarket
from shengdian.sim.market.collateral import Collaterals
from shengdian.sim.market.deviation import Deviations
from tests.experiments.audited import SMALL, VARIANTS


def first(variant: str, out: Path) -> Difference:
    """The first difference of a run of an hour or two, made as things are now."""
    config = override(load_config("base"), {**SMALL, **VARIANTS[variant]})
    return audit(run_config(config, out)[0]).differences[0]


@pytest.mark.parametrize(("which", "what"), [(0, "schedule"), (1, "the meter"), (2, "the room")])
def test_false_schedule_meter_or_room_is_found_where_deviations_are_settled(
    which: int, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Deviations._given

    def lie(self: Deviations, *args: Any) -> tuple[Any, ...]:
        said = [values.copy() for values in honest(self, *args)]
        said[which][0] += 1000
        return tuple(said)

    monkeypatch.setattr(Deviations, "_given", lie)
    found = first("deviations", tmp_path)
    assert found.block == 6
    assert found.transaction is not None
    assert found.sentence.startswith(f"deviations of hour 0: {what} of SX_")


def test_room_of_zero_that_has_a_dearer_plant_called_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Deviations._given

    def lie(self: Deviations, *args: Any) -> tuple[Any, ...]:
        scheduled, uncalled, most = honest(self, *args)
        most[(most > uncalled).argmax()] = 0
        return scheduled, uncalled, most

    monkeypatch.setattr(Deviations, "_given", lie)
    assert first("deviations", tmp_path).sentence.startswith("deviations of hour 0: the room of SX_")


def test_regulation_that_is_not_the_plants_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = PowerPlant.regulation
    monkeypatch.setattr(PowerPlant, "regulation", lambda *args: replace(honest(*args), up_price=100_000))
    assert "the regulation that SX_" in first("deviations", tmp_path).sentence


def test_bond_that_is_not_taken_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest: Callable[..., Any] = ChainMarket.clear

    def spare(self: ChainMarket, *args: Any) -> Any:
        assert self.silent
        self.silent = dict(list(self.silent.items())[1:])
        return honest(self, *args)

    monkeypatch.setattr(ChainMarket, "clear", spare)
    found = first("sealed, refused", tmp_path)
    assert "committed to an order that does not stand, but its bond was not taken" in found.sentence
    assert found.block == 6


def test_debt_that_somebody_is_let_off_is_found_where_accounts_are_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Collaterals._balances

    def forget(self: Collaterals) -> Mapping[str, int]:
        return {name: balance for name, balance in honest(self).items() if name != "SD_industry_1"}

    monkeypatch.setattr(Collaterals, "_balances", forget)
    found = first("collateral", tmp_path)
    assert "credited in hour 1: " in found.sentence
    assert "it should be SD_industry_1" in found.sentence
    assert found.block == 9


def test_deposit_that_is_too_small_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Collaterals.deposit
    monkeypatch.setattr(Collaterals, "deposit", lambda self, trader: honest(self, trader) // 2)
    assert first("collateral", tmp_path).sentence.startswith("a deposit before hour 0: SX_supplier ")
