"""Agreements and their twin agree bit for bit: random proposals, acceptances, cancellations and hours, and every refusal."""

from __future__ import annotations

import pytest
from desk import ANNUAL, DAY, FLAT, LOAD_PROPORTIONAL, MONTHLY, OWN, TRADERS, WITHIN_MONTH, Desk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pair import POSTER_ROLE, START

from shengdian.sim.adapters import eth_tester, revm
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Transaction

some = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def test_flat_agreement_is_proposed_accepted_and_paid() -> None:
    desk = Desk()
    calls = [desk.open(), desk.propose(), desk.by("user", "accept", 0)]
    assert desk.errors(calls, START - DAY) == [""] * 3
    assert desk.energy(0) == [100] * 48 + [0] * 24
    assert desk.read("Agreements", "positionOf", 2, 0) == (4_800, 4_800)
    assert desk.read("Agreements", "positionOf", 3, 0) == (-4_800, 0)
    block = desk.block([desk.by("operator", "settle", 0)], START)
    name, event = interface("Agreements").event(block.receipts[0].logs[-1])
    assert (name, event["deliveries"]) == ("DeliveryPaid", (100 << 64 | 100,))
    assert desk.balances() == [0, 0, 30_000, -30_000, 0, 0]


def proposals() -> st.SearchStrategy[dict[str, object]]:
    """Proposals of which most are refused for one thing at most."""
    sound = {"to": st.sampled_from(TRADERS), "sells": st.booleans(), "horizon": st.sampled_from((MONTHLY, WITHIN_MONTH, ANNUAL))}
    spoiled = {
        "curve": st.sampled_from((FLAT, 1, LOAD_PROPORTIONAL, OWN, 4)),
        "month": st.sampled_from((0, 1, 2)),
        "day": st.sampled_from((1, 2)),
        "line": st.sampled_from((0, 1, 2)),
        "price": st.sampled_from((-11, -10, 1_000, 1_001)),
        "expires": st.integers(START - 10 * DAY, START + 2 * DAY),
        "quantities": st.sampled_from(((48,), (2_400,), (720,), (1, 2), (0,), (4_801,), (1_001, 77), ())),
        "weights": st.one_of(st.lists(st.integers(0, 2**32 - 1), min_size=24, max_size=24), st.just([0] * 24), st.just([1])),
    }
    some_spoiled = st.sets(st.sampled_from(sorted(spoiled)), max_size=3)
    return some_spoiled.flatmap(lambda keys: st.fixed_dictionaries(sound | {key: spoiled[key] for key in sorted(keys)}))


def calls() -> st.SearchStrategy[tuple[object, ...]]:
    agreement = st.integers(0, 5)
    operator = st.one_of(
        st.tuples(st.just("openWindow"), st.sampled_from((1, 2, 3, 0, 4)), st.integers(0, 2), st.integers(0, 2), st.just(START + DAY)),
        st.tuples(st.just("setCapability"), st.just("user"), st.integers(0, 2), st.integers(0, 3_000)),
        st.tuples(st.just("addMonth"), st.lists(st.integers(0, 9), max_size=4)),
    )
    return st.one_of(
        st.tuples(st.just("propose"), proposals()),
        st.tuples(st.just("accept"), agreement),
        st.tuples(st.just("accept"), agreement),
        st.tuples(st.just("cancel"), agreement),
        st.tuples(st.just("settle"), st.integers(0, 3)),
        operator,
    )


def sent(desk: Desk, sender: str, call: tuple[object, ...]) -> Transaction:
    function, *args = call
    if function == "propose":
        return desk.propose(sender, **args[0])  # type: ignore[arg-type]
    if function == "setCapability":
        return desk.by("operator", function, desk.address["user"], *args[1:])
    operated = function in ("openWindow", "addMonth", "settle") and sender != "stranger"
    return desk.by("operator" if operated else sender, str(function), *args)


@pytest.mark.long
@some
@given(
    opened=st.sampled_from((ANNUAL, MONTHLY, MONTHLY, WITHIN_MONTH)),
    blocks=st.lists(
        st.tuples(
            st.sampled_from((1, 100, DAY, 5 * DAY, 10 * DAY)),
            st.lists(st.tuples(st.sampled_from((*TRADERS, "plant", "user", "stranger")), calls()), max_size=8),
        ),
        max_size=6,
    ),
)
def test_random_sequences_of_calls(opened: int, blocks: list[tuple[int, list[tuple[str, tuple[object, ...]]]]]) -> None:
    desk, time = Desk(), START - 10 * DAY
    some_are_known = [
        desk.open(opened),
        desk.open(opened, month=1),
        desk.propose(horizon=opened, quantities=(2_401,), curve=LOAD_PROPORTIONAL, weights=(*range(23), 2**32 - 1)),
        desk.propose(sender="user", sells=False, to="plant", horizon=opened, quantities=(1_000,), curve=OWN, expires=START + DAY),
        desk.propose(sender="user", to="trader", horizon=opened, quantities=(900,), expires=START - DAY),
        desk.propose(to="away", horizon=opened, line=0, quantities=(2_400,)),
    ]
    assert desk.errors(some_are_known, time) == [""] * 6
    for pause, block in blocks:
        time += pause
        desk.block([sent(desk, sender, call) for sender, call in block], time)
    for agreement in range(desk.read("Agreements", "agreements") + 1):
        desk.read("Agreements", "stateOf", agreement)
        for hour in (0, 5, 23, 24, 47, 48, 71, 72):
            desk.read("Agreements", "energyOf", agreement, hour)
    for month in range(desk.read("Agreements", "months") + 1):
        assert [desk.read("Agreements", "reserved", line, month) for line in (0, 1)] <= [95, 38]
        for number in range(2, 6):
            net, capability = desk.read("Agreements", "positionOf", number, month)
            assert net <= capability
    desk.read("Agreements", "nextHour")
    assert sum(desk.balances()) == 0


def test_load_proportional_agreement_follows_days_and_hours() -> None:
    desk = Desk()
    by_hour = (1,) * 12 + (3,) * 12
    terms = desk.propose(curve=LOAD_PROPORTIONAL, quantities=(194,), weights=by_hour)
    assert desk.errors([desk.open(), terms], START - DAY) == ["", ""]
    # days 1 to 3: 48.5 and 145.5 kWh, the odd one to the first; 49 is one kWh above 12 x 1 + 12 x 3, 145 is one above 12 x 3 + 12 x 9
    assert desk.energy(0) == [1] * 12 + [4] + [3] * 11 + [3] * 12 + [10] + [9] * 11 + [0] * 24


def test_own_curve_is_delivered_every_day() -> None:
    desk = Desk()
    hours = tuple(range(24))
    assert desk.errors([desk.open(), desk.propose(curve=OWN, quantities=(2 * sum(hours),), weights=hours)], START - DAY) == ["", ""]
    assert desk.energy(0) == [*hours, *hours] + [0] * 24


def test_annual_agreement_names_the_energy_of_each_month() -> None:
    desk = Desk()
    calls = [desk.open(ANNUAL, count=2), desk.propose(horizon=ANNUAL, quantities=(480, 48)), desk.by("user", "accept", 0)]
    assert desk.errors(calls, START - DAY) == [""] * 3
    assert desk.energy(0) == [10] * 48 + [2] * 24


def test_agreement_on_a_line_pays_the_grid_and_loses_on_the_way() -> None:
    desk = Desk()
    calls = [desk.open(), desk.propose(to="away", line=0, quantities=(80 * 48,)), desk.by("away", "accept", 0)]
    assert desk.errors(calls, START - DAY) == [""] * 3
    assert desk.read("Agreements", "reserved", 0, 0) == 80
    assert desk.read("Agreements", "positionOf", 5, 0) == (-78 * 48, 0)  # 2.5 % of 80 kWh are lost
    block = desk.block([desk.by("operator", "settle", 0)], START)
    assert interface("Agreements").event(block.receipts[0].logs[-1])[1]["deliveries"] == (78 << 64 | 80,)
    assert desk.balances() == [80 * 50, 0, 80 * 300, 0, 0, -80 * 350]


def test_purchase_is_resold_and_no_more() -> None:
    desk = Desk()
    calls = [
        desk.open(),
        desk.propose(sender="user", to="trader", quantities=(3_000,)),
        desk.by("trader", "accept", 0),
        desk.propose(),
        desk.by("user", "accept", 1),
        desk.by("trader", "accept", 0),
        desk.propose(sender="user", to="trader", quantities=(1_801,)),
        desk.by("trader", "accept", 2),
    ]
    assert desk.errors(calls, START - DAY) == ["", "", "AboveCapability", "", "", "", "", "AboveCapability"]
    assert desk.read("Agreements", "positionOf", 3, 0) == (-1_800, 0)


def test_later_horizon_trades_what_the_earlier_left() -> None:
    desk = Desk()
    calls = [
        desk.open(ANNUAL, count=2),
        desk.propose(to="away", horizon=ANNUAL, line=0, quantities=(80 * 48,)),
        desk.by("away", "accept", 0),
        desk.propose(to="away", horizon=ANNUAL, line=0, quantities=(48,)),
        desk.by("away", "accept", 1),  # 80 % of the line are open
        desk.open(),
        desk.by("away", "accept", 1),  # the window of its horizon is over
        desk.propose(to="away", line=0, quantities=(11 * 48,)),
        desk.by("away", "accept", 2),  # 90 %
        desk.propose(to="away", line=0, quantities=(10 * 48,)),
        desk.by("away", "accept", 3),
        desk.open(WITHIN_MONTH, closes=START + 2 * DAY),
        desk.propose(to="away", horizon=WITHIN_MONTH, line=0, day=1, quantities=(6 * 24,), expires=START + 3 * DAY),
        desk.propose(to="away", horizon=WITHIN_MONTH, line=0, day=1, quantities=(5 * 24,), expires=START + 3 * DAY),
        desk.by("away", "accept", 4),
        desk.by("away", "accept", 5),
        desk.open(ANNUAL),
        desk.open(ANNUAL, month=1, closes=START),  # month 1 is still open for the year
    ]
    assert desk.errors(calls, START - DAY) == [
        "", "", "", "", "LineFull", "", "WindowClosed", "", "LineFull", "", "", "", "", "", "LineFull", "", "HorizonPassed",
        "HorizonPassed",
    ]  # fmt: skip
    assert desk.read("Agreements", "reserved", 0, 0) == 95


def test_refusals_are_alike() -> None:
    desk = Desk()
    month = [desk.by("operator", "addMonth", [1] * days) for days in (0, 32)] + [desk.by("operator", "addMonth", [1, 0])]
    month += [desk.by("plant", "addMonth", [1]), desk.open(month=1, count=2), desk.open(count=0), desk.open(count=13)]
    month += [desk.open(closes=START + 1), desk.open(closes=START - DAY), desk.open(WITHIN_MONTH, closes=START + 2 * DAY + 1)]
    month += [desk.open(0), desk.open(4), desk.by("operator", "setCapability", desk.address["stranger"], 0, 1)]
    month += [desk.by("operator", "setCapability", desk.address["user"], 2, 1), desk.by("plant", "openWindow", MONTHLY, 0, 1, START)]
    month += [desk.by("plant", "setCapability", desk.address["plant"], 0, 1), desk.by("plant", "settle", 0)]
    assert desk.errors(month, START - DAY) == [
        "DayCount", "DayCount", "WeightZero", "NotOperator", "UnknownMonth", "MonthCount", "MonthCount", "BadClosing", "BadClosing",
        "BadClosing", "HorizonPassed", "UnknownRevert", "NotEnrolled", "UnknownMonth", "NotOperator", "NotOperator", "NotOperator",
    ]  # fmt: skip
    proposed = [
        desk.propose(),
        desk.open(),
        desk.propose("stranger"),
        desk.propose(to="stranger"),
        desk.propose(to="plant"),
        desk.propose(price=-11),
        desk.propose(price=1_001),
        desk.propose(expires=START - DAY),
        desk.propose(weights=(1,) * 24),
        desk.propose(curve=OWN, weights=(1,) * 23),
        desk.propose(curve=OWN, weights=(0,) * 24),
        desk.propose(quantities=()),
        desk.propose(quantities=(1, 1)),
        desk.propose(horizon=ANNUAL, quantities=(1,) * 13),
        desk.propose(quantities=(0,)),
        desk.propose(horizon=0),
        desk.propose(horizon=4),
        desk.propose(curve=4),
        desk.propose(month=2),
        desk.propose(month=1),
        desk.propose(day=1),
        desk.propose(to="away"),
        desk.propose(line=2),
        desk.propose(line=1),
        desk.propose(line=0),
        desk.propose(to="away", line=0, quantities=(4_799,)),
        desk.propose(to="away", line=0, curve=OWN),
    ]
    assert desk.errors(proposed, START - DAY + 1) == [
        "WindowClosed", "", "NotEnrolled", "NotEnrolled", "WithYourself", "PriceBelowFloor", "PriceAboveCap", "AlreadyExpired",
        "WrongLength", "WrongLength", "WeightZero", "MonthCount", "MonthCount", "MonthCount", "QuantityZero", "WindowClosed",
        "UnknownRevert", "UnknownRevert", "UnknownMonth", "WindowClosed", "BadFirstDay", "OtherZone", "UnknownLine", "OtherZone",
        "OtherZone", "NotFlat", "NotFlat",
    ]  # fmt: skip
    answered = [
        desk.propose(expires=START - DAY + 3),
        desk.propose(),
        desk.propose(quantities=(1,)),
        desk.by("user", "accept", 3),
        desk.by("user", "cancel", 3),
        desk.by("plant", "accept", 0),
        desk.by("stranger", "accept", 0),
        desk.by("user", "cancel", 0),
        desk.by("user", "accept", 1),
        desk.by("user", "accept", 1),
        desk.by("plant", "cancel", 1),
        desk.by("plant", "cancel", 2),
        desk.by("user", "accept", 2),
        desk.by("operator", "setCapability", desk.address["plant"], 0, 4_799),
    ]
    assert desk.errors(answered, START - DAY + 2) == [
        "", "", "", "UnknownAgreement", "UnknownAgreement", "NotCounterparty", "NotEnrolled", "NotProposer", "", "NotProposed",
        "NotProposed", "", "NotProposed", "CapabilityBelowPosition",
    ]  # fmt: skip
    late = [desk.by("user", "accept", 0), desk.by("operator", "settle", 0), desk.by("operator", "settle", 1)]
    assert desk.errors(late, START - DAY + 3) == ["Expired", "HourNotBegun", "NotNextHour"]
    within = [desk.open(WITHIN_MONTH, closes=START + DAY), desk.propose(horizon=WITHIN_MONTH, expires=START + 1)]
    within += [desk.propose(horizon=WITHIN_MONTH, day=2, expires=START + 1)]
    assert desk.errors(within, START) == ["", "DeliveryBegun", "BadFirstDay"]


def test_settlement_stops_at_the_end_of_the_calendar_and_without_its_role() -> None:
    desk = Desk()
    revoke = desk.to("Ledger", "revokeRole", POSTER_ROLE, desk.contracts["Agreements"])
    grant = desk.to("Ledger", "grantRole", POSTER_ROLE, desk.contracts["Agreements"])
    settle = [desk.by("operator", "settle", hour) for hour in range(73)]
    assert desk.errors([revoke, settle[0], grant], START) == ["", "AccessControlUnauthorizedAccount", ""]
    assert desk.errors(settle, START + 3 * DAY) == [""] * 72 + ["UnknownMonth"]
    assert desk.read("Agreements", "nextHour") == 72


def test_bad_rules_are_refused() -> None:
    desk = Desk()
    bad = [desk.creation(floor=1_001), desk.creation(opened=(900_000, 800_000, 950_000)), desk.creation(opened=(1, 2, 1_000_001))]
    bad += [desk.creation(opened=(1, 3, 2)), desk.creation(lines=[(1, 1, 1, 0, 0)]), desk.creation(lines=[(0, 1, 1, 0, 1_000_000)])]
    assert desk.errors(bad, START) == ["BadRules", "BadRules", "BadRules", "BadRules", "LineToItself", "LossTooHigh"]


def test_window_closes_at_its_time_to_the_second() -> None:
    desk = Desk()
    assert desk.errors([desk.open(closes=START - DAY), desk.propose(), desk.propose()], START - DAY - 2) == ["", "", ""]
    assert desk.errors([desk.by("user", "accept", 0)], START - DAY - 1) == [""]
    assert desk.errors([desk.by("user", "accept", 1), desk.propose()], START - DAY) == ["WindowClosed", "WindowClosed"]


def test_what_is_left_of_a_month_is_split_over_the_days_left() -> None:
    desk = Desk()
    late = desk.propose(horizon=WITHIN_MONTH, curve=LOAD_PROPORTIONAL, day=1, quantities=(48,))
    assert desk.errors([desk.open(WITHIN_MONTH), late], START - DAY) == ["", ""]
    assert desk.energy(0) == [0] * 24 + [2] * 24 + [0] * 24


def test_load_of_a_long_month_is_split_from_any_of_its_days() -> None:
    """Twenty days take three words of the calendar; what is agreed within the month begins inside of one."""
    desk = Desk(evm=revm if revm.installed() else eth_tester)  # thousands of reads
    assert desk.errors([desk.by("operator", "addMonth", list(range(1, 21)))], START - 19 * DAY) == [""]
    set_up = [desk.by("operator", "setCapability", desk.address["plant"], 2, 10**9), desk.open(month=2, closes=START + 3 * DAY)]
    whole = desk.propose(month=2, curve=LOAD_PROPORTIONAL, quantities=(100_000,), expires=START + 2 * DAY, weights=tuple(range(1, 25)))
    within = [
        desk.propose(month=2, horizon=WITHIN_MONTH, curve=LOAD_PROPORTIONAL, day=day, quantities=(77_777,), expires=START + 9 * DAY)
        for day in (3, 7, 8, 15, 16, 17)
    ]
    calls = [*set_up, whole, desk.open(WITHIN_MONTH, month=2, closes=START + 19 * DAY), *within]
    assert desk.errors(calls, START - DAY) == [""] * len(calls)
    for agreement, day, quantity in ((0, 0, 100_000), (2, 7, 77_777), (5, 16, 77_777)):
        energy = [desk.read("Agreements", "energyOf", agreement, hour) for hour in range(72 + 24 * day, 72 + 480)]
        assert sum(energy) == quantity
    last = [sum(desk.read("Agreements", "energyOf", 6, 72 + 24 * day + hour) for hour in range(24)) for day in (17, 18, 19)]
    assert last == [24_561, 25_926, 27_290]  # as 18 : 19 : 20, the odd kWh to the largest remainder
