"""An operator who admits not everybody, or carries an order late, is named by the audit; and so is every refusal of a sound order."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shengdian.audit import audit
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.sim.chain.port import Receipts
from shengdian.sim.market import chain_market, creation
from shengdian.sim.market.deployment import Deployment
from tests.experiments.audited import SMALL, VARIANTS


def made(out: Path, variant: str = "two stages", **keys: Any) -> Path:
    """A run of two hours, made as things are now."""
    return run_config(override(load_config("base"), {**SMALL, **VARIANTS[variant], **keys}), out)[0]


def left_out(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """The operator admits all but the last `count` of those who trade, and clears without them."""
    honest: Callable[..., Any] = creation._admissions
    clearing: Callable[..., Any] = chain_market.HourClearing
    monkeypatch.setattr(creation, "_admissions", lambda deployment, rules, traders: honest(deployment, rules, traders[:-count]))
    monkeypatch.setattr(chain_market, "HourClearing", lambda deployment, rules, traders: clearing(deployment, rules, traders[:-count]))


@pytest.mark.parametrize("count", [2, 60])
def test_traders_whom_the_operator_left_out_are_named(count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left_out(monkeypatch, count)
    six = {"region.zones": ["GD", "SD", "SX", "AH", "SC", "JX"], "run.hours": 1, "run.design": "coupled"}
    found = [difference.sentence for difference in audit(made(tmp_path, **six)).differences]
    said = re.search(r"^\w+, \w+(?: and (\d+) more)? were left out: of (\d+) who trade, (\d+) were admitted$", found[0])
    assert said is not None
    assert int(said[2]) - int(said[3]) == count == 2 + int(said[1] or 0)
    assert sum("is refused with NotAdmitted" in sentence and "nothing is wrong with it" in sentence for sentence in found) > 1


@pytest.mark.parametrize("variant", ["two stages", "sealed", "day ahead"])
def test_order_that_is_carried_after_its_block_is_found(variant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator keeps the first trader's order of an hour back, and carries it into the block of the gate."""
    honest: Callable[..., Any] = Deployment.send
    kept: list[Any] = []
    phase = "commits" if variant == "sealed" else "orders"

    def late(self: Deployment, phased: Any, timestamp: int, *more: Any) -> Any:
        phased = list(phased)
        of_orders = [place for place, (what, _) in enumerate(phased) if what == phase]
        if of_orders and not kept:
            kept.append(phased[of_orders[0]])
            kept.append(timestamp)
            again = [transaction for place, transaction in enumerate(phased) if place != of_orders[0]]
            block = honest(self, again, timestamp, *more)
            # who looks at the block is told of an order that was refused
            receipt = block.receipts[of_orders[0]]
            refused = receipt._replace(success=False, output=b"", logs=())
            receipts = (*block.receipts[: of_orders[0]], refused, *block.receipts[of_orders[0] :])
            return replace(block, receipts=Receipts.of(receipts))
        if any(what == "clear" for what, _ in phased) and len(kept) == 2:
            kept.append(True)
            block = honest(self, [*phased, kept[0]], timestamp, *more)
            return replace(block, receipts=Receipts.of(block.receipts[: len(phased)]))
        return honest(self, phased, timestamp, *more)

    monkeypatch.setattr(Deployment, "send", late)
    found = [difference.sentence for difference in audit(made(tmp_path, variant)).differences]
    assert len(kept) == 3
    assert any("is carried 1800 seconds into an hour; its own block is made at " in sentence for sentence in found)
