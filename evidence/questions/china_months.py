"""(i) Twelve mean days of 31 provinces under every design, held against what is known of 2016."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from evidence.questions.china import MONTHS, Year, by_line, grids, region, surpluses, word_of
from evidence.questions.china_map import trade_map
from evidence.questions.measures import figures
from evidence.questions.question import Column, Question, table
from shengdian.experiments.results.figures.sweep import Panel
from shengdian.experiments.results.metrics import tally
from shengdian.sim.base.units import HOURS_A_DAY, currency, mwh
from shengdian.sim.record.finished_run import Run

STORAGE = "strategies.storage.name"
PUBLISHED = Path(__file__).with_name("china_2016.csv")
DESIGNS = ("provincial", "two-stage, physical", "two-stage, renewable", "two-stage, economic", "coupled")
SHOWN = (
    Column(Panel("gain", "welfare gain over provincial", "million CNY a day", 1e6), 1),
    Column(Panel("gain_and_water", "... with what reservoirs keep", "million CNY a day", 1e6), 1),
    Column(Panel("charges", "line charges", "million CNY a day", 1e6), 1),
    Column(Panel("rent", "congestion rent", "million CNY a day", 1e6), 1),
    Column(Panel("traded", "traded between provinces", "% of load", 0.01), 2),
    Column(Panel("sent_out", "... and sent by plan", "% of load", 0.01), 2),
    Column(Panel("lost", "lost", "% of wind, sun and water", 0.01), 2),
    Column(Panel("unserved", "unserved", "% of load", 0.01), 2),
)


def published() -> pd.DataFrame:
    """What is known of 2016, a row a figure, with its source."""
    return pd.read_csv(PUBLISHED, index_col="id", keep_default_na=False)


def measure(run: Run) -> Mapping[str, float | int | None]:
    """The figures of most questions; surplus by zone; energy of the year by line and zone; what is to be held against `published`."""
    found, days, year = tally(run.tables, run.hours), run.hours / HOURS_A_DAY, Year(run)
    held = run.tables["storage"].groupby("storage")["held_mwh"].last()
    begun = {store.storage: store.initial_share * store.energy_mwh for store in region().stores}
    return {
        **figures(found, run.hours),
        "stores_earn": currency(found.surpluses()["storages"]) / days,
        "stores_buy": mwh(found.sums["storage.bought_mwh"]) / days,
        "stores_sell": mwh(found.sums["storage.sold_mwh"]) / days,
        "stores_keep": sum(float(held[name]) - begun[name] for name in held.index) / days,
        **{f"surplus_{zone}": amount for zone, amount in surpluses(found, days).items()},
        **{f"flow_{line}": round(energy, 3) for line, energy in by_line(year).items()},
        **{f"export-{zone}": round(year.export(zone), 3) for zone in region().zones},
        **{str(name): round(_came_to(year, row), 3) for name, row in published().iterrows() if row["kind"] != "export"},
    }


def _came_to(year: Year, row: pd.Series) -> float:
    """The figure of a row of `published`, in its unit."""
    first, last = map(int, row["months"].split("-"))
    months = MONTHS[first - 1 : last]
    if row["kind"] in ("wind", "solar"):
        return year.lost_share(row["place"], row["kind"], months)
    if row["kind"] == "spill":
        return year.spilled(row["place"])
    ends = [line.split("-") for line in row["place"].split()]
    return float(sum(year.carried(source, target, months) for source, target in ends))


def derived(rows: pd.DataFrame) -> pd.DataFrame:
    """With the market's word, and gains over the provincial market without storage."""
    words = [word_of(design, reading) for design, reading in zip(rows["design"], rows["market.surplus_deficit"], strict=True)]
    stored = rows[STORAGE].notna()
    kept = rows["welfare"] + rows["water"]
    alone = (rows["design"] == "provincial") & ~stored
    base = rows[alone].iloc[0]
    new = {"market": words, "stored": stored, "gain": rows["welfare"] - base["welfare"], "gain_and_water": kept - kept[alone].iloc[0]}
    new |= {f"gain_{zone}": (rows[f"surplus_{zone}"] - base[f"surplus_{zone}"]) / 1000 for zone in region().zones}
    return pd.concat([rows, pd.DataFrame(new)], axis=1).copy()


def by_market(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows without storage, by the market's word."""
    found = derived(rows)
    return found[~found["stored"]].set_index("market")


def figure(rows: pd.DataFrame) -> Figure:
    """Two maps: what is planned between provinces, and what one coupled auction adds and to whom it brings what."""
    found = by_market(rows)
    planned, flows = (
        {line.line: _value(found, market, f"flow_{line.line}") for line in region().lines} for market in ("provincial", "coupled")
    )
    return trade_map(region(), planned, flows, {zone: _value(found, "coupled", f"gain_{zone}") for zone in region().zones})


def _value(found: pd.DataFrame, market: str, column: str) -> float:
    """A figure of `by_market`."""
    return float(found.loc[[market], column].to_numpy()[0])


def blocks(rows: pd.DataFrame) -> Mapping[str, str]:
    """The page's tables."""
    found = derived(rows)
    found = found.assign(storage=["with pumped storage" if stored else "without" for stored in found["stored"]])
    return {
        "designs": table(found[~found["stored"]], {"market": "design"}, SHOWN),
        "provinces": _provinces(by_market(rows)),
        "published": _held(by_market(rows)),
        "storage": _storage(found),
    }


def _provinces(found: pd.DataFrame) -> str:
    """A row a grid and a row a province: gain of the two markets that trade most, and net export before and after."""
    heads = [
        "grid, province",
        "gain, two-stage, economic",
        "gain, coupled",
        "net export by plan",
        "... two-stage, renewable",
        "... coupled",
    ]
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "---:|" * 5]
    for grid, zones in grids().items():
        for name, those in ((f"**{grid}**", zones), *((region().nodes[zone].name, [zone]) for zone in zones)):
            gains = [sum(_value(found, market, f"gain_{zone}") for zone in those) for market in DESIGNS[3:]]
            exports = [sum(_value(found, market, f"export-{zone}") for zone in those) for market in (DESIGNS[0], DESIGNS[2], DESIGNS[4])]
            lines.append("| " + " | ".join([name, *(f"{gain:,.1f}" for gain in gains), *(f"{sent:,.1f}" for sent in exports)]) + " |")
    return "\n".join(lines)


def _held(found: pd.DataFrame) -> str:
    """A row a published figure, beside what every design came to."""
    lines = ["| | 2016 | " + " | ".join(DESIGNS) + " | unit | trust |", "|---|" + "---:|" * 6 + "---|---|"]
    for name, row in published().iterrows():
        got = [f"{_value(found, market, str(name)):,.1f}" for market in DESIGNS]
        lines.append("| " + " | ".join([row["what"], f"{float(row['published']):,.1f}", *got, row["unit"], row["tag"]]) + " |")
    return "\n".join(lines)


def _storage(found: pd.DataFrame) -> str:
    """With and without pumped storage, of the markets that were run both ways."""
    both = found[found["market"].isin(found.loc[found["stored"], "market"])]
    return table(
        both,
        {"market": "design", "storage": "storage"},
        (
            SHOWN[1],
            Column(Panel("stores_earn", "storage earns", "million CNY a day", 1e6), 2),
            Column(Panel("stores_buy", "it buys", "GWh a day", 1000), 1),
            Column(Panel("stores_sell", "it sells", "GWh a day", 1000), 1),
            Column(Panel("stores_keep", "it keeps", "GWh a day", 1000), 1),
            Column(Panel("unserved", "unserved", "% of load", 0.01), 3),
            Column(Panel("spread", "price spread", "CNY/MWh"), 1),
        ),
    )


QUESTION = Question("china-months", measure, figure, blocks)
