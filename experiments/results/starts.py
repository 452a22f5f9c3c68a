"""What starting plants would cost, and how long they are up: a measure beside the cost, out of the table `generation`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from shengdian.regions.region import Region
from shengdian.sim.base.units import mwh
from shengdian.sim.record.finished_run import Run
from shengdian.sim.record.tables import COLUMNS, whole


@dataclass(frozen=True, slots=True)
class Spell:
    """Hours in a row in which a plant gives something."""

    begin: int
    """hour of the run"""
    end: int
    """first hour after it"""
    most: int
    """kWh of the hour in which it gives most"""


def spells(metered: Sequence[int]) -> Iterator[Spell]:
    """Of a plant that gave `metered` kWh by hour of the run."""
    begin = None
    for hour, energy in enumerate((*metered, 0)):
        if energy > 0 and begin is None:
            begin = hour
        elif energy <= 0 and begin is not None:
            yield Spell(begin, hour, max(metered[begin:hour]))
            begin = None


def starts(run: Run, region: Region) -> pd.DataFrame:
    """By technology that capacity alone bounds, in the region's order, for the whole run:

    - `starts`: how often plants began to give after an hour in which they gave nothing (none at hour 0);
    - `started_mw`: the most that they gave until they were off again, summed over starts;
    - `start_cost`: that by the region's `start_cost_per_mw`, in its currency;
    - `hours_up`: mean length of a spell that was begun and ended in the run; NaN where there is none;
    - `too_short`: how many of these are shorter than the region's `minimum_up_hours`.

    An aggregate of units is on while it gives anything, so that these are the least that its units do.
    """
    rows = run.tables["generation"]
    rows = rows[(rows["role"] == "plant") & (rows["supply"] == "capacity")].sort_values("hour", kind="stable")
    energy = rows[["plant", "tech"]].assign(metered=whole(rows["metered_mwh"], COLUMNS["generation"]["metered_mwh"]))
    by_technology: dict[str, list[Spell]] = {}
    for (tech, _), own in energy.groupby(["tech", "plant"], sort=False):
        by_technology.setdefault(str(tech), []).extend(spells(own["metered"].tolist()))
    found = {}
    for name, technology in region.technologies.items():
        if name in by_technology:
            begun = [spell for spell in by_technology[name] if spell.begin]
            lengths = [(spell.end - spell.begin) / run.parts for spell in begun if spell.end < run.hours]
            started = mwh(sum(spell.most for spell in begun)) * run.parts
            found[name] = {
                "starts": len(begun),
                "started_mw": started,
                "start_cost": started * technology.start_cost_per_mw,
                "hours_up": sum(lengths) / len(lengths) if lengths else float("nan"),
                "too_short": sum(length < technology.minimum_up_hours for length in lengths),
            }
    return pd.DataFrame.from_dict(found, orient="index").rename_axis("tech")
