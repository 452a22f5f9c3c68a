"""Best replies to books small enough to reckon by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markets import VIEW, hour, me, row

from shengdian.agents.strategies.best_response import Rest, Strategy, best_price, best_quantity
from shengdian.sim.base.hour_result import HourResult, LineFlow, OrderResult
from shengdian.sim.base.streams import stream
from shengdian.sim.base.types import Offer, Segment

BOOK = (row("U", "buy", 40_000, 100), row("V", "buy", 30_000, 100), row("Q", "sell", 20_000, 80), row("P", "sell", 10_000, 100))


def rest(*rows: OrderResult, flows: tuple[LineFlow, ...] = ()) -> Rest:
    return Rest(hour(*rows, flows=flows).stages[0], "P", "GD")


def test_the_rest_takes_bids_less_cheaper_offers() -> None:
    prices = np.array([10_000, 20_000, 20_001, 30_000, 30_001, 40_000, 40_001])
    assert rest(*BOOK).takes(prices).tolist() == [200, 200, 120, 120, 20, 20, 0]


def test_what_comes_in_over_lines_is_not_taken_of_the_plant() -> None:
    flows = (LineFlow("SD", "GD", 50, 45, 0, 0), LineFlow("GD", "SX", 10, 9, 0, 0))
    assert rest(*BOOK, flows=flows).takes(np.array([30_000])).tolist() == [85]  # 120 - 45 + 10


def test_other_provinces_and_refused_orders_do_not_count() -> None:
    refused = OrderResult("provincial", "0/X/0", "X", "GD", "buy", 40_000, 70, 0, None, "PriceAboveCap", role="user")
    assert rest(*BOOK, row("Y", "buy", 40_000, 70, zone="SD"), refused).takes(np.array([30_000])).tolist() == [120]


def test_the_best_price_sells_less_for_more() -> None:
    # of 150 kWh at cost 100.00 it sells 150 at up to 200.00, 120 at 300.00, 20 at 400.00: 120 x 200.00 is most
    assert best_price(rest(*BOOK), np.array([10_000, 20_000, 30_000, 40_000]), 10_000, 150) == 30_000


def test_where_others_set_the_price_it_asks_for_no_more_than_its_cost() -> None:
    assert best_price(rest(*BOOK), np.array([10_000, 20_000, 30_000, 40_000]), 10_000, 100) == 10_000  # V's bid sets 300.00


def test_at_a_rivals_price_it_counts_on_its_share() -> None:
    book = (row("U", "buy", 40_000, 90), row("Q", "sell", 20_000, 80))
    # at 200.00 it gets 90 x 100 / 180 = 50 kWh at 100.00 of profit, at 150.00 it gets 90 at 50.00, at 400.00 only 10 at 300.00
    assert best_price(rest(*book), np.array([15_000, 20_000, 40_000]), 10_000, 100) == 20_000
    assert best_price(rest(*book), np.array([16_000, 20_000, 40_000]), 10_000, 100) == 16_000  # 90 at 60.00


def test_the_best_quantity_leaves_one_kwh_to_those_who_set_the_price() -> None:
    assert best_quantity(rest(*BOOK), 10_000, 200) == 119  # 119 at 300.00; or 199 at 200.00 and 19 at 400.00 earn less
    assert best_quantity(rest(*BOOK), 45_000, 200) == 0


def test_a_monopolist_on_a_fine_line_withholds_half() -> None:
    # price 200.00 - q/10: the best quantity at cost 100.00 is 500
    line = [row(f"U{at}", "buy", 20_000 - 10 * at, 1) for at in range(1, 2001)]
    assert abs(best_quantity(rest(*line), 10_000, 2000) - 500) <= 1


def play(given: dict[str, float], *results: HourResult) -> list[Offer | None]:
    agent, rng = me("best_response", given), stream(1, "test")
    made = [Strategy().propose(agent, VIEW, rng, 100)]
    for result in results:
        Strategy().learn(agent, result)
        made.append(Strategy().propose(agent, VIEW, rng, 100))
    return made


def test_it_offers_all_at_cost_and_then_at_its_best_markup() -> None:
    given = {"actions": 4, "highest_per_mwh": 300, "revises": 1}
    book = hour(row("U", "buy", 40_000, 90), row("Q", "sell", 20_000, 80))
    assert play(given, book) == [Offer("P", (Segment(10_000, 100),)), Offer("P", (Segment(20_000, 100),))]


@pytest.mark.parametrize(
    ("parameters", "preferred"),
    [({"actions": 4, "highest_per_mwh": 300}, 100 / 3), ({"withhold": 1}, 11.0), ({"actions": 1, "highest_per_mwh": 0}, 0.0)],
)
def test_it_remembers_what_it_prefers_as_a_share(parameters: dict[str, float], preferred: float) -> None:
    """The best markup is 100 of 300; in quantities it would sell 89 of 100, one less than the rest takes below the rival's price."""
    agent = me("best_response", parameters)
    decided = Strategy()
    decided.propose(agent, VIEW, stream(1, "test"), 100)
    decided.learn(agent, hour(row("U", "buy", 40_000, 90), row("Q", "sell", 20_000, 80)))
    assert agent.state["preferred"] == pytest.approx([preferred])


def test_it_offers_its_best_quantity_at_cost() -> None:
    book = (row("U", "buy", 40_000, 60), row("V", "buy", 15_000, 60))
    assert play({"withhold": 1, "revises": 1}, hour(*book))[1] == Offer("P", (Segment(10_000, 59),))


def test_who_never_revises_repeats_the_first_offer() -> None:
    book = hour(row("U", "buy", 40_000, 90), row("Q", "sell", 20_000, 80))
    first, second = play({"revises": 0, "actions": 4, "highest_per_mwh": 300}, book)
    assert first == second


@given(
    bids=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), min_size=1, max_size=6),
    offers=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), max_size=6),
    cost=st.integers(0, 30),
    room=st.integers(1, 25),
)
def test_no_other_quantity_earns_more(bids: list[tuple[int, int]], offers: list[tuple[int, int]], cost: int, room: int) -> None:
    others = rest(
        *(row(f"U{at}", "buy", price, energy) for at, (price, energy) in enumerate(bids)),
        *(row(f"Q{at}", "sell", price, energy) for at, (price, energy) in enumerate(offers)),
    )

    def earned(quantity: int) -> int:
        """At the highest price at which the rest takes one kWh more."""
        prices = [price for price in range(31) if others.takes(np.array([price]))[0] > quantity]
        return (prices[-1] - cost) * quantity if prices else 0

    assert earned(best_quantity(others, cost, room)) == max(0, *(earned(quantity) for quantity in range(room + 1)))
