"""Hours whose energy or money does not balance: none in a sound run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import pandas as pd

from shengdian.experiments.results.windows import Window, by, windows
from shengdian.sim.record.finished_run import Tables


@dataclass(frozen=True, slots=True)
class Imbalance:
    """An hour that does not balance."""

    hour: int
    zone: str
    """code; empty where it is the hour's money"""
    amount: int
    """kWh that came from nowhere, or 1e-5 CNY that the ledger made"""


def imbalances(window: Window) -> Iterator[Imbalance]:
    """Zones and hours in which what is metered, received and sold by storage differs from what is served, sent and bought by storage; and
    hours whose ledger does not sum to zero."""
    keys = ["hour", "zone"]
    flows, load = window["flows"], window["load"]
    parts = [
        by(window["generation"], "generation", "metered_mwh", keys),
        by(flows.rename(columns={"to": "zone"}), "flows", "received_mwh", keys),
        -by(flows.rename(columns={"from": "zone"}), "flows", "sent_mwh", keys),
        -by(load, "load", "contracted_mwh", keys),
        -by(load, "load", "bought_mwh", keys),
        by(window["storage"], "storage", "sold_mwh", keys),
        -by(window["storage"], "storage", "bought_mwh", keys),
    ]
    energy = pd.concat(parts).groupby(level=[0, 1], sort=True).sum()
    for place, amount in energy[energy != 0].items():
        hour, zone = cast("tuple[int, str]", place)
        yield Imbalance(int(hour), zone, int(amount))
    money = by(window["ledger"], "ledger", "money", ["hour"])
    for when, amount in money[money != 0].items():
        yield Imbalance(int(cast("int", when)), "", int(amount))


def balance(tables: Tables, hours: int) -> list[Imbalance]:
    """Everything that does not balance exactly, by hour and zone; empty for a sound run."""
    return [
        found for window in windows(tables, hours, ("flows", "generation", "load", "storage", "ledger")) for found in imbalances(window)
    ]
