"""Figures of the tiny run: all are drawn, every axis says what it shows and in which unit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from experiments.figures.contracts import under_contract
from experiments.palette import PROVINCES, technologies, zone_colours
from experiments.plots import figures, flow_map, image
from sim.errors import InputError
from sim.results import load
from tests.experiments.audited import finished
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


@pytest.mark.parametrize("variant", ["two stages", "everything agreed"])
def test_contract_energy_is_drawn_once_and_is_what_users_and_exports_are_covered_with(variant: str) -> None:
    run = load(finished(variant))
    for zone in ("SX", "SD"):
        drawn, covered = under_contract(run, zone, range(2)), run.tables["load"]
        covered = covered[(covered["zone"] == zone) & (covered["hour"] < 2)]
        assert not drawn.duplicated(["hour", "plant"]).any()
        sums = [frame.groupby("hour")[column].sum() for frame, column in ((drawn, "contract_mwh"), (covered, "contracted_mwh"))]
        assert sums[0].tolist() == pytest.approx(sums[1].tolist(), abs=1e-6)


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
