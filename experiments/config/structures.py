"""A market structure becomes the other keys of a config: `[structure]` says what the market is, and no other key may say otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from shengdian.experiments.config.messages import one_of, sentence
from shengdian.experiments.config.presets import missing, presets
from shengdian.experiments.schema import SECTORS, Config
from shengdian.experiments.table import Table
from shengdian.regions.region import Region
from shengdian.sim.base.errors import InputError
from shengdian.structure import Structure

TABLE: Final = "structure"
DESIGNS: Final[Mapping[str, str]] = {
    "none": "provincial",
    "planned": "provincial",
    "contracts_first": "provincial",
    "two_stage": "two_stage",
    "corridor_matching": "corridor_matching",
    "implicit": "coupled",
    "surplus": "coupled",
}
"""`run.design` by what is traded between zones"""
MECHANISM_OF: Final[Mapping[str, str]] = {"zonal": "uniform", "one": "one-price"}
"""`market.mechanism` by price, where it is called otherwise"""
FACTORS: Final = ("u1_over_use", "u2_under_use", "k1_over_generation", "k2_under_generation")
"""of [settlement], all 1 where deviations pay one price; else as in base.toml, unless they are given"""


class _Holder(Table):
    """Keys of a structure, checked under their full names."""

    structure: Structure


def structure(asked: Any) -> Structure:
    """The structure that the table `[structure]` of a config stands for: its preset, and the keys that it gives itself.

    Raises InputError for an unknown preset, an unknown key, and a wrong value.
    """
    preset = asked.get("preset") if isinstance(asked, Mapping) else None
    if not isinstance(preset, str):
        raise InputError(f"structure.preset is missing; allowed: {', '.join(presets())}")
    one_of("structure.preset", preset, presets())
    try:
        return _Holder.model_validate({TABLE: _over(presets()[preset].keys, asked)}).structure
    except ValidationError as error:
        raise InputError(sentence(error, _Holder)) from error


def own_keys(found: Mapping[str, Any]) -> dict[str, Any]:
    """What a complete `[structure]` has otherwise than its preset, and the preset."""
    return {"preset": found["preset"], **_differences(presets()[found["preset"]].keys, found)}


def applied(values: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """The tables of a config with its structure complete, and with the keys that follow from it.

    `said` has the tables that one file or one override gives. What it says otherwise than the structure is refused with an InputError;
    what was said before, by another file or in base.toml, gives way.
    """
    if TABLE not in values:
        return dict(values)
    found = structure(values[TABLE])
    check(found)
    due = _decided(found)
    for key, value in due.items():
        given = _at(said, key)
        if given is not None and _plain(given) != _plain(value):
            raise InputError(
                f"{key} is {given!r}, but structure {found.preset!r} makes it {value!r}; leave {key} out, or change the structure"
            )
    content = {name: dict(table) if isinstance(table, Mapping) else table for name, table in values.items()}
    content[TABLE] = found.model_dump()
    for key, value in due.items():
        table, name = key.split(".")
        if isinstance(kept := content.setdefault(table, {}) if value is not None else content.get(table), dict):
            kept.pop(name, None) if value is None else kept.update({name: value})  # what is no table is refused with the config
    return content


def keys_of(found: Structure) -> dict[str, Any]:
    """The value of every other key that follows from a structure, by full key."""
    return {key: value for key, value in _decided(found).items() if value is not None}


def _decided(found: Structure) -> dict[str, Any]:
    """The same, with None for keys that are left out."""
    choice, wires = found.choice.model_dump(), found.network
    stamp = wires.rate if wires.rule in ("stamp", "point") else 0.0
    on_load = round(stamp * wires.on_load, 2)
    return {
        "run.design": DESIGNS[found.trade],
        "run.compare": [],
        "market.mechanism": _mechanism(found),
        "market.audit_margin": found.audit_margin if found.offers == "audited" and found.dispatch != "utility" else None,
        "contracts.share": 0.0 if found.contracts.kind == "none" else found.contracts.share,
        "contracts.form": found.contracts.form,
        "medium_term.trade": found.contracts.kind == "bilateral",
        "users.captive": [sector for sector in SECTORS if not choice[sector]],
        "users.choice": {sector: choice[sector] for sector in SECTORS if 0 < choice[sector] < 1} or None,
        "retailers.per_zone": found.retailers or None,
        "settlement.retail": "average_cost",
        "settlement.deviation": "none" if found.balancing == "none" else "pre_listed",
        "charges.load_per_mwh": on_load,
        "charges.generation_per_mwh": round(stamp - on_load, 2),
        "charges.asked": wires.rule == "point",
        "charges.capacity_per_mw_h": found.capacity,
        **(dict.fromkeys((f"settlement.{name}" for name in FACTORS), 1.0) if found.balancing == "one" else {}),
        **(_bilateral(found) if found.contracts.kind == "bilateral" else {}),
    }


def _bilateral(found: Structure) -> dict[str, Any]:
    """Agreements of the year before: for how much, who buys, and whether lines are reserved for them."""
    return {
        "medium_term.opened": found.contracts.share,
        "medium_term.distributors": True if found.buyers != "open" else None,
        **({} if found.trade == "contracts_first" else {"medium_term.lines_wanted": 0.0}),
    }


def _mechanism(found: Structure) -> str:
    """`market.mechanism`, by what the hour pays; where utilities dispatch, by what they trade."""
    if found.dispatch == "utility":
        return "own-first" if found.trade == "surplus" else "least-cost"
    return MECHANISM_OF.get(found.price, found.price)


DECIDED: Final = (
    *("run.design", "market.mechanism", "market.audit_margin", "contracts.share", "contracts.form", "medium_term.trade", "users.captive"),
    *("users.choice", "medium_term.opened", "medium_term.distributors", "medium_term.lines_wanted"),
    *("retailers.per_zone", "settlement.retail", "settlement.deviation", *(f"settlement.{name}" for name in FACTORS)),
    *("charges.load_per_mwh", "charges.generation_per_mwh", "charges.asked", "charges.capacity_per_mw_h"),
)
"""the keys that a structure may decide, but for run.compare, which is empty"""


def check(found: Structure) -> None:
    """Raises InputError with the first reason why a market cannot be like this, else with the first part of it that there is not yet."""
    for reason in contradictions(found):
        raise InputError(reason)
    for part in missing(found.model_dump()):
        raise InputError(f"structure {found.preset!r} cannot run yet: {part}")


def contradictions(found: Structure) -> Iterator[str]:
    """Why no market can be like this, a sentence each."""
    dispatch, price, buyers, kind = found.dispatch, found.price, found.buyers, found.contracts.kind
    free = any(found.choice.model_dump().values())
    orders = dispatch in ("pool", "self")
    if price == "one" and not orders:
        yield "structure.price is 'one', which needs dispatch 'pool' or 'self'"
    if price == "one" and found.trade != "implicit":
        yield f"structure.price is 'one', which is one price over all lines: trade should be 'implicit', not {found.trade!r}"
    if price != "tariff" and not orders:
        yield f"structure.dispatch is {dispatch!r}, where nobody orders and no hour has a price; price should be 'tariff'"
    if price == "tariff" and buyers not in ("utility", "single"):
        yield f"structure.price is 'tariff', which needs one seller to users: buyers 'utility' or 'single', not {buyers!r}"
    if (dispatch == "utility") != (buyers == "utility"):
        yield f"structure.dispatch is {dispatch!r} and buyers is {buyers!r}; a utility runs its plants and sells to its users, or neither"
    if dispatch == "equal" and buyers != "single":
        yield f"structure.dispatch is 'equal', which needs the buyer of a plan: buyers 'single', not {buyers!r}"
    if free and buyers != "open":
        yield f"structure.choice lets users choose, which needs buyers 'open', not {buyers!r}"
    if found.retailers and not free:
        yield f"structure.retailers is {found.retailers}, but structure.choice lets nobody choose"
    if found.markup and price != "tariff":
        yield f"structure.markup is {found.markup:g}, which needs price 'tariff'"
    if kind != "none" and found.contracts.form == "financial" and (dispatch != "pool" or price not in ("zonal", "one")):
        yield "structure.contracts.form is 'financial', which needs a price of the hour: dispatch 'pool' and price 'zonal' or 'one'"
    if dispatch == "self" and (kind == "none" or found.contracts.form != "physical"):
        yield "structure.dispatch is 'self', where plants run what they sold: contracts need a kind and form 'physical'"
    if (found.trade == "surplus") != (dispatch == "utility" and found.trade not in ("none", "implicit")):
        known = "utilities have 'none', 'surplus' or 'implicit'"
        yield f"structure.trade is {found.trade!r}, which dispatch {dispatch!r} does not know; {known}"
    if found.trade == "contracts_first" and (kind == "none" or found.contracts.form != "physical"):
        yield "structure.trade is 'contracts_first', which needs contracts with form 'physical'"
    if found.balancing != "none" and not orders:
        yield f"structure.balancing is {found.balancing!r}, but with dispatch {dispatch!r} nobody is answerable for a deviation"


def check_region(config: Config, region: Region) -> None:
    """Refuses a plan between zones that the structure does not have, and a structure whose plan the region does not have."""
    if config.structure is None:
        return
    zones, nodes = config.region.zones, (*config.region.zones, *region.hubs)
    ends = {line.line: (line.source_zone, line.target_zone) for line in region.lines}
    planned = any(set(ends[flow.line]) <= set(nodes) and set(ends[flow.line]) & set(zones) for flow in region.planned_flows)
    flows = planned and config.region.exchange != "none"
    if config.structure.dispatch == "utility" and config.region.exchange != "none":
        raise InputError("structure.dispatch is 'utility', whose plan has no fixed exchange yet; region.exchange should be 'none'")
    if config.structure.trade == "planned" and not flows:
        why = "region.exchange is 'none'" if planned else "the region has no planned_flows.csv"
        raise InputError(f"structure.trade is 'planned', but {why}: nothing is planned between its zones")
    if config.structure.trade in ("none", "contracts_first") and flows:
        raise InputError(
            f"structure.trade is {config.structure.trade!r}, but planned_flows.csv of the region has flows between its zones; "
            "region.exchange should be 'none'"
        )


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Tables inside are merged key by key, everything else is replaced."""
    found = dict(below)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(found.get(key), Mapping)
        found[key] = {**found[key], **value} if both else value
    return found


def _differences(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """What is to be laid over `below` to have `above`."""
    found = {}
    for key, value in below.items():
        other = above[key]
        if isinstance(value, Mapping):
            other = {name: other[name] for name in value if other[name] != value[name]}
        if other not in (value, {}):
            found[key] = other
    return found


def _at(tables: Mapping[str, Any], key: str) -> Any:
    table, name = key.split(".")
    found = tables.get(table)
    return found.get(name) if isinstance(found, Mapping) else None


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, list | tuple) else value
