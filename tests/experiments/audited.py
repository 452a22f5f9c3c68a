"""Small finished runs of every variant of the market, and the ways in which tests tamper with a copy of one."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.sim.chain.abi import interface
from shengdian.sim.record.chain_record import NAME

SMALL: Mapping[str, Any] = {
    "run.hours": 2,
    "run.chain": "mirror",
    "run.compare": [],
    "market.surplus_deficit": "economic",
    "region.zones": ["SX", "SD"],
    "users.count": {"industry": 2, "commerce": 1, "residential": 2},
}
ERRORS = {
    "settlement.deviation": "pre_listed",
    "settlement.free_band": 0.02,
    "uncertainty.load_error": 0.05,
    "uncertainty.wind_error": 0.2,
    "uncertainty.forced_outage_rate": 0.02,
}
CLOSES = {
    "collateral.required": True,
    "collateral.hours": 2,
    "collateral.factor": 0.4,
    "collateral.fund": 1000.0,
    "collateral.defaults": ["SX_supplier", "SD_residential_1"],
}
SEALED = {"market.bids": "sealed", "market.bond_per_mwh": 100.0}
AGREED = {"medium_term.trade": True, "medium_term.lines_wanted": 1.0, "time.calendar": "months"}
"""lines are reserved, a second day has another month's agreements"""
FINANCIAL = {"contracts.form": "financial"}
COVERED = {**CLOSES, "collateral.factor": 12.0}
"""enough for whole demands of a day"""
NO_COVER = {**CLOSES, "collateral.factor": 0.001}
"""many orders are refused"""
LITTLE_COVER = {**CLOSES, "collateral.factor": 0.1}
"""bonds of small orders are covered, and some of the orders when they are revealed are not"""

REGIONAL_MARKUPS = {"strategies.plants.name": "markup", "strategies.plants.parameters": {"markup": -0.2, "regional_at_cost": 1}}

VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "two stages": {},
    "legs": {"region.network": "legs"},
    "sealed": SEALED,
    "sealed, refused": {**SEALED, **LITTLE_COVER},
    "sealed pay-as-bid": {**SEALED, "market.mechanism": "pay-as-bid", "run.design": "coupled"},
    "sealed matched pairs": {**SEALED, "market.mechanism": "matched-pairs", "run.design": "provincial"},
    "day ahead": {"run.design": "day_ahead", "run.hours": 25},
    "day ahead, refused": {**NO_COVER, "run.design": "day_ahead"},
    "more contracts than load": {"run.design": "coupled", "run.hours": 6, "contracts.share": 1.0, "contracts.reading": "literal"},
    "deviations": ERRORS,
    "deviations at the last price": {**ERRORS, "settlement.price": "marginal", "run.design": "coupled"},
    "collateral": CLOSES,
    "corridors": {"run.design": "corridor_matching", "region.network": "legs", "region.zones": ["GD", "SX", "SD"]},
    "corridors, physical": {"run.design": "corridor_matching", "market.surplus_deficit": "physical"},
    "two stages, renewable": {"market.surplus_deficit": "renewable"},
    "renewables, with markups": {**REGIONAL_MARKUPS, "market.surplus_deficit": "renewable"},
    "markups in corridors": {**REGIONAL_MARKUPS, "market.surplus_deficit": "renewable", "run.design": "corridor_matching"},
    "corridors without lines": {"run.design": "corridor_matching", "region.zones": ["SC"]},
    "audited": {"run.design": "coupled", "market.audit_margin": 0.0, **FINANCIAL},
    "learning": {"strategies.plants.name": "roth_erev", "run.design": "coupled", "run.hours": 25},
    "everything sealed": {**ERRORS, **COVERED, **SEALED, "region.network": "legs"},
    "everything agreed": {**ERRORS, **COVERED, **SEALED, **AGREED, "region.network": "legs", "run.hours": 25},
    "everything agreed, alone": {**ERRORS, **AGREED, "run.design": "provincial", "market.mechanism": "matched-pairs"},
    "everything agreed, in corridors": {**ERRORS, **CLOSES, **AGREED, "run.design": "corridor_matching"},
    "everything ahead": {**ERRORS, **CLOSES, "run.design": "day_ahead", "region.network": "legs"},
    "financial": FINANCIAL,
    "financial, nothing": {**FINANCIAL, "contracts.share": 0.0, "run.design": "provincial"},
    "everything financial": {**ERRORS, **COVERED, **SEALED, **FINANCIAL, "region.network": "legs"},
    "everything financial, ahead": {**ERRORS, **COVERED, "collateral.hours": 24, **FINANCIAL, "run.design": "day_ahead", "run.hours": 25},
    "everything in corridors": {**ERRORS, **CLOSES, "run.design": "corridor_matching", "region.network": "legs"},
}


@cache
def finished(variant: str, chain: str = "mirror") -> Path:
    """A run of the variant; made once in a process."""
    config = override(load_config("base"), {**SMALL, **VARIANTS[variant], "run.chain": chain})
    return run_config(config, Path(mkdtemp()))[0]


def copy(variant: str, to: Path) -> Path:
    """A copy to tamper with."""
    return Path(shutil.copytree(finished(variant), to / "run"))


def retable(run: Path, name: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Writes a table anew, changed."""
    path = run / f"{name}.parquet"
    pq.write_table(change(pq.read_table(path)), path)


def altered(table: pa.Table, row: int, column: str) -> pa.Table:
    """The table with another value in one place."""
    values = table[column].to_pylist()
    values[row] = "x" if isinstance(values[row], str) else (values[row] or 0) + 1
    place = table.column_names.index(column)
    return table.set_column(place, table.schema.field(place), pa.array(values, table.schema.field(place).type))


def relines(run: Path, change: Callable[[list[str]], list[str]]) -> None:
    """Writes the record anew, changed."""
    with gzip.open(run / NAME, "rt", encoding="utf-8") as file:
        lines = change(file.read().splitlines())
    with gzip.open(run / NAME, "wt", encoding="utf-8", newline="\n") as out:
        out.write("".join(f"{line}\n" for line in lines))


def reblock(run: Path, number: int, change: Callable[[dict[str, Any]], None]) -> None:
    """Writes one block of the record anew, changed."""

    def edit(lines: list[str]) -> list[str]:
        block = json.loads(lines[number])
        change(block)
        return [*lines[:number], json.dumps(block, separators=(",", ":")), *lines[number + 1 :]]

    relines(run, edit)


def blocks(run: Path) -> list[dict[str, Any]]:
    """Every block of the record."""
    with gzip.open(run / NAME, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file][1:]


def after_the_first(run: Path) -> list[Any]:
    """The logs of every transaction after the first block, which binds the run's own config."""
    return [sent["logs"] for block in blocks(run)[1:] for sent in block["transactions"]]


def where(run: Path, function: str) -> tuple[int, int]:
    """Block and place of the first transaction of the record that calls a function of any contract and leaves a log."""
    with gzip.open(run / NAME, "rt", encoding="utf-8") as file:
        first, *blocks = [json.loads(line) for line in file]
    selectors = {
        (address, "0x" + selector.hex())
        for contract, address in first["deployments"].items()
        for selector, entry in interface(contract).by_selector.items()
        if entry["name"] == function
    }
    for number, block in enumerate(blocks, 1):
        for place, sent in enumerate(block["transactions"]):
            if (sent["to"], sent["data"][:10]) in selectors and sent["logs"]:
                return number, place
    raise AssertionError(f"nobody calls {function}")
