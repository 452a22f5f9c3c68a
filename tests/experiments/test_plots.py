"""Figures of the tiny run: all are drawn, every axis says what it shows and in which unit."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pandas as pd
import pytest

from shengdian.experiments.results.convergence import choices
from shengdian.experiments.results.figures.contracts import under_contract
from shengdian.experiments.results.figures.frame import level
from shengdian.experiments.results.palette import Looks
from shengdian.experiments.results.plots import energy_by_trader, figures, flow_map, image
from shengdian.regions.region import Region
from shengdian.sim.base.errors import InputError
from shengdian.sim.record.finished_run import load
from tests.experiments.audited import finished
from tests.tiny import CONFIG, write


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
        "trader-energy",
        "flows",
        "gas",
    ]


def test_prices_have_a_panel_a_design_and_a_line_a_province(drawn: dict[str, object]) -> None:
    axes = drawn["prices"].axes  # type: ignore[attr-defined]
    assert [axis.get_title(loc="left") for axis in axes] == ["provincial", "coupled"]
    assert [patch.get_label() for patch in axes[0].patches] == ["N", "S"]


def test_traders_energy_is_where_it_was_agreed(tmp_path: Path) -> None:
    """Two hours of S: the plant sells 0.7 MWh an hour under contract and 1 in the region; its captive user has 0.5 under contract."""
    table = energy_by_trader(write(tmp_path), "S")
    assert table.loc["S_gas"].to_list() == ["plant", 1.4, 0.0, 2.0]
    assert table.loc["S_captive"].to_list() == ["user", -1.0, 0.0, 0.0]
    assert table.loc["S_supplier"].to_list() == ["supplier", 0.0, 0.0, -5.6]
    assert table.loc["S_exchange"].to_list() == ["exchange", -0.4, 0.0, 0.0]
    assert list(table.index)[:2] == ["S_wind", "S_gas"]


def test_level_figures_have_the_same_axes(tmp_path: Path) -> None:
    drawn = [flow_map([write(tmp_path)]), flow_map([write(tmp_path, run_id="other")])]
    drawn[0].axes[0].set_xlim(-5, 1)
    drawn[1].axes[0].set_ylim(9, 0)
    drawn[0].axes[0].set_ylim(7, -2)
    level(drawn)
    assert [(axis.get_xlim()[0], *axis.get_ylim()) for axis in (drawn[0].axes[0], drawn[1].axes[0])] == [(-5, 9, -2)] * 2


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
    colours, nodes = Looks(Region.load()).zone_colours(["SX", "N", "GD", "S"]), Region.load().nodes
    assert (colours["SX"], colours["GD"]) == (nodes["SX"].colour, nodes["GD"].colour)
    assert len(set(colours.values())) == 4


def test_technologies_are_stacked_in_one_order() -> None:
    assert Looks(Region.load()).technologies(["wind", "odd", "coal_600", "nuclear"]) == ["nuclear", "coal_600", "wind", "odd"]


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
