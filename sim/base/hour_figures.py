"""The figures of an hour that Mesa's DataCollector keeps of a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mesa

from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.base.units import currency, per_mwh


def collector(zones: Sequence[str]) -> Any:
    """Mesa's DataCollector of an hour's figures.

    `price_per_mwh_<zone>`, CNY/MWh of the last stage that has a price; `welfare`; `gas`, None where the chain counts none.
    """

    def price(zone: str) -> Callable[[Any], float | None]:
        return lambda model: None if (found := _last(model).final_price(zone)) is None else per_mwh(found)

    untyped: Any = mesa.DataCollector
    return untyped(
        model_reporters={
            **{f"price_per_mwh_{zone}": price(zone) for zone in zones},
            "welfare": lambda model: currency(_last(model).welfare),
            "gas": lambda model: sum(_last(model).gas.values()) or None,
        }
    )


def _last(model: Any) -> HourResult:
    found: HourResult | None = model.last_result
    assert found is not None, "no hour was simulated yet"
    return found
