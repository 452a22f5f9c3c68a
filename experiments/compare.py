"""Finished runs side by side: every metric by design, mean over seeds, and the paired difference from the first design."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.table import Table
from scipy.stats import t as student

from sim.errors import InputError
from sim.results import Run

DESIGNS: Final = ("provincial", "two_stage", "coupled")
"""in the order in which they are shown; the first that is there is the base"""
CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Shown:
    """A metric as people read it."""

    label: str
    unit: str
    scale: float
    """units of summary.json in one unit shown"""
    digits: int
    """after the point"""


SHOWN: Final = {
    "load_mwh": Shown("load", "GWh", 1e3, 1),
    "unserved_mwh": Shown("unserved load", "MWh", 1, 3),
    "welfare_cny": Shown("welfare", "million CNY", 1e6, 3),
    "consumer_surplus_cny": Shown("consumer surplus", "million CNY", 1e6, 3),
    "producer_surplus_cny": Shown("producer surplus", "million CNY", 1e6, 3),
    "congestion_rent_cny": Shown("congestion rent", "million CNY", 1e6, 3),
    "wheeling_cny": Shown("line charges", "million CNY", 1e6, 3),
    "consumer_payment_cny": Shown("consumers pay", "million CNY", 1e6, 3),
    "generation_cost_cny": Shown("generation cost", "million CNY", 1e6, 3),
    "mean_price_cny_mwh": Shown("mean final price", "CNY/MWh", 1, 2),
    "price_spread_cny_mwh": Shown("price spread of provinces", "CNY/MWh", 1, 2),
    "interprovincial_mwh": Shown("energy sent between provinces", "GWh", 1e3, 2),
    "interprovincial_share": Shown("share of load sent between provinces", "%", 1e-2, 2),
    "co2_t": Shown("CO2", "kt", 1e3, 2),
    "curtailed_mwh": Shown("curtailed wind, solar, run of river", "GWh", 1e3, 3),
    "curtailed_share": Shown("curtailed share", "%", 1e-2, 2),
    "hhi": Shown("concentration (HHI)", "0 to 1", 1, 4),
    "transactions": Shown("transactions", "", 1, 0),
    "gas": Shown("gas", "million", 1e6, 1),
    "gas_per_order": Shown("gas an order", "", 1, 0),
    "gas_per_mwh": Shown("gas a MWh served", "", 1, 1),
}


def one_experiment(runs: Sequence[Run]) -> str:
    """The name of the experiment that all `runs` are of. Raises InputError where they differ in more than design and seed."""
    if not runs:
        raise InputError("no run directory given")
    first = runs[0]
    for run in runs[1:]:
        key = _difference(_world(first.config), _world(run.config))
        if key is not None:
            raise InputError(
                f"{first.directory} and {run.directory} are not comparable: {key} differs; give runs that differ in design and seed"
            )
    return str(first.config.get("name", first.run_id))


def _world(config: dict[str, Any]) -> dict[str, Any]:
    """The config without what compared runs may differ in."""
    run = {key: value for key, value in config.get("run", {}).items() if key not in ("design", "seeds", "compare", "chain")}
    return {**config, "run": run}


def _difference(one: Any, other: Any, path: str = "") -> str | None:
    """Full key of the first place where two configs differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *(key for key in other if key not in one)]:
            found = _difference(one.get(key), other.get(key), f"{path}.{key}" if path else key)
            if found is not None:
                return found
        return None
    return None if one == other else path


def by_design(runs: Sequence[Run]) -> dict[str, dict[int, Run]]:
    """Runs by design and seed; designs in the order in which they are shown. Raises InputError where two runs are of the same of both."""
    found: dict[str, dict[int, Run]] = {}
    for run in sorted(runs, key=lambda run: (DESIGNS.index(run.design) if run.design in DESIGNS else len(DESIGNS), run.design, run.seed)):
        seeds = found.setdefault(run.design, {})
        if run.seed in seeds:
            raise InputError(f"{seeds[run.seed].directory} and {run.directory} are the same design and seed; give one of them")
        seeds[run.seed] = run
    return found


def mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def half_width(values: Sequence[float]) -> float | None:
    """Half the width of the confidence interval of the mean by Student's t; None for fewer than two values."""
    count = len(values)
    if count < 2:
        return None
    centre = mean(values)
    deviation = math.sqrt(math.fsum((value - centre) ** 2 for value in values) / (count - 1))
    return float(student.ppf((1 + CONFIDENCE) / 2, count - 1)) * deviation / math.sqrt(count)


def comparison(runs: Sequence[Run]) -> dict[str, Any]:
    """Every metric by design, for JSON: mean over seeds, and the difference from the base design over the seeds that both have.

    `interval` is half the width of the 95 % confidence interval of the paired difference; null for fewer than two seeds.
    """
    name, designs = one_experiment(runs), by_design(runs)
    base = next(iter(designs))
    metrics: dict[str, Any] = {}
    for key in runs[0].summary:
        metrics[key] = {}
        for design, seeds in designs.items():
            values = {seed: run.summary[key] for seed, run in seeds.items() if run.summary[key] is not None}
            before = {seed: run.summary[key] for seed, run in designs[base].items() if run.summary[key] is not None}
            paired = [values[seed] - before[seed] for seed in values if seed in before]
            metrics[key][design] = {
                "mean": mean(list(values.values())) if values else None,
                "difference": mean(paired) if paired and design != base else None,
                "interval": half_width(paired) if design != base else None,
            }
    return {"experiment": name, "base": base, "seeds": {design: list(seeds) for design, seeds in designs.items()}, "metrics": metrics}


def written(value: float | None, shown: Shown, sign: bool = False) -> str:
    """A number in its unit; a dash for none."""
    if value is None:
        return "-"
    return f"{value / shown.scale:{'+' if sign else ''},.{shown.digits}f}"


def table(compared: dict[str, Any]) -> Table:
    """The comparison as people read it."""
    designs, base = list(compared["seeds"]), compared["base"]
    seeds = ", ".join(map(str, compared["seeds"][base]))
    out = Table(title=f"{compared['experiment']} (seeds {seeds}; differences are from {base}, same seed)", title_justify="left")
    out.add_column("")
    out.add_column("unit")
    for design in designs:
        out.add_column(design, justify="right")
        if design != base:
            out.add_column("difference", justify="right", style="dim")
    for key, shown in SHOWN.items():
        cells = [shown.label, shown.unit]
        for design in designs:
            value = compared["metrics"][key][design]
            cells.append(written(value["mean"], shown))
            if design != base:
                margin = f" ± {written(value['interval'], shown)}" if value["interval"] is not None else ""
                cells.append(written(value["difference"], shown, sign=True) + margin)
        out.add_row(*cells)
    return out
