"""Agreements from proposal to payment, through the market that carries them to a chain."""

from __future__ import annotations

import pytest

from shengdian.sim.adapters import mirror, open_chain
from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.roles import Role
from shengdian.sim.base.types import Line, Rules
from shengdian.sim.market.agreements import AgreementsMarket, Answer, Delivery, Position, Proposal
from shengdian.sim.market.curves import by_month, flat_energy, load_proportional
from shengdian.sim.market.participants import Participant

START = 1_700_000_000
LINE = Line(0, 1, 100, 50, 25_000, "SX-SD")
RULES = Rules(2, (LINE,), 0, 100_000, 0)
PARTICIPANTS = [Participant("plant", Role.PLANT, 0), Participant("user", Role.USER, 0), Participant("away", Role.USER, 1)]
LOAD = [[1, 3], [5]]
"""two months, of two days and one"""


def market(chain: str = "mirror") -> AgreementsMarket:
    made = AgreementsMarket(open_chain(chain), RULES, ("SX", "SD"), PARTICIPANTS, START, LOAD)
    made.set_capability("plant", [10_000, 5_000])
    return made


@pytest.mark.parametrize("chain", ["mirror", "pyevm"])
def test_year_is_traded_annually_then_monthly_then_within_the_month(chain: str) -> None:
    desk = market(chain)
    desk.open_window("annual", 0, 2)
    annual = Proposal("plant", "user", "annual", 0, by_month(900, [4, 5]), 30_000, load_proportional([1] * 12 + [3] * 12))
    power = desk.room(0, 0, "annual")
    assert power == 80
    over = Proposal("plant", "away", "annual", 0, (flat_energy(power, 2), flat_energy(power + 1, 1)), 20_000, line=0)
    assert desk.agree([annual, over]) == (Answer(0), Answer(1, "LineFull"))
    desk.open_window("monthly", 0)
    assert desk.agree([Proposal("plant", "away", "monthly", 0, (flat_energy(80, 2),), 20_000, line=0, by="buy")]) == (Answer(2),)
    desk.wait_until(START)
    first, second = desk.settle(0)
    assert (first.sent, first.received, first.money, first.charge) == (2, 2, 2 * 30_000, 0)  # 100 kWh of day 0, 1 of 48 parts: 2.08
    assert (second.id, second.sent, second.received, second.money, second.charge) == (2, 80, 78, 80 * 20_000, 80 * 50)
    desk.open_window("within_month", 0)
    late = Proposal("plant", "away", "within_month", 0, (flat_energy(15, 1),), 25_000, line=0, first_day=1, by="buy")
    assert desk.agree([late]) == (Answer(3),)
    deliveries = [delivery for hour in range(1, 72) for delivery in desk.settle(hour)]
    assert sum(delivery.sent for delivery in (first, *deliveries) if delivery.id == 0) == 900
    assert {delivery.sent for delivery in deliveries if delivery.id == 3} == {15}
    assert min(delivery.hour for delivery in deliveries if delivery.id == 3) == 24
    assert desk.balance("plant") == 900 * 30_000 + 80 * 48 * 20_000 + 15 * 24 * 25_000
    assert desk.position("plant", 0) == Position(400 + 80 * 48 + 15 * 24, 10_000)
    assert desk.reserved(0, 0) == 95
    assert desk.accepted == [0, 2, 3]


def test_entries_of_a_delivery_sum_to_zero_and_name_the_grid() -> None:
    desk = market()
    desk.open_window("monthly", 0)
    desk.agree([Proposal("plant", "away", "monthly", 0, (flat_energy(80, 2),), 20_000, line=0)])
    (delivery,) = desk.settle(0)
    assert [(entry.trader, entry.cause, entry.money, entry.energy) for entry in delivery.entries] == [
        ("plant", "agreement", 1_600_000, -80),
        ("away", "agreement", -1_600_000, 78),
        ("away", "wheeling", -4_000, 0),
        ("grid", "wheeling", 4_000, 0),
        ("grid", "loss", 0, 2),
    ]
    assert (delivery.row.mechanism, delivery.row.quantity, delivery.row.seller_zone, delivery.row.buyer_zone) == (
        "bilateral",
        80,
        "SX",
        "SD",
    )


def test_proposal_is_cancelled_by_who_made_it() -> None:
    desk = market()
    desk.open_window("monthly", 0)
    assert desk.propose([Proposal("plant", "user", "monthly", 0, (1,), 1, by="buy")]) == (Answer(0),)
    assert desk.state(0) == "proposed"
    assert desk.cancel([0]) == (Answer(0),)
    assert desk.accept([0]) == (Answer(0, "NotProposed"),)
    assert desk.state(0) == "cancelled"


def test_refused_proposals_leave_ids_to_the_next() -> None:
    desk = market()
    desk.open_window("monthly", 0)
    proposals = [Proposal("plant", "user", "monthly", 0, (1,), price) for price in (1, 100_001, 2)]
    assert desk.propose(proposals) == (Answer(0), Answer(None, "PriceAboveCap"), Answer(1))
    assert [proposal.price for proposal in desk.proposals] == [1, 2]


def test_operator_is_told_what_is_refused() -> None:
    desk = market()
    desk.open_window("monthly", 0)
    with pytest.raises(Reverted, match="HorizonPassed"):
        desk.open_window("annual", 0)
    with pytest.raises(Reverted, match="UnknownMonth"):
        desk.open_window("monthly", 2)
    with pytest.raises(Reverted, match="NotNextHour"):
        desk.settle(1)
    with pytest.raises(Reverted, match="BadRules"):
        AgreementsMarket(mirror.create(), RULES, ("SX", "SD"), PARTICIPANTS, START, LOAD, (2, 1, 3))


def test_month_takes_1024_agreements_and_its_last_256_are_for_those_who_have_none() -> None:
    names = [f"p{place}" for place in range(271)]
    desk = AgreementsMarket(mirror.create(), RULES, ("SX", "SD"), [Participant(name, Role.PLANT, 0) for name in names], START, LOAD)
    for name in names[:15]:
        desk.set_capability(name, [10_000, 5_000])
    desk.open_window("monthly", 0)

    def agree(seller: int, buyer: int, count: int = 1) -> list[str]:
        return [answer.error for answer in desk.agree([Proposal(names[seller], names[buyer], "monthly", 0, (48,), 1)] * count)]

    for pair in range(6):
        assert agree(2 * pair, 2 * pair + 1, 129) == [""] * 128 + ["QuotaFull"]
    assert agree(12, 13, 2) == ["", "MonthFull"]
    assert [agree(12 + place % 3, 15 + place) for place in range(255)] == [[""]] * 255
    assert agree(12, 270) == ["MonthFull"]
    assert len(desk.settle(0)) == 1024


def test_gas_is_counted() -> None:
    desk = market("pyevm")
    desk.open_window("monthly", 0)
    desk.agree([Proposal("plant", "user", "monthly", 0, (48,), 1)])
    deliveries: tuple[Delivery, ...] = desk.settle(0)
    assert len(deliveries) == 1
    assert 0 < desk.meter.gas["settle"] < 200_000
    assert desk.meter.transactions["settle"] == 1
