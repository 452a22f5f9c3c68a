"""Who gains: the welfare of a run in parts, by province where a part has one; the parts add up to the whole, exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final

from rich.table import Table

from shengdian.experiments.results.intervals import Difference, difference
from shengdian.experiments.results.metrics import Tally, tally
from shengdian.experiments.results.palette import DESIGN_WORDS
from shengdian.experiments.results.variants import by_variant
from shengdian.sim.base import html_table
from shengdian.sim.base.units import MONEY_PER_CNY, currency
from shengdian.sim.record.finished_run import Run

PARTS: Final = {
    "consumers": "consumers",
    "producers": "plants",
    "storages": "storage",
    "retailers": "retailers",
    "exchanges": "exchange with the rest of the country",
    "carbon": "carbon payments received",
    "rent": "congestion rent before losses",
    "losses": "energy lost on lines",
    "charges": "line charges received",
    "grid": "grid, other",
    "transport": "cost of transport",
    "gas": "cost of gas",
}
"""words by part, in the order shown"""
WHOLE: Final = {"all": "all: welfare less the cost of gas", "provinces": "each province, all of these together"}
"""sums of parts: of everything, and of what each province has"""


def parts_of(totals: Tally, gas: int, gas_price: Fraction) -> dict[tuple[str, str], int]:
    """1e-5 CNY by part and province (empty where the part has none).

    Consumers, plants, storages and exchanges are surpluses. What losses cost is paid inside the price difference: the account of the rent
    gets what is left after them, and both are told apart here. Lines are paid their charges and cost as much. `gas_price` is CNY a million
    gas; the cost of gas is rounded down to 1e-5 CNY.
    """
    charges, losses = totals.sums["flows.wheeling"], totals.sums["losses"]
    found = dict(totals.surpluses_by_zone())
    found["retailers", ""] = totals.surpluses().get("retailers", 0)
    found["carbon", ""] = totals.sums["generation.carbon_payment"]
    found["rent", ""] = totals.money.get("rent", 0) + losses
    found["losses", ""] = -losses
    found["charges", ""] = charges
    found["grid", ""] = totals.money.get("grid", 0) - charges
    found["transport", ""] = -charges
    found["gas", ""] = -int(gas * gas_price * MONEY_PER_CNY / 1_000_000)
    whole = totals.welfare() + found["gas", ""]
    assert sum(found.values()) == whole, f"the parts sum to {sum(found.values())}, the whole is {whole} (1e-5 CNY)"
    return found


def decomposition(runs: Sequence[Run], gas_price: Fraction = Fraction(0)) -> dict[str, dict[str, dict[str, Difference]]]:
    """CNY by part, province and variant: mean over seeds and the paired difference from the base variant; `all` is the sum of the parts.

    `provinces` adds nothing to it: there stand the parts that a province has, together. `gas_price` is CNY a million gas. Raises InputError
    where `by_variant` does, AssertionError where parts do not add up.
    """
    variants = by_variant(runs)
    values: dict[tuple[str, str], dict[str, dict[int, float]]] = {}
    for label, seeds in variants.items():
        for seed, run in seeds.items():
            parts = parts_of(tally(run.tables, run.hours), int(run.manifest["gas"]), gas_price)
            whole = sum(parts.values())
            for (_, zone), amount in tuple(parts.items()):
                if zone:
                    parts["provinces", zone] = parts.get(("provinces", zone), 0) + amount
            parts["all", ""] = whole
            for key, amount in parts.items():
                values.setdefault(key, {}).setdefault(label, {})[seed] = currency(amount)
    base = next(iter(variants))
    found: dict[str, dict[str, dict[str, Difference]]] = {}
    for part in (*PARTS, *WHOLE):
        for (name, zone), amounts in values.items():
            if name == part:
                found.setdefault(part, {})[zone] = {
                    label: difference(amounts.get(label, {}), amounts.get(base, {}), label == base) for label in variants
                }
    return found


def table(found: dict[str, dict[str, dict[str, Difference]]], currency: str) -> Table:
    """The decomposition as people read it: the base in millions, then what each other variant changes; `currency` is the label of money."""
    labels = list(found["all"][""])
    out = Table(title=f"Who gains (million {currency}; differences are from {labels[0]}, same seed)", title_justify="left")
    out.add_column("")
    out.add_column("province")
    for label in labels:
        out.add_column(label, justify="right")
    for words, *row in cells(found):
        if words:
            out.add_section()
        out.add_row(words, *row)
    return out


def html(found: Mapping[str, Mapping[str, Mapping[str, Difference]]]) -> str:
    """The decomposition as a page shows it."""
    return html_table.table(["", "province", *(DESIGN_WORDS.get(label, label) for label in found["all"][""])], cells(found), texts=2)


def cells(found: Mapping[str, Mapping[str, Mapping[str, Difference]]]) -> Iterator[list[str]]:
    """A row a part and province, million CNY: words (in a part's first row), province, every variant. Parts of zero are left out."""
    base = next(iter(found["all"][""]))
    for part, zones in found.items():
        if any(entry["mean"] for entries in zones.values() for entry in entries.values()):
            for place, (zone, entries) in enumerate(zones.items()):
                words = {**PARTS, **WHOLE}[part] if not place else ""
                yield [words, zone, *(_cell(entry, label == base) for label, entry in entries.items())]


def _cell(entry: Difference, base: bool) -> str:
    if base or entry["difference"] is None:
        return "-" if entry["mean"] is None else f"{entry['mean'] / 1e6:,.3f}"
    interval = entry["interval"]
    return f"{entry['difference'] / 1e6:+,.3f}" + (f" [{interval[0] / 1e6:+,.3f}, {interval[1] / 1e6:+,.3f}]" if interval else "")
