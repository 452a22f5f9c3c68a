"""The same world, two ways: an imported network, run `coupled` with truthful bids, has the prices and cost of PyPSA's optimisation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import shengdian
from shengdian.importing.imported import write
from shengdian.importing.pypsa import read

pypsa = pytest.importorskip("pypsa", reason="the extra pypsa is not installed")
pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")]

HOURS = 24
TICK = 0.01
RULES = {
    "run.hours": HOURS,
    "run.start": "2015-01-01",
    "run.chain": "mirror",
    "run.design": "coupled",
    "market.price_cap_per_mwh": 1000.0,
    "contracts.share": 0.0,
    "users": {
        "count": {"industry": 1, "commerce": 0, "residential": 0},
        "load_share": {"industry": 1.0, "commerce": 0.0, "residential": 0.0},
    },
    "costs.heat_rate_spread": 0.0,
    "strategies": {
        "plants": {"name": "marginal_cost", "parameters": {"unit_spread": 0.0}},
        "industry": {"name": "inflexible", "parameters": {}},
    },
}
"""every plant asks its cost, every user buys at any price, and nothing is under contract"""


def network(seed: int) -> Any:
    """Zones in a chain with some more lines; loads in whole kWh, no two costs alike, and a dear plant in every zone that could do alone."""
    draw = np.random.default_rng(seed)
    found = pypsa.Network(snapshots=np.array("2015-01-01", "datetime64[h]") + np.arange(HOURS))
    zones = [f"zone {at}" for at in range(draw.integers(2, 6))]
    found.add("Bus", zones)
    found.add("Carrier", ["wind", "coal", "gas", "backup"], co2_emissions=[0.0, 0.3, 0.2, 0.3], color=["green", "black", "red", "gray"])
    for zone in zones:
        load = (draw.uniform(60, 240) * (1 + 0.3 * np.sin(np.arange(HOURS) / 4 + draw.uniform(0, 6)))).round(3)
        found.add("Load", f"{zone} load", bus=zone, p_set=load)
        found.add("Generator", f"{zone} backup", bus=zone, carrier="backup", p_nom=400, marginal_cost=700 + draw.integers(0, 20_000) / 100)
        for carrier in ("coal", "gas"):
            size, cost = draw.integers(20_000, 200_000) / 1000, draw.integers(2_000, 30_000) / 100
            found.add("Generator", f"{zone} {carrier}", bus=zone, carrier=carrier, p_nom=size, marginal_cost=cost, efficiency=0.4)
        if draw.random() < 0.6:
            shares = draw.uniform(0, 1, HOURS).round(3)
            found.add("Generator", f"{zone} wind", bus=zone, carrier="wind", p_nom=draw.integers(50, 200), p_max_pu=shares)
    pairs = [(at, at + 1) for at in range(len(zones) - 1)]
    pairs += [(one, other) for one, other in draw.integers(0, len(zones), (3, 2)) if one != other]
    for at, (one, other) in enumerate(pairs):
        ends, size = {"bus0": zones[one], "bus1": zones[other]}, float(draw.integers(10, 120))
        kind = draw.integers(3)
        if kind == 0:  # one way: PyPSA gives energy and money back on the way back
            loss, charge = draw.integers(0, 80) / 1000, draw.integers(0, 900) / 100
            found.add("Link", f"link {at}", **ends, p_nom=size, efficiency=1 - loss, marginal_cost=charge)
        elif kind == 1:
            found.add("Link", f"link {at}", **ends, p_nom=size, p_min_pu=-0.5)
        else:
            found.add("Line", f"line {at}", **ends, s_nom=size, s_max_pu=0.7, x=1.0)
    return found


def transport(found: Any) -> Any:
    """The network with lines as links, which know no Kirchhoff's second law."""
    reduced = found.copy()
    for name, line in found.lines.iterrows():
        reduced.remove("Line", name)
        ends = {"bus0": line.bus0, "bus1": line.bus1}
        reduced.add("Link", f"{name} as a link", **ends, p_nom=line.s_nom, p_max_pu=line.s_max_pu, p_min_pu=-line.s_max_pu)
    return reduced


@pytest.mark.parametrize("seed", range(20))
def test_prices_and_cost_are_those_of_pypsa(seed: int, tmp_path: Path) -> None:
    made = network(seed)
    made.export_to_csv_folder(tmp_path / "network")
    write(read(tmp_path / "network"), tmp_path / "region")
    (run,) = shengdian.run("six-provinces-day", {**RULES, "run.compare": [], "region.path": str(tmp_path / "region")}, out=tmp_path)
    reduced = transport(made)
    assert reduced.optimize(solver_name="highs", log_to_console=False)[0] == "ok"
    prices = run.tables["prices"].pivot_table("price_per_mwh", "hour", "zone")
    due = reduced.buses_t.marginal_price.set_axis(range(HOURS))[list(prices)]
    assert (prices - due).abs().to_numpy().max() <= TICK + 1e-6
    energy = run.tables["load"]["demand_mwh"].sum()
    generated = run.tables["generation"]["cost"].sum()
    sent = run.tables["flows"]["wheeling"].sum()
    assert generated + sent == pytest.approx(reduced.objective, abs=TICK * energy)


def test_a_netcdf_file_gives_the_tables_of_its_csv_folder(tmp_path: Path) -> None:
    made = network(0)
    made.export_to_csv_folder(tmp_path / "same")
    made.export_to_netcdf(tmp_path / "same.nc")
    one, other = read(tmp_path / "same"), read(tmp_path / "same.nc")
    assert one.label == other.label
    assert one.notes == other.notes
    assert all(table.equals(other.tables[name]) for name, table in one.tables.items())
