"""Figures look as they did: every one against its image, with room for other fonts and versions.

Where a figure changes on purpose: `python -m pytest -n 0 tests/experiments/test_images.py --mpl-generate-path=tests/experiments/images`.
"""

from __future__ import annotations

import inspect
import pkgutil
import re
from importlib import import_module
from pathlib import Path
from typing import ClassVar

import pandas as pd
import pytest
from matplotlib.figure import Figure

from evidence.gallery import IMAGES as SHOWN
from evidence.gallery import PAGE, page
from shengdian.experiments.results import figures as figure_files
from shengdian.experiments.results import plots
from shengdian.experiments.results.figures.captions import CAPTIONS, DRAWN_BY
from shengdian.experiments.results.plots import Panel, figures, learning, overview, price_map, sweep_lines
from shengdian.regions.region import Region
from tests.tiny import write

UNIT = re.compile(
    r"\((GWh/h|GWh|GW|CNY/MWh|°E|°N|no unit|million|million CNY|%.*)\)$"
    r"|^(million CNY|CNY/MWh|kt|%|hour|day|month|zone|design)$|^part \(who gains\)$|^trader of "
)
"""of an axis: a unit, or what has none"""
IMAGES = Path(__file__).parent / "images"


class Learners:
    """Two plants on three days; what they prefer is reckoned by hand: propensities 1, 1, 2 are 62.5 % of the highest markup."""

    label, hours, directory = "coupled", 72, Path()
    config: ClassVar[dict[str, str]] = {}

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Of plants, of what they remember and of what was bought."""
        rows = [
            (hour, plant, "roth_erev", f"propensity/{step}", value + hour / 24 * (plant == "GD_gas"))
            for hour in (23, 47, 71)
            for plant in ("GD_coal", "GD_gas")
            for step, value in enumerate((1.0, 1.0, 2.0))
        ]
        plants = pd.DataFrame({"plant": ["GD_coal", "GD_gas"], "tech": ["coal_600", "gas_ccgt"]})
        orders = pd.DataFrame({"hour": [23, 47, 71], "side": "buy", "filled_mwh": 1.0, "paid_price_per_mwh": 200.0})
        learned = pd.DataFrame(rows, columns=["hour", "agent", "strategy", "key", "value"])
        return {"learning": learned, "generation": plants, "orders": orders}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Figure]:
    directory = tmp_path_factory.mktemp("runs")
    runs = [write(directory, run_id=design, design=design) for design in ("provincial", "coupled")]
    rows = pd.DataFrame(
        [
            (share, design, seed, share * 100 + 10 * seed + place)
            for place, design in enumerate(("provincial", "coupled"))
            for share in (0.5, 1.0)
            for seed in range(1, 11)
        ],
        columns=["share", "design", "seed", "price"],
    )
    lines = sweep_lines(rows, Panel("share", "share", "%", 0.01), [Panel("price", "price", "CNY/MWh")], "design")
    return {
        **figures(runs),
        "sweep": lines,
        "learning": learning([Learners()]),
        "price-map": price_map(runs[1], 1),
        "region": overview(Region.load("two-zones")),
    }


@pytest.mark.parametrize("name", list(CAPTIONS))
@pytest.mark.mpl_image_compare(baseline_dir=str(IMAGES), tolerance=12, style="default", savefig_kwargs={"dpi": 50})
def test_figure_looks_as_it_did(name: str, drawn: dict[str, Figure]) -> Figure:
    return drawn[name]


def test_every_axis_has_a_label_with_its_unit(drawn: dict[str, Figure]) -> None:
    for name, figure in drawn.items():
        for axis in figure.axes:
            if axis.get_visible():
                bar = axis.get_label() == "<colorbar>"
                assert bar or UNIT.search(axis.get_xlabel()), f"{name}: x is {axis.get_xlabel()!r}"
                assert UNIT.search(axis.get_ylabel()), f"{name}: y is {axis.get_ylabel()!r}"


def test_every_figure_has_its_words(drawn: dict[str, Figure]) -> None:
    assert set(drawn) == set(CAPTIONS)


def test_every_function_that_draws_is_in_the_gallery() -> None:
    """A new figure needs its words in `captions`, its place in `figures` or the gallery, and an image here."""
    modules = [import_module(f"{figure_files.__name__}.{found.name}") for found in pkgutil.iter_modules(figure_files.__path__)]
    drawing = {
        name
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and function.__annotations__.get("return") == "Figure" and not name.startswith("_")
    }
    assert drawing == set(DRAWN_BY.values())
    assert list(DRAWN_BY) == list(CAPTIONS)
    assert drawing <= set(plots.__all__)


def test_gallery_shows_every_figure() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(dict.fromkeys(CAPTIONS))
    assert sorted(path.stem for path in SHOWN.glob("*.png")) == sorted(CAPTIONS)
