"""One HTML page on finished runs that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import isnan
from typing import Any, Final

from matplotlib.figure import Figure

from shengdian.experiments.results import welfare
from shengdian.experiments.results.compare import comparison
from shengdian.experiments.results.convergence import converged, said
from shengdian.experiments.results.figures.captions import CAPTIONS
from shengdian.experiments.results.plots import figures, image
from shengdian.experiments.results.starts import starts
from shengdian.experiments.results.variants import currency, flat
from shengdian.regions.region import region_of_run
from shengdian.sim.base import html_table
from shengdian.sim.record.finished_run import Run

CHECK: Final = """<p>To check a run, keep its digest and last block hash elsewhere, then <code>shengdian audit DIR</code>: it carries the
recorded transactions out again on a chain of its own, compares every block and log, rebuilds every table from the logs, and holds every
clearing against an independent linear program and every allocation against its rule. <code>shengdian query DIR --proof FILE</code> proves
a single record.</p>"""
GAINS: Final = """<p>Million {}: of the first design as it is, of the others the difference from it, same seed, with 95 % intervals
(Student's t) where there are ten seeds or more. The parts add up to the whole, exactly.</p>"""
STARTS: Final = """<p>Plants that capacity alone bounds: how often they went on after an hour without output, what as much costs to
start, and how long they then stayed on. A measure beside the cost: no price and no welfare has it in it, unless plants ask it.</p>"""
STYLE: Final = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 80rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .7rem; border-bottom: 1px solid #ddd; vertical-align: top; }
caption { text-align: left; color: #444; padding-bottom: .3rem; }
td[style*="right"] { white-space: nowrap; }
td:nth-child(2):last-child { overflow-wrap: anywhere; }
figure { margin: 1.5rem 0; } figcaption { color: #444; } img { max-width: 100%; height: auto; }
@media (max-width: 60rem) { table { display: block; overflow-x: auto; } }
code { font-size: .85em; overflow-wrap: anywhere; }
"""


def report(runs: Sequence[Run], zone: str | None = None, hour: int | None = None) -> str:
    """The page as text. Raises InputError where `figures` or `comparison` does."""
    compared = comparison(runs)
    first = runs[0]
    drawn = figures(runs, zone, hour)
    learned = [
        f"<p>{escape(run.label)}, seed {run.seed}: {said(converged(run), run.hours // run.day)}.</p>" for run in runs if "learning" in drawn
    ]
    question = first.config.get("question", "")
    periods = "" if first.parts == 1 else f", {first.hours} periods of {60 // first.parts} minutes"
    description = str(first.config.get("description", ""))
    parts = [
        f"<h1>{escape(compared['experiment'])}</h1>",
        f"<p><strong>{escape(str(question))}</strong></p>",
        f"<p>{escape(description)}</p>",
        f"<h2>Comparison</h2>\n<p>{first.hours // first.parts} hours{periods}.</p>\n{compared._repr_html_()}",
        f"<h2>Who gains</h2>\n{GAINS.format(escape(compared['currency']))}\n{welfare.html(welfare.decomposition(runs))}",
        *_starts(runs),
        *["<h2>Learning</h2>"][: len(learned)],
        *learned,
        f"<h2>Figures</h2>\n{pictures(drawn)}",
        f"<h2>Parameters</h2>\n{_parameters(first.config)}",
        f"<h2>Provenance</h2>\n{CHECK}\n{''.join(map(_provenance, runs))}",
    ]
    body = "\n".join(parts)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(compared["experiment"])}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


def _starts(runs: Sequence[Run]) -> Iterator[str]:
    """How often plants went on, by variant and technology, of the first seed; nothing of runs whose region is not found now."""
    rows = []
    for run in runs:
        region = region_of_run(run.config, run.directory) if run.seed == runs[0].seed else None
        for tech, found in starts(run, region).iterrows() if region else ():
            hours = "-" if isnan(found["hours_up"]) else f"{found['hours_up']:.1f}"
            counted = [f"{found[name]:,.0f}" for name in ("starts", "started_mw", "start_cost")]
            rows.append((run.label, str(tech), *counted, hours, f"{found['too_short']:.0f}"))
    if rows:
        head = ("", "technology", "starts", "started (MW)", f"would cost ({currency(runs)})", "hours up", "shorter than the least")
        yield f"<h2>Starts</h2>\n{STARTS}\n{html_table.table(head, rows, texts=2)}"


def pictures(drawn: Mapping[str, Figure]) -> str:
    """Figures by name as HTML, each with its caption."""
    return "".join(_picture(name, image(drawn[name], "png"), caption) for name, caption in CAPTIONS.items() if name in drawn)


def _picture(name: str, png: bytes, caption: str) -> str:
    words, source = escape(caption), base64.b64encode(png).decode()
    return f'<figure id="{name}"><img alt="{words}" src="data:image/png;base64,{source}">\n<figcaption>{words}</figcaption></figure>\n'


def _parameters(config: Mapping[str, Any]) -> str:
    """Every key of the resolved config but those that differ from run to run."""
    hidden = ("run.design", "run.seeds", "run.compare", "question", "description")
    rows = [(key, str(value)) for key, value in flat(config) if key not in hidden and not key.startswith("own_mechanisms.")]
    return f"<details><summary>the resolved config</summary>\n{html_table.table(('key', 'value'), rows, texts=2)}</details>\n"


def _provenance(run: Run) -> str:
    """What the run was made with, and the fingerprints by which it can be checked."""
    manifest = run.manifest
    facts = {
        "chain": manifest.get("chain"),
        "digest of all logs": manifest.get("digest"),
        "last block hash": str(manifest.get("last_block_hash") or "").removeprefix("0x") and manifest["last_block_hash"],
        "blocks, transactions, gas": f"{manifest.get('blocks'):,}, {manifest.get('transactions'):,}, {manifest.get('gas'):,}",
        "config hash": manifest.get("config_hash"),
        "git commit": manifest.get("git_commit"),
        "versions": ", ".join(f"{name} {version}" for name, version in (manifest.get("versions") or {}).items()),
        "contracts (SHA-256 of creation code)": ", ".join(f"{name} {sha}" for name, sha in (manifest.get("artifact_hashes") or {}).items()),
        "seconds": ", ".join(f"{phase} {spent:.1f}" for phase, spent in (manifest.get("seconds") or {}).items()),
    }
    rows = [(key, str(value if value else "-")) for key, value in facts.items()]
    return f"<h3>{escape(run.run_id)}</h3>\n{html_table.table(('made with', ''), rows, texts=2)}"
