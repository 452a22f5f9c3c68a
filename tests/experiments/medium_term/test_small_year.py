"""Every mechanism in a province of one plant and one user, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shengdian.ahead.bilateral import Bilateral
from shengdian.ahead.central import Central, Form, trades
from shengdian.ahead.handover import agreed, exchanges, left_of, received, sent, taken
from shengdian.ahead.listing import Listing
from shengdian.ahead.prearranged import planned
from shengdian.ahead.state import Deal, State
from shengdian.ahead.year import Year
from shengdian.regions.region import Region
from shengdian.sim.base.hour_result import OrderResult, StageResult
from shengdian.sim.base.types import Line
from shengdian.sim.chain.abi import interface
from shengdian.sim.scenario import ExchangeSpec
from tests.experiments.medium_term.small import PLANT, USER, opening, state, terms, world

LINE = Line(0, 1, 1_000, 2_000, 100_000, "SX-SD")
"""1 MW, 20.00 CNY/MWh, a tenth lost"""


def test_what_a_stage_leaves_is_wanted_in_the_next_one() -> None:
    year = state(opening(annual=0.5, monthly=0.2, central_share=0.2, listing=0.1))
    assert [year.wants(USER, stage, 0) for stage in ("annual", "monthly", "central", "listing")] == [500_000, 700_000, 900_000, 1_000_000]
    year.add(Deal("x", "annual", "plant", "user", "SX", "SX", 30_000, 0, 600_000))
    assert [year.wants(USER, stage, 0) for stage in ("annual", "monthly", "central", "listing")] == [0, 100_000, 300_000, 400_000]
    assert year.wants(USER, "annual", 1) == 500_000
    assert year.can_sell(PLANT, 0) == 100_000 * 744 - 600_000


@pytest.mark.parametrize("chain", ["mirror", "pyevm"])
def test_annual_agreement_has_every_month_at_one_price_between_the_limits(chain: str) -> None:
    year = state(opening(annual=0.6, monthly=0.4))
    desk = Bilateral(year, chain, terms(), 1)
    desk.annual("SX")
    assert [deal.month for deal in year.deals] == list(range(12))
    assert {deal.quantity for deal in year.deals} == {600_000}
    (price,) = {deal.price for deal in year.deals}
    assert 30_000 <= price <= 36_000
    desk.open_month(3)
    desk.monthly("SX", 3)
    assert [(deal.stage, deal.month, deal.quantity) for deal in year.deals[12:]] == [("monthly", 3, 400_000)]
    assert desk.market.position("plant", 3).net == 1_000_000


def test_who_asks_more_than_the_other_pays_stays_without_agreement() -> None:
    year = state(opening())
    Bilateral(year, "mirror", terms(keeps=(0.9, 0.9)), 1).annual("SX")  # asks 380.00, above 360.00
    assert year.deals == []


@pytest.mark.parametrize("chain", ["mirror", "pyevm"])
def test_uniform_bidding_pays_the_part_filled_offer(chain: str) -> None:
    year = state(opening(annual=0.5, central_share=0.5))
    Central(year, ["SX"], "uniform", chain, terms(), 1).month(2)
    (deal,) = year.deals
    assert (deal.stage, deal.month, deal.price, deal.quantity) == ("central", 2, 30_000, 1_000_000)  # half is what annual trade left


@pytest.mark.parametrize("chain", ["mirror", "pyevm"])
def test_matched_pair_meets_in_the_middle(chain: str) -> None:
    year = state(opening(annual=0.0, central="matched-pairs", central_share=1.0))
    Central(year, ["SX"], "matched-pairs", chain, terms(), 1).month(0)
    (deal,) = year.deals
    assert (deal.price, deal.quantity) == (33_000, 1_000_000)


@pytest.mark.parametrize("chain", ["mirror", "pyevm"])
@pytest.mark.parametrize(("rebate", "price"), [(0.0, 30_000), (0.25, 31_500), (0.75, 34_500), (1.0, 36_000)])
def test_rebate_is_the_plants_share_of_the_gap_between_two_differences(chain: str, rebate: float, price: int) -> None:
    """The plant asks 100.00 less than the benchmark of 400.00, the user offers 40.00 less."""
    year = state(opening(annual=0.0, central="price-differences", rebate=rebate, central_share=1.0))
    Central(year, ["SX"], "price-differences", chain, terms(), 1).month(0)
    (deal,) = year.deals
    assert (deal.price, deal.quantity) == (price, 1_000_000)


@pytest.mark.parametrize("chain", ["mirror", "pyevm"])
def test_pay_as_bid_gives_the_plant_its_own_price_and_the_rest_to_the_rent(chain: str) -> None:
    """The plant asks 300.00, the user pays 360.00 CNY/MWh for 1,000 MWh."""
    year = state(opening(annual=0.0, central="pay-as-bid", central_share=1.0))
    auction = Central(year, ["SX"], "pay-as-bid", chain, terms(), 1)
    auction.month(0)
    (deal,) = year.deals
    assert (deal.price, deal.quantity) == (30_000, 1_000_000)
    balances = [_balance(auction, who) for who in ("plant", "user", "rent")]
    assert balances == [30_000_000, -36_000_000, 6_000_000]  # the auction counts MWh


def _balance(auction: Central, who: str) -> int:
    number = {"rent": 1, **auction.market.number}[who]
    call = auction.market.operator_call("Ledger", "balanceOf", number)
    return int(interface("Ledger").returned("balanceOf", auction.market.chain.call(call)))


@pytest.mark.parametrize("chain", ["mirror", "pyevm"])
@pytest.mark.parametrize("form", ["uniform", "matched-pairs"])
def test_sealed_central_bidding_trades_what_open_bidding_does_after_a_commitment_of_everyone(chain: str, form: Form) -> None:
    opened, hidden = (state(opening(annual=0.0, central=form, central_share=1.0)) for _ in range(2))
    Central(opened, ["SX"], form, chain, terms(), 1).month(1)
    auction = Central(hidden, ["SX"], form, chain, terms(), 1, "sealed", 100)
    auction.month(1)
    assert hidden.deals == opened.deals != []
    assert auction.market.rules.contract.startswith("Sealed")
    assert auction.market.meter.transactions["commits"] == auction.market.meter.transactions["orders"] == 2


def test_no_bidding_outside_its_months() -> None:
    year = state(opening(annual=0.0, central_share=1.0, central_months=(3,)))
    auction = Central(year, ["SX"], "uniform", "mirror", terms(), 1)
    for month in range(12):
        auction.month(month)
    assert [deal.month for deal in year.deals] == [2]


def test_offers_together_are_the_quota_of_what_users_want() -> None:
    year = state(opening(annual=0.0, central_share=1.0))
    assert year.quotas("SX", "central", 0, 2_000_000) == {"plant": 2_000_000}
    year.add(Deal("x", "central", "plant", "other", "SX", "SX", 1, 0, PLANT.capability[0] - 5))
    assert year.quotas("SX", "central", 0, 2_000_000) == {"plant": 5}


@pytest.mark.parametrize("chain", ["mirror", "pyevm"])
def test_listing_is_taken_at_the_posted_price_in_several_months(chain: str) -> None:
    year = state(opening(annual=0.5, listing=0.5))
    board = Listing(year, ["SX"], chain, terms(), 1)
    board.month(0)
    board.month(4)
    assert [(deal.stage, deal.month, deal.price, deal.quantity) for deal in year.deals] == [
        ("listing", 0, 30_000, 1_000_000),
        ("listing", 4, 30_000, 1_000_000),
    ]


def test_listing_above_the_limit_is_not_taken() -> None:
    year = state(opening(annual=0.0, listing=1.0))
    Listing(year, ["SX"], "mirror", terms(central_keeps=(0.9, 0.9)), 1).month(0)
    assert year.deals == []


def test_nothing_opened_is_nothing_traded_in_any_mechanism() -> None:
    closed = {"user": type(USER)("user", "SX", 40_000, (0,) * 12)}
    year = state(opening(annual=0.3, monthly=0.2, central_share=0.3, listing=0.2), buyers=closed)
    desk = Bilateral(year, "mirror", terms(), 1)
    auction, board = Central(year, ["SX"], "uniform", "mirror", terms(), 1), Listing(year, ["SX"], "mirror", terms(), 1)
    desk.annual("SX")
    for month in range(12):
        desk.open_month(month)
        desk.monthly("SX", month)
        auction.month(month)
        board.month(month)
    assert year.deals == []
    assert desk.market.proposals == []


def test_prices_are_kept_within_floor_and_cap() -> None:
    year = state(opening(annual=0.0, central_share=1.0), cap=29_000)
    Central(year, ["SX"], "uniform", "mirror", terms(), 1).month(0)
    assert [deal.price for deal in year.deals] == [29_000]


def test_agreement_between_provinces_is_flat_and_keeps_to_the_share_opened() -> None:
    year = State(world(opening(), (LINE,), ("SX", "SD")))
    desk = Bilateral(year, "mirror", terms(lines_wanted=1.0, saves=(0.0, 0.0), keeps=(0.0, 0.0)), 1)
    desk.between_provinces("annual")
    assert [deal.quantity for deal in year.deals] == [800 * 24 * days for days in Region.load().days]
    assert all(20_000 <= deal.price <= 40_000 * 9 // 10 - 2_000 for deal in year.deals)
    assert desk.market.reserved(0, 0) == 800


@pytest.mark.parametrize("chain", ["mirror", "pyevm"])
def test_every_horizon_opens_more_of_the_line_and_the_last_delivers_from_the_11th(chain: str) -> None:
    """80, 90 and 95 % of 1,000 kWh an hour; all of it is wanted."""
    year = State(world(opening(), (LINE,), ("SX", "SD")))
    desk = Bilateral(year, chain, terms(lines_wanted=1.0, saves=(0.0, 0.0), keeps=(0.0, 0.0)), 1)
    desk.between_provinces("annual")
    desk.open_month(0)
    desk.between_provinces("monthly", range(1))
    desk.open_within(0)
    desk.between_provinces("within_month", range(1))
    later = [(deal.stage, deal.month, deal.quantity) for deal in year.deals[12:]]
    assert later == [("monthly", 0, 100 * 24 * 31), ("within_month", 0, 50 * 24 * 21)]
    assert (desk.reserved(0), desk.reserved(1)) == ([950], [800])


def test_lines_that_share_a_leg_do_not_reserve_it_twice() -> None:
    """Two lines of 1,000 kWh over one leg of 1,000: the first takes the 800 that are open, nothing is left for the other."""
    shared = replace(world(opening(), (LINE, LINE), ("SX", "SD")), legs=((0,), (0, 1)), network=(LINE, LINE))
    desk = Bilateral(State(shared), "mirror", terms(lines_wanted=1.0, saves=(0.0, 0.0), keeps=(0.0, 0.0)), 1)
    desk.between_provinces("annual")
    assert [desk.market.reserved(line, 0) for line in (0, 1)] == [800, 0]
    assert desk.reserved(0) == [800, 0]


def test_several_parties_agree_in_pairs_each_of_which_stands_alone() -> None:
    """A user asks three plants for a third each; the one that costs more than it pays stays without an agreement."""
    plants = tuple(replace(PLANT, id=name, cost=cost) for name, cost in (("first", 20_000), ("dear", 39_000), ("second", 21_000)))
    year = state(opening(), plants=plants)
    desk = Bilateral(year, "mirror", terms(partners=3), 1)
    desk.annual("SX")
    january = {deal.seller: (deal.buyer, deal.quantity) for deal in year.deals if deal.month == 0}
    assert january == {"first": ("user", 333_333), "second": ("user", 333_333)}
    assert [desk.market.position(name, 0).net for name in ("first", "dear", "second", "user")] == [333_333, 0, 333_333, -666_666]
    assert len({deal.id for deal in year.deals}) == 2


def test_users_agree_within_the_month_on_what_earlier_stages_left() -> None:
    year = state(opening(annual=0.6, within_month=0.4))
    desk = Bilateral(year, "mirror", terms(), 1)
    desk.annual("SX")
    desk.open_month(0)
    desk.open_within(0)
    desk.within_month("SX", 0)
    assert [(deal.stage, deal.mechanism, deal.quantity) for deal in year.deals[12:]] == [("within_month", "bilateral", 400_000)]
    first, last = 24 * 10, 24 * 31
    delivered = [desk.market.energy(1, hour) for hour in range(last)]
    assert (sum(delivered[:first]), sum(delivered)) == (0, 400_000)


def test_uniform_fills_are_paired_in_the_order_of_the_book() -> None:
    def row(trader: str, side: str, filled: int, zone: str = "SX") -> OrderResult:
        return OrderResult("provincial", "o", trader, zone, side, 1, filled, filled, 7 if filled else None, role="plant")  # type: ignore[arg-type]

    here = (row("a", "sell", 5), row("b", "sell", 3), row("u", "buy", 6), row("v", "buy", 2), row("w", "buy", 0))
    there = (row("z", "sell", 2, "SD"), row("y", "buy", 2, "SD"))
    stage = StageResult("provincial", {}, (), (*here, *there), 0)
    assert list(trades(stage)) == [("a", "u", 5, 7), ("b", "u", 1, 7), ("b", "v", 2, 7), ("z", "y", 2, 7)]


def test_planned_energy_is_what_agreements_leave_of_the_contract_share_and_plants_can_give() -> None:
    nuclear = replace(PLANT, id="nuclear", must_run=True, local=False, outward=False, capability=(2_000_000,) * 12)
    two = replace(world(opening()), plants=(PLANT, nuclear))
    rest = planned(two, [Deal("1", "annual", "plant", "user", "SX", "SX", 30_000, 0, 1_000_000)], 800_000)
    assert [(deal.seller, deal.buyer, deal.quantity, deal.price) for deal in rest[:2]] == [
        ("nuclear", "SX_supplier", 2_000_000, 40_000),
        ("plant", "SX_supplier", 5_000_000, 40_000),  # 8,000 MWh are due, 1,000 are agreed, 2,000 nuclear
    ]
    assert [deal.quantity for deal in rest[2:]] == [2_000_000, 6_000_000] * 11


def traded(*deals: Deal) -> Year:
    lines = (LINE,)
    return Year(world(opening(), lines, ("SX", "SD")), deals, (), (800,), ((950, *(800,) * 11),), {}, {})


def test_a_day_has_an_equal_part_of_its_month_and_the_average_price() -> None:
    year = traded(
        Deal("1", "annual", "plant", "user", "SX", "SX", 30_000, 0, 310_000),
        Deal("2", "central", "plant", "user", "SX", "SX", 20_000, 0, 310_000),
        Deal("3", "annual", "plant", "user", "SX", "SX", 10_000, 1, 290_000),
        Deal("4", "annual", "plant", "user", "SX", "SX", 99_999, 5, 999_999),
    )
    own = agreed(year, [1] * 24 + [2] * 12)["plant"]
    assert own.by_day == (20_000, 5_000)
    assert own.price == (30_000 * 310 + 20_000 * 310 + 10_000 * 290) // 910


def test_flat_agreements_become_exchanges_and_take_their_part_of_the_line() -> None:
    deals = [
        Deal("1", "annual", "plant", "SD_supplier", "SX", "SD", 30_000, month, 800 * 24 * Region.load().days[month], 0)
        for month in range(12)
    ]
    found = exchanges(traded(*deals), ("SX", "SD"), [ExchangeSpec("SX_exchange", "SX", -100, 40_000)])
    # 720 of 800 kWh arrive; they cost 800 x (300.00 + 20.00) / 720 = 355.55
    assert found == (ExchangeSpec("SX_exchange", "SX", -900, 40_000), ExchangeSpec("SD_exchange", "SD", 720, 35_555))
    assert left_of(traded(*deals), (LINE,))[0].capacity == 200


def test_agreements_of_a_month_go_out_arrive_and_are_reserved_in_the_hours_of_that_month() -> None:
    """100 kWh all of January and 50 from its 11th on, which are 50 x 21 / 31 = 33 a typical hour; 90 and 29 of them arrive."""
    monthly = Deal("1", "monthly", "plant", "SD_supplier", "SX", "SD", 30_000, 0, 100 * 24 * 31, 0)
    late = Deal("2", "within_month", "plant", "SD_supplier", "SX", "SD", 20_000, 0, 50 * 24 * 21, 0)
    year, month = traded(monthly, late), [1] * 24 + [2] * 12
    assert exchanges(year, ("SX", "SD"), []) == ()
    assert sent(year, ("SX", "SD"), month) == (ExchangeSpec("SX_exchange_sent", "SX", 0, 40_000, (133,) * 24 + (0,) * 12),)
    (source,) = received(year, "SD", month)
    assert (source.id, source.tech) == ("SD_exchange_received", "exchange")
    assert source.available == (119,) * 24 + (0,) * 12
    assert source.contractible == (119 * 24, 0)
    assert source.cost == source.contract_price == (100 * 32_000 + 33 * 22_000) // 119
    assert received(year, "SX", month) == ()
    assert taken(year, month) == ((150,) * 24 + (0,) * 12,)
    assert taken(year, [3] * 24) == ()
