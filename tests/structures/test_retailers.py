"""Retailers: the example reckoned by hand, choices, and what an audit finds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import shengdian
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import MissingExtra
from shengdian.sim.record.finished_run import Run
from tests.structures.worked import LOAD, finished, write

HOURS = 24
"""of a day: the example's two hours, twelve times"""
TIMES = HOURS // 2
WHOLESALE = {"BL": 232.766, "BH": 236.216, "both": 234.2857}
"""CNY/MWh at prices of 180 and 260"""
RATES = {"B_retailer_1": 246.0, "B_retailer_2": 238.9714}
"""CNY/MWh at margins of 5 and 2 %"""
EARNED = {"B_retailer_2": 3936.0, "B_retailer_1": 9840.0}
"""CNY in two hours by the one who serves both users of B"""
ENERGY = 840.0
"""MWh of B in two hours"""
TICK = 0.01
LOADS = "time,A,B\n" + "".join(
    f"2016-07-{1 + day:02} {hour:02}:00,{LOAD['A'][hour % 2]},{LOAD['B'][hour % 2]}\n" for day in range(2) for hour in range(HOURS)
)
USERS = "user,zone,sector,share\nAL,A,industry,0.5\nAH,A,residential,0.5\nBL,B,industry,0.5\nBH,B,residential,0.5\n"
KEYS: Mapping[str, Any] = {
    "structure.preset": "commonwealth_gross",
    "structure.contracts.kind": "none",
    "structure.retailers": 2,
    "retailers.margins": [0.05, 0.02],
    "region.exchange": "none",
    "run.hours": 2 * HOURS,
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("retailers")


@cache
def made(out: Path, inertia: float, chain: str = "mirror") -> Run:
    """Two days of the example."""
    try:
        open_chain(chain)
    except MissingExtra as missing:
        pytest.skip(str(missing))
    folder = out / f"{inertia}-{chain}"
    folder.mkdir()
    return finished(
        write(folder, load_hourly=LOADS), out / f"runs-{inertia}-{chain}", {**KEYS, "retailers.inertia": inertia, "run.chain": chain}
    )


def bills(run: Run) -> Any:
    """Of the second day in B."""
    return run.tables["bills"].query("day == 1 and zone == 'B'")


@pytest.mark.parametrize(("inertia", "seller"), [(0.0, "B_retailer_2"), (1.0, "B_retailer_1")])
def test_who_may_choose_goes_to_the_lowest_tariff_and_who_stays_pays_more(inertia: float, seller: str, out: Path) -> None:
    found = bills(made(out, inertia))
    assert set(found["supplier"]) == {seller}
    assert set(found["user"]) == {"BL", "BH"}
    assert found["energy_mwh"].sum() == TIMES * ENERGY
    assert 0 <= found["rate_per_mwh"].iloc[0] - RATES[seller] < TICK + 1e-4
    earned = run_money(made(out, inertia), seller)
    assert abs(earned - TIMES * EARNED[seller]) <= TICK * TIMES * ENERGY


def run_money(run: Run, seller: str) -> float:
    """What the seller's account got on the second day."""
    return float(run.tables["ledger"].query("trader == @seller and hour >= 24")["money"].sum())


def test_every_chain_leaves_the_same_digest_and_the_audit_finds_nothing(out: Path) -> None:
    runs = [made(out, 0.5, chain) for chain in ("mirror", "revm")]
    assert runs[0].manifest["digest"] == runs[1].manifest["digest"]
    for run in runs:
        verdict = shengdian.audit(run)
        assert verdict.clean, verdict
