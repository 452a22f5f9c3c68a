"""What the six provinces come to in a year of mean days, held to the outcomes of 2016.

`python -m evidence.validation.outcomes_2016` runs twelve mean days under each design and each priority of planned energy, writes what came
to `outcomes_2016_results.csv` and the page `docs/evidence/outcomes-2016.md`. Exit code 1 where a row fails for which `outcomes_2016.csv`
has no reason, or passes though it has one.

What a row can show. Load, inflow, wind, sun and the planned exchange are data. So where a province clears alone its exports by month are
as given: these rows pass by construction under `provincial`, and are counted apart. Where it loses nothing either, its thermal generation
is what the balance leaves: such a row holds the data together and no market. Rows that a market decides are Sichuan's thermal hours,
hydro hours and water, and every row of the designs that trade: the planned exchange has all trade of 2016 in it already, so what such a
design adds on top shows in the months.

The tolerances were written before the first run, each with its reason in the table. They are errors of the statistics, never of the
simulator. Twelve mean days know no week-end, no dry year and no flood. Reservoirs begin half full and keep water as the day stands for a
month.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from inspect import cleandoc
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import pandas as pd
from rich.console import Console

from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.schema import Priority
from shengdian.experiments.world.exchange import MONTHS
from shengdian.experiments.world.fleet import by_day
from shengdian.regions.region import Region
from shengdian.sim.adapters import chain_names
from shengdian.sim.base.units import HOURS_A_DAY, KWH_PER_MWH
from shengdian.sim.record.finished_run import load
from shengdian.sim.scenario import PlantSpec, Scenario

TARGETS = Path(__file__).with_name("outcomes_2016.csv")
RESULTS = Path(__file__).with_name("outcomes_2016_results.csv")
PAGE = Path("docs/evidence/outcomes-2016.md")
DESIGNS = ("provincial", "two_stage", "coupled")
PRIORITIES: tuple[Priority, ...] = ("equal", "renewable_first")
HEATING_QUARTER = (1, 2, 3)
"""months of NEA's figure"""
GWH = 1000
"""MWh"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of `outcomes_2016.csv`, in the columns of the other rows of the validation."""

    suite: str
    id: str
    what: str
    relation: Literal["="]
    expected: float
    tolerance: float
    unit: str
    formula: str
    """from which `expected` follows"""
    numbers: str
    """the same as arithmetic"""
    because: str
    """why this tolerance"""
    wrong: float | None
    """what a wrong model would give; None where none is known that the row would tell"""
    fails: str
    """why it fails in some run; empty where it passes in all"""
    source: str

    def holds(self, got: float) -> bool:
        """Whether the figure is as expected."""
        return abs(got - self.expected) <= self.tolerance


@dataclass(frozen=True, slots=True)
class Result:
    """What one run came to."""

    priority: str
    design: str
    id: str
    got: float


def outcomes() -> dict[str, Outcome]:
    """By id, in the order of the file."""
    with TARGETS.open(encoding="utf-8", newline="") as lines:
        return {row["id"]: _outcome(row) for row in csv.DictReader(lines)}


def _outcome(row: Mapping[str, str]) -> Outcome:
    wrong = float(row["wrong"]) if row["wrong"] else None
    numbers = {"expected": float(row["expected"]), "tolerance": float(row["tolerance"]), "wrong": wrong}
    return Outcome(**{**row, **numbers})  # type: ignore[arg-type]


def measure(chain: str, design: str, priority: Priority, folder: Path) -> dict[str, float]:
    """What every outcome came to in twelve mean days of one design, by id."""
    keys = {"run.chain": chain, "run.compare": [], "run.design": design, "contracts.priority": priority}
    config = override(load_config("six-provinces-months"), keys)
    (directory,) = run_config(config, folder)
    tables = load(directory).tables
    return figures(build_scenario(config, design, config.run.seeds[0]), tables["generation"], tables["load"], tables["reservoirs"])


def figures(world: Scenario, generation: pd.DataFrame, consumption: pd.DataFrame, reservoirs: pd.DataFrame) -> dict[str, float]:
    """By id, from the tables of a run whose days are the twelve months."""
    made = _of_the_year(generation[generation.role == "plant"], "metered_mwh", "plant")
    used = consumption[consumption.role == "user"]
    met = _of_the_year(used.assign(met=used.contracted_mwh + used.bought_mwh), "met", "zone")
    spilled = _of_the_year(reservoirs, "spilled_mwh", "plant")
    inflow = {plant.id: _inflow(plant) for plant in world.plants if plant.renewable}
    region = Region.load()
    got: dict[str, float] = {}
    for zone in world.zones:
        own = [plant for plant in world.plants if plant.zone == zone and plant.role == "plant"]
        thermal = [plant for plant in own if plant.thermal]
        water = [plant for plant in own if (zone, plant.tech, 1) in region.availability_months]
        wind = [plant for plant in own if region.technologies[plant.tech].error == "wind"]
        got[f"{zone}-thermal"] = _hours(made, thermal)
        if water:
            got[f"{zone}-hydro"] = _hours(made, water)
        lost = (spilled.get((plant.id, month), inflow[plant.id][month - 1] - made[plant.id, month]) for plant in water for month in MONTHS)
        got[f"{zone}-spill"] = sum(lost) / 1e6
        for name, months in (("curtailed", MONTHS), ("curtailed-heating", HEATING_QUARTER)):
            had = sum(inflow[plant.id][month - 1] for plant in wind for month in months)
            gave = sum(made[plant.id, month] for plant in wind for month in months)
            got[f"{zone}-{name}"] = 100 * (1 - gave / had) if had else 0.0
        sent = {month: (sum(made[plant.id, month] for plant in own) - met[zone, month]) / GWH for month in MONTHS}
        sent[2] += sent[1]
        got |= {f"{zone}-export-{month:02d}": sent[month] for month in MONTHS[1:]}
    return {name: got[name] for name in outcomes()}


def _of_the_year(rows: pd.DataFrame, column: str, by: str) -> dict[tuple[str, int], float]:
    """MWh of a month by name and month, from one day of each."""
    month = rows.hour // HOURS_A_DAY + 1
    sums = rows.assign(month=month).groupby([by, "month"], as_index=False)[column].sum()
    days = Region.load().days
    columns = (sums[name].tolist() for name in (by, "month", column))
    return {(name, at): energy * days[at - 1] for name, at, energy in zip(*columns, strict=True)}


def _inflow(plant: PlantSpec) -> list[float]:
    """MWh by month that wind, sun or water bring."""
    days = by_day(plant.available) if plant.energy_budget is None else plant.energy_budget
    return [energy / KWH_PER_MWH * length for energy, length in zip(days, Region.load().days, strict=True)]


def _hours(made: Mapping[tuple[str, int], float], plants: Iterable[PlantSpec]) -> float:
    those = list(plants)
    energy = sum(made[plant.id, month] for plant in those for month in MONTHS)
    return energy / (sum(plant.capacity for plant in those) / KWH_PER_MWH)


def results() -> list[Result]:
    """What the last whole run came to."""
    with RESULTS.open(encoding="utf-8", newline="") as lines:
        return [Result(row["priority"], row["design"], row["id"], float(row["got"])) for row in csv.DictReader(lines)]


def keep(found: Sequence[Result]) -> None:
    """Writes `outcomes_2016_results.csv`."""
    known = outcomes()
    lines = ["priority,design,id,got,passes"]
    lines += [
        f"{each.priority},{each.design},{each.id},{each.got:.6g},{'yes' if known[each.id].holds(each.got) else 'no'}" for each in found
    ]
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def surprises(found: Sequence[Result]) -> list[str]:
    """A sentence for every outcome that fails somewhere without a reason, or has a reason and passes everywhere."""
    failing = {each.id: each for each in found if not outcomes()[each.id].holds(each.got)}
    sentences = []
    for name, known in outcomes().items():
        if name in failing and not known.fails:
            each = failing[name]
            sentences.append(f"{known.what} ({name}; {each.design}, {each.priority}): got {each.got:.6g}, expected {known.expected:g}")
        if name not in failing and known.fails:
            sentences.append(f"{known.what} ({name}) passes in every run and was known to fail")
    return sentences


def page(found: Sequence[Result], chain: str) -> str:
    """The page: how many rows pass by run, every outcome of the year, and the months by province."""
    known = outcomes()
    got = {(each.priority, each.design, each.id): each.got for each in found}
    runs = list(dict.fromkeys((each.priority, each.design) for each in found))
    lines = [f"# Outcomes of 2016\n\n{cleandoc(__doc__ or '')}\n\nChain of these runs: {chain}.\n"]
    lines += [f"| | expected | tolerance | unit | {' | '.join(f'{design}, {priority}' for priority, design in runs)} | why it fails |"]
    lines += ["|---|---|---|---|" + "---|" * (len(runs) + 1)]
    for name, row in known.items():
        values = [got[(*run, name)] for run in runs]
        shown = " | ".join(f"{value:,.4g}" if row.holds(value) else f"**{value:,.4g}**" for value in values)
        lines.append(f"| {row.what} | {row.expected:,g} | {row.tolerance:g} | {row.unit} | {shown} | {row.fails} |")
    for title, ids in (
        ("exports by month", [name for name in known if "-export-" in name]),
        ("other rows", [name for name in known if "-export-" not in name]),
    ):
        passed = [sum(known[name].holds(got[(*run, name)]) for name in ids) for run in runs]
        lines.append(f"| {title} that pass, of {len(ids)} | | | | {' | '.join(map(str, passed))} | |")
    lines += [
        "\nBold: outside the tolerance. Why each tolerance is what it is, what a wrong model would give, and sources: `outcomes_2016.csv`."
    ]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0, 1 where a row fails without a reason, 2 for bad input."""
    asked = argparse.ArgumentParser(prog="python -m evidence.validation.outcomes_2016", description="Twelve mean days held to 2016.")
    asked.add_argument("--chain", default="mirror", choices=chain_names(), help="%(default)s")
    chain = asked.parse_args(arguments).chain
    errors, found = Console(stderr=True, width=200), list[Result]()
    for priority in PRIORITIES:
        for design in DESIGNS:
            with TemporaryDirectory() as folder:
                got = measure(chain, design, priority, Path(folder))
            found += [Result(priority, design, name, value) for name, value in got.items()]
            errors.print(f"{design}, {priority}: done", markup=False)
    keep(found)
    PAGE.write_text(page(found, chain), encoding="utf-8", newline="\n")
    for sentence in surprises(found):
        errors.print(sentence, markup=False)
    return 1 if surprises(found) else 0


if __name__ == "__main__":
    sys.exit(main())
