"""The designs and structures that a config names; a design of two stages may have a reading of its own, as "two_stage, physical"."""

from __future__ import annotations

from typing import Final

from shengdian.experiments.config.messages import no_repeats, one_of
from shengdian.experiments.config.presets import presets
from shengdian.experiments.schema import Config, Rulebook
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.types import READINGS
from shengdian.sim.designs import design_named, ranked
from shengdian.sim.designs.design import Design

READING: Final = "market.surplus_deficit"
PRESET: Final = "structure.preset"


def keys_of(word: str) -> dict[str, str]:
    """What an entry of `run.compare` says, value by full key: a structure, or a design, with its reading where given."""
    if word in presets():
        return {PRESET: word}
    design, _, reading = word.partition(", ")
    return {"run.design": design, **({READING: reading} if reading else {})}


def market_of(config: Rulebook) -> str:
    """What a run is, in the words of `run.compare`: its structure, or its design, with its reading where it has a second stage."""
    if isinstance(config, Config) and config.structure is not None:
        return config.structure.preset
    two = design_for(config, config.run.design).stages == 2
    return f"{config.run.design}, {config.market.surplus_deficit}" if two else config.run.design


def compared(config: Rulebook) -> tuple[str, ...]:
    """The designs that are run, in the order given; one may be there several times, with other readings. Structures bring their own."""
    asked = [keys_of(word).get("run.design") for word in config.run.compare]
    return tuple(design for design in asked if design is not None) or (config.run.design,)


def known_designs(config: Rulebook) -> list[str]:
    """Names of the package's designs and of the config's own."""
    return [*(each.name for each in ranked()), *(config.own_designs or {})]


def design_for(config: Rulebook, name: str) -> Design:
    """A design by its name; InputError for one of the config's own that no contract can do."""
    if name not in (config.own_designs or {}):
        return design_named(name)
    try:
        return Design(name, **(config.own_designs or {})[name].model_dump())
    except ValueError as error:
        raise InputError(f"design {name!r}: {error}") from error


def check(config: Rulebook) -> None:
    """Refuses designs of run.design and run.compare that do not exist or are there twice, and a reading where there is nothing to read."""
    known, words = known_designs(config), list[str]()
    one_of("run.design", config.run.design, known)
    for at, word in enumerate(config.run.compare):
        keys = keys_of(word)
        if PRESET in keys:
            words.append(word)
            continue
        design, reading = keys["run.design"], keys.get(READING)
        one_of(f"run.compare[{at}]", design, [*known, *presets()])
        two = design_for(config, design).stages == 2
        if reading and not two:
            raise InputError(f"run.compare[{at}] is {word!r}; design {design!r} has no second stage, so it should stand alone")
        if reading:
            one_of(f"run.compare[{at}], the reading of {design!r},", reading, READINGS)
        words.append(f"{design}, {reading or config.market.surplus_deficit}" if two else design)
    no_repeats("run.compare", words)
