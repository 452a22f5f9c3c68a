"""The dearest book of matched pairs is cleared within a public block's gas."""

from __future__ import annotations

import pytest

from benchmarks.full_books import clearing_gas

BLOCK = 60_000_000
"""gas; block_gas_limit of contracts/foundry.toml"""


@pytest.mark.parametrize(("traders", "segments"), [(156, 5), (200, 1), (600, 5)])
@pytest.mark.parametrize("spread", [False, True], ids=["all tied", "offers tied, every bid at a price of its own"])
def test_matched_pairs_of_tied_offers_fit_a_block(traders: int, segments: int, spread: bool) -> None:
    assert 0 < clearing_gas("MatchedPairsAuction", traders, segments, spread) < BLOCK
