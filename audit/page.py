"""The verdict as one page of plain text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shengdian.audit.verdict import Verdict

MOST_SHOWN = 10
"""differences on the page"""
MORE: Mapping[str, str] = {
    "corridors": "regions against the inter-provincial rule, match by match, and a linear program",
    "deviations": "hours: schedule from the logs, meters, regulation in price order, every payment",
    "storage": "hours of storage: orders within its power, what it holds within its size",
    "bills": "of captive users: energy bought for them, and a rate that brings their supplier's account back to zero",
    "closes": "of accounts: deposits, limits of orders, debts, the waterfall of defaults",
}
"""parts that not every run has"""
FROM = """What the tables were rebuilt from
  logs      orders, prices, flows, agreements, allocation, ledger, bills, defaults: every column (names of participants stand in the config;
            refused orders come from calldata and revert data); scheduled and metered of generation; contracted and bought of load
  config    tech, available, cost, carbon payments and CO2 of generation; demand of load, and with it what is unserved and how a default
            supplier's purchase is split over captive users; the worth of contract energy and of exports in value; what flows into
            reservoirs, and with the meters what they give, spill and hold; power, size and losses of storage, and with its trade what
            it holds"""


def page(verdict: Verdict) -> str:
    """One page, without the last line's end."""
    counted = verdict.counted
    lines = [
        f"Audit of {verdict.run_id}",
        f"recorded on {verdict.recorded_on}, carried out again on {verdict.chain}, {verdict.seconds['all']:.1f} s",
        "",
        "Checked",
        f"  chain        {counted['blocks']:,} blocks, {counted['transactions']:,} transactions, {counted['signatures']:,} signatures, "
        f"{counted['logs']:,} logs",
        f"  tables       {counted['rows']:,} rows of {counted['hours']:,} hours, rebuilt and compared; summary and manifest",
        f"  clearings    {counted['clearings']:,} stages against an independent linear program (scipy): optimum, prices, pro rata shares",
        *([f"  left open    {verdict.choice}"] if verdict.choice else []),
        f"  allocations  {counted['allocations']:,} against limits, ramps, contracts and load",
        *([f"  decided      {counted['decided']:,} transactions, once more from the config"] if counted["decided"] else []),
        *(f"  {part:<12} {counted[part]:,} {what}" for part, what in MORE.items() if counted[part]),
        "",
        FROM,
    ]
    lines += ["", "Not checked"] if verdict.notes else []
    lines += [f"  {note}" for note in verdict.notes]
    lines.append("")
    if verdict.clean:
        return "\n".join([*lines, "CLEAN: nothing differs."])
    lines.append(f"DIFFERENT: {len(verdict.differences)} found; the first is")
    lines += [f"  {difference}" for difference in verdict.differences[:1]]
    lines += ["then"] if len(verdict.differences) > 1 else []
    lines += [f"  {difference}" for difference in verdict.differences[1:MOST_SHOWN]]
    more = len(verdict.differences) - MOST_SHOWN
    return "\n".join(lines + ([f"  and {more} more"] if more > 0 else []))


def as_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict for programs."""
    differences: list[Mapping[str, Any]] = [
        {"sentence": each.sentence, "block": each.block, "transaction": each.transaction, "table": each.table, "row": each.row}
        for each in verdict.differences
    ]
    return {
        "run_id": verdict.run_id,
        "recorded_on": verdict.recorded_on,
        "chain": verdict.chain,
        "clean": verdict.clean,
        "differences": differences,
        "counted": dict(verdict.counted),
        "not_checked": list(verdict.notes),
        "choice": verdict.choice,
        "seconds": dict(verdict.seconds),
    }
