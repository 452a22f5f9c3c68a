"""A clearing at one price for all zones as two stages that an audit knows: the merit order, all zones as one, and the redispatch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shengdian.audit.hour import StageAsCleared
from shengdian.audit.order_book import Open, Row
from shengdian.sim.base.types import Rules


def together(book: Sequence[Row], stage: StageAsCleared, rules: Rules) -> tuple[list[Open], StageAsCleared, Rules]:
    """Rows with kWh that they order and trade in the merit order, what was cleared, and the rules: all of one zone without lines."""
    rows = [Open(row._replace(zone=0), row.quantity, merit) for row, merit in zip(book, stage.merit, strict=True)]
    return rows, replace(stage, prices=stage.prices[:1], sent=(), received=(), gap=0, merit=()), replace(rules, zones=1, lines=())


def redispatched(book: Sequence[Row], stage: StageAsCleared, cap: int) -> list[Open]:
    """Rows with kWh that the redispatch decides and fills: offers, and load of the merit order, which bids the cap (fen/MWh)."""
    return [
        Open(row, row.quantity, after) if row.sells else Open(row._replace(price=cap), merit, after)
        for row, merit, after in zip(book, stage.merit, stage.after, strict=True)
    ]
