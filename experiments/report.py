"""One HTML page on finished runs that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from experiments.compare import SHOWN, comparison, margin, written
from experiments.palette import DESIGN_WORDS
from experiments.plots import figures, image
from experiments.variants import flat
from sim.results import Run

CAPTIONS: Final = {
    "comparison": "The designs side by side. Whiskers, where there are several seeds: 95 % interval of the paired difference.",
    "prices": "Price by province and hour in the last stage that has one.",
    "flows": "Energy sent between provinces over the run; schematic, arrows are as wide as the energy they carry.",
    "generation-mix": "Metered generation of all provinces by technology, imports from the rest of the country included.",
    "supply-stack": "Offers by technology, bids, and where the hour cleared in the first stage. Bids above the axis are out of sight.",
    "allocation": "Contract allocation of a day: what contracts cover, and what is left to bidding.",
}
STYLE: Final = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .7rem; border-bottom: 1px solid #ddd; text-align: right; vertical-align: top; }
th:first-child, td:first-child { text-align: left; }
td.text, th.text { text-align: left; overflow-wrap: anywhere; }
td.soft { color: #666; }
figure { margin: 1.5rem 0; } figcaption { color: #444; } img { max-width: 100%; height: auto; }
code { font-size: .85em; overflow-wrap: anywhere; }
"""


def report(runs: Sequence[Run], zone: str | None = None, hour: int | None = None) -> str:
    """The page as text. Raises InputError where `figures` or `comparison` does."""
    compared = comparison(runs)
    first = runs[0]
    drawn = figures(runs, zone, hour)
    pictures = "".join(_picture(name, image(drawn[name], "png"), caption) for name, caption in CAPTIONS.items() if name in drawn)
    question = first.config.get("question", "")
    description, base = str(first.config.get("description", "")), _word(compared["base"])
    parts = [
        f"<h1>{escape(compared['experiment'])}</h1>",
        f"<p><strong>{escape(str(question))}</strong></p>",
        f"<p>{escape(description)}</p>",
        "<h2>Comparison</h2>",
        f"<p>{first.hours} hours; seeds {escape(_seeds(compared))}; differences are from {escape(base)}, of the same seed,"
        " with 95 % intervals where there are several seeds.</p>",
        _comparison(compared),
        f"<h2>Figures</h2>\n{pictures}",
        f"<h2>Parameters</h2>\n{_parameters(first.config)}",
        f"<h2>Provenance</h2>\n{''.join(map(_provenance, runs))}",
    ]
    body = "\n".join(parts)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(compared["experiment"])}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


def _word(design: str) -> str:
    return DESIGN_WORDS.get(design, design)


def _seeds(compared: Mapping[str, Any]) -> str:
    return ", ".join(map(str, next(iter(compared["seeds"].values()))))


def _row(cells: Iterable[tuple[str, str]], tag: str = "td") -> str:
    """Cells of text and class."""
    inside = "".join(f'<{tag} class="{kind}">{escape(text)}</{tag}>' if kind else f"<{tag}>{escape(text)}</{tag}>" for text, kind in cells)
    return f"<tr>{inside}</tr>\n"


def _comparison(compared: Mapping[str, Any]) -> str:
    designs, base = list(compared["seeds"]), compared["base"]
    head = [("", ""), ("unit", "text")]
    for design in designs:
        head += [(_word(design), ""), *([("difference", "")] if design != base else [])]
    rows = []
    for key, shown in SHOWN.items():
        cells = [(shown.label, ""), (shown.unit, "text")]
        for design in designs:
            value = compared["metrics"][key][design]
            cells.append((written(value["mean"], shown), ""))
            if design != base:
                cells.append((written(value["difference"], shown, sign=True) + margin(value, shown), "soft"))
        rows.append(_row(cells))
    return f"<table>\n<thead>{_row(head, 'th')}</thead>\n<tbody>{''.join(rows)}</tbody>\n</table>\n"


def _picture(name: str, png: bytes, caption: str) -> str:
    words, source = escape(caption), base64.b64encode(png).decode()
    return f'<figure id="{name}"><img alt="{words}" src="data:image/png;base64,{source}">\n<figcaption>{words}</figcaption></figure>\n'


def _parameters(config: Mapping[str, Any]) -> str:
    """Every key of the resolved config but those that differ from run to run."""
    hidden = ("run.design", "run.seeds", "run.compare", "question", "description")
    rows = "".join(_row([(key, ""), (str(value), "text")]) for key, value in flat(config) if key not in hidden)
    return f"<details><summary>the resolved config</summary>\n<table><tbody>{rows}</tbody></table>\n</details>\n"


def _provenance(run: Run) -> str:
    """What the run was made with, and the fingerprints by which it can be checked."""
    manifest = run.manifest
    facts = {
        "chain": manifest.get("chain"),
        "digest of all logs": manifest.get("digest"),
        "last block hash": manifest.get("last_block_hash"),
        "blocks, transactions, gas": f"{manifest.get('blocks'):,}, {manifest.get('transactions'):,}, {manifest.get('gas'):,}",
        "config hash": manifest.get("config_hash"),
        "git commit": manifest.get("git_commit"),
        "versions": ", ".join(f"{name} {version}" for name, version in (manifest.get("versions") or {}).items()),
        "contracts (SHA-256 of creation code)": ", ".join(f"{name} {sha}" for name, sha in (manifest.get("artifact_hashes") or {}).items()),
        "seconds": ", ".join(f"{phase} {spent:.1f}" for phase, spent in (manifest.get("seconds") or {}).items()),
    }
    rows = "".join(_row([(key, ""), (str(value if value else "-"), "text")]) for key, value in facts.items())
    return f"<h3>{escape(run.run_id)}</h3>\n<table><tbody>{rows}</tbody></table>\n"
