"""What a config must satisfy beyond the type of each key. Every function raises InputError with a sentence that names the full key."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from agents import strategies
from experiments import network, tables
from sim.errors import InputError

if TYPE_CHECKING:
    from experiments.schema import Config


def check(config: Config) -> None:
    """All of them, in the order of the file."""
    market(config)
    provinces(config)
    users(config)
    used_strategies(config)
    plants(config)
    network.lines(config)
    outages(config)
    medium_term(config)
    sweep(config)


def one_of(key: str, value: str, allowed: Iterable[str]) -> None:
    """Refuses a `value` that is not allowed, and names the nearest that is."""
    words = list(allowed)
    if value not in words:
        near = difflib.get_close_matches(value, words, n=1, cutoff=0.5)
        raise InputError(f"{key} is {value!r}; allowed: {', '.join(words)}" + (f"; did you mean {near[0]!r}?" if near else ""))


def no_repeats(key: str, values: Iterable[object]) -> None:
    words = list(values)
    for at, word in enumerate(words):
        if word in words[:at]:
            raise InputError(f"{key} names {word!r} twice; each may appear once")


def market(config: Config) -> None:
    floor, cap = config.market.price_floor_cny_mwh, config.market.price_cap_cny_mwh
    if cap <= floor:
        raise InputError(f"market.price_cap_cny_mwh is {cap}; it should be greater than market.price_floor_cny_mwh, {floor}")


def provinces(config: Config) -> None:
    for at, code in enumerate(config.region.provinces):
        one_of(f"region.provinces[{at}]", code, tables.PROVINCES)
    no_repeats("region.provinces", config.region.provinces)
    no_repeats("run.seeds", config.run.seeds)
    no_repeats("run.compare", config.run.compare)


def users(config: Config) -> None:
    shares = config.users.load_share.model_dump()
    if abs(sum(shares.values()) - 1) > 1e-9:
        raise InputError(f"users.load_share sums to {sum(shares.values()):g}; it should sum to 1")
    for sector, count in config.users.count.model_dump().items():
        if count == 0 and shares[sector] > 0:
            raise InputError(f"users.count.{sector} is 0; it should be 1 or more, as users.load_share.{sector} is {shares[sector]:g}")


def used_strategies(config: Config) -> None:
    for key in type(config.strategies).model_fields:
        chosen = getattr(config.strategies, key)
        side: strategies.Kind = "plant" if key == "plants" else "user"
        if "." not in chosen.name:
            one_of(f"strategies.{key}.name", chosen.name, strategies.names(side))
        try:
            strategies.parameters(chosen.name, chosen.parameters)
        except InputError as error:
            raise InputError(f"strategies.{key}.parameters: {error}") from error


def plant_ids(config: Config) -> list[str]:
    """Of every plant that takes part."""
    rows = [row for row in tables.table("plants") if row["code"] in config.region.provinces]
    fleet = [row["plant"] for row in rows if row["technology"] != tables.LEFT_OUT]
    return [*fleet, *(plant.id for plant in config.plants)]


def plants(config: Config) -> None:
    for at, plant in enumerate(config.plants):
        one_of(f"plants[{at}].province", plant.province, config.region.provinces)
        one_of(f"plants[{at}].technology", plant.technology, tables.technologies())
    no_repeats("plants", plant_ids(config))


def outages(config: Config) -> None:
    for at, outage in enumerate(config.outages):
        if outage.plant not in (ids := plant_ids(config)):
            near = difflib.get_close_matches(outage.plant, ids, n=3, cutoff=0.3)
            hint = f"; near: {', '.join(near)}" if near else ""
            raise InputError(f"outages[{at}].plant is {outage.plant!r}; no plant has this id{hint}; ids: see experiments/data/plants.csv")
        if outage.to_hour <= outage.from_hour:
            raise InputError(f"outages[{at}].to_hour is {outage.to_hour}; it should be greater than from_hour, {outage.from_hour}")


def medium_term(config: Config) -> None:
    terms = config.medium_term
    for key in ("technologies", "line_technologies"):
        for at, name in enumerate(getattr(terms, key)):
            one_of(f"medium_term.{key}[{at}]", name, tables.technologies())
    for key in ("keeps", "saves", "central_keeps", "central_saves"):
        low, high = getattr(terms, key)
        if low > high:
            raise InputError(f"medium_term.{key} is [{low:g}, {high:g}]; the first should not be greater than the second")
    shares = terms.line_opened
    if not shares.annual <= shares.monthly <= shares.within_month:
        given = f"{shares.annual:g}, {shares.monthly:g} and {shares.within_month:g}"
        raise InputError(f"medium_term.line_opened is {given} (annual, monthly, within_month); none should be less than the one before")
    no_repeats("medium_term.provinces", [opening.province for opening in terms.provinces])
    for at, opening in enumerate(terms.provinces):
        where = f"medium_term.provinces[{at}]"
        one_of(f"{where}.province", opening.province, config.region.provinces)
        no_repeats(f"{where}.central_months", opening.central_months)
        total = opening.annual + opening.monthly + opening.central_share + opening.listing
        if abs(total - 1) > 1e-9:
            raise InputError(f"{where} has annual, monthly, central_share and listing that sum to {total:g}; they should sum to 1")
        if opening.central_share and opening.central == "none":
            raise InputError(f"{where}.central_share is {opening.central_share:g}; it should be 0 where central is 'none'")


def sweep(config: Config) -> None:
    values = config.resolved()
    for key in config.sweep:
        table: object = values
        for part in key.split("."):
            if not isinstance(table, dict) or part not in table:
                known = list(table) if isinstance(table, dict) else []
                near = difflib.get_close_matches(part, known, n=1, cutoff=0.5)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise InputError(f"sweep.{key}: there is no key {key}; allowed in place of {part!r}: {', '.join(known) or 'nothing'}{hint}")
            table = table[part]
