"""The gas of every function is what the committed table says."""

from __future__ import annotations

import pytest

from benchmarks import gas_table


def test_gas_changes_only_on_purpose() -> None:
    pytest.importorskip("pyrevm", reason="py-evm would take a minute for the same gas")
    assert gas_table.PATH.read_text(encoding="utf-8").splitlines() == gas_table.made().splitlines(), (
        f"gas is not what docs/gas.md says; if that is on purpose, `{gas_table.RENEW}` writes it anew"
    )
