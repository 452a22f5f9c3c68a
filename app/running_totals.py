"""What the hours so far come to: the comparison of the report, while it runs."""

from __future__ import annotations

from typing import Final

import pandas as pd

from shengdian.app.live import World
from shengdian.experiments.results.compare import SHOWN, written

KEYS: Final = (
    "welfare",
    "consumer_surplus",
    "producer_surplus",
    "congestion_rent",
    "generation_cost",
    "mean_price_per_mwh",
    "price_spread_per_mwh",
    "interprovincial_mwh",
    "interprovincial_share",
    "curtailed_share",
    "unserved_mwh",
    "co2_t",
    "transactions",
    "gas",
)
"""metrics shown"""


def totals(worlds: tuple[World, ...]) -> pd.DataFrame:
    """The metrics in words and their units; the difference is from the first design."""
    rows = []
    for key in KEYS:
        shown, values = SHOWN[key], [world.summary[key] for world in worlds]
        row = {"metric": shown.label, "unit": shown.unit}
        row |= {world.design.replace("_", "-"): written(value, shown) for world, value in zip(worlds, values, strict=True)}
        if len(values) == 2:
            row["difference"] = "-" if None in values else written(values[1] - values[0], shown, sign=True)
        rows.append(row)
    return pd.DataFrame(rows)
