"""Runs by what they differ in: a variant is what remains the same when only the seed changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from shengdian.sim.base.errors import InputError
from shengdian.sim.designs import ranked
from shengdian.sim.record.finished_run import Run

PAIRED: Final = ("run.seeds", "run.compare", "run.chain")
"""keys in which runs of one variant may differ"""
SAME: Final = ("name", "run.hours", "run.start", "region.provinces")
"""keys in which compared runs may not differ"""


def flat(values: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Every full key with its value."""
    for key, value in values.items():
        full = f"{path}.{key}" if path else key
        if isinstance(value, Mapping) and value:
            yield from flat(value, full)
        else:
            yield full, value


def by_variant(runs: Sequence[Run]) -> dict[str, dict[int, Run]]:
    """Runs by label and seed: the design where only that differs, else `key=value` of every key that does.

    Every run is given its label. Designs stand in their order, other variants in the order given; the first is the base of comparisons.
    Raises InputError for no run, for runs that are not of one experiment over the same hours, and for two of the same variant and seed.
    """
    if not runs:
        raise InputError("no run directory given")
    first, worlds = runs[0], [dict(flat(run.config)) for run in runs]
    keys = list(dict.fromkeys(key for world in worlds for key in world))
    differing = [key for key in keys if key not in PAIRED and any(world.get(key) != worlds[0].get(key) for world in worlds)]
    for key in SAME:
        if key in differing:
            other = next(run for run, world in zip(runs, worlds, strict=True) if world.get(key) != worlds[0].get(key))
            raise InputError(f"{first.directory} and {other.directory} are not comparable: {key} differs")
    others = [key for key in differing if key != "run.design" and not _follows(key, differing)]
    designed = not others or any(run.design != first.design for run in runs)
    found: dict[str, dict[int, Run]] = {}
    for run, world in sorted(zip(runs, worlds, strict=True), key=lambda each: (_order(each[0].design), each[0].seed)):
        label = ", ".join(([run.design] if designed else []) + [f"{key}={world.get(key, '-')}" for key in others])
        seeds = found.setdefault(label, {})
        if run.seed in seeds:
            raise InputError(f"{seeds[run.seed].directory} and {run.directory} are the same variant and seed; give one of them")
        seeds[run.seed] = run
        run.label = label
    return found


def _follows(key: str, differing: Sequence[str]) -> bool:
    """Whether `key` is a parameter of something that differs itself."""
    above, found, _ = key.partition(".parameters")
    return bool(found) and f"{above}.name" in differing


def _order(design: str) -> tuple[int, str]:
    names = [each.name for each in ranked()]
    return (names.index(design) if design in names else len(names), design)
