"""A market of 300 directed lines is deployed and cleared on every chain; a line and its word are one another's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import shengdian
from shengdian import contracts
from shengdian.sim.adapters import chain_names, open_chain
from shengdian.sim.base.errors import MissingExtra
from shengdian.sim.base.line_words import line_of, pack_line
from shengdian.sim.chain.abi import interface
from shengdian.sim.market.creation import LINES_AT

ZONES = [f"Z{number:02}" for number in range(20)]
NEIGHBOURS = 15
"""to which every zone has a line"""
FIELDS = st.tuples(*(st.integers(0, (1 << width) - 1) for width in (8, 8, 32, 32, 32)))


def market(chain: str, design: str) -> shengdian.Scenario:
    """Every second zone has a plant, the dearer the later; every other zone has a user."""
    ends = [(source, (source + step) % len(ZONES)) for source in range(len(ZONES)) for step in range(1, NEIGHBOURS + 1)]
    return shengdian.Scenario(
        "many-lines",
        zones=ZONES,
        plants=[shengdian.Plant(f"plant {zone}", zone, 100, 10 * place) for place, zone in enumerate(ZONES) if place % 2 == 0],
        users=[shengdian.User(f"user {zone}", zone, demand_mw=40 + place) for place, zone in enumerate(ZONES) if place % 2],
        lines=[shengdian.Line(ZONES[source], ZONES[target], capacity_mw=3 + target) for source, target in ends],
        hours=1,
        design=design,
        chain=chain,
        **{"market.surplus_deficit": "physical"},
    )


def opened(chain: str) -> None:
    """Skips the test where the chain's packages are not installed."""
    try:
        open_chain(chain)
    except MissingExtra as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize("design", ["coupled", "two_stage"])
@pytest.mark.parametrize("chain", chain_names())
def test_300_lines_are_deployed_and_cleared_on_every_chain(chain: str, design: str) -> None:
    opened(chain)
    (run,), (twin,) = (shengdian.run(market(name, design)) for name in (chain, "mirror"))
    assert len(run.tables["flows"]) == len(ZONES) * NEIGHBOURS == 300
    assert run.manifest["digest"] == twin.manifest["digest"]
    assert run.tables["flows"]["sent_mwh"].sum() > 0
    assert shengdian.audit(run).clean


@given(FIELDS)
def test_a_line_is_what_its_word_says(fields: tuple[int, ...]) -> None:
    line = line_of(pack_line(*fields))
    assert (line.source, line.target, line.capacity, line.charge, line.loss) == fields
    assert line_of(fields) == line


@pytest.mark.parametrize("fields", [(256, 0, 0, 0, 0), (0, -1, 0, 0, 0), (0, 0, 0, 1 << 32, 0)])
def test_a_field_that_does_not_fit_is_no_word(fields: tuple[int, ...]) -> None:
    with pytest.raises(OverflowError, match="does not fit"):
        pack_line(*fields)


WORDS = [name for name in contracts.names() if name.endswith("Auction") and interface(name).created_with[LINES_AT:][:1] == ["uint256[]"]]


@pytest.mark.parametrize("contract", WORDS)
def test_creation_has_room_for_800_lines(contract: str) -> None:
    """It has 49,152 bytes at most (EIP-3860)."""
    rest = [1] * (len(interface(contract).created_with) - LINES_AT - 1)
    code = interface(contract).creation(bytes(20), bytes(20), (20, 0, 1, 0, 0), [pack_line(0, 1, 1, 0, 0)] * 800, *rest)
    assert len(code) <= 49_152


def test_every_auction_with_lines_but_corridor_matching_takes_them_as_words() -> None:
    without = ("MatchedPairs", "Nodal")  # zones alone, and a network
    with_lines = {name for name in contracts.names() if name.endswith("Auction") and not any(each in name for each in without)}
    assert set(WORDS) == with_lines - {"CorridorMatchingAuction"}
