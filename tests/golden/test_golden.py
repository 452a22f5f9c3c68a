"""Moving code changes no result: every design, mechanism, ordering and rule set leaves the digest, tables and gas frozen in golden.json."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shengdian.sim.adapters import revm
from tests.golden.cases import CASES
from tests.golden.fingerprint import GOLDEN, fingerprint


@pytest.mark.parametrize("case", CASES)
def test_case_leaves_the_tables_and_digest_that_it_always_left(case: str, tmp_path: Path) -> None:
    assert fingerprint(case, "mirror", tmp_path) == json.loads(GOLDEN.read_text())[case]["mirror"]


@pytest.mark.skipif(not revm.installed(), reason="revm needs the extra `fast`")
@pytest.mark.parametrize("case", CASES)
def test_case_costs_the_gas_that_it_always_cost(case: str, tmp_path: Path) -> None:
    assert fingerprint(case, "revm", tmp_path) == json.loads(GOLDEN.read_text())[case]["revm"]
