"""Table 1 of the paper beside the simulated one: how each province trades, how much, and what share of its consumption that is."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from rich.table import Table

from shengdian.experiments.ahead.state import Deal
from shengdian.experiments.ahead.world import MONTHS
from shengdian.experiments.ahead.year import Year
from shengdian.regions.region import Region
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.units import HOURS_A_DAY, per_mwh, mwh

TABLE, AGREEMENTS = "table1.csv", "agreements_of_the_year.parquet"
"""files in a run directory"""
MECHANISMS = ("bilateral", "central", "listing")
KWH_PER_TWH = 1e9
KWH_PER_GWH = 1_000_000


def rows(year: Year) -> list[dict[str, Any]]:
    """One a province that trades ahead; energies in TWh, shares of its consumption, prices in CNY/MWh less the coal benchmark."""
    found = []
    stated = {row["zone"]: row for row in year.world.region.other("table1.csv")}
    for zone in year.world.openings:
        paper = stated.get(zone, {})
        consumption = int(paper["consumption_gwh"]) * KWH_PER_GWH if paper else sum(year.world.load[zone])
        own = [deal for deal in year.deals if deal.seller_zone == zone and deal.line is None]
        sent = [deal for deal in year.deals if deal.line is not None and deal.seller_zone == zone]
        total = sum(deal.quantity for deal in own)
        row: dict[str, Any] = {
            "province": zone,
            "mode": paper.get("mode", ""),
            "paper_twh": float(paper.get("volume_gwh", 0)) / 1000,
            "paper_share": float(paper.get("share", 0)),
            "simulated_twh": total / KWH_PER_TWH,
            "simulated_share": total / consumption,
        }
        for mechanism in MECHANISMS:
            part = [deal for deal in own if deal.mechanism == mechanism]
            energy = sum(deal.quantity for deal in part)
            row[f"{mechanism}_twh"] = energy / KWH_PER_TWH
            row[f"{mechanism}_price_difference_per_mwh"] = difference(part, year.world.benchmark[zone])
        opened = sum(buyer.opened[month] for buyer in year.world.buying(zone) for month in MONTHS)
        row["opened_twh"] = opened / KWH_PER_TWH
        row["opened_share"] = year.world.openings[zone].opened
        row["filled_share"] = total / opened if opened else None
        row["sent_twh"] = sum(deal.quantity for deal in sent) / KWH_PER_TWH
        row["planned_twh"] = sum(deal.quantity for deal in year.planned if deal.seller_zone == zone) / KWH_PER_TWH
        found.append(row)
    return found


def difference(deals: Sequence[Deal], benchmark: int) -> float | None:
    """Mean price less benchmark, CNY/MWh; None where nothing was traded."""
    energy = sum(deal.quantity for deal in deals)
    return sum(deal.quantity * (deal.price - benchmark) for deal in deals) / energy / 100 if energy else None


def write(folder: Path, year: Year) -> tuple[str, ...]:
    """The table, if a province trades, and all agreed and planned energy of the year; gives the names of the files.

    It has the columns of the table `agreements`, a row a month, whose first hour of the year is `hour`; and `month` and `stage`.
    """
    if compared := rows(year):
        with (folder / TABLE).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(compared[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(compared)
    deals = (*year.deals, *year.planned)
    first = [sum(year.world.days[:month]) * HOURS_A_DAY for month in MONTHS]
    text, number, whole = pa.large_string(), pa.float64(), pa.int64()
    columns: dict[str, tuple[pa.DataType, list[Any]]] = {
        "id": (text, [deal.id for deal in deals]),
        "mechanism": (text, [deal.mechanism for deal in deals]),
        "seller": (text, [deal.seller for deal in deals]),
        "buyer": (text, [deal.buyer for deal in deals]),
        "seller_zone": (text, [deal.seller_zone for deal in deals]),
        "buyer_zone": (text, [deal.buyer_zone for deal in deals]),
        "price_per_mwh": (number, [per_mwh(deal.price) for deal in deals]),
        "hour": (whole, [first[deal.month] for deal in deals]),
        "quantity_mwh": (number, [mwh(deal.quantity) for deal in deals]),
        "month": (whole, [deal.month + 1 for deal in deals]),
        "stage": (text, [deal.stage for deal in deals]),
    }
    found = pa.table({name: pa.array(values, kind) for name, (kind, values) in columns.items()})
    pq.write_table(found, folder / AGREEMENTS)
    return (*((TABLE,) if compared else ()), AGREEMENTS)


def read(folder: Path) -> list[dict[str, Any]]:
    """The table of a run directory; empty where no year was traded. Raises InputError where it is damaged."""
    path = folder / TABLE
    if not path.is_file():
        return []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [{key: _value(key, text) for key, text in row.items()} for row in csv.DictReader(file)]
    except (ValueError, AttributeError) as cause:
        raise InputError(f"{path}: damaged ({cause})") from cause


def _value(key: str, text: str) -> str | float | None:
    if key in ("province", "mode"):
        return text
    return float(text) if text else None


def table(compared: Sequence[Mapping[str, Any]], title: str, region: Region | None) -> Table:
    """The comparison as people read it; without its region, without what the region's own files have beside it."""
    out = Table(title=title, title_justify="left")
    columns = (
        "",
        "mode in the paper",
        "paper TWh",
        "share %",
        "simulated TWh",
        "share %",
        *MECHANISMS,
        "opened",
        "filled %",
        "planned",
        "sent out",
    )
    for name in columns:
        out.add_column(name, justify="left" if name in ("", "mode in the paper") else "right")
    for row in compared:
        paper = [f"{row['paper_twh']:.2f}", f"{100 * row['paper_share']:.2f}"] if row["paper_twh"] else ["-", "-"]
        parts = [_part(row[f"{name}_twh"], row[f"{name}_price_difference_per_mwh"]) for name in MECHANISMS]
        simulated = [f"{row['simulated_twh']:.2f}", f"{100 * row['simulated_share']:.2f}"]
        filled = "-" if row["filled_share"] is None else f"{100 * row['filled_share']:.0f}"
        opened = f"{row['opened_twh']:.1f} ({row['opened_share']:g})"
        others = [opened, filled, f"{row['planned_twh']:.1f}", f"{row['sent_twh']:.1f}"]
        out.add_row(str(row["province"]), str(row["mode"]), *paper, *simulated, *parts, *others)
    out.caption = "energy in TWh; in brackets the mean price less the coal benchmark, CNY/MWh; sent out: agreements to other provinces"
    out.caption += (
        "\nopened: of large users' demand, in brackets the share that the config sets (to the paper's volume); filled: traded of it"
    )
    stated = region.other("power_exchanges_2016.csv") if region else []
    for zone in [row["province"] for row in compared]:
        if traded := [row for row in stated if row["zone"] == zone]:
            words = [
                f"{row['mechanism']} {_part(float(row['volume_gwh']) / 1000, float(row['price_difference_per_mwh']))}" for row in traded
            ]
            out.caption += f"\n{traded[0]['name']}'s exchange in 2016: {', '.join(words)}"
    return out


def _part(energy: float, price: float | None) -> str:
    return "-" if price is None else f"{energy:.2f} ({price:+.0f})"
