"""Finished runs side by side: every metric by variant, mean over seeds, and the paired difference from the first variant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any, Final

import pandas as pd
from rich.console import Console
from rich.table import Table

from shengdian.experiments.results.intervals import Difference, difference, words
from shengdian.experiments.results.palette import DESIGN_WORDS
from shengdian.experiments.results.variants import by_variant
from shengdian.sim.base import html_table
from shengdian.sim.record.finished_run import Run


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
    "welfare": Shown("welfare", "million CNY", 1e6, 3),
    "welfare_and_water": Shown("welfare and what reservoirs keep", "million CNY", 1e6, 3),
    "consumer_surplus": Shown("consumer surplus", "million CNY", 1e6, 3),
    "producer_surplus": Shown("producer surplus", "million CNY", 1e6, 3),
    "congestion_rent": Shown("congestion rent", "million CNY", 1e6, 3),
    "wheeling": Shown("line charges", "million CNY", 1e6, 3),
    "consumer_payment": Shown("consumers pay", "million CNY", 1e6, 3),
    "generation_cost": Shown("generation cost", "million CNY", 1e6, 3),
    "mean_price_per_mwh": Shown("mean final price", "CNY/MWh", 1, 2),
    "price_spread_per_mwh": Shown("price spread of provinces", "CNY/MWh", 1, 2),
    "interprovincial_mwh": Shown("energy sent between provinces", "GWh", 1e3, 2),
    "interprovincial_share": Shown("share of load sent between provinces", "%", 1e-2, 2),
    "sent_out_share": Shown("... with what is sent by plan", "%", 1e-2, 2),
    "co2_t": Shown("CO2", "kt", 1e3, 2),
    "curtailed_mwh": Shown("curtailed wind, solar, run of river", "GWh", 1e3, 3),
    "curtailed_share": Shown("curtailed share", "%", 1e-2, 2),
    "lost_mwh": Shown("lost wind, solar and water", "GWh", 1e3, 3),
    "lost_share": Shown("lost share", "%", 1e-2, 2),
    "stored_change_mwh": Shown("more water in reservoirs than at first", "GWh", 1e3, 3),
    "stored_worth": Shown("worth of that water", "million CNY", 1e6, 3),
    "hhi": Shown("concentration (HHI)", "0 to 1", 1, 4),
    "transactions": Shown("transactions", "", 1, 0),
    "gas": Shown("gas", "million", 1e6, 1),
    "gas_per_order": Shown("gas an order", "", 1, 0),
    "gas_per_mwh": Shown("gas a MWh served", "", 1, 1),
}


class Comparison(dict[str, Any]):
    """What `comparison` gives: ready for JSON, a table wherever it is shown, and a DataFrame to reckon with."""

    def __repr__(self) -> str:
        """The table of the terminal."""
        console = Console(width=200, record=True, file=StringIO(), color_system=None)
        console.print(table(self))
        return "\n".join(line.rstrip() for line in console.export_text().splitlines())

    def frame(self, value: str = "mean") -> pd.DataFrame:
        """Every metric (row, with its unit in its name) by variant (column); `value` is `mean`, or `difference` from the first variant."""
        return pd.DataFrame(
            {variant: {key: found[variant][value] for key, found in self["metrics"].items()} for variant in self["seeds"]}
        ).astype(float)

    def _repr_html_(self) -> str:
        """The table of the report."""
        designs, base = list(self["seeds"]), self["base"]
        head = ["", "unit"]
        for design in designs:
            head += [DESIGN_WORDS.get(design, design), *(["difference"] if design != base else [])]
        return html_table.table(head, cells(self), _caption(self, DESIGN_WORDS.get(base, base)), texts=2)


def comparison(runs: Sequence[Run]) -> Comparison:
    """Every metric by variant, for JSON: mean over seeds, and the difference from the base variant over the seeds that both have.

    `interval` holds the ends of the 95 % confidence interval of the paired difference; null for fewer than ten seeds,
    and where many of them change a metric alike. Raises InputError where `by_variant` does.
    """
    variants = by_variant(runs)
    base = next(iter(variants))
    metrics: dict[str, Any] = {}
    for key in runs[0].summary:
        values = {
            label: {seed: value for seed, run in seeds.items() if (value := run.summary.get(key)) is not None}
            for label, seeds in variants.items()
        }
        metrics[key] = {label: difference(values[label], values[base], label == base) for label in variants}
    name = str(runs[0].config.get("name", runs[0].run_id))
    return Comparison(experiment=name, base=base, seeds={label: list(seeds) for label, seeds in variants.items()}, metrics=metrics)


def _caption(compared: Mapping[str, Any], base: str) -> str:
    """What the numbers are; `base` is the word for the variant that differences are from."""
    seeds = compared["seeds"][compared["base"]]
    which = ", ".join(map(str, seeds))
    return f"{compared['experiment']} (seeds {which}; differences are from {base}, same seed; {words(len(seeds))})"


def cells(compared: Mapping[str, Any]) -> Iterator[list[str]]:
    """A row a metric: its words and unit, then every variant's mean and, of those that are not the base, the difference from it."""
    for key, shown in SHOWN.items():
        row = [shown.label, shown.unit]
        for variant in compared["seeds"]:
            value = compared["metrics"][key][variant]
            row.append(written(value["mean"], shown))
            if variant != compared["base"]:
                row.append(written(value["difference"], shown, sign=True) + margin(value, shown))
        yield row


def margin(value: Difference, shown: Shown) -> str:
    """The interval in its unit, after a blank; nothing where there is none."""
    ends = value["interval"]
    return f" [{written(ends[0], shown, sign=True)}, {written(ends[1], shown, sign=True)}]" if ends else ""


def written(value: float | None, shown: Shown, sign: bool = False) -> str:
    """A number in its unit; a dash for none."""
    if value is None:
        return "-"
    return f"{value / shown.scale:{'+' if sign else ''},.{shown.digits}f}"


def table(compared: Mapping[str, Any]) -> Table:
    """The comparison as people read it."""
    designs, base = list(compared["seeds"]), compared["base"]
    out = Table(title=_caption(compared, base), title_justify="left")
    out.add_column("")
    out.add_column("unit")
    for design in designs:
        out.add_column(design, justify="right")
        if design != base:
            out.add_column("difference", justify="right", style="dim")
    for row in cells(compared):
        out.add_row(*row)
    return out
