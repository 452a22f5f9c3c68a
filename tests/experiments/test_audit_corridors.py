"""The laws of corridor matching: what no chain would do is seen when it is claimed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from shengdian.audit.corridor_matching import CorridorAudit, Route, routes
from shengdian.audit.deployment import Deployed
from shengdian.audit.hour import HourRebuilt, StageAsCleared
from shengdian.audit.rebuild import Rebuild
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.base.types import Line
from shengdian.sim.record.chain_record import NAME
from shengdian.sim.record.recorded_blocks import read
from tests.experiments.audited import finished

RUN = "corridors"


def first_hour() -> tuple[HourRebuilt, Deployed]:
    run = finished(RUN)
    config = load_config(run / "config.toml")
    rebuild = Rebuild(build_scenario(config, config.run.design, config.run.seeds[0]))
    for each in read(run / NAME)[2]:
        for hour in rebuild.take(each.block):
            return hour, rebuild.deployed
    raise AssertionError("no hour")


def found(change: Callable[[StageAsCleared], StageAsCleared]) -> str:
    """The first sentence on the hour with its region changed; empty where nothing is wrong."""
    hour, deployed = first_hour()
    assert len(hour.stages[-1].matches) > 2
    hour.stages[-1] = change(hour.stages[-1])
    check = CorridorAudit()
    check.check(hour, deployed)
    return check.differences[0].sentence if check.differences else ""


def test_region_as_it_was_matched_breaks_no_law() -> None:
    assert found(lambda stage: stage) == ""


def test_match_left_out_at_the_end_leaves_a_difference() -> None:
    assert "ends although path" in found(lambda stage: replace(stage, matches=stage.matches[:-1]))


def test_matches_out_of_order_are_not_at_the_largest_difference() -> None:
    assert found(lambda stage: replace(stage, matches=stage.matches[::-1])).startswith("corridors of hour 0: match 0 ")


@pytest.mark.parametrize(
    ("field", "more", "sentence"),
    [
        ("received", -1, "it should bring"),
        ("received", 10**9, "it should bring"),
        ("sent", 1, "it should send"),
        ("ask", 1, "does not bring the lowest offer and the highest bid"),
        ("bid", -1, "does not bring the lowest offer and the highest bid"),
        ("price", 1, "fen/MWh; it should be"),
    ],
)
def test_changed_figure_of_a_match_is_found(field: str, more: int, sentence: str) -> None:
    def change(stage: StageAsCleared) -> StageAsCleared:
        match = stage.matches[0]
        return replace(stage, matches=(replace(match, **{field: getattr(match, field) + more}), *stage.matches[1:]))

    assert sentence in found(change)


def test_other_buyer_is_found() -> None:
    def change(stage: StageAsCleared) -> StageAsCleared:
        match = stage.matches[0]
        (row, part), *others = match.parts
        return replace(stage, matches=(replace(match, parts=((row + 1, part), *others)), *stage.matches[1:]))

    assert "does not share what arrives pro rata among the buyers" in found(change)


def test_changed_fill_flow_or_price_is_found() -> None:
    assert "its matches make it" in found(lambda stage: replace(stage, after=(*stage.after[:-1], stage.after[-1] + 1)))
    assert "flows are not those of the matches" in found(lambda stage: replace(stage, sent=(stage.sent[0] + 1, *stage.sent[1:])))
    assert "the price of zone 0 is" in found(lambda stage: replace(stage, prices=((stage.prices[0] or 0) + 1, *stage.prices[1:])))


def test_bid_over_two_legs_is_worth_what_the_rule_says() -> None:
    """A leg loses 10 % and takes 5 fen of what arrives, one 20 % and 10: a bid of 100 is worth 100 x 0.72 - 5 x 0.9 - 10 x 0.72 = 60.3."""
    lines = (Line(0, 1, 1000, 5, 100_000), Line(1, 2, 500, 10, 200_000))
    (route,) = routes([1 << 16 | 0 << 8 | 2], lines)
    assert route == Route((0, 1), 0, 2, (10**18, 9 * 10**17, 72 * 10**16), 117 * 10**17)
    assert route.worth(100) == 603 * 10**17
    assert route.cost(60) == 100  # (60 + 11.7) / 0.72 = 99.6
    assert route.nodes(72) == [100, 90, 72]
    assert route.arrives(100) == 72
    assert route.fits((1000, 500)) == 556  # 556 x 0.9 = 500.4
