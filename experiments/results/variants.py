"""Runs by what they differ in: a variant is what remains the same when only the seed changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from shengdian.experiments.config.designs import READING
from shengdian.experiments.config.structures import DECIDED, TABLE, own_keys
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.types import READINGS
from shengdian.sim.designs import design_named, design_names, ranked
from shengdian.sim.record.finished_run import Run

PAIRED: Final = ("run.seeds", "run.compare", "run.chain")
"""keys in which runs of one variant may differ"""
SAME: Final = ("name", "run.hours", "run.start", "region.zones")
"""keys in which compared runs may not differ"""


def flat(values: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Every full key with its value."""
    for key, value in values.items():
        full = f"{path}.{key}" if path else key
        if isinstance(value, Mapping) and value:
            yield from flat(value, full)
        else:
            yield full, value


def currency(runs: Sequence[Run]) -> str:
    """The label of money in all of the runs. Raises InputError where they have several."""
    found = list(dict.fromkeys(run.currency for run in runs))
    if len(found) > 1:
        raise InputError(f"the runs have money in {' and '.join(found)}; give runs of one currency")
    return found[0]


def by_variant(runs: Sequence[Run]) -> dict[str, dict[int, Run]]:
    """Runs by label and seed: the design where only that differs, with its reading as in `run.compare` where runs of two stages differ in
    it, and `key=value` of every other key that does. Where market structures differ: the preset, and every key that it is not itself in.

    Every run is given its label. Designs and readings stand in their order, other variants and structures in the order given; the first is
    the base of comparisons.
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
    structures = _structures(runs)
    if structures:
        others = [key for key in differing if not key.startswith(f"{TABLE}.") and key not in DECIDED and not _follows(key, differing)]
        return _labelled(runs, [", ".join([name, *_said(world, others)]) for name, world in zip(structures, worlds, strict=True)])
    others = [key for key in differing if key not in ("run.design", READING) and not _follows(key, differing)]
    designed = not others or READING in differing or any(run.design != first.design for run in runs)
    ordered, labels = [], []
    for run, world in sorted(zip(runs, worlds, strict=True), key=lambda each: (_order(*each), each[0].seed)):
        readings = {other.get(READING) for each, other in zip(runs, worlds, strict=True) if each.design == run.design}
        read = len(readings) > 1 or (READING in differing and _stages(run.design, world) == 2)
        market = f"{run.design}, {world.get(READING, '-')}" if read else run.design
        ordered.append(run)
        labels.append(", ".join([*([market] if designed else []), *_said(world, others)]))
    return _labelled(ordered, labels)


def _said(world: Mapping[str, Any], keys: Sequence[str]) -> list[str]:
    return [f"{key}={world.get(key, '-')}" for key in keys]


def _labelled(runs: Sequence[Run], labels: Sequence[str]) -> dict[str, dict[int, Run]]:
    """Runs by label and seed, each given its label."""
    found: dict[str, dict[int, Run]] = {}
    for run, label in zip(runs, labels, strict=True):
        seeds = found.setdefault(label, {})
        if run.seed in seeds:
            raise InputError(f"{seeds[run.seed].directory} and {run.directory} are the same variant and seed; give one of them")
        seeds[run.seed] = run
        run.label = label
    return found


def _structures(runs: Sequence[Run]) -> list[str]:
    """By run, its structure: the preset, and what is otherwise in it and not in all runs; none where structures are the same, or some runs
    have none."""
    tables = [run.config[TABLE] for run in runs if TABLE in run.config]
    if len(tables) < len(runs) or all(table == tables[0] for table in tables):
        return []
    own = [{key: value for key, value in flat(own_keys(table), TABLE) if key != f"{TABLE}.preset"} for table in tables]
    said = [[f"{key}={value}" for key, value in each.items() if any(other.get(key) != value for other in own)] for each in own]
    return [", ".join([table["preset"], *words]) for table, words in zip(tables, said, strict=True)]


def _follows(key: str, differing: Sequence[str]) -> bool:
    """Whether `key` is a parameter of something that differs itself."""
    above, found, _ = key.partition(".parameters")
    return bool(found) and f"{above}.name" in differing


def _stages(design: str, world: Mapping[str, Any]) -> int:
    own = world.get(f"own_designs.{design}.stages", 1)
    return design_named(design).stages if design in design_names() else int(own)


def _order(run: Run, world: Mapping[str, Any]) -> tuple[int, str, int]:
    """Of designs: by rank, those of a user's own by name after the package's; then by reading."""
    names, reading = [each.name for each in ranked()], world.get(READING)
    place = names.index(run.design) if run.design in names else len(names)
    return place, run.design, READINGS.index(reading) if reading in READINGS and _stages(run.design, world) == 2 else 0
