"""What plants ask and users pay months ahead."""

from __future__ import annotations

from shengdian.agents.year_ahead import asks, bargain, pays
from shengdian.sim.base.streams import stream


def test_plant_asks_its_cost_and_a_share_of_what_the_benchmark_is_above_it() -> None:
    rng = stream(1, "plant")
    assert asks(20_000, 40_000, (0.5, 0.5), rng) == 30_000
    assert asks(20_000, 40_000, (0.0, 0.0), rng) == 20_000
    assert asks(45_000, 40_000, (0.5, 0.5), rng) == 45_000
    assert all(24_000 <= asks(20_000, 40_000, (0.2, 0.4), rng) <= 28_000 for _ in range(50))


def test_user_pays_the_benchmark_less_what_it_saves() -> None:
    rng = stream(1, "user")
    assert pays(40_000, (0.1, 0.1), rng) == 36_000
    assert all(30_000 <= pays(40_000, (0.0, 0.25), rng) <= 40_000 for _ in range(50))


def test_they_agree_where_what_one_asks_is_not_above_what_the_other_pays() -> None:
    rng = stream(1, "both")
    made = bargain(30_000, 36_000, 500, 8, rng)
    assert made.quantity == 500
    assert made.price is not None
    assert 30_000 <= made.price <= 36_000
    assert bargain(36_001, 36_000, 500, 8, rng).price is None
