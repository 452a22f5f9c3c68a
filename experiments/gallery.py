"""Every figure of the package from real runs: `docs/gallery.md` and its images, rebuilt by `make gallery`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from matplotlib.figure import Figure

from experiments.config import load_config, override
from experiments.figures.captions import CAPTIONS, DRAWN_BY
from experiments.plots import figures, image, price_map
from experiments.run import run_config
from experiments.schema import Config
from sim.results import Run, load

ROOT = Path(__file__).parent.parent
PAGE, IMAGES = ROOT / "docs" / "gallery.md", ROOT / "docs" / "images" / "gallery"
DPI = 80
HOUR = 15
"""that the map shows"""
HEAD = """# Gallery

What `shengdian plot`, the report, the notebooks and the browser app draw. `make gallery` makes it from `six-provinces-day` (three designs,
seeds 1 to 3, 24 hours) and, for what agents learn, from `learning-day` on `revm`. In Python, every figure is a function from finished runs:

```python
from experiments.plots import figures
from sim.results import load

drawn = figures([load("runs/day/six-provinces-day-coupled-seed1-...")])  # matplotlib Figures by name
```
"""


def configs() -> list[Config]:
    """What the gallery is drawn from."""
    day = override(load_config("six-provinces-day"), {"run.seeds": [1, 2, 3], "run.chain": "revm"})
    learning = override(load_config("learning-day"), {"run.seeds": [1], "run.chain": "revm"})
    return [day, learning]


def drawn(out: Path) -> dict[str, Figure]:
    """Every figure by name; runs stand in `out`, and what is finished there is kept. The first config that has a figure gives it."""
    found: dict[str, Figure] = {}
    for config in configs():
        runs: list[Run] = [load(path) for path in run_config(config, out, resume=True)]
        for name, figure in figures(runs).items():
            found.setdefault(name, figure)
        found.setdefault("price-map", price_map(runs[-1], HOUR))
    return {name: found[name] for name in CAPTIONS}


def page(names: Iterable[str]) -> str:
    """The text of the page."""
    parts = [f"## {name}\n\n{CAPTIONS[name]}\n`plots.{DRAWN_BY[name]}`\n\n![{name}](images/gallery/{name}.png)\n" for name in names]
    return "\n".join([HEAD, *parts])


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
