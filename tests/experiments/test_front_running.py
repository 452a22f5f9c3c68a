"""Looking at what waits pays where bids are open, and pays nothing where they are sealed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from shengdian import agents
from shengdian.cli import main as shengdian
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.front_running import main, measure
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.schema import Config
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.chain.port import Block
from shengdian.sim.model import Model

PLANT = "GD_coal_1000_1"
SMALL = override(load_config("sealed-vs-open"), {"run.chain": "mirror", "run.hours": 3})


def simulate(config: Config, hours: int = 2) -> tuple[list[HourResult], list[Block], Model]:
    blocks: list[Block] = []
    model = Model(build_scenario(config, config.run.design, 1), agents.build, blocks.append)
    return [model.step_hour() for _ in range(hours)], blocks, model


def test_looking_earns_something_open_and_nothing_sealed_under_every_mechanism() -> None:
    rows = measure(SMALL, [1])
    assert [(row.mechanism, row.bids) for row in rows] == [
        (mechanism, bids) for mechanism in ("uniform", "pay-as-bid", "matched-pairs") for bids in ("open", "sealed")
    ]
    for row in rows:
        assert row.gain == 0 if row.bids == "sealed" else row.gain > 1_000 * 100_000, row  # CNY


def test_run_prints_what_looking_earns_and_json_has_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["run", "sealed-vs-open", "--hours", "1", "--chain", "mirror", "--quiet", "--out", str(tmp_path)]
    assert shengdian(options) == 0
    assert "What looking at the orders that wait earns, CNY" in capsys.readouterr().out
    assert shengdian([*options, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["front_running"]
    assert [(row["mechanism"], row["bids"]) for row in rows[:2]] == [("uniform", "open"), ("uniform", "sealed")]
    assert all((row["earned"] > 0) == (row["bids"] == "open") for row in rows)


@pytest.mark.parametrize("ordering", ["seeded", "fifo", "gas_priority"])
def test_place_in_the_block_earns_nothing_because_hours_clear_whole(ordering: str) -> None:
    single: dict[str, Any] = {"sweep.grid": {}, "run.hours": 1}
    first, other = (override(SMALL, {**single, "market.ordering": name}) for name in ("adversarial", ordering))
    assert measure(first, [1]) == measure(other, [1])
    assert orders(simulate(first, 1)[0][0]) == orders(simulate(other, 1)[0][0])


@pytest.mark.parametrize("design", ["two_stage", "coupled"])
def test_looking_never_costs_anything_over_lines(design: str) -> None:
    config = override(SMALL, {"run.design": design, "region.zones": ["GD", "SC"], "run.hours": 1, "sweep.grid": {}})
    (row,) = measure(config, [1])
    assert row.gain >= 0


def orders(result: HourResult) -> list[tuple[Any, ...]]:
    return [(row.order_id, row.price, row.filled, row.paid_price) for row in result.stages[0].orders]


def test_sealed_hours_have_three_blocks_and_the_outcome_of_open_ones() -> None:
    plain = {"strategies.own": [], "market.ordering": "seeded"}
    (opened, blocks, _), (hidden, more, model) = (simulate(override(SMALL, {**plain, "market.bids": bids})) for bids in ("open", "sealed"))
    assert [orders(result) for result in opened] == [orders(result) for result in hidden]
    assert (opened[1].blocks, hidden[1].blocks) == (2, 3)
    assert len(more) - len(blocks) == 2
    start = model.scenario.start
    assert [block.timestamp - start for block in more[-3:]] == [3600 + 60, 3600 + 900, 3600 + 1800]
    assert hidden[1].transactions["commits"] == hidden[1].transactions["orders"] > 0


def first_senders(config: Config, count: int) -> Sequence[bytes]:
    """Of the first transactions to the auction in the block of the second hour's orders."""
    _, blocks, model = simulate(config)
    auction = model.market.contracts[model.market.rules.contract]
    return [receipt.transaction.sender for receipt in blocks[-2].receipts if receipt.transaction.to == auction][:count]


@pytest.mark.parametrize("ordering", ["adversarial", "gas_priority"])
def test_front_runner_stands_first_where_the_block_lets_it(ordering: str) -> None:
    config = override(SMALL, {"market.ordering": ordering})
    assert first_senders(config, 1) == [simulate(config, 1)[2].market.address(PLANT)]


def test_config_without_a_front_runner_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match=r"strategies\.own names no plant with the strategy 'front_runner'"):
        measure(override(SMALL, {"strategies.own": []}), [1])
    assert main(["base", "--chain", "mirror", "--hours", "1"]) == 2
    assert "give one [[strategies.own]]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"market.bids": "hidden"}, r"market\.bids is 'hidden'; allowed: open, sealed"),
        ({"market.ordering": "random"}, r"market\.ordering is 'random'; allowed: seeded, fifo, gas_priority, adversarial"),
        ({"market.bond_per_mwh": -1.0}, r"market\.bond_per_mwh is -1\.0; it should be greater than or equal to 0"),
        (
            {"strategies.own": [{"plant": "GD_coal", "name": "markup", "parameters": {}}]},
            r"strategies\.own\[0\]\.plant is 'GD_coal'; no plant",
        ),
        (
            {"strategies.own": [{"plant": PLANT, "name": "elastic", "parameters": {}}]},
            r"strategies\.own\[0\]\.name is 'elastic'; allowed: ",
        ),
        ({"strategies.own": [{"plant": PLANT, "name": "markup", "parameters": {}}] * 2}, f"strategies.own names '{PLANT}' twice"),
        (
            {"strategies.own": [{"plant": PLANT, "name": "front_runner", "parameters": {"peek": 2.0}}]},
            r"strategies\.own\[0\]\.parameters: peek is 2\.0",
        ),
    ],
)
def test_key_that_makes_no_sense_is_refused_with_its_name(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        override(SMALL, values)
