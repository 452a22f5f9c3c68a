"""Four validators, one a province, carry the market out as eth-tester does; the page says what was found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evidence import consortium
from evidence.consortium.experiment import PROVINCES, carry_out, two_away
from tests.geth import programs

ROOT = Path(__file__).parents[2]


def listed(numbers: dict[str, int]) -> str:
    """SX 1, SD 2."""
    return ", ".join(f"{name} {number}" for name, number in numbers.items())


def row(what: str, found: str) -> str:
    """A line of the page's table."""
    return f"| {what} | {found} |"


def holds(found: dict[str, Any]) -> None:
    """What must be so in every run."""
    assert set(found["digest_by_node"]) == set(PROVINCES)
    assert {*found["digest_by_node"].values(), found["digest"]} == {found["digest_on_eth_tester"]}
    assert found["last_block_hashes"] == 1
    assert found["audit_differences"] == []
    assert all(found["sent_to"].values()), "the traders of every province send to their own node"
    assert all(found["made_by"].values()), "every province makes blocks"
    assert sum(found["made_by"].values()) == found["blocks"]
    assert found["stopped_at_block"] < found["back_at_block"] < found["blocks"]


def test_page_says_what_was_found() -> None:
    found = json.loads((Path(consortium.__file__).parent / "found.json").read_text())
    holds(found)
    page = (ROOT / "docs/evidence/consortium.md").read_text()
    digests = {*found["digest_by_node"].values(), found["digest"], found["digest_on_eth_tester"]}
    for line in (
        row("transactions of the run, and to which nodes they were sent", f"{found['transactions']}: {listed(found['sent_to'])}"),
        row("blocks agreed on, and who made them", f"{found['blocks']}: {listed(found['made_by'])}"),
        row("away while hour 0 is cleared", f"{found['away']}, blocks {found['stopped_at_block']} to {found['back_at_block']}"),
        row("hashes of the run's last block that the four nodes tell", str(found["last_block_hashes"])),
        row("digests of the run's logs: four nodes, the run, the same hours on eth-tester", str(len(digests))),
        row("gas here, on eth-tester", f"{found['gas']:,}, {found['gas_on_eth_tester']:,}"),
        row("differences that `shengdian audit` finds, carrying the record out on py-evm", str(len(found["audit_differences"]))),
        row("blocks in 20 seconds with two of four away", str(found["blocks_with_two_away"])),
        row("blocks waited for when one of them is back", str(found["blocks_with_one_back"])),
    ):
        assert line in page
    assert f"Gas differs by {found['gas'] - found['gas_on_eth_tester']}:" in page
    versions = (ROOT / "evidence/consortium/validator/go.mod").read_text()
    assert "cometbft v0.38.26" in versions


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_hours_on_four_validators_are_those_of_eth_tester_though_one_is_away_for_a_while(tmp_path: Path) -> None:
    holds(carry_out(tmp_path, programs(), 1))


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_validators_stop_with_two_of_four_away_and_go_on_when_one_is_back(tmp_path: Path) -> None:
    found = two_away(tmp_path, programs())
    assert found["blocks_with_two_away"] == 0
    assert found["blocks_with_one_back"] > 3
