"""Plants of one owner decide as one: they share what they remember, and are told of each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from shengdian.agents.plant import PowerPlant


def join(plants: Sequence[PowerPlant]) -> None:
    """Gives the plants of every owner one memory; plants without an owner keep their own."""
    owners: dict[str, list[PowerPlant]] = defaultdict(list)
    for plant in plants:
        if plant.spec.owner:
            owners[plant.spec.owner].append(plant)
    for owned in owners.values():
        specs = tuple(plant.spec for plant in owned)
        for plant in owned:
            plant.me, plant.partners = replace(plant.me, state=owned[0].me.state, owned=specs), owned
