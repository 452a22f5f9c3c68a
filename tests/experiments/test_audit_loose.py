"""An hour without a strict solution is cleared in its last minutes, and the audit says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shengdian.audit import audit
from shengdian.audit.choice import Choice
from shengdian.audit.clearing import ClearingAudit
from shengdian.audit.page import as_json, page
from shengdian.audit.rebuild import Rebuild
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.experiments.scenario import recorded
from shengdian.sim.base.timetable import HOUR, Timetable
from shengdian.sim.base.types import Line, Rules, Submission
from shengdian.sim.market import hour_clearing
from shengdian.sim.record.chain_record import NAME
from shengdian.sim.record.recorded_blocks import read
from shengdian.sim.solve import arcs, clearing
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.clearing import NoStrictSolution

GATE, LOOSE_FROM = Timetable(0).gate(0), Timetable(0).loose(0)

KEYS = {"run.hours": 2, "run.chain": "mirror", "run.compare": [], "run.design": "coupled", "region.network": "legs"}


def run(folder: Path) -> Path:
    return run_config(override(load_config("six-provinces-day"), KEYS), folder)[0]


def seconds_of_blocks(run: Path) -> set[int]:
    """When in their hour blocks are made."""
    blocks = [block.block.timestamp for block in read(run / NAME)[2]]
    begun = blocks[0] + 120
    return {(timestamp - begun) % HOUR for timestamp in blocks if timestamp >= begun}


def fails(*args: Any) -> None:
    raise NoStrictSolution("none is looked for")


@pytest.fixture
def loose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run whose operator finds no strict solution."""
    with monkeypatch.context() as patch:
        patch.setattr(hour_clearing, "solve", fails)
        return run(tmp_path)


def test_an_hour_is_cleared_at_the_gate_where_there_is_a_strict_solution(tmp_path: Path) -> None:
    ran = run(tmp_path)
    assert GATE in seconds_of_blocks(ran)
    assert LOOSE_FROM not in seconds_of_blocks(ran)
    verdict = audit(ran)
    assert verdict.clean
    assert verdict.choice.startswith("degenerate hours: 0 of 2; ")
    assert verdict.choice.endswith("cleared by the loose rule: 0")
    assert verdict.choice in page(verdict)
    assert as_json(verdict)["choice"] == verdict.choice


def test_an_hour_without_a_strict_solution_is_cleared_at_minute_55_and_the_audit_names_it(
    loose: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert LOOSE_FROM in seconds_of_blocks(loose)
    assert GATE not in seconds_of_blocks(loose)
    with monkeypatch.context() as patch:
        patch.setattr("shengdian.audit.choice.solve_strictly", fails)
        verdict = audit(loose)
    assert verdict.clean
    assert "cleared by the loose rule: 2 (0, 1)" in verdict.choice


def test_a_loose_clearing_is_a_difference_where_the_audit_finds_a_strict_solution(loose: Path) -> None:
    sentences = [difference.sentence for difference in audit(loose).differences]
    assert len(sentences) == 2
    assert all("by the loose rule of the hour's last minutes, although there is a strict solution" in sentence for sentence in sentences)


@pytest.mark.parametrize(("costs", "hours"), [([5, 5], [3]), ([5, 6], [])])
def test_two_parallel_lines_of_one_cost_are_a_degenerate_hour(costs: list[int], hours: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Either may send what B buys, which is nobody's money. It is information, no difference."""
    for module in (arcs, clearing):
        monkeypatch.setattr(module, "tie_costs", lambda *args: costs)
    book = Book.of([(0, True, 200, 9), (1, False, 400, 4)])
    rules = Rules(2, (Line(0, 1, 5, 0, 0), Line(0, 1, 5, 0, 0)), 0, 1000, 500_000)
    choice, said = Choice(), list[str]()
    choice.look(book, rules, 3, Submission((4, 0), (4, 0), (), ()), (0, 0), True, said.append)
    assert (choice.degenerate, said) == (hours, [])
    assert round(choice.largest) == 0
    assert str(choice).startswith(f"degenerate hours: {len(hours)} of 1")


def test_two_equal_exporters_of_one_cost_are_a_degenerate_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """A or B may sell the 5 kWh that C buys: 5 x 200 fen/MWh."""
    for module in (arcs, clearing):
        monkeypatch.setattr(module, "tie_costs", lambda *args: [5, 5])
    book = Book.of([(0, True, 200, 5), (1, True, 200, 5), (2, False, 400, 5)])
    rules = Rules(3, (Line(0, 2, 5, 0, 0), Line(1, 2, 5, 0, 0)), 0, 1000, 500_000)
    choice = Choice()
    choice.look(book, rules, 0, Submission((5, 0), (5, 0), (), ()), (0, 0, 0), True, pytest.fail)
    assert choice.degenerate == [0]
    assert round(choice.largest) == 1000


BOTH_WAYS = [{"from": a, "to": b, "capacity_mw": 100_000.0, "charge_per_mwh": 0.0, "loss": 0.0} for a, b in (("SX", "SD"), ("SD", "SX"))]
FREE = {"run.hours": 1, "run.chain": "mirror", "run.compare": [], "run.design": "coupled", "region.provinces": ["SX", "SD"]}


@pytest.mark.parametrize("loose", [False, True])
def test_an_idle_circle_in_a_record_is_a_difference(loose: bool, tmp_path: Path) -> None:
    """Lines that cost and lose nothing: 500 MWh go round, and no fill, price or payment differs. The contract would refuse it too."""
    ran = run_config(override(load_config("base"), {**FREE, "lines": BOTH_WAYS}), tmp_path)[0]
    _, scenario, _ = recorded(ran)
    rebuild = Rebuild(scenario)
    (hour,) = (hour for block in read(ran / NAME)[2] for hour in rebuild.take(block.block))
    (stage,) = hour.stages
    if loose:
        hour.time += LOOSE_FROM - GATE
    for energy, said in ((0, []), (500_000, ["regional stage of hour 0: no prices support the trades and flows"])):
        sent, received = ([*flows[:-2], *(out + energy for out in flows[-2:])] for flows in (stage.sent, stage.received))
        hour.stages[0] = replace(stage, sent=tuple(sent), received=tuple(received))
        check = ClearingAudit()
        check.check(hour, rebuild.deployed)
        check.finish()
        assert [difference.sentence for difference in check.differences] == said
