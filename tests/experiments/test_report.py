"""The report of real runs, three designs under two seeds: every number on it is that of a summary or a manifest."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from statistics import fmean

import pytest

from shengdian.cli import main
from shengdian.experiments.results.compare import SHOWN

CONFIG = """name = "small"
question = "Who gains where two provinces trade?"
[run]
chain = "eth-tester"
hours = 1
seeds = [1, 2]
compare = ["provincial", "two_stage", "coupled"]
[region]
zones = ["SX", "SD"]
[users.count]
industry = 1
commerce = 1
residential = 1
"""
pytestmark = pytest.mark.long
DESIGNS = ("provincial", "two_stage", "coupled")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report")
    (out / "small.toml").write_text(CONFIG)
    assert main(["run", str(out / "small.toml"), "--out", str(out / "runs"), "--quiet"]) == 0
    assert main(["report", *map(str, sorted((out / "runs").iterdir())), "--out", str(out / "report.html")]) == 0
    return out


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tables(page: str) -> list[list[list[str]]]:
    """Rows of cells of every table, as people read them."""
    found = re.findall(r"<table>.*?</table>", page, re.S)
    return [
        [[unescape(cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)] for row in table.split("<tr>")[1:]] for table in found
    ]


def of(folder: Path, file: str) -> dict[str, list[dict[str, object]]]:
    """The file of every run, by design in order of seeds."""
    return {
        design: [json.loads((path / file).read_text()) for path in sorted((folder / "runs").glob(f"*-{design}-*"))] for design in DESIGNS
    }


def test_every_number_of_the_comparison_is_that_of_the_summaries(folder: Path, tables: list[list[list[str]]]) -> None:
    summaries, (_, *rows) = of(folder, "summary.json"), tables[0]
    assert [row[:2] for row in rows] == [[shown.label, shown.unit] for shown in SHOWN.values()]
    for (key, shown), (_, _, base, *others) in zip(SHOWN.items(), rows, strict=True):
        values = {design: [each[key] for each in summaries[design]] for design in DESIGNS}
        assert base == f"{fmean(values['provincial']) / shown.scale:,.{shown.digits}f}"  # type: ignore[arg-type]
        for place, design in enumerate(DESIGNS[1:]):
            pairs = [mine - other for mine, other in zip(values[design], values["provincial"], strict=True)]  # type: ignore[operator]
            mean, difference = others[2 * place : 2 * place + 2]
            assert mean == f"{fmean(values[design]) / shown.scale:,.{shown.digits}f}"  # type: ignore[arg-type]
            assert difference == f"{fmean(pairs) / shown.scale:+,.{shown.digits}f}", key  # two seeds have no interval


def test_the_parts_of_the_decomposition_are_those_of_the_summaries(folder: Path, tables: list[list[list[str]]]) -> None:
    summaries, (_, *rows) = of(folder, "summary.json"), tables[1]
    parts: dict[str, list[list[float]]] = {}
    part = ""
    for words, _, *figures in rows:
        part = words or part
        parts.setdefault(part, []).append([float(figure.split(" ")[0].replace(",", "")) for figure in figures])
    keys = {
        ("consumers",): "consumer_surplus",
        ("plants",): "producer_surplus",
        ("congestion rent before losses", "energy lost on lines"): "congestion_rent",
        ("line charges received",): "wheeling",
        ("all: welfare less the cost of gas",): "welfare",
    }
    for words, key in keys.items():
        means = [fmean(float(each[key]) for each in summaries[design]) / 1e6 for design in DESIGNS]  # type: ignore[arg-type]
        expected = [means[0], means[1] - means[0], means[2] - means[0]]
        figures = [row for each in words for row in parts[each]]
        got = [sum(column) for column in zip(*figures, strict=True)]
        assert got == pytest.approx(expected, abs=0.0005 * len(figures) + 1e-9), words


def test_starts_are_those_of_the_first_seed(tables: list[list[list[str]]]) -> None:
    head, *rows = tables[2]
    assert head[1:4] == ["technology", "starts", "started (MW)"]
    assert {row[0] for row in rows} == set(DESIGNS)


def test_provenance_is_that_of_the_manifests_and_says_how_to_check(folder: Path, page: str, tables: list[list[list[str]]]) -> None:
    shown = [dict(row for row in table[1:]) for table in tables[4:]]
    manifests = [each for runs in of(folder, "manifest.json").values() for each in runs]
    assert len(shown) == len(manifests) == 6
    assert {facts["digest of all logs"] for facts in shown} == {manifest["digest"] for manifest in manifests}
    for facts in shown:
        manifest = next(each for each in manifests if each["digest"] == facts["digest of all logs"])
        assert facts["last block hash"] == manifest["last_block_hash"] != "0x"
        assert facts["blocks, transactions, gas"] == f"{manifest['blocks']:,}, {manifest['transactions']:,}, {manifest['gas']:,}"
        assert facts["versions"] == ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())  # type: ignore[attr-defined]
        assert manifest["config_hash"] == facts["config hash"]
    assert "Who gains where two provinces trade?" in page
    assert "<code>shengdian audit DIR</code>" in page


def test_parameters_are_those_of_the_config(tables: list[list[list[str]]]) -> None:
    shown = dict(row for row in tables[3][1:])
    assert shown["region.zones"] == "['SX', 'SD']"
    assert shown["users.count.industry"] == "1"
    assert shown["run.hours"] == "1"


def test_the_page_asks_nobody(page: str) -> None:
    assert re.findall(r"<script|<link|@import|https?:|src=\"(?!data:)|url\(", page) == []
