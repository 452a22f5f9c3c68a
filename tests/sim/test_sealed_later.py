"""A sealed auction's commitments after hour 0: one may be replaced in its hour, and one that is unpaid is named by its own hour."""

from __future__ import annotations

import pytest
from pair import START
from test_sealed_twin import GATE, HOUR, Sealed, errors

from shengdian.sim.base.types import Offer, Segment
from shengdian.sim.chain.abi import refusal


@pytest.mark.parametrize("hour", [1, 2, 6])
def test_a_commitment_is_replaced_in_its_hour_and_named_by_it_where_it_is_unpaid(hour: int) -> None:
    sealed = Sealed()
    first, second = ([Offer("a", (Segment(price, 5),))] for price in (3, 4))
    assert errors(sealed.commit(first, 60, hour)) == [""]
    assert errors(sealed.commit(second, 61, hour)) == [""]
    block = sealed.commit(first, 60, hour + 1)
    found = refusal(block.receipts[0].output)
    assert found.error == "BondUnpaid"
    assert hour in found.args_.values()
    forfeit = sealed.to(sealed.kind, "forfeit", hour, [sealed.address["a"]], sender="stranger")
    assert errors(sealed.block([forfeit], START + (hour + 1) * HOUR + GATE)) == [""]
    assert errors(sealed.commit(first, 60, hour + 2)) == [""]
