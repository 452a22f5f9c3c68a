"""What every figure shows and how it is read, in the words of the report and of the gallery."""

from __future__ import annotations

from typing import Final

CAPTIONS: Final = {
    "comparison": "The designs side by side. Whiskers, from ten seeds on: 95 % interval (Student's t) of the paired difference.",
    "welfare": "Who gains: each bar starts where the one above it ends, the last is their sum. Differences from the first design.",
    "prices": "Price by province and hour in the last stage that has one. Lines that lie on each other: one price in several provinces.",
    "spread-duration": "In what share of hours the dearest and the cheapest province are at least so far apart.",
    "flows": "Energy sent between provinces over the run; schematic, arrows are as wide as the energy they carry.",
    "price-map": "One hour: the final price as colour and number, energy sent (GWh) as the width of arrows, lines that are full in orange.",
    "generation-mix": "Metered generation of all provinces by technology, imports from the rest of the country included.",
    "supply-stack": "Offers by technology (solid: accepted), bids, where the first stage cleared. Bids above the axis are out of sight.",
    "allocation": "Contract allocation of a day: what contracts cover, and what is left to bidding.",
    "allocation-by-plant": "Contract energy of a day by plant, as the rolling allocation of the paper (Fig. 2) spreads it over the hours.",
    "trader-energy": "Energy of every plant and user of a province: under contract, in its auction, in the region; dots are the net.",
    "learning": "The markup that learning plants have come to prefer, % of their highest (of their room, where they hold energy back): a "
    "thin line a plant, thick the mean of its technology. Dashed: the day from which on the means of five days stay within 1 %.",
    "sweep": "Metrics against a swept key: the mean over seeds; as a band, from ten seeds on, its 95 % interval (Student's t).",
    "gas": "Gas of the run's transactions by what they are for.",
    "region": "A region's folder: zones and lines, capacity by technology, mean days of four months, wind, sun and water by month.",
}
"""by name of the figure in `shengdian.experiments.results.plots.figures`, in the order shown"""

DRAWN_BY: Final = {
    "comparison": "comparison_bars",
    "welfare": "welfare_waterfall",
    "prices": "prices",
    "spread-duration": "spread_duration",
    "flows": "flow_map",
    "price-map": "price_map",
    "generation-mix": "generation_mix",
    "supply-stack": "supply_stack",
    "allocation": "allocation",
    "allocation-by-plant": "allocation_by_plant",
    "trader-energy": "trader_energy",
    "learning": "learning",
    "sweep": "sweep_lines",
    "gas": "gas_by_phase",
    "region": "overview",
}
"""the function of `shengdian.experiments.results.plots` that draws it"""
