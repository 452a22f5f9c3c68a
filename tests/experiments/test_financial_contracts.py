"""Financial contracts: everything is bid in the hour, and (tariff - price of the zone) is paid for every contracted kWh."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import shengdian
from shengdian import agents
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario, made_scenario
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.chain.abi import refusal
from shengdian.sim.market.view import View
from shengdian.sim.model import Model
from shengdian.sim.record.finished_run import Run
from tests.experiments.audited import FINANCIAL


def island(**overrides: Any) -> shengdian.Scenario:
    """Two hours of 50 and 80 MWh, half of it under contract: the cheap plant alone sets 50.00 CNY/MWh, the dear one 900.00."""
    return shengdian.Scenario(
        "island",
        zones=["A"],
        plants=[
            shengdian.Plant("hydro", "A", 60, 50, contract_price_per_mwh=300),
            shengdian.Plant("diesel", "A", 100, 900, contract_price_per_mwh=400.01),
        ],
        users=[shengdian.User("town", "A", demand_mw=[50, 80])],
        hours=2,
        **{"design": "coupled", "contracts.share": 0.5, **FINANCIAL, **overrides},
    )


@cache
def on(chain: str, out: Path) -> Run:
    return shengdian.run_scenario(island(), out / chain, chain=chain)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("island")


# --- by hand -------------------------------------------------------------------------------------------------------------------


PAID: Sequence[tuple[int, str, str, float, float, float, float]] = [
    (0, "hydro", "sell", 9.375, 300.0, 50.0, 2_343.75),
    (0, "diesel", "sell", 15.625, 400.01, 50.0, 5_468.90625),
    (0, "town", "buy", 25.0, 362.5, 50.0, -7_812.5),
    (1, "hydro", "sell", 15.0, 300.0, 900.0, -9_000.0),
    (1, "diesel", "sell", 25.0, 400.01, 900.0, -12_499.75),
    (1, "town", "buy", 40.0, 362.5, 900.0, 21_500.0),
]
"""65 MWh of the day: 24.375 of hydro, 40.625 of diesel (by what they could give), both spread in proportion to load; the buyer's tariff is
362.50625 CNY/MWh, rounded down to the tick, of which the supplier bears 0.00625 x 25 MWh and x 40 MWh"""


@pytest.mark.parametrize("chain", ["mirror", "pyevm"])
def test_differences_are_those_reckoned_by_hand(chain: str, out: Path) -> None:
    rows = on(chain, out).tables["differences"]
    columns = ["hour", "trader", "side", "quantity_mwh", "agreed_per_mwh", "reference_per_mwh", "money"]
    assert list(rows[columns].itertuples(index=False, name=None)) == PAID


@pytest.mark.parametrize("chain", ["mirror", "pyevm"])
def test_ledger_has_them_and_what_rounding_leaves_is_the_suppliers(chain: str, out: Path) -> None:
    ledger = on(chain, out).tables["ledger"]
    found = ledger[ledger["cause"] == "difference"][["hour", "trader", "money", "energy_mwh"]]
    due = [(hour, trader, money, 0.0) for hour, trader, *_, money in PAID]
    due[3:3], due[7:7] = [(0, "A_supplier", -0.15625, 0.0)], [(1, "A_supplier", -0.25, 0.0)]
    assert list(found.itertuples(index=False, name=None)) == due
    assert not (ledger["cause"] == "agreement").any()


def test_all_chains_leave_the_same_digest(out: Path) -> None:
    assert on("mirror", out).manifest["digest"] == on("pyevm", out).manifest["digest"]


@pytest.mark.parametrize("chain", ["mirror", "pyevm"])
def test_audit_calls_it_clean(chain: str, out: Path) -> None:
    assert shengdian.audit(on(chain, out)).clean


def test_everything_is_cleared_in_the_hour(out: Path) -> None:
    load, made = (on("mirror", out).tables[name] for name in ("load", "generation"))
    assert load["contracted_mwh"].tolist() == [0, 0]
    assert load["bought_mwh"].tolist() == [50, 80]
    assert made["metered_mwh"].tolist() == [50, 0, 60, 20]


def test_consumers_pay_the_tariff_for_what_is_under_contract_and_the_price_for_the_rest(out: Path) -> None:
    # hour 0: 25 MWh at 362.50625 and 25 at 50; hour 1: 40 at 362.50625 and 40 at 900
    assert on("mirror", out).summary["consumer_payment"] == 65 * 362.50625 + 25 * 50 + 40 * 900


GUIDE = Path(shengdian.__file__).parents[1] / "docs" / "guide" / "contracts.md"


def test_guide_shows_this_day() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    table = [line.split("|")[1:-1] for line in text.splitlines() if re.match(r"\| [01] \|", line)]
    said = [
        (int(hour), name.strip(), side.strip(), *(float(each.replace(",", "")) for each in figures)) for hour, name, side, *figures in table
    ]
    assert said == list(PAID)
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code.partition("run = ")[0], names)
    assert (names["island"].world, names["island"].config) == (island().world, island().config)
    assert "bears what that leaves: 0.15625 and 0.25 CNY" in text.replace("\n", " ")


def test_where_they_are_delivered_diesel_runs_in_both_hours() -> None:
    model = shengdian.Model(island(**{"contracts.form": "physical"}), chain="mirror")
    assert [model.step_hour().generation[1].metered for _ in range(2)] == [15_625, 25_000]
    assert "where contracts are delivered it gives 15.625 and 25 MWh" in GUIDE.read_text(encoding="utf-8").replace("\n", " ")


def test_where_nothing_is_traded_nobody_pays() -> None:
    scenario = shengdian.Scenario(
        "strike",
        zones=["A"],
        plants=[shengdian.Plant("diesel", "A", 100, 900, contract_price_per_mwh=400)],
        users=[
            shengdian.User(
                "mill",
                "A",
                50,
                strategy="elastic",
                parameters=dict.fromkeys(("highest_per_mwh", "lowest_per_mwh"), 100.0) | {"flexible_share": 1.0},
            )
        ],
        hours=1,
        chain="pyevm",
        **{"design": "coupled", "contracts.share": 0.5, **FINANCIAL},
    )
    result = shengdian.Model(scenario).step_hour()
    assert [(row.trader, row.quantity, row.reference, row.money) for row in result.differences] == [
        ("diesel", 25_000, None, 0),
        ("mill", 25_000, None, 0),
    ]
    assert not result.ledger
    assert result.stages[0].prices == {"A": None}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    tariffs=st.tuples(st.integers(0, 60_000), st.integers(0, 60_000)),
    costs=st.tuples(st.integers(0, 90_000), st.integers(0, 90_000)),
    demand=st.tuples(st.integers(1, 150_000), st.integers(1, 150_000)),
    share=st.integers(0, 100),
    design=st.sampled_from(["provincial", "two_stage", "coupled", "day_ahead"]),
)
def test_twin_and_contract_pay_alike_and_money_sums_to_nothing(
    tariffs: Sequence[int], costs: Sequence[int], demand: Sequence[int], share: int, design: str
) -> None:
    plants = [
        shengdian.Plant(f"p{at}", "A", 80, cost / 100, contract_price_per_mwh=tariff / 100)
        for at, (cost, tariff) in enumerate(zip(costs, tariffs, strict=True))
    ]
    users = [shengdian.User("town", "A", [each / 1000 for each in demand]), shengdian.User("home", "A", 10, captive=True)]
    given_ = {"design": design, "contracts.share": share / 100, **FINANCIAL}
    scenario = shengdian.Scenario("any", zones=["A"], plants=plants, users=users, hours=2, **given_)
    results: dict[str, list[HourResult]] = {}
    for chain in ("mirror", "pyevm"):
        model = shengdian.Model(scenario, chain=chain)
        results[chain] = [model.step_hour() for _ in range(2)]
    for mirror, evm in zip(results["mirror"], results["pyevm"], strict=True):
        assert mirror.differences == evm.differences
        assert [(each.trader, each.cause, each.money) for each in mirror.ledger] == [
            (each.trader, each.cause, each.money) for each in evm.ledger
        ]
        paid = [each.money for each in evm.ledger if each.cause == "difference"]
        assert sum(paid) == 0
        price = evm.stages[0].prices["A"]
        tariff = {"p0": tariffs[0], "p1": tariffs[1]}
        sold = [row for row in evm.differences if row.side == "sell"]
        assert [row.money for row in sold] == [0 if price is None else (tariff[row.trader] - price) * row.quantity for row in sold]


@pytest.mark.parametrize("chain", ["mirror", "pyevm"])
def test_hour_is_settled_once_after_it_is_cleared(chain: str) -> None:
    model = shengdian.Model(island(), chain=chain)
    model.step_hour()
    assert model.last_block
    market, found = model.market, []
    for hour, time in ((0, model.last_block.timestamp + 1), (1, model.last_block.timestamp + 3600)):
        (receipt,) = market.send([("settle", market.operator_call("Differences", "settle", hour, []))], time).receipts
        found.append("" if receipt.success else refusal(receipt.output).error)
    assert found == ["NotNextHour", "PurchasesDiffer"]
    covered = model.planning.covered(1)
    (receipt,) = market.send([("settle", model.planning.settlement(1, covered))], model.last_block.timestamp + 3601).receipts
    assert refusal(receipt.output).error == "NotPriced"


# --- laws on the July day ------------------------------------------------------------------------------------------------------


@cache
def july(design: str, keys: tuple[tuple[str, Any], ...] = ()) -> tuple[HourResult, ...]:
    """A day of six provinces with plants that bid their cost and users that take their energy at any price."""
    inflexible = {"strategies.industry.name": "inflexible", "strategies.industry.parameters": {}}
    given_ = {"run.chain": "mirror", "run.compare": [], "run.design": design, "region.exchange": "fixed", **inflexible, **dict(keys)}
    config = override(load_config("six-provinces-day"), given_)
    model = Model(build_scenario(config, design, 1), agents.build)
    return tuple(model.step_hour() for _ in range(24))


def cost(result: HourResult) -> int:
    return sum(row.cost for row in result.generation)


def dispatch(result: HourResult) -> Mapping[str, int]:
    return {row.plant: row.metered for row in result.generation} | {row.user: -row.contracted - row.bought for row in result.consumption}


FORM = (("contracts.form", "financial"),)


@pytest.mark.parametrize("design", ["provincial", "coupled"])
def test_the_same_energy_costs_less_in_every_hour_than_where_contracts_are_delivered(design: str) -> None:
    physical, financial = july(design), july(design, FORM)
    assert all(not sum(row.demand - row.contracted - row.bought for row in each.consumption) for each in (*physical, *financial))
    assert all(cost(one) < cost(other) for one, other in zip(financial, physical, strict=True))


def test_share_changes_payments_and_not_the_dispatch() -> None:
    none, most = july("coupled", (*FORM, ("contracts.share", 0.0))), july("coupled", FORM)
    assert [dispatch(each) for each in none] == [dispatch(each) for each in most]
    assert [each.stages[0].prices for each in none] == [each.stages[0].prices for each in most]
    assert none[0].differences != most[0].differences


def test_nothing_under_contract_is_the_same_in_both_forms_where_nothing_is_planned() -> None:
    none = (("contracts.share", 0.0), ("region.exchange", "none"))
    assert [dispatch(each) for each in july("coupled", none)] == [dispatch(each) for each in july("coupled", (*FORM, *none))]


def test_every_hour_sums_to_nothing_and_welfare_is_not_touched_by_what_differences_pay() -> None:
    for result in july("coupled", FORM):
        assert sum(entry.money for entry in result.ledger) == 0
        assert sum(entry.money for entry in result.ledger if entry.cause == "difference") == 0
    welfare = [sum(each.welfare for each in july("coupled", (*FORM, *more))) for more in ((), (("contracts.share", 0.0),))]
    assert welfare[0] == welfare[1]


# --- planned exchange ----------------------------------------------------------------------------------------------------------


def test_planned_exports_are_bought_in_the_hour_also_where_nothing_is_under_contract() -> None:
    for result in july("coupled", (*FORM, ("contracts.share", 0.0))):
        exports = {row.user: (row.demand, row.contracted, row.bought) for row in result.consumption if row.role == "exchange"}
        assert exports
        assert all(bought == demand and not contracted for demand, contracted, bought in exports.values())


def test_share_of_nothing_is_still_refused_where_exports_are_delivered() -> None:
    with pytest.raises(InputError, match=r"contracts.share: province \w+ has -"):
        july("coupled", (("contracts.share", 0.0),))


@pytest.mark.parametrize("exchange", ["fixed", "monthly"])
def test_exchange_orders_at_any_price(exchange: str) -> None:
    keys = {"run.chain": "mirror", "run.hours": 1, "run.compare": [], "region.exchange": exchange, **FINANCIAL}
    scenario = build_scenario(override(load_config("base"), keys), "coupled", 1)
    model = Model(scenario, agents.build)
    view = View(0, scenario.zones, scenario.floor, scenario.cap, (0,) * len(scenario.zones), (None,) * len(scenario.zones))
    for spec in scenario.exchanges:
        order = model.by_id[spec.id].propose(view)
        assert order is not None
        assert (type(order).__name__, order.segments[0].price) == (("Bid", scenario.cap) if spec.exports else ("Offer", scenario.floor))


# --- what cannot be ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"market.mechanism": "pay-as-bid", "run.design": "coupled"}, "market.mechanism is 'pay-as-bid', it should be 'uniform'"),
        ({"market.mechanism": "matched-pairs", "run.design": "provincial"}, "market.mechanism is 'matched-pairs'"),
        ({"run.design": "corridor_matching"}, "one price a zone and hour; design 'corridor_matching' pays by matches"),
        ({"medium_term.trade": True}, "medium_term.lines_wanted is 0.5: agreements over lines are delivered; it should be 0"),
    ],
)
def test_market_without_one_price_a_zone_is_refused(keys: Mapping[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        override(load_config("base"), {**FINANCIAL, "run.compare": [], **keys})


def test_made_scenario_knows_its_form() -> None:
    scenario = island()
    assert made_scenario(scenario.world, scenario.config, "coupled", 1).contract_form == "financial"


def test_what_is_under_contract_does_not_depend_on_bids() -> None:
    """Also on a second day, whose contracts physically begin at what plants gave in the last hour."""
    rows = []
    for strategy in ("marginal_cost", "zero_intelligence"):
        keys = {
            "run.chain": "mirror",
            "run.compare": [],
            "run.hours": 26,
            "region.zones": ["SX", "SD"],
            "strategies.plants.name": strategy,
        }
        model = Model(build_scenario(override(load_config("base"), {**keys, **FINANCIAL}), "coupled", 1), agents.build)
        rows.append([tuple(row.contract for row in model.step_hour().allocation) for _ in range(26)])
    assert rows[0] == rows[1]


def test_learners_earn_alike_in_both_forms_where_nothing_is_under_contract() -> None:
    found = []
    for form in ("physical", "financial"):
        keys = {"contracts.form": form, "contracts.share": 0.0, "region.exchange": "none", "strategies.plants.name": "roth_erev"}
        small = {"run.chain": "mirror", "run.compare": [], "run.hours": 24, "region.zones": ["SX", "SD"]}
        model = Model(build_scenario(override(load_config("base"), {**small, **keys}), "coupled", 1), agents.build)
        found.append([dispatch(model.step_hour()) for _ in range(24)])
    assert found[0] == found[1]
