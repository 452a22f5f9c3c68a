"""Names are names: technologies, plants, users and exchanges may be called anything, and nothing is read off how they are spelled."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import pandas as pd
import pytest

from shengdian import agents
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.results.metrics import summarise
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.schema import Config
from shengdian.regions.region import Region
from shengdian.sim.model import Model
from shengdian.sim.record.run_writer import RunWriter
from shengdian.sim.record.tables import SCHEMAS
from shengdian.sim.scenario import Scenario
from tests.golden.cases import AGREED, COLLATERAL, ERRORS
from tests.test_imports import INSTALLED, name_of

KEYS = {
    "region.zones": ["GD", "SX", "SD", "AH"],
    "region.network": "legs",
    "run.hours": 3,
    "run.design": "two_stage",
    **ERRORS,
    **AGREED,
    **COLLATERAL,
    "collateral.defaults": ["SX_industry_1"],
}
"""every kind of supply, exchanges of all forms, failing units, meters that are settled and a user that does not pay"""
TECHNOLOGIES = list(Region.load().technologies)
SPELLED = re.compile(r"coal|gas_|nuclear|hydro|wind|solar|pumped|run_of_river|_?exchange|_?supplier|_plant|_user")
"""beginnings and ends of names that would tell what something is"""
PARTING = ("startswith", "endswith", "removeprefix", "removesuffix", "split", "partition", "rpartition")


def asked(name: str = "base") -> Config:
    return override(load_config(name), KEYS)


# --- the data -------------------------------------------------------------------------------------------------------------------------


def anonymous(folder: Path) -> dict[str, str]:
    """Writes the six provinces with meaningless names of technologies; gives the new name by the old one."""
    new = {name: f"t{place}" for place, name in enumerate(TECHNOLOGIES)}
    copytree(Region.load().folder, folder)
    for path in folder.glob("*.csv"):
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join(",".join(new.get(cell, cell) for cell in line.split(",")) for line in lines) + "\n", encoding="utf-8")
    return new


def test_technologies_of_the_data_may_be_called_anything(tmp_path: Path) -> None:
    config = asked()
    due = build_scenario(config, "two_stage", 1)
    assert {plant.tech for plant in due.plants} > {"nuclear", "wind", "solar", "hydro_reservoir", "hydro_run_of_river", "exchange"}
    new = anonymous(tmp_path / "own")
    own = tmp_path / "own" / "technologies.csv"
    errors = {f",{new[name]},#": f",{name},#" for name in ("wind", "solar")}  # the column error names keys of a config
    text = own.read_text(encoding="utf-8")
    for wrong, right in errors.items():
        text = text.replace(wrong, right)
    own.write_text(text, encoding="utf-8")
    sellers = {
        f"medium_term.{key}": [new[name] for name in getattr(config.medium_term, key)] for key in ("technologies", "line_technologies")
    }
    other = override(config, {"region.path": str(tmp_path / "own"), "region.zones": KEYS["region.zones"], **sellers})
    found = build_scenario(other, "two_stage", 1)
    plants = tuple(replace(plant, tech=new.get(plant.tech, plant.tech)) for plant in due.plants)
    assert replace(found, config={}) == replace(due, plants=plants, config={})


# --- a run ----------------------------------------------------------------------------------------------------------------------------


def renamed(world: Scenario) -> tuple[Scenario, Mapping[str, str]]:
    """The world with meaningless names of everything but provinces; the old name by the new one."""
    old = [*(plant.id for plant in world.plants), *(user.id for user in world.users), *(each.id for each in world.exchanges)]
    old += sorted({plant.tech for plant in world.plants} | {plant.owner for plant in world.plants if plant.owner})
    new = {name: f"n{place}" for place, name in enumerate(old)}
    return replace(
        world,
        plants=tuple(replace(each, id=new[each.id], tech=new[each.tech], owner=new.get(each.owner, "")) for each in world.plants),
        users=tuple(replace(each, id=new[each.id]) for each in world.users),
        exchanges=tuple(replace(each, id=new[each.id]) for each in world.exchanges),
        collateral=world.collateral and replace(world.collateral, defaults=tuple(new[name] for name in world.collateral.defaults)),
    ), {after: before for before, after in new.items()}


def run(world: Scenario, folder: Path, old: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Summary and tables of a run on the twins, with the `old` names."""
    with RunWriter(folder, "run", {}) as writer:
        model = Model(world, agents.build, on_block=writer.block, on_hour=writer.table_writer.hour)
        writer.begin_chain(model.chain.chain_id, {}, {})
        for _ in range(world.hours):
            model.step_hour()
        tables = writer.tables()
        frames = {name: tables[name].drop(columns="transaction", errors="ignore") for name in SCHEMAS if name != "learning"}
        summary = summarise(tables, world.hours, writer.facts())
    for frame in frames.values():
        for column in frame.select_dtypes(["object", "category", "string"]).columns:
            frame[column] = ["/".join(old.get(part, part) for part in str(text).split("/")) for text in frame[column]]
    return {"_".join(old.get(part, part) for part in key.split("_")): value for key, value in summary.items()}, frames


def test_a_run_is_the_same_whatever_its_plants_users_and_exchanges_are_called(tmp_path: Path) -> None:
    world = replace(build_scenario(asked(), "two_stage", 1), chain="mirror")
    other, old = renamed(world)
    due, tables = run(world, tmp_path / "named", {})
    found, others = run(other, tmp_path / "renamed", old)
    assert due["curtailed_mwh"] is not None
    assert due["co2_t"] > 0
    assert found == due
    assert len(tables["defaults"]) > 0
    assert set(tables["generation"]["role"]) == {"plant", "exchange"}
    assert set(tables["load"]["role"]) == {"user", "exchange"}
    for name, table in tables.items():
        pd.testing.assert_frame_equal(others[name], table, obj=name)


# --- the code -------------------------------------------------------------------------------------------------------------------------


def spellings(text: str) -> list[str]:
    """Texts of a file that name a technology, or that a name is taken apart by to see what it stands for."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and node.value in TECHNOLOGIES:
            found.append(str(node.value))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in PARTING:
            words = [part.value for each in node.args for part in ast.walk(each) if isinstance(part, ast.Constant)]
            found += [word for word in words if isinstance(word, str) and SPELLED.match(word)]
        if isinstance(node, ast.Compare) and any(isinstance(part, ast.In | ast.NotIn) for part in node.ops):
            word = node.left.value if isinstance(node.left, ast.Constant) else None
            found += [word] if isinstance(word, str) and SPELLED.match(word) else []
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (like := re.search(r"like '%?([a-z_]+)%?'", node.value)):
            found += [like[1]] if SPELLED.match(like[1]) else []
    return found


@pytest.mark.parametrize("path", INSTALLED, ids=name_of)
def test_no_file_reads_what_something_is_off_its_name(path: Path) -> None:
    assert not spellings(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "line",
    [
        'tech.startswith(("coal", "gas_"))',
        'name.endswith("_exchange")',
        'user.startswith(f"{zone}_exchange")',
        'tech == "nuclear"',
        '"hydro" in tech',
        "sql = \"trader not like '%_supplier'\"",
    ],
)
def test_such_a_line_would_be_found(line: str) -> None:
    assert spellings(line)
