"""What the answers of docs/evidence/questions say in words has the sign that the results have."""

from __future__ import annotations

import pandas as pd
import pytest

from evidence.questions.__main__ import DOCS
from evidence.questions.answer import read
from evidence.questions.chain_cost import MANY, NETWORKS, PROVINCES, grown_by_design, room
from evidence.questions.chain_cost import derived as chain_cost
from evidence.questions.concentration import OWNERS
from evidence.questions.concentration import derived as concentration
from evidence.questions.contract_share import FORM, SHARE
from evidence.questions.contract_share import derived as contract_share
from evidence.questions.designs import derived as designs
from evidence.questions.line_capacity import CAPACITY
from evidence.questions.line_capacity import derived as line_capacity
from evidence.questions.mechanisms import MECHANISM
from evidence.questions.mechanisms import derived as mechanisms
from shengdian.sim.base.timetable import HOUR


@pytest.fixture(scope="module")
def by_design() -> pd.DataFrame:
    """Means over seeds by exchange and design."""
    rows = designs(read(DOCS / "results" / "designs.csv"))
    return rows.groupby(["region.exchange", "market"]).mean(numeric_only=True)


def test_with_the_exchange_of_2016_next_to_nothing_is_lost_and_renewable_gains_nothing(by_design: pd.DataFrame) -> None:
    found = by_design.loc["monthly"]
    assert (found["lost"] < 1e-6).all()
    assert found.loc["two-stage, renewable", "gain_and_water"] < 0 < found.loc["two-stage, physical", "gain_and_water"]
    assert found.loc["two-stage, physical", "gain_and_water"] < found.loc["two-stage, economic", "gain_and_water"] / 10


def test_economic_and_coupled_gain_alike_and_charges_are_two_thirds_more(by_design: pd.DataFrame) -> None:
    for exchange in ("monthly", "none"):
        economic, coupled = (by_design.loc[(exchange, market)] for market in ("two-stage, economic", "coupled"))
        assert economic["gain_and_water"] == pytest.approx(coupled["gain_and_water"], rel=0.01)
    economic = by_design.loc[("monthly", "two-stage, economic")]
    assert economic["gain_before_charges"] / economic["gain_and_water"] == pytest.approx(5 / 3, abs=0.05)


def test_closed_water_is_lost_and_renewable_gains_nearly_two_thirds_of_coupled(by_design: pd.DataFrame) -> None:
    found = by_design.loc["none"]
    gained = found["gain_and_water"]
    assert 0.6 < gained["two-stage, renewable"] / gained["coupled"] < 2 / 3
    assert found.loc["two-stage, renewable", "lost"] <= found.loc["coupled", "lost"] < found.loc["provincial", "lost"]


def test_users_gain_in_coupled_and_lose_in_two_stages_that_replace_plants(by_design: pd.DataFrame) -> None:
    for exchange in ("monthly", "none"):
        gained = by_design.loc[exchange, "consumers_gain"]
        assert gained["two-stage, renewable"] < 0 < gained["coupled"]
        assert gained["two-stage, economic"] < 0


def test_what_is_sent_with_the_exchange_is_between_the_papers_shares_and_the_order_of_prices_is_the_same_outside_sichuan(
    by_design: pd.DataFrame,
) -> None:
    assert by_design.loc["monthly", "sent_out"].between(0.0512, 0.149).all()
    for exchange in ("monthly", "none"):
        found = by_design.loc[exchange].drop(index="coupled")
        assert list(found.sort_values("price").index) == list(found.sort_values("price_outside").index)
        assert (found["price"] < found["price_outside"]).all()


SENTENCES = (DOCS / "questions" / "README.md").read_text(encoding="utf-8")


def test_sentences_on_designs_and_lines_have_the_numbers_of_their_results(by_design: pd.DataFrame, by_capacity: pd.DataFrame) -> None:
    gained = by_design["gain_and_water"] / 1e6
    assert f"one coupled auction gain {gained['monthly', 'coupled']:.1f} million CNY a day" in SENTENCES
    assert f"closed the gains are {gained['none', 'two-stage, renewable']:.1f} and {gained['none', 'coupled']:.1f}" in SENTENCES
    traded = 100 * by_capacity["traded"]
    assert f"from {traded['coupled', 0.1]:.1f} to {traded['coupled', 1.0]:.1f} % of load" in SENTENCES
    assert {f"{share:.1f} %" for share in traded["two_stage"]} == {"0.2 %"}
    assert "it stays at 0.2 %" in SENTENCES


@pytest.fixture(scope="module")
def by_capacity() -> pd.DataFrame:
    """Means over seeds by design and free capacity."""
    rows = line_capacity(read(DOCS / "results" / "line-capacity.csv"))
    return rows.groupby(["design", CAPACITY.column]).mean(numeric_only=True)


def test_coupled_trade_and_welfare_rise_with_capacity_each_percent_worth_less(by_capacity: pd.DataFrame) -> None:
    found = by_capacity.loc["coupled"]
    assert found["traded"].is_monotonic_increasing
    assert found["rent"].is_monotonic_increasing
    assert found["spread"].is_monotonic_decreasing
    worth = (found["gain"].diff() / pd.Series(found.index, found.index).diff()).dropna()
    assert (worth > 0).all()
    assert worth.is_monotonic_decreasing


def test_two_stages_in_the_default_reading_hardly_need_the_lines(by_capacity: pd.DataFrame) -> None:
    two, one = by_capacity.loc["two_stage"], by_capacity.loc["coupled"]
    assert (two["lost"] < 1e-6).all()
    assert two["traded"].max() < one["traded"].min()
    assert two["gain"].max() < one["gain"].max() / 100
    assert two["traded"].loc[0.3] == pytest.approx(two["traded"].loc[1.0], rel=0.02)


def test_one_owner_makes_the_market_dearer_by_three_quarters_and_five_hardly() -> None:
    rows = concentration(read(DOCS / "results" / "concentration.csv"))
    found = rows.groupby(OWNERS).mean(numeric_only=True)
    price = found["price"]
    assert f"learned prices are {price[1]:.0f} instead of {price[0]:.0f} CNY/MWh; with five owners {price[5]:.0f}" in SENTENCES
    assert price[1] / price[0] == pytest.approx(1.75, abs=0.02)
    assert price[5] / price[0] < 1.05
    assert (found["paid_more"] > found["earned_more"]).loc[[1, 5]].all()
    assert found.loc[1, "lost"] < 10 * found.loc[5, "lost"] < 0
    assert (len(rows), rows["converged"].sum()) == (30, 29)


def test_pay_as_bid_saves_nothing_and_loses_twenty_times_the_welfare_where_plants_learn() -> None:
    rows = mechanisms(read(DOCS / "results" / "mechanisms.csv"))
    found = rows.groupby([MECHANISM.column, "plants"]).mean(numeric_only=True)
    earned, lost = found["earned"], found["welfare_lost"].xs("learn", level=1)
    assert earned["pay-as-bid", "bid their cost"] < 0.9 * earned["uniform", "bid their cost"]
    page = (DOCS / "questions" / "mechanisms.md").read_text(encoding="utf-8").replace("\n", " ")
    assert f"({earned['pay-as-bid', 'learn']:.1f} and {earned['uniform', 'learn']:.1f} CNY/MWh" in page
    assert abs(earned["pay-as-bid", "learn"] - earned["uniform", "learn"]) < 0.5
    own, one = (f"{-lost[name] / 1e6:.2f}" for name in ("pay-as-bid", "uniform"))
    assert f"learning costs {own} million CNY of welfare a day, and {one} under one price" in page
    assert lost["pay-as-bid"] / lost["uniform"] > 20
    assert lost.idxmax() == "matched-pairs"
    added = earned.xs("learn", level=1) - earned.xs("bid their cost", level=1)
    assert added.idxmin() == "matched-pairs"
    assert earned.idxmax() == ("matched-pairs", "learn")
    assert rows["converged"].dropna().eq(1).all()
    days = rows.groupby(MECHANISM.column)["day"].mean()
    assert 11.5 < days.min() < days.max() < 20.5


def test_physical_contracts_cost_more_than_the_market_power_they_take_and_financial_ones_nothing() -> None:
    rows = contract_share(read(DOCS / "results" / "contract-share.csv"))
    found = rows.groupby(["plants", FORM, SHARE.column]).mean(numeric_only=True)
    truthful, learn = found.loc["bid their cost"] / 1e6, found.loc["learn"] / 1e6
    page = (DOCS / "questions" / "contract-share.md").read_text(encoding="utf-8").replace("\n", " ")
    assert truthful.loc["physical", "dearer"].is_monotonic_increasing
    assert (truthful.loc["financial", "dearer"] == 0).all()
    assert (truthful.loc["financial", "price"] == truthful["price"]["physical", 0.0]).all()
    at = ("physical", 0.8)
    dearer, last = (f"{truthful['dearer']['physical', share]:.1f}" for share in (0.8, 0.95))
    assert f"{dearer} million CNY a day dearer than with nothing under contract, at 95 % {last}." in page
    none, some, settled = (f"{learn['paid_more'][place]:.1f}" for place in (("physical", 0.0), at, ("financial", 0.8)))
    assert f"from {none} to {some} million CNY a day" in page
    assert f"then lose {settled} million" in page
    before, after, cost = -learn["lost"]["physical", 0.0], -learn["lost"][at], -truthful["worth"][at]
    assert f"({after:.1f} instead of {before:.1f} million are lost) than they cost ({cost:.1f})" in page
    assert f"{dearer} million CNY a day dearer, and take learned markups' cost to consumers from {none} to {some};" in SENTENCES
    assert f"financial ones cost nothing and leave them {settled} |" in SENTENCES
    assert 1 / 3 < learn["markup"][at] / learn["markup"]["physical", 0.0] < 0.4
    assert learn["markup"]["financial", 0.8] >= learn["markup"]["physical", 0.0]
    found = rows["converged"].dropna()
    assert (len(found), found.sum()) == (50, 46)
    assert "Of the fifty runs that learn four have not converged" in page


def test_an_hour_costs_next_to_nothing_and_its_clearing_binds_first() -> None:
    found = chain_cost(read(DOCS / "results" / "chain-cost.csv"))
    now = found[(found["users.count.industry"] == 5) & (found["provinces"] == 6)].set_index("design")
    by_hour = now.drop(index="day_ahead")
    assert by_hour["all"].between(5.5e6, 7.5e6).all()
    assert now.loc["day_ahead", "all"] < 4e6
    assert (by_hour["orders"] > by_hour["all"] / 2).all()
    assert (round(now["per_mwh"].min()), round(now["per_mwh"].max())) == (13, 27)
    assert "13 to 27 gas a MWh" in SENTENCES
    assert (now["per_mwh"] * max(each.price for each in NETWORKS) / 1e6 < 0.001).all()
    grown = grown_by_design(found)
    today, then, own = NETWORKS[1], NETWORKS[0], NETWORKS[2]
    for network, least, most in ((today, 800, 1_400), (then, 190, 350), (own, 6_200, 10_200)):
        rooms = [room(network, by["orders"], by["clear"], by["all"], 6) for by in grown.values()]
        assert {binding for _, binding in rooms} == {"clear"}
        assert all(least < traders < most for traders, _ in rooms)
    assert 6 < min(room(today, by["orders"], by["clear"], by["all"], 6)[0] for by in grown.values()) / now["traders"].mean() < 7
    for design, by in grown.items():
        assert by["clear"].at(PROVINCES * now["traders"].mean() / 6, PROVINCES) < today.most
        clear, hour = (by[phase].at(PROVINCES * MANY, PROVINCES) for phase in ("clear", "all"))
        assert own.block < 3.9e9 < clear < 7e9
        assert 0.09 < hour / (own.block * HOUR / own.seconds) < 0.2
        whole = hour / (today.block * HOUR / today.seconds)
        assert whole == pytest.approx(0.7, abs=0.01) if design == "day_ahead" else 1 < whole < 1.4
