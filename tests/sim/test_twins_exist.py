"""Every contract has its twin: who adds one is told at once."""

from __future__ import annotations

import pytest

from shengdian import contracts
from shengdian.sim.adapters.mirror import twin
from shengdian.sim.chain.abi import interface


def plain(name: str) -> str:
    return name.replace("_", "").lower()


@pytest.mark.parametrize("name", contracts.names())
def test_every_contract_has_a_twin_with_all_its_functions(name: str) -> None:
    functions = {plain(entry["name"]) for entry in interface(name).artifact.abi if entry["type"] == "function"}
    assert functions <= {plain(function) for function in dir(twin(name))}
