"""Fifty runs that nobody touched: whoever accuses one of them is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from shengdian.audit import audit
from shengdian.audit.anchor import anchors
from shengdian.audit.tamper.score import accusations
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config

CHAINS: Final = ("mirror", "revm", "eth-tester")
DESIGNS: Final = ("provincial", "two_stage", "coupled", "corridor_matching")
VARIANTS: Final[tuple[Mapping[str, Any], ...]] = (
    {"market.bids": "sealed", "run.design": "coupled"},
    {"settlement.deviation": "pre_listed", "run.design": "two_stage"},
)


def _plain() -> list[dict[str, Any]]:
    return [
        {"run.chain": chain, "run.design": design, "run.seeds": [seed], "run.hours": 1 + seed % 2}
        for chain, design, seed in product(CHAINS, DESIGNS, (1, 2, 3, 4))
    ]


UNTOUCHED: Final[tuple[Mapping[str, Any], ...]] = (*_plain(), *({"run.chain": "revm", **variant} for variant in VARIANTS))
"""what each of the runs changes in the config of tamper.toml"""


@dataclass(frozen=True, slots=True)
class Accused:
    """Who accuses a run."""

    audit: bool
    """the audit, on another EVM than the run's, with anchors"""
    database: bool
    """the auditor of a database with the run's tables"""


def accused(keys: Mapping[str, Any]) -> Accused:
    """Makes the run and asks both."""
    with TemporaryDirectory() as folder:
        made = run_config(override(load_config("tamper"), dict(keys)), Path(folder))[0]
        other = "mirror" if keys["run.chain"] == "revm" else "revm"
        return Accused(not audit(made, other, anchors(made)).clean, bool(accusations(made)))
