"""The command that measures nodal prices clears both of its networks, and no gas grows unnoticed."""

from __future__ import annotations

import pytest

from benchmarks.nodal_gas import cost, five_buses, meshed
from shengdian.sim.adapters import revm

pytestmark = pytest.mark.skipif(not revm.installed(), reason="measured on revm")


def test_five_buses_are_cleared_for_a_quarter_of_a_million_gas() -> None:
    found = cost(*five_buses())
    assert (found.nodes, found.rows, found.full, found.orders) == (5, 6, 1, 8)
    assert 100_000 < found.clearing < 250_000


def test_31_nodes_are_cleared_for_less_than_16_000_gas_an_order() -> None:
    found = cost(*meshed())
    assert (found.nodes, found.rows, found.orders) == (31, 60, 155)
    assert found.full > 0
    assert found.clearing < 16_000 * found.orders
    assert found.creation < 16_777_216
