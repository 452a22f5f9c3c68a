"""(e) Gas of an hour by design, how it grows with traders and provinces, and how many traders a chain has room for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from evidence.questions.question import Question
from shengdian.experiments.results import palette
from shengdian.experiments.results.figures.sweep import Panel, sweep_lines
from shengdian.sim.base.timetable import HOUR, Timetable
from shengdian.sim.base.units import HOURS_A_DAY
from shengdian.sim.record.finished_run import Run

PHASES: Final = ("orders", "clear", "settle", "allocate")
"""of the gas of an hour; deployment and enrolment are paid once"""
MANY: Final = 10_000
"""traders of a province"""
PROVINCES: Final = 31
"""of the country"""


@dataclass(frozen=True, slots=True)
class Network:
    """A chain as it limits and charges gas."""

    words: str
    block: int
    """gas of a block"""
    seconds: float
    """between blocks"""
    most: int
    """gas of one transaction"""
    price: float
    """CNY a million gas"""


NETWORKS: Final = (
    # limit: https://blog.mycrypto.com/the-history-of-ethereums-block-size-block-gas-limit/; 14 s, 20 gwei, 55 CNY an ether: recalled
    Network("Ethereum, December 2016", 4_000_000, 14, 4_000_000, 1.1),
    # 45 million a block, 2**24 a transaction (EIP-7825); 1 gwei and 21,000 CNY an ether: assumption
    Network("Ethereum, end of 2025", 45_000_000, 12, 2**24, 21.0),
    # of the exchanges' own, four validators: Besu with QBFT carried 520 to 645 ERC-20 transfers a second without falling behind
    # (https://besu-eth.github.io/wiki/QBFT-Performance_22156796.html); 50,000 gas a transfer and 5 s: assumption; gas has no price there
    Network("chain of the exchanges", 520 * 50_000 * 5, 5, 520 * 50_000 * 5, 0.0),
)


@dataclass(frozen=True, slots=True)
class Growth:
    """Gas of an hour as a sum: fixed, a trader, a province; by least squares over the runs of a design."""

    fixed: float
    trader: float
    province: float
    off: float
    """largest relative error over these runs"""

    def at(self, traders: float, provinces: float) -> float:
        """Gas of an hour."""
        return self.fixed + self.trader * traders + self.province * provinces


def measure(run: Run) -> Mapping[str, float]:
    """Gas by phase, traders who ordered, provinces, energy: whole run."""
    gas = run.manifest["gas_by_phase"]
    return {
        "provinces": len(run.config["region"]["zones"]),
        "traders": run.tables["orders"]["trader"].nunique(),
        "sent": run.manifest["transactions_by_phase"]["orders"],
        "served": run.summary["served_mwh"],
        **{phase: gas[phase] for phase in PHASES},
    }


def derived(rows: pd.DataFrame) -> pd.DataFrame:
    """A row a design and size: gas of an hour of the last day, which is what the longer run costs more than the shorter."""
    keys = ["design", "provinces", "users.count.industry"]
    less, more = (pd.DataFrame(rows[rows["run.hours"] == hours].set_index(keys)) for hours in sorted(set(rows["run.hours"])))
    found = (more[["sent", "served", *PHASES]] - less[["sent", "served", *PHASES]]) / HOURS_A_DAY
    found["traders"] = more["traders"]
    found["all"] = found[list(PHASES)].sum(axis=1)
    found["order"], found["per_mwh"] = found["orders"] / found["sent"], found["all"] / found["served"]
    return found.reset_index()


def growth(found: pd.DataFrame, phase: str) -> Growth:
    """Of a phase, or of `all`, from the rows of one design."""
    columns = np.column_stack([np.ones(len(found)), found["traders"], found["provinces"]])
    gas = found[phase].to_numpy(dtype=float)
    fixed, trader, province = np.linalg.lstsq(columns, gas, rcond=None)[0].tolist()
    fitted = columns @ np.array([fixed, trader, province])
    return Growth(fixed, trader, province, float(np.max(np.abs(fitted / gas - 1))))


def room(network: Network, orders: Growth, clear: Growth, everything: Growth, provinces: int) -> tuple[int, str]:
    """How many traders fit in an hour, and what binds first: a trader's orders before the gate, `clear` in one transaction, or the hour."""
    limits = {
        "orders": (network.block * Timetable(0).gate(0) / network.seconds - orders.at(0, provinces)) / orders.trader,
        "clear": (network.most - clear.at(0, provinces)) / clear.trader,
        "hour": (network.block * HOUR / network.seconds - everything.at(0, provinces)) / everything.trader,
    }
    binding = min(limits, key=lambda name: limits[name])
    return max(0, int(limits[binding])), binding


def figure(rows: pd.DataFrame) -> Figure:
    """Gas against traders, six provinces."""
    found = derived(rows)
    shown = (
        Panel("all", "an hour of the market", "million gas", 1e6),
        Panel("clear", "... of which clear", "million gas", 1e6),
        Panel("order", "an order", "thousand gas", 1e3),
        Panel("per_mwh", "a MWh", "gas"),
    )
    return sweep_lines(found[found["provinces"] == found["provinces"].max()], Panel("traders", "traders who order", ""), shown, "design", 2)


def grown_by_design(found: pd.DataFrame) -> dict[str, dict[str, Growth]]:
    """Of every phase and of `all`, by design, from what `derived` gives."""
    return {str(design): {phase: growth(part, phase) for phase in (*PHASES, "all")} for design, part in found.groupby("design", sort=False)}


def blocks(rows: pd.DataFrame) -> Mapping[str, str]:
    """The page's tables: gas of an hour, its growth, the chains, how many traders have room, and the whole country."""
    found = derived(rows)
    grown = grown_by_design(found)
    now = _now(found)
    return {
        "hour": _hour(now),
        "growth": _growth(grown),
        "networks": _networks(),
        "room": room_table(grown, NETWORKS, 6),
        "room-country": room_table(grown, NETWORKS, PROVINCES),
        "country": _country(grown, now["traders"].mean() / now["provinces"].mean()),
    }


def _now(found: pd.DataFrame) -> pd.DataFrame:
    """The six provinces with the users of the default."""
    least, provinces = found["users.count.industry"].min(), found["provinces"].max()
    rows: pd.DataFrame = found[(found["users.count.industry"] == least) & (found["provinces"] == provinces)]
    return rows


def _hour(now: pd.DataFrame) -> str:
    heads = "| design | traders | an order, gas | orders | clear | settle, allocate | hour, million gas | gas a MWh |"
    lines = [heads + "".join(f" CNY a GWh, {network.words} |" for network in NETWORKS if network.price)]
    lines.append("|---" + "|---:" * (lines[0].count("|") - 2) + "|")
    for row in now.to_dict("records"):
        phases = (
            f"{row['orders'] / 1e6:.2f} | {row['clear'] / 1e6:.2f} | {(row['settle'] + row['allocate']) / 1e6:.2f} | {row['all'] / 1e6:.2f}"
        )
        costs = "".join(f" {row['per_mwh'] * network.price / 1e3:,.3f} |" for network in NETWORKS if network.price)
        lines.append(f"| {_word(row['design'])} | {row['traders']:.0f} | {row['order']:,.0f} | {phases} | {row['per_mwh']:.1f} |{costs}")
    return "\n".join(lines)


def _growth(grown: Mapping[str, Mapping[str, Growth]]) -> str:
    lines = [
        "| design | a trader, gas an hour | ... of which its order | ... of which clear | a province | fixed | largest error |",
        "|---" + "|---:" * 6 + "|",
    ]
    for design, by in grown.items():
        every = by["all"]
        parts = [every.trader, by["orders"].trader, by["clear"].trader, every.province, every.fixed]
        lines.append(f"| {_word(design)} | {' | '.join(f'{part:,.0f}' for part in parts)} | {every.off:.1%} |")
    return "\n".join(lines)


def _networks() -> str:
    lines = [
        "| chain | gas of a block, million | s between blocks | gas of a transaction, million | CNY a million gas |",
        "|---" + "|---:" * 4 + "|",
    ]
    rows = (f"| {each.words} | {each.block / 1e6:,.0f} | {each.seconds:g} | {each.most / 1e6:,.1f} | {each.price:g} |" for each in NETWORKS)
    return "\n".join((*lines, *rows))


def room_table(grown: Mapping[str, Mapping[str, Growth]], networks: Sequence[Network], provinces: int) -> str:
    """Traders for whom an hour of each chain has room, and what binds first, by design; Markdown."""
    lines = ["| design |" + "".join(f" {each.words} |" for each in networks), "|---" + "|---:" * len(networks) + "|"]
    for design, by in grown.items():
        cells = [room(each, by["orders"], by["clear"], by["all"], provinces) for each in networks]
        lines.append(f"| {_word(design)} | " + " | ".join(f"{most:,} ({binding})" for most, binding in cells) + " |")
    return "\n".join(lines)


def _country(grown: Mapping[str, Mapping[str, Growth]], as_now: float) -> str:
    """Every province of the country with the traders that one of the six has now, and with many."""
    lines = [
        "| traders a province | design | hour, million gas | clear, million gas |"
        + "".join(f" hours of {each.words} |" for each in NETWORKS),
        "|---:|---" + "|---:" * (2 + len(NETWORKS)) + "|",
    ]
    for each in (as_now, MANY):
        for design, by in grown.items():
            every, clear = (by[phase].at(PROVINCES * each, PROVINCES) for phase in ("all", "clear"))
            hours = [every / (network.block * HOUR / network.seconds) for network in NETWORKS]
            cells = f"{every / 1e6:,.0f} | {clear / 1e6:,.0f} | {' | '.join(f'{part:,.3f}' for part in hours)}"
            lines.append(f"| {each:,.0f} | {_word(design)} | {cells} |")
    return "\n".join(lines)


def _word(design: str) -> str:
    return palette.DESIGN_WORDS.get(design, design)


QUESTION = Question("chain-cost", measure, figure, blocks)
