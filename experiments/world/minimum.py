"""The least output of units that run: of plants that heat it is higher in winter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from shengdian.experiments.world import region_tables
from shengdian.experiments.world.technology import Technology, technologies

if TYPE_CHECKING:
    from shengdian.experiments.schema import Config


def least_shares(config: Config, code: str, months: Iterable[int]) -> Mapping[str, float]:
    """By technology, the least output over the capacity that runs in a province, 0 to 1: the lowest of the `months` (1 to 12).

    A plant names one minimum for the whole run, so it has the one that it can keep in every month.
    """
    known = technologies()
    if config.region.minimum_output == "technology":
        return {name: each.minimum_share for name, each in known.items()}
    return {name: min(seasonal(each, code, month) for month in set(months)) for name, each in known.items()}


def seasonal(technology: Technology, code: str, month: int) -> float:
    """Of a month: that of condensing units, of the share that heats in the province that of heating ones; at least the technology's."""
    if not technology.heats:
        return technology.minimum_share
    row = region_tables.by("heating", "code")[code]
    heating = float(row["chp_share"]) if row[f"m{month:02d}"] == "1" else 0.0
    condensing, hot = (max(float(row[key]), technology.minimum_share) for key in ("minimum_condensing", "minimum_heating"))
    return heating * hot + (1 - heating) * condensing
