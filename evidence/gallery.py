"""Every figure of the package from real runs: `docs/evidence/gallery.md` and its images, rebuilt by `make gallery`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.results.figures.captions import CAPTIONS, DRAWN_BY
from shengdian.experiments.results.plots import Panel, figures, image, overview, price_map, sweep_lines
from shengdian.experiments.runs.experiment import run_config
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.schema import Config
from shengdian.experiments.world.network import capacities
from shengdian.regions.region import Region
from shengdian.sim.designs import design_of
from shengdian.sim.record.finished_run import Run, load

ROOT = Path(__file__).parents[1]
PAGE, IMAGES = ROOT / "docs" / "evidence" / "gallery.md", ROOT / "docs" / "evidence" / "gallery"
DPI = 80
HOUR = 15
"""that the map shows"""
SEEDS = list(range(1, 11))
"""as many as an interval needs"""
REGION = "china-2016"
SHARES = (0.6, 0.7, 0.8, 0.9)
"""of contracts, in the sweep"""
HEAD = """# Gallery

What `shengdian plot`, the report, the notebooks and the browser app draw. `make gallery` makes it from `six-provinces-day` (three designs,
two stages in three readings, seeds 1 to 10, 24 hours, on `revm`), for what agents learn from `learning-day` (on the mirror), for the
sweep from four hours, and the last one from a region's files. In Python, every figure is a function from finished runs:

```python
from shengdian.experiments.results.plots import figures
from shengdian.sim.record.finished_run import load

drawn = figures([load("runs/day/six-provinces-day-coupled-seed1-...")])  # matplotlib Figures by name
```
"""
APP = """## In the browser

`shengdian app`: the map of an hour, and the chain behind it. Taken by `python -m tests.app.pictures`, which `make docs-results` runs, too.

![map](../images/app-map.png)

![chain](../images/app-chain.png)
"""


def configs() -> list[Config]:
    """What the gallery is drawn from."""
    day = override(load_config("six-provinces-day"), {"run.seeds": SEEDS, "run.chain": "revm"})
    return [day, load_config("learning-day")]


def drawn(out: Path) -> dict[str, Figure]:
    """Every figure by name; runs stand in `out`, and what is finished there is kept. The first config that has a figure gives it."""
    found: dict[str, Figure] = {}
    for config in configs():
        runs: list[Run] = [load(path) for path in run_config(config, out, resume=True)]
        for name, figure in figures(runs).items():
            found.setdefault(name, figure)
        found.setdefault("price-map", price_map(runs[-1], HOUR, _capacity(config, runs[-1])))
    found["sweep"] = swept(out)
    found["region"] = overview(Region.load(REGION))
    return {name: found[name] for name in CAPTIONS}


def _capacity(config: Config, run: Run) -> dict[tuple[str, str], float]:
    scenario = build_scenario(config, run.design, run.seed)
    return capacities((*scenario.zones, *scenario.hubs), design_of(scenario).lines(scenario))


def swept(out: Path) -> Figure:
    """What four hours say of the contract share, by design."""
    rows = []
    for share in SHARES:
        asked = {
            "run.hours": 4,
            "run.seeds": SEEDS,
            "run.chain": "revm",
            "run.compare": ["provincial", "coupled"],
            "contracts.share": share,
        }
        for path in run_config(override(load_config("six-provinces-day"), asked | {"contracts.share": share}), out, resume=True):
            run = load(path)
            rows.append({"share": share, "design": run.label, **run.summary})
    shown = [
        Panel("mean_price_per_mwh", "mean final price", "CNY/MWh"),
        Panel("generation_cost", "generation cost", "million CNY", 1e6),
    ]
    return sweep_lines(pd.DataFrame(rows), Panel("share", "contract share of net load", "%", 0.01), shown, "design")


def page(names: Iterable[str]) -> str:
    """The text of the page."""
    parts = [f"## {name}\n\n{CAPTIONS[name]}\n`plots.{DRAWN_BY[name]}`\n\n![{name}](gallery/{name}.png)\n" for name in names]
    return "\n".join([HEAD, *parts, APP])


def main() -> int:
    """Draws everything into docs/."""
    found = drawn(ROOT / "runs" / "gallery")
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, figure in found.items():
        (IMAGES / f"{name}.png").write_bytes(image(figure, "png", DPI))
    PAGE.write_text(page(found), encoding="utf-8")
    sys.stderr.write(f"{PAGE.relative_to(ROOT)}: {len(found)} figures\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
