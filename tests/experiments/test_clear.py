"""Clearing cases on the reference chain: the format of the interface, and rules that the contract itself refuses to break."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from shengdian.cases.clear import MECHANISMS, run_cases
from shengdian.cli import main
from shengdian.sim.adapters import chain_names, revm

CHAIN = "eth-tester"
TWO_ZONES: dict[str, Any] = {
    "name": "two zones",
    "mechanism": "uniform",
    "zones": ["N", "S"],
    "price_floor": 0.0,
    "price_cap": 3000.0,
    "k": 0.5,
    "orders": [
        {"id": "g1", "zone": "N", "side": "sell", "price": 15.00, "quantity": 100.000},
        {"id": "d1", "zone": "S", "side": "buy", "price": 200.00, "quantity": 98.000},
    ],
    "lines": [{"from": "N", "to": "S", "capacity": 50.0, "wheeling": 30.0, "loss": 0.02}],
}


def one(**changes: Any) -> dict[str, Any]:
    case = {"name": "one", "zones": ["A", "B"], "orders": [], **changes}
    (result,) = run_cases([case], CHAIN)
    return result


def sell(**changes: Any) -> dict[str, Any]:
    return {"id": "x", "zone": "A", "side": "sell", "price": 10, "quantity": 1, **changes}


def test_full_line_separates_prices_by_the_interface_format() -> None:
    (result,) = run_cases([TWO_ZONES], CHAIN)
    gas = result.pop("gas")
    assert result == {
        "name": "two zones",
        "prices": {"N": 15.0, "S": 200.0},
        "orders": [{"id": "g1", "quantity": 50.0, "price": 15.0}, {"id": "d1", "quantity": 49.0, "price": 200.0}],
        "flows": [{"from": "N", "to": "S", "sent": 50.0, "received": 49.0}],
        "welfare": 49 * 200.0 - 50 * 15.0 - 50 * 30.0,
        "transactions": 3,
        "chain": CHAIN,
    }
    assert gas["orders"] > 2 * 21_000
    assert gas["clear"] > 21_000


def test_left_out_keys_have_the_defaults_and_the_price_is_the_midpoint() -> None:
    result = one(orders=[sell(price=2), sell(id="y", side="buy", price=5)])
    assert result["prices"] == {"A": 3.5, "B": None}
    assert [order["price"] for order in result["orders"]] == [3.5, 3.5]


def worked_orders() -> list[dict[str, Any]]:
    """S 300, 320, 360 x 100 MWh against B 400 x 120, 350 x 80, 310 x 100 MWh: uniform 335, high-low mean 345 CNY/MWh, 200 MWh."""
    sells, bids = ((300, 100), (320, 100), (360, 100)), ((400, 120), (350, 80), (310, 100))
    orders = [sell(id=f"s{place}", price=price, quantity=quantity) for place, (price, quantity) in enumerate(sells)]
    return orders + [sell(id=f"b{place}", side="buy", price=price, quantity=quantity) for place, (price, quantity) in enumerate(bids)]


def worked_book(mechanism: str, **changes: Any) -> dict[str, Any]:
    return one(zones=["A"], mechanism=mechanism, orders=worked_orders(), **changes)


@cache
def every_mechanism(chain: str) -> list[dict[str, Any]]:
    """The worked book under each, whose offers are posted where it is a listing, and two zones with a line."""
    orders = [{**order, "posted": order["side"] == "sell"} for order in worked_orders()]
    cases = [{"name": mechanism, "zones": ["A"], "mechanism": mechanism, "orders": orders} for mechanism in MECHANISMS]
    return run_cases([*cases, TWO_ZONES], chain)


@pytest.mark.parametrize("chain", chain_names())
def test_every_mechanism_clears_alike_on_every_chain_and_uses_the_same_gas_on_every_evm(chain: str) -> None:
    if chain.startswith("revm") and not revm.installed():
        pytest.skip("revm is not installed")
    found, due = every_mechanism(chain), every_mechanism(CHAIN)
    assert [result["name"] for result in due] == ["uniform", "pay-as-bid", "matched-pairs", "one-price", "listing", "two zones"]
    for result, reference in zip(found, due, strict=True):
        gas = {"orders": 0, "clear": 0} if chain == "mirror" else reference["gas"]
        assert result == {**reference, "chain": chain, "gas": gas}
        assert "error" not in result


@pytest.mark.parametrize(
    ("mechanism", "prices", "mean_paid"),
    [
        ("uniform", [335, 335, None, 335, 335, None], 335),
        ("pay-as-bid", [300, 320, None, 400, 350, None], 380),
        ("matched-pairs", [350, 340, None, 42_200 / 120, 335, None], 345),  # s1: 20 at 360, 80 at 335; b0: 100 at 350, 20 at 360
    ],
)
def test_worked_book_trades_the_same_volume_at_the_prices_of_the_mechanism(
    mechanism: str, prices: list[float | None], mean_paid: float
) -> None:
    result = worked_book(mechanism)
    assert [order["quantity"] for order in result["orders"]] == [100, 100, 0, 120, 80, 0]
    assert [order["price"] for order in result["orders"]] == pytest.approx(prices)
    buyers = [order for order in result["orders"] if order["id"].startswith("b") and order["quantity"]]
    assert sum(order["price"] * order["quantity"] for order in buyers) / 200 == pytest.approx(mean_paid)
    assert result["welfare"] == 76_000 - 62_000


def test_matched_pairs_name_who_trades_with_whom_and_have_no_zone_price() -> None:
    result = worked_book("matched-pairs")
    assert result["prices"] == {"A": None}
    assert result["trades"] == [
        {"seller": "s0", "buyer": "b0", "quantity": 100.0, "price": 350.0},
        {"seller": "s1", "buyer": "b0", "quantity": 20.0, "price": 360.0},
        {"seller": "s1", "buyer": "b1", "quantity": 80.0, "price": 335.0},
    ]


@pytest.mark.parametrize(("k", "prices"), [(0.0, [300, 320, 320]), (0.25, [325, 340, 327.5]), (1.0, [400, 400, 350])])
def test_k_splits_the_difference_of_each_pair(k: float, prices: list[float]) -> None:
    assert [trade["price"] for trade in worked_book("matched-pairs", k=k)["trades"]] == prices


def test_pay_as_bid_over_a_lossy_line_fills_like_uniform_and_everyone_has_the_own_price() -> None:
    uniform, own = run_cases([TWO_ZONES, {**TWO_ZONES, "mechanism": "pay-as-bid"}], CHAIN)
    assert own["flows"] == uniform["flows"]
    assert own["welfare"] == uniform["welfare"]
    assert own["prices"] == uniform["prices"]  # what the marginal energy is worth; nobody pays it here
    assert own["orders"] == [{"id": "g1", "quantity": 50.0, "price": 15.0}, {"id": "d1", "quantity": 49.0, "price": 200.0}]
    assert "trades" not in own


def listed(*orders: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return one(mechanism="listing", orders=list(orders), **changes)


def test_listing_is_taken_in_file_order_at_the_posted_price() -> None:
    result = listed(
        sell(id="g", price=20, quantity=10, posted=True),
        sell(id="early", side="buy", price=30, quantity=7),
        sell(id="late", side="buy", price=40, quantity=7),
        sell(id="poor", side="buy", price=19, quantity=1),
    )
    gas = result.pop("gas")
    assert result == {
        "name": "one",
        "prices": {"A": None, "B": None},
        "orders": [
            {"id": "g", "quantity": 10.0, "price": 20.0},
            {"id": "early", "quantity": 7.0, "price": 20.0},
            {"id": "late", "quantity": 3.0, "price": 20.0},
            {"id": "poor", "quantity": 0.0, "price": None},
        ],
        "trades": [
            {"seller": "g", "buyer": "early", "quantity": 7.0, "price": 20.0},
            {"seller": "g", "buyer": "late", "quantity": 3.0, "price": 20.0},
        ],
        "flows": [],
        "welfare": 7 * 30.0 + 3 * 40.0 - 10 * 20.0,
        "transactions": 4,  # a post, two takes, a share
        "chain": CHAIN,
    }
    assert gas["orders"] > 3 * 21_000
    assert gas["clear"] > 21_000


def test_taker_takes_earlier_listings_first_inside_its_limit_and_zone() -> None:
    result = listed(
        sell(id="dear", price=50, quantity=9, posted=True),
        sell(id="first", price=30, quantity=4, posted=True),
        sell(id="second", price=20, quantity=4, posted=True),
        sell(id="away", zone="B", price=1, quantity=9, posted=True),
        sell(id="d", side="buy", price=40, quantity=6),
    )
    assert [(trade["seller"], trade["quantity"], trade["price"]) for trade in result["trades"]] == [("first", 4, 30), ("second", 2, 20)]
    assert result["orders"][-1] == {"id": "d", "quantity": 6.0, "price": pytest.approx(160 / 6)}


def test_bids_can_be_posted_and_offers_take() -> None:
    result = listed(sell(id="g", price=10, quantity=5), sell(id="d", side="buy", price=25, quantity=3, posted=True))
    assert result["trades"] == [{"seller": "g", "buyer": "d", "quantity": 3.0, "price": 25.0}]


def test_listing_is_the_same_without_an_evm_except_for_gas() -> None:
    orders = [sell(id="g", quantity=10, posted=True)] + [sell(id=f"d{i}", side="buy", price=12, quantity=3) for i in range(5)]
    case = {"name": "x", "zones": ["A"], "mechanism": "listing", "orders": orders}
    (evm,), (mirror,) = run_cases([case], CHAIN), run_cases([case], "mirror")
    for result in (evm, mirror):
        del result["gas"], result["chain"]
    assert evm == mirror


@pytest.mark.parametrize("posted", [True, False])
def test_order_outside_the_limits_is_refused_on_either_side_of_a_listing(posted: bool) -> None:
    assert listed(sell(price=3001, posted=posted))["error"]["type"] == "PriceAboveCap"
    assert listed(sell(quantity=0, posted=posted))["error"]["type"] == "QuantityZero"
    assert listed(sell(price=-1, posted=posted))["error"]["message"].startswith("order 'x': PriceBelowFloor: price -1.0 CNY/MWh")


def test_case_with_no_listing_trades_nothing() -> None:
    assert listed(sell(), sell(id="y", side="buy"))["trades"] == []


def test_matched_pairs_in_two_zones_stay_inside_their_zones() -> None:
    books = [sell(id=f"s{zone}", zone=zone, price=price) for zone, price in (("A", 10), ("B", 30))]
    books += [sell(id=f"b{zone}", zone=zone, side="buy", price=50) for zone in ("B", "A")]
    assert one(mechanism="matched-pairs", orders=books)["trades"] == [
        {"seller": "sA", "buyer": "bA", "quantity": 1.0, "price": 30.0},
        {"seller": "sB", "buyer": "bB", "quantity": 1.0, "price": 40.0},
    ]


def test_unfilled_order_has_no_price() -> None:
    assert one(orders=[sell()])["orders"] == [{"id": "x", "quantity": 0.0, "price": None}]


def guangdong(mechanism: str = "matched-pairs", **changes: Any) -> dict[str, Any]:
    """Cuts from a benchmark of 450.50: plants -120 and -60, users -20 and -50 CNY/MWh."""
    orders = [sell(id="s0", price=-120, quantity=100), sell(id="s1", price=-60, quantity=100)]
    orders += [sell(id="b0", side="buy", price=-20, quantity=120), sell(id="b1", side="buy", price=-50, quantity=60)]
    return one(zones=["A"], mechanism=mechanism, benchmark=450.5, orders=orders, **changes)


@pytest.mark.parametrize(
    ("rebate", "prices"),
    [(0.75, [405.5, 420.5, 398.0]), (0.25, [355.5, 400.5, 393.0]), (0.0, [330.5, 390.5, 390.5]), (1.0, [430.5, 430.5, 400.5])],
)  # gaps of the pairs: 100, 40, 10 over offers at -120, -60, -60
def test_rebate_gives_the_plant_its_share_of_the_gap_of_each_pair(rebate: float, prices: list[float]) -> None:
    trades = guangdong(rebate=rebate)["trades"]
    assert [(trade["seller"], trade["buyer"], trade["quantity"]) for trade in trades] == [
        ("s0", "b0", 100.0),
        ("s1", "b0", 20.0),
        ("s1", "b1", 60.0),
    ]
    assert [trade["price"] for trade in trades] == prices


def test_uniform_price_is_the_benchmark_plus_the_marginal_difference() -> None:
    result = guangdong("uniform")
    assert result["prices"] == {"A": 390.5}
    assert [order["price"] for order in result["orders"]] == [390.5] * 4
    assert result["welfare"] == 120 * -20 + 60 * -50 + 100 * 120 + 80 * 60


def test_difference_below_a_price_of_the_floor_is_refused() -> None:
    orders = [sell(price=-450.51)]
    error = one(zones=["A"], benchmark=450.5, orders=orders)["error"]
    assert error == {"type": "PriceBelowFloor", "message": "order 'x': PriceBelowFloor: price -450.51 CNY/MWh, floor -450.5 CNY/MWh"}


LINE = {"from": "A", "to": "B", "capacity": 1}


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"orders": [sell(price=3000.01)]}, "PriceAboveCap", "order 'x': PriceAboveCap: price 3000.01 CNY/MWh, cap 3000.0 CNY/MWh"),
        ({"orders": [sell(price=-1)]}, "PriceBelowFloor", "price -1.0 CNY/MWh, floor 0.0 CNY/MWh"),
        ({"orders": [sell(quantity=0)]}, "QuantityZero", "order 'x'"),
        ({"price_floor": -100, "lines": [{**LINE, "wheeling": 1, "loss": 0.1}]}, "LineRewardsLoss", "line A -> B"),
        ({"lines": [{**LINE, "to": "A"}]}, "LineToItself", "line A -> A"),
        ({"lines": [{**LINE, "loss": 1.0}]}, "LossTooHigh", "loss 1.0"),
        ({"price_floor": 10, "price_cap": 5}, "BadRules", "price_floor 10.0 must be below price_cap 5.0"),
    ],
)
def test_rule_is_refused_by_the_contract(changes: dict[str, Any], kind: str, words: str) -> None:
    error = one(**changes)["error"]
    assert error["type"] == kind
    assert words in error["message"]


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"colour": 1}, "InputError", "unknown key colour; allowed here: name, mechanism, zones"),
        ({"orders": [sell(colour=1)]}, "InputError", "unknown key orders[0].colour; allowed here: id, zone, side"),
        ({"orders": [{"id": "x"}]}, "InputError", "orders[0].zone is missing"),
        ({"orders": [sell(side="hold")]}, "InputError", "orders[0].side is 'hold'; allowed: sell, buy"),
        ({"orders": [sell(zone="Q")]}, "UnknownZone", "orders[0].zone is 'Q'; allowed: A, B"),
        ({"orders": [sell(), sell()]}, "DuplicateOrder", "orders[1].id is 'x'"),
        ({"orders": [sell(price=10.005)]}, "OffStep", "orders[0].price is 10.005; the step is 0.01 CNY/MWh"),
        ({"orders": [sell(price=float("nan"))]}, "InputError", "orders[0].price"),
        ({"orders": [sell(quantity=-1)]}, "InputError", "orders[0].quantity is -1"),
        ({"lines": [{**LINE, "capacity": -1}]}, "InputError", "lines[0].capacity is -1"),
        ({"lines": [{**LINE, "to": "Q"}]}, "UnknownZone", "lines[0].to is 'Q'; allowed: A, B"),
        ({"zones": ["A", "A"]}, "DuplicateZone", "zones are A, A"),
        (
            {"mechanism": "lottery"},
            "UnknownMechanism",
            "mechanism is 'lottery'; allowed: uniform, pay-as-bid, matched-pairs, one-price, listing",
        ),
        ({"k": 2}, "InputError", "k is 2"),
        ({"mechanism": "listing", "benchmark": 1}, "BenchmarkNotUsed", "it goes with mechanism 'uniform' or 'matched-pairs'"),
        ({"benchmark": 1, "lines": [LINE]}, "LinesNotUsed", "differences from a benchmark trade inside a zone"),
        ({"rebate": 0.5}, "RebateNotUsed", "it needs a benchmark and mechanism 'matched-pairs'"),
        ({"rebate": 0.5, "benchmark": 1, "mechanism": "matched-pairs", "k": 0.5}, "RebateNotUsed", "rebate takes the place of k"),
        ({"mechanism": "listing", "lines": [LINE]}, "LinesNotUsed", "lines has 1 lines; mechanism 'listing'"),
        ({"mechanism": "matched-pairs", "lines": [LINE]}, "LinesNotUsed", "lines has 1 lines; mechanism 'matched-pairs'"),
    ],
)
def test_case_that_makes_no_sense_is_refused_with_its_key(changes: dict[str, Any], kind: str, words: str) -> None:
    error = one(**changes)["error"]
    assert error["type"] == kind
    assert words in error["message"]


def test_command_gives_a_list_for_a_list_and_exit_2_where_a_case_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "cases.json"
    path.write_text(json.dumps([{"name": "bad", "zones": []}, TWO_ZONES]))
    assert main(["clear", str(path)]) == 2
    out, err = capsys.readouterr()
    bad, good = json.loads(out)
    assert bad["error"]["type"] == "InputError"
    assert good["prices"] == {"N": 15.0, "S": 200.0}
    assert "case 'bad': zones is []" in err


def test_command_gives_an_object_for_an_object(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(TWO_ZONES))
    assert main(["clear", str(path)]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "two zones"
