"""Laws over structures, in small regions drawn at random: what trade between zones saves, what delivered contracts cost, who pays whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shengdian import agents
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.model import Model
from tests.structures.worked import CAPACITY, COST, config_of, write

STRUCTURES: Mapping[str, Mapping[str, Any]] = {
    "pool": {"structure.preset": "commonwealth_gross", "structure.contracts.kind": "none"},
    "unstamped": {"structure.preset": "commonwealth_gross", "structure.contracts.kind": "none", "structure.network.rule": "none"},
    "audited": {"structure.preset": "commonwealth_gross", "structure.contracts.kind": "none", "structure.offers": "audited"},
    "monopoly": {"structure.preset": "china_monopoly"},
    "utilities": {"structure.preset": "japan"},
    "financial": {"structure.preset": "commonwealth_gross"},
    "one": {
        "structure.preset": "canada",
        "structure.retailers": 0,
        "structure.choice.commerce": 1.0,
        "structure.choice.residential": 0.0,
    },
    "implicit": {"structure.preset": "china_regional"},
    "economic": {"structure.preset": "seed_two_level", "market.surplus_deficit": "economic"},
    "physical": {"structure.preset": "seed_two_level", "market.surplus_deficit": "physical"},
    "none": {"structure.preset": "china_pilot"},
}
WITHOUT_CONTRACTS = ("pool", "unstamped", "audited", "monopoly", "utilities", "one")
UNSTAMPED = ("unstamped", "monopoly", "utilities", "economic", "physical")
NO_EXCHANGE = {"region.exchange": "none"}


def hours_of(folder: Path, keys: Mapping[str, Any]) -> list[HourResult]:
    """Two hours of a structure, on twins."""
    config = config_of(folder, {**NO_EXCHANGE, **keys})
    model = Model(build_scenario(config, config.run.design, 1), agents.build)
    return [model.step_hour() for _ in range(2)]


def cost(results: Sequence[HourResult]) -> int:
    """1e-5 of the currency."""
    return sum(row.cost for result in results for row in result.generation)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    costs=st.lists(st.integers(0, 450), min_size=6, max_size=6, unique=True),
    loads=st.lists(st.integers(1, 3 * CAPACITY), min_size=4, max_size=4),
    line=st.integers(1, 300),
    share=st.integers(0, 9),
)
def test_trade_saves_delivered_contracts_cost_and_money_is_only_moved(
    costs: Sequence[int], loads: Sequence[int], line: int, share: int
) -> None:
    plants = "plant,zone,technology,capacity_mw,cost_per_mwh\n" + "".join(
        f"{plant},{plant[0]},unit,{CAPACITY},{each}\n" for plant, each in zip(COST, costs, strict=True)
    )
    load = "time,A,B\n" + "".join(f"2016-07-01 0{hour}:00,{loads[2 * hour]},{loads[2 * hour + 1]}\n" for hour in range(2))
    lines = f"line,from,to,capacity_mw,capacity_back_mw\nA-B,A,B,{line},{line}\n"
    results = {}
    with TemporaryDirectory() as folder:
        region = write(Path(folder), plants=plants, load_hourly=load, lines=lines)
        for name, keys in STRUCTURES.items():
            contracts = {} if name in WITHOUT_CONTRACTS else {"structure.contracts.share": share / 10}
            results[name] = hours_of(region, {**keys, **contracts})

    # the same load is served
    assert {sum(row.contracted + row.bought for each in found for row in each.consumption) for found in results.values()} == {
        1000 * sum(loads)
    }
    # pool = one price with redispatch = a company that plans for all; a stamp and an audit of truthful offers change nothing
    # pool <= trade in one auction <= surplus and deficit, economic <= physical <= no trade; financial contracts cost nothing
    found = {name: cost(each) for name, each in results.items()}
    assert (
        found["pool"] == found["financial"] == found["one"] <= found["implicit"] <= found["economic"] <= found["physical"] <= found["none"]
    )
    assert found["pool"] == found["monopoly"] == found["unstamped"] == found["audited"] <= found["utilities"] <= found["none"]
    prices = {name: [each.stages[-1].prices for each in results[name]] for name in ("pool", "unstamped", "audited")}
    assert prices["pool"] == prices["unstamped"] == prices["audited"]
    # who plans needs no order
    assert not any(list(stage.orders) for name in ("monopoly", "utilities") for each in results[name] for stage in each.stages)

    for each in results["one"]:
        assert len(set(each.stages[-1].prices.values())) == 1
        # the rent pays for redispatch before users give it back
        assert sum(entry.money for entry in each.ledger if entry.role == "rent" and entry.cause == "rent") <= 0
    rest = sum(entry.money for each in results["one"] for entry in each.ledger if entry.role == "rent")
    assert 0 <= rest < 1000 * sum(loads)

    for name, each in results.items():
        paid: dict[str, int] = {}
        by_cause: dict[str, int] = {}
        for entry in (entry for result in each for entry in result.ledger):
            paid[entry.role] = paid.get(entry.role, 0) + entry.money
            cause = "hour" if entry.cause in ("auction", "regional", "wheeling", "rent", "loss") else entry.cause
            by_cause[cause] = by_cause.get(cause, 0) + entry.money
        assert not any(by_cause.values()), name
        # what users and their suppliers pay is what plants, the grid and the rent get
        assert -paid.get("user", 0) - paid.get("supplier", 0) == paid.get("plant", 0) + paid.get("grid", 0) + paid.get("rent", 0)
        stamp = 0 if name in UNSTAMPED else 3000
        assert paid.get("grid", 0) == stamp * 1000 * sum(loads), name
        # a supplier keeps less than a tick on what it billed, and owes nothing
        assert 0 <= paid.get("supplier", 0) <= 2 * 1000 * sum(loads), name
