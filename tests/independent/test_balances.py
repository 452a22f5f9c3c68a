"""Energy and money of the headline day, summed from the tables alone: every one of these sums is exact."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.independent.made import Made

pytestmark = pytest.mark.long
DESIGNS = ("provincial", "two_stage, physical", "two_stage, renewable", "two_stage, economic", "coupled")
CLEARED = ("auction", "regional")
"""causes of the ledger that pay for fills"""


@pytest.fixture(params=DESIGNS)
def run(request: pytest.FixtureRequest, day: dict[str, Made]) -> Made:
    """The day under one design."""
    return day[request.param]


def by(table: pd.DataFrame, keys: list[str], column: str) -> pd.Series:
    """Sums, without those that are 0."""
    found = table.groupby(keys)[column].sum()
    return found[found != 0].sort_index()


def test_in_each_of_144_hours_of_zones_what_is_made_and_arrives_is_what_is_used_and_sent(run: Made) -> None:
    load, flows = run.load, run.flows
    load["served"] = load["demand_mwh"] - load["unserved_mwh"]
    made = run.generation.groupby(["hour", "zone"])["metered_mwh"].sum()
    assert len(made) == 144
    used = load.groupby(["hour", "zone"])["served"].sum()
    came = flows.rename(columns={"to": "zone"}).groupby(["hour", "zone"])["received_mwh"].sum().reindex(made.index, fill_value=0)
    left = flows.rename(columns={"from": "zone"}).groupby(["hour", "zone"])["sent_mwh"].sum().reindex(made.index, fill_value=0)
    assert (made + came == used + left).all()


def test_every_user_gets_by_contract_and_purchase_what_is_served(run: Made) -> None:
    load = run.load
    assert (load["contracted_mwh"] + load["bought_mwh"] + load["unserved_mwh"] == load["demand_mwh"]).all()


def test_money_of_every_hour_sums_to_nothing(run: Made) -> None:
    assert by(run.ledger, ["hour"], "money").empty


def test_every_trader_is_paid_for_its_fills_at_the_price_of_its_zone(run: Made) -> None:
    orders, prices = run.orders, run.prices
    orders = orders[orders["filled_mwh"] > 0].merge(prices.rename(columns={"price_per_mwh": "of_zone"}), on=["hour", "stage", "zone"])
    assert (orders["paid_price_per_mwh"] == orders["of_zone"]).all()
    orders["money"] = orders["filled_mwh"] * orders["of_zone"] * orders["side"].map({"sell": 1, "buy": -1})
    ledger = run.ledger
    paid = ledger[ledger["cause"].isin(CLEARED) & ~ledger["role"].isin(["grid", "rent"])]
    assert by(orders, ["hour", "trader"], "money").equals(by(paid, ["hour", "trader"], "money"))


def test_nobody_pays_more_than_it_bid_or_gets_less_than_it_asked(run: Made) -> None:
    orders = run.orders[run.orders["filled_mwh"] > 0]
    bought, sold = orders[orders["side"] == "buy"], orders[orders["side"] == "sell"]
    assert (bought["paid_price_per_mwh"] <= bought["price_per_mwh"]).all()
    assert (sold["paid_price_per_mwh"] >= sold["price_per_mwh"]).all()


def test_a_line_earns_the_value_received_less_the_value_sent_and_the_charge_and_the_grid_bears_what_is_below_nothing(run: Made) -> None:
    prices = run.prices
    prices = prices[prices["stage"] == prices["stage"].iloc[-1]][["hour", "zone", "price_per_mwh"]]
    flows = run.flows.merge(prices.rename(columns={"zone": "from", "price_per_mwh": "at"}), on=["hour", "from"])
    flows = flows.merge(prices.rename(columns={"zone": "to", "price_per_mwh": "there"}), on=["hour", "to"])
    due = flows["received_mwh"] * flows["there"] - flows["sent_mwh"] * flows["at"] - flows["wheeling"]
    assert (flows["rent"] == due.clip(lower=0)).all()
    flows["borne"] = due.clip(upper=0)
    ledger = run.ledger
    rent, grid = (ledger[(ledger["cause"] == "rent") & (ledger["role"] == role)] for role in ("rent", "grid"))
    assert by(rent, ["hour"], "money").equals(by(flows, ["hour"], "rent"))
    assert by(grid, ["hour"], "money").equals(by(flows, ["hour"], "borne"))
    assert by(ledger[ledger["cause"] == "wheeling"], ["hour"], "money").equals(by(flows, ["hour"], "wheeling"))


def test_a_plants_cost_is_one_number_of_ticks_for_every_kwh(run: Made) -> None:
    generation = run.generation
    ran = generation[(generation["metered_mwh"] > 0) & (generation["role"] == "plant")]
    rate, left = divmod(ran["cost"], ran["metered_mwh"])
    assert (left == 0).all()
    assert (rate.groupby(ran["plant"]).nunique() == 1).all()


def test_what_users_plants_the_grid_and_the_rest_of_the_country_have_is_value_less_cost_and_charges(run: Made) -> None:
    value = run.value.groupby("role")["value"].sum()
    cost = run.generation.groupby("role")["cost"].sum()
    money = run.ledger.groupby("role")["money"].sum()
    charges = run.flows["wheeling"].sum()
    consumers, producers = value["user"] + money["user"] + money["supplier"], money["plant"] - cost["plant"]
    elsewhere = value["exchange"] + money["exchange"] - cost["exchange"]
    lines = money.get("rent", 0) + money.get("grid", 0) - charges
    summary = pd.read_json(run.path / "summary.json", typ="series")
    assert round(summary["consumer_surplus"] * 1e5) == consumers
    assert round(summary["producer_surplus"] * 1e5) == producers
    assert round(summary["congestion_rent"] * 1e5) == money.get("rent", 0)
    assert round(summary["welfare"] * 1e5) == value.sum() - cost.sum() - charges == consumers + producers + elsewhere + lines
