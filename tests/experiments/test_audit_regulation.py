"""Rule 889 as the audit reckons it: the figures by hand that the contract is tested with, and laws of random zones."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from shengdian.audit.collateral import rounded_down, rounded_up
from shengdian.audit.deviation import Called, Party, in_price_order, settled
from shengdian.audit.order_book import pro_rata
from shengdian.sim.base.types import DeviationRules
from shengdian.sim.twins import limits

COAL, GAS, USER, SHOP = 2, 3, 4, 5
SCHEDULE = {COAL: -600, GAS: -400, USER: 700, SHOP: 300}
LISTS = {COAL: ((300, 50), (250, 50)), GAS: ((400, 50), (350, 20))}
"""up from 300 then 400 fen/MWh, down from 350 then 250 fen/MWh"""


def rules(band: int = 0, marginal: bool = False) -> DeviationRules:
    return DeviationRules(1_100_000, 900_000, 800_000, 1_200_000, band, marginal, 0)


def zone(over: Mapping[int, int], band: int = 0, marginal: bool = False) -> Called:
    nothing = ((0, 0), (0, 0))
    parties = [Party(at, at in LISTS, energy, over.get(at, 0), *LISTS.get(at, nothing)) for at, energy in SCHEDULE.items()]
    return settled(parties, rules(band, marginal), 0, 1000)


def test_over_use_pays_u1_times_the_mean_price_of_up_regulation_called_in_price_order() -> None:
    """50 x 300 + 10 x 400 is a mean of 316.67; the user pays 60 x ceil(348.33); 1,940 over go to 600 : 400 : 300 who kept to it."""
    found = zone({USER: 60})
    assert {number: energy for number, energy in found.calls.items() if energy} == {COAL: -50, GAS: -10}
    assert [found.money[number] for number in range(6)] == [2, 0, 15_000 + 895, 4_000 + 596, -20_940, 447]
    assert found.prices == (317, 316)


def test_last_price_is_everybodys_where_the_rules_say_so() -> None:
    """60 kWh called at 400; the user pays 60 x 440."""
    found = zone({USER: 60}, marginal=True)
    assert (found.money[USER], found.prices[0]) == (-26_400, 400)


def test_equal_prices_share_pro_rata_and_the_grid_gives_the_rest() -> None:
    assert in_price_order([(2, 300, 1), (3, 300, 2), (4, 200, 5), (5, 100, 0)], 7, 1000) == [(4, 200, 5), (2, 300, 1), (3, 300, 1)]
    assert in_price_order([(2, 300, 5)], 7, 1000) == [(2, 300, 5), (0, 1000, 2)]
    assert in_price_order([(2, 300, 5), (3, 350, 1)], -7, 0) == [(3, 350, 1), (2, 300, 5), (0, 0, 1)]
    assert in_price_order([(2, 300, 5)], 0, 1000) == []


kwh = st.integers(-300, 300)


@given(st.fixed_dictionaries(dict.fromkeys(SCHEDULE, kwh)), st.sampled_from([0, 20_000, 1_000_000]), st.booleans())
def test_calls_balance_the_zone_and_money_sums_to_zero(over: Mapping[int, int], band: int, marginal: bool) -> None:
    found = zone(over, band, marginal)
    assert sum(found.calls.values()) == -sum(over.values())
    assert sum(found.money.values()) == 0
    assert found.prices[0] >= found.prices[1]


@given(st.lists(st.integers(0, 1000), min_size=1), st.data())
def test_shares_sum_to_the_volume_and_none_is_above_its_weight(weights: list[int], data: st.DataObject) -> None:
    volume = data.draw(st.integers(0, sum(weights)))
    shares = pro_rata(weights, volume)
    assert sum(shares) == volume
    assert all(share <= weight for share, weight in zip(shares, weights, strict=True))


@given(st.integers(0, 2**60))
def test_limits_are_what_their_codes_stand_for(amount: int) -> None:
    assert rounded_down(amount) == limits.decode(limits.encode(amount))
    assert rounded_up(amount) >= amount or amount < 128
    assert rounded_up(rounded_down(amount)) == rounded_down(amount)
