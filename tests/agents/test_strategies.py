"""Strategies on tiny examples, and what every strategy must keep to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shengdian.agents.ladder import ladder
from shengdian.agents.learning import MARKUPS
from shengdian.agents.strategies import names, parameters, strategy
from shengdian.agents.strategy import Kind, Me
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.streams import stream
from shengdian.sim.base.types import Bid, Offer, Order, Segment, Supply
from shengdian.sim.market.view import View
from shengdian.sim.scenario import PlantSpec, UserSpec

VIEW = View(0, ("GD",), 0, 150_000, (1000,), (None,))


def plant(supply: Supply = "capacity", cost: int = 20_000, must_run: bool = False) -> PlantSpec:
    spec = PlantSpec("P", "GD", "any", 1000, 0, 600, cost, 900, 45_000, (1000,), (1000,))
    return replace(spec, supply=supply, must_run=must_run)


def user(demand: int = 1000) -> UserSpec:
    return UserSpec("U", "GD", "industry", False, (demand,))


def order(name: str, spec: PlantSpec | UserSpec, room: int, given: Mapping[str, float] | None = None, view: View = VIEW) -> Order | None:
    return strategy(name)().propose(Me(spec, parameters(name, given or {})), view, stream(1, "test"), room)


def test_marginal_cost_offers_a_coal_plant_in_three_rising_parts() -> None:
    assert order("marginal_cost", plant(), 100) == Offer("P", (Segment(20_000, 34), Segment(20_200, 33), Segment(20_400, 33)))


def test_marginal_cost_offers_water_in_one_part() -> None:
    assert order("marginal_cost", plant("budget", 300), 100) == Offer("P", (Segment(300, 100),))


def test_marginal_cost_offers_what_must_run_in_one_part() -> None:
    assert order("marginal_cost", plant(must_run=True), 100) == Offer("P", (Segment(20_000, 100),))


def test_markup_offers_above_cost() -> None:
    assert order("markup", plant("profile", 10_000), 100, {"markup": 0.25}) == Offer("P", (Segment(12_500, 100),))


def test_markup_stops_at_the_cap() -> None:
    assert order("markup", plant(), 100, {"markup": 10}) == Offer("P", (Segment(150_000, 100),))


def test_inflexible_bids_at_the_cap() -> None:
    assert order("inflexible", user(), 200) == Bid("U", (Segment(150_000, 200),))


def test_elastic_gives_up_a_tenth_of_demand_in_four_falling_steps() -> None:
    expected = (Segment(150_000, 100), Segment(80_000, 25), Segment(60_000, 25), Segment(40_000, 25), Segment(20_000, 25))
    assert order("elastic", user(), 200) == Bid("U", expected)


def test_elastic_is_all_steps_where_contracts_cover_the_rest() -> None:
    assert order("elastic", user(), 2) == Bid("U", (Segment(80_000, 1), Segment(60_000, 1)))


def test_an_unknown_strategy_names_the_nearest() -> None:
    with pytest.raises(
        InputError,
        match=r"unknown strategy 'marginal'; allowed: best_response, elastic, .*did you mean 'marginal_cost'\?",
    ):
        strategy("marginal")


def test_a_parameter_outside_its_limits_is_refused() -> None:
    with pytest.raises(InputError, match=r"flexible_share is 1.5; it should be from 0 to 1"):
        parameters("elastic", {"flexible_share": 1.5})


def test_a_count_that_is_not_whole_is_refused() -> None:
    with pytest.raises(InputError, match=r"actions is 2.5; it should be a whole number"):
        parameters("roth_erev", {"actions": 2.5})


def test_a_strategy_for_either_side_serves_both() -> None:
    assert "zero_intelligence" in names("plant")
    assert "zero_intelligence" in names("user")
    assert "roth_erev" not in names("user")


def test_more_than_five_segments_are_refused() -> None:
    with pytest.raises(ValueError, match="6 segments; at most 5"):
        ladder(VIEW, [(price, 1) for price in range(6)])


@pytest.mark.parametrize("side", ["plant", "user"])
@given(data=st.data(), room=st.integers(1, 10**8), cost=st.integers(0, 200_000), floor=st.integers(-10_000, 10_000))
def test_every_strategy_keeps_to_its_room_and_the_price_limits(side: Kind, data: st.DataObject, room: int, cost: int, floor: int) -> None:
    selling = side == "plant"
    view = View(0, ("GD",), floor, 150_000, (1000,), (None,))
    made = order(data.draw(st.sampled_from(names(side))), plant(cost=cost) if selling else user(room), room, view=view)
    assert isinstance(made, Offer if selling else Bid)
    assert 1 <= len(made.segments) <= 5
    assert sum(segment.quantity for segment in made.segments) <= room
    assert all(segment.quantity >= 1 and floor <= segment.price <= 150_000 for segment in made.segments)
    prices = [segment.price for segment in made.segments]
    assert prices == sorted(prices, reverse=not selling)


def test_strategy_of_a_module_outside_the_package_is_found_by_its_dotted_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ideas").mkdir()
    (tmp_path / "ideas" / "none.py").write_text(
        'class Strategy:\n    kind = "plant"\n    known = {}\n    def propose(self, me, view, rng, room_kwh): return None\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert strategy("ideas.none").kind == "plant"


@pytest.mark.parametrize(
    ("name", "sentence"), [("no.such", "finds no module 'no'"), ("json.decoder", "module json.decoder has no Strategy")]
)
def test_module_without_a_strategy_is_refused(name: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        strategy(name)


@pytest.mark.parametrize("name", ["roth_erev", "q_learning", "best_response", "zero_intelligence"])
def test_a_strategy_that_learns_or_draws_says_its_source_and_what_its_parameters_do(name: str) -> None:
    """Parameters that learners share are said where they are shared."""
    said = str(import_module(f"agents.strategies.{name}").__doc__)
    assert re.search(r", (18|19)\d\d\b", said)
    assert [key for key in strategy(name).known if key not in said and key not in MARKUPS] == []
