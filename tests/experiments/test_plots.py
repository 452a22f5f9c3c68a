"""Figures of the tiny run: all are drawn, every axis says what it shows and in which unit."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

import pandas as pd
import pytest

from experiments.figures.learning import choices
from experiments.palette import PROVINCES, technologies, zone_colours
from experiments.plots import figures, flow_map, image
from sim.errors import InputError
from tests.tiny import CONFIG, write

UNIT = re.compile(r"\((GWh/h|GWh|CNY/MWh|°E|°N|no unit)\)|million CNY|\(million\)|CNY/MWh|kt|%|^hour$|^design$|^part \(who gains\)$")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    directory: Path = tmp_path_factory.mktemp("runs")
    runs = [write(directory, run_id=design, design=design) for design in ("provincial", "coupled")]
    return dict(figures(runs))


def test_all_figures_are_drawn(drawn: dict[str, object]) -> None:
    assert list(drawn) == [
        "comparison",
        "welfare",
        "prices",
        "spread-duration",
        "generation-mix",
        "supply-stack",
        "allocation",
        "allocation-by-plant",
        "flows",
        "gas",
    ]


def test_every_axis_has_a_label_with_its_unit(drawn: dict[str, object]) -> None:
    for name, figure in drawn.items():
        for axis in figure.axes:  # type: ignore[attr-defined]
            if axis.get_visible() and axis.get_label() != "<colorbar>":
                assert UNIT.search(axis.get_xlabel()), f"{name}: x is {axis.get_xlabel()!r}"
                assert UNIT.search(axis.get_ylabel()), f"{name}: y is {axis.get_ylabel()!r}"


def test_prices_have_a_panel_a_design_and_a_line_a_province(drawn: dict[str, object]) -> None:
    axes = drawn["prices"].axes  # type: ignore[attr-defined]
    assert [axis.get_title(loc="left") for axis in axes] == ["provincial", "coupled"]
    assert [patch.get_label() for patch in axes[0].patches] == ["N", "S"]


def test_flow_map_says_how_much_went_where(tmp_path: Path) -> None:
    figure = flow_map([write(tmp_path, hours=2)])
    words = [text.get_text() for text in figure.axes[0].texts]
    assert "0.0" in words  # 4 MWh are 0.0 GWh
    assert {"N", "S"} <= set(words)


def test_same_figure_gives_the_same_bytes(tmp_path: Path) -> None:
    run = write(tmp_path)
    for kind in ("png", "svg"):
        assert image(flow_map([run]), kind) == image(flow_map([run]), kind)  # type: ignore[arg-type]


def test_provinces_keep_their_colours_and_others_differ() -> None:
    colours = zone_colours(["SX", "N", "GD", "S"])
    assert (colours["SX"], colours["GD"]) == (PROVINCES["SX"], PROVINCES["GD"])
    assert len(set(colours.values())) == 4


def test_technologies_are_stacked_in_one_order() -> None:
    assert technologies(["wind", "odd", "coal_600", "nuclear"]) == ["nuclear", "coal_600", "wind", "odd"]


def test_runs_of_different_experiments_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = write(tmp_path, run_id="one")
    monkeypatch.setattr("tests.tiny.CONFIG", CONFIG | {"name": "other"})
    with pytest.raises(InputError, match="name differs"):
        figures([one, write(tmp_path, run_id="two")])


def test_two_runs_of_one_design_and_seed_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the same variant and seed"):
        figures([write(tmp_path, run_id="one"), write(tmp_path, run_id="two")])


def test_what_every_learning_strategy_prefers_is_found_in_its_memory() -> None:
    """Weights 1, 1, 2 of three steps are 62.5 %; the greatest value is the second step's; a reply that is not there says nothing."""
    rows = [(23, "A", "roth_erev", f"propensity/0/{step}", weight) for step, weight in enumerate((1.0, 1.0, 2.0))]
    rows += [(23, "B", "q_learning", f"value/0/0/{step}", value) for step, value in enumerate((0.0, 0.3, 0.1))]
    rows += [(23, "C", "best_response", f"preferred/{part}", value) for part, value in enumerate((40.0, 80.0, -1.0))]
    rows += [(23, "C", "best_response", "found/0", 12_000.0), (23, "D", "marginal_cost", "preferred/0", 7.0)]

    class Learners:
        label, hours = "coupled", 24
        tables: ClassVar = {"learning": pd.DataFrame(rows, columns=["hour", "agent", "strategy", "key", "value"])}

    found = choices(Learners())  # type: ignore[arg-type]
    assert dict(zip(found["agent"], found["markup"], strict=True)) == {"A": 62.5, "B": 50.0, "C": 60.0}
