"""Small runs that between them use every design, mechanism, ordering and set of rules: the keys that each changes in the base config."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

AS_FROZEN: Mapping[str, Any] = {
    "region.exchange": "fixed",
    "region.residual_share": 0.30,
    "region.minimum_output": "technology",
    "water.carry_over": False,
    "contracts.priority": "equal",
    "market.surplus_deficit": "economic",
    "settlement.retail": "none",
}
"""keys whose defaults have changed since the values were frozen"""
SMALL: Mapping[str, Any] = {**AS_FROZEN, "region.zones": ["SX", "SD", "AH"], "run.hours": 2}
PAY_AS_BID, PAIRS = {"market.mechanism": "pay-as-bid"}, {"market.mechanism": "matched-pairs"}
SEALED = {"market.bids": "sealed"}
PROVINCIAL, COUPLED = {"run.design": "provincial"}, {"run.design": "coupled"}
ERRORS = {
    "settlement.deviation": "pre_listed",
    "uncertainty.load_error": 0.03,
    "uncertainty.wind_error": 0.2,
    "uncertainty.solar_error": 0.2,
    "uncertainty.forced_outage_rate": 0.01,
}
COLLATERAL = {"collateral.required": True, "collateral.hours": 1, "collateral.fund": 1e6, "collateral.defaults": ["SX_supplier"]}
AGREED = {"medium_term.trade": True, "medium_term.lines_wanted": 1.0, "time.calendar": "months"}
LEARNS = {"name": "roth_erev", "parameters": {"experimentation": 0.2, "forgetting": 0.1, "modified": 0}}
"""the defaults when the values were frozen"""

CONFIG: Mapping[str, str] = {"table-1": "table1"}
"""the config that a case changes, where it is not the base config"""
CASES: Mapping[str, Mapping[str, Any]] = {
    "provincial": PROVINCIAL,
    "two-stage": {},
    "two-stage-physical": {"market.surplus_deficit": "physical"},
    "corridor-matching": {"run.design": "corridor_matching"},
    "coupled": COUPLED,
    "day-ahead": {"run.design": "day_ahead"},
    "provincial-pay-as-bid": {**PROVINCIAL, **PAY_AS_BID},
    "provincial-matched-pairs": {**PROVINCIAL, **PAIRS},
    "coupled-pay-as-bid": {**COUPLED, **PAY_AS_BID},
    "sealed-two-stage": SEALED,
    "sealed-provincial": {**SEALED, **PROVINCIAL},
    "sealed-coupled": {**SEALED, **COUPLED},
    "sealed-pay-as-bid": {**SEALED, **COUPLED, **PAY_AS_BID},
    "sealed-matched-pairs": {**SEALED, **PROVINCIAL, **PAIRS},
    "ordering-fifo": {"market.ordering": "fifo"},
    "ordering-gas-priority": {"market.ordering": "gas_priority"},
    "ordering-adversarial": {
        **COUPLED,
        "market.ordering": "adversarial",
        "strategies.own": [{"plant": "SX_coal_600_1", "name": "front_runner", "parameters": {}}],
    },
    "lowest-price": {"market.k": 0.0},
    "reading-province": {"contracts.reading": "province"},
    "reading-literal": {"contracts.reading": "literal"},
    "no-contracts": {"contracts.share": 0.0, "region.exchange": "none"},
    "deviation-mean": ERRORS,
    "deviation-marginal": {**ERRORS, "settlement.price": "marginal", "settlement.free_band": 0.02},
    "collateral": COLLATERAL,
    "collateral-day-ahead": {**COLLATERAL, "run.design": "day_ahead"},
    "legs": {"region.network": "legs", "run.design": "coupled"},
    "learning": {"strategies.plants": LEARNS, "strategies.owners": 2},
    "zero-intelligence": {"strategies.plants": {"name": "zero_intelligence", "parameters": {}}},
    "a-day-and-an-hour": {"run.hours": 25, "region.zones": ["SX", "SD"]},
    "table-1": {"region.zones": ["GD", "SX", "SD", "AH", "SC", "JX"]},
    "agreed-legs": {**AGREED, "region.network": "legs", "run.hours": 25},
    "agreed-corridors": {**AGREED, "region.network": "legs", "run.design": "corridor_matching"},
    "outage": {"outages": [{"plant": "SX_coal_600_1", "from_hour": 1, "to_hour": 2, "available_share": 0.5}]},
}
