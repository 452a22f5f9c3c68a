"""The gas of every function is what the committed table says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks import gas_table
from benchmarks.gas import FIRST, PHASES, STEADY, by_phase, most
from benchmarks.sizes import TINY
from benchmarks.workload import simulate
from shengdian.sim.adapters import revm


def test_gas_changes_only_on_purpose() -> None:
    if not revm.installed():
        pytest.skip("py-evm would take a minute for the same gas")
    assert gas_table.PATH.read_text(encoding="utf-8").splitlines() == gas_table.made().splitlines(), (
        f"gas is not what docs/evidence/gas.md says; if that is on purpose, `{gas_table.RENEW}` writes it anew"
    )


@pytest.mark.parametrize("design", FIRST)
def test_an_order_in_an_hour_of_the_default_scenario_costs_at_most_twice_what_it_did_in_the_first_market(design: str) -> None:
    if not revm.installed():
        pytest.skip("py-evm would take a minute for the same gas")
    used = by_phase(simulate(replace(TINY, changes=()), "revm", STEADY + 1, design))
    assert used["count"] > 100
    assert sum(used[phase] for phase in PHASES) <= most(design, used["count"])
