"""Mutants that change nothing anybody can see, each with the reason: `equivalent.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from evidence.mutation.campaign import ALIVE, Outcomes


@dataclass(frozen=True, slots=True)
class Equivalent:
    source: str
    function: str
    before: str
    after: str
    places: tuple[int, ...] | None
    """which of equal changes in the function, from 0; None for all of them"""
    why: str


def equivalents() -> list[Equivalent]:
    """All that are argued."""
    raw = tomllib.loads(Path(__file__).with_name("equivalent.toml").read_text(encoding="utf-8"))
    found = []
    for source, entries in raw.items():
        for each in entries:
            places = tuple(each["places"]) if "places" in each else None
            found.append(Equivalent(source, each["function"], each["before"], each["after"], places, each["why"]))
    return found


def refuted(outcomes: Outcomes, known: list[Equivalent]) -> list[str]:
    """What is wrong with the reasons, a sentence each: their mutant was killed, or is not among those of its source."""
    found = []
    for each in known:
        tried = [kept for name, kept in outcomes.items() if name.split()[0] == each.source]
        matching = {key: outcome for kept in tried for key, outcome in kept.items() if why(key, [each])}
        if tried and not matching:
            found.append(f"{each.source}: no such mutant in {each.function}: {each.before} to {each.after}")
        found.extend(f"not equivalent: {key}: {outcome}" for key, outcome in matching.items() if outcome not in ALIVE)
    return found


def why(key: str, known: list[Equivalent]) -> str:
    """Why the mutant of this key (Mutant.key) is equivalent; empty where nobody says so."""
    source, function, rest = key.split(" | ", 2)
    change, _, place = rest.rpartition(" | ")
    for each in known:
        if (each.source, each.function, f"{each.before} ~> {each.after}") == (source, function, change) and (
            each.places is None or int(place) in each.places
        ):
            return each.why
    return ""
