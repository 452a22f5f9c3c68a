"""What notebooks show of scenarios and results."""

from __future__ import annotations

from dataclasses import replace

from shengdian.experiments.config.loading import load_config
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.base.html_table import table
from tests.tiny import hour_result


def test_text_is_escaped() -> None:
    assert "<script>" not in table(["<script>"], [["<script>"]], "<script>")


def test_words_are_left_and_figures_right() -> None:
    assert table(["a", "b"], [["x", "1"]]).count("text-align: left") == 2


def test_an_hour_shows_prices_energy_and_flows_of_its_stage() -> None:
    shown = hour_result(0)._repr_html_()
    for text in ("regional stage", "100.00", "200.00", ">2.800<", ">1.800<", "140,000"):
        assert text in shown


def test_a_zone_without_a_price_shows_a_dash() -> None:
    stage = hour_result(0).stages[0]
    assert '<td style="text-align: right">-</td>' in replace(stage, prices={"N": None})._repr_html_()


def test_a_scenario_shows_every_province() -> None:
    scenario = build_scenario(load_config("six-provinces-day"), "coupled", 1)
    shown = scenario._repr_html_()
    assert "six-provinces-day: coupled, uniform, seed 1, 24 hours" in shown
    assert all(f">{zone}<" in shown for zone in scenario.zones)
