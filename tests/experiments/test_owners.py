"""Owners of plants: who owns what, which configs may have them, and that they go through a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from shengdian.experiments.config.loading import load_config
from shengdian.experiments.runs.one_run import run_single
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.schema import Config
from shengdian.sim.base.errors import InputError
from shengdian.sim.record.finished_run import load

LEARNING = '[strategies.plants]\nname = "roth_erev"\nparameters = {actions = 3}\n'


def config(folder: Path, owners: int, more: str = LEARNING, hours: int = 2) -> Config:
    path = folder / "owned.toml"
    small = '[region]\nzones = ["JX"]\n[users.count]\nindustry = 1\ncommerce = 1\nresidential = 1\n'
    path.write_text(f'[run]\nchain = "mirror"\ndesign = "provincial"\nhours = {hours}\n{small}[strategies]\nowners = {owners}\n{more}')
    return load_config(path)


def test_plants_are_dealt_to_owners_in_turn(tmp_path: Path) -> None:
    plants = build_scenario(config(tmp_path, 2), "provincial", 1).plants
    assert [plant.owner for plant in plants] == ["JX_owner_1", "JX_owner_2"] * 4 + ["JX_owner_1"]


def test_without_owners_every_plant_decides_for_itself(tmp_path: Path) -> None:
    assert {plant.owner for plant in build_scenario(config(tmp_path, 0), "provincial", 1).plants} == {""}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", "strategies.owners is 2, for which strategies.plants.name should be q_learning or roth_erev; it is 'marginal_cost'"),
        (
            LEARNING + '[[strategies.own]]\nplant = "JX_wind_1"\nname = "marginal_cost"\nparameters = {}\n',
            "strategies.own should then be empty",
        ),
    ],
)
def test_owners_whom_nobody_can_decide_for_are_refused(more: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        config(tmp_path, 2, more)
    assert said in str(refused.value)


def test_owners_are_refused_under_day_ahead_orders(tmp_path: Path) -> None:
    path = tmp_path / "ahead.toml"
    path.write_text(f'[run]\ndesign = "day_ahead"\n[strategies]\nowners = 2\n{LEARNING}')
    with pytest.raises(InputError, match=r"strategies\.owners is 2, which design 'day_ahead' cannot use"):
        load_config(path)


def test_an_owner_s_memory_is_listed_once_and_survives_a_stop(tmp_path: Path) -> None:
    asked, hours = config(tmp_path, 2, hours=30), []

    def stop(more: int, before: bool) -> None:
        hours.append(more)
        if len(hours) == 26:
            raise KeyboardInterrupt

    whole = load(run_single(asked, tmp_path / "whole"))
    with pytest.raises(KeyboardInterrupt):
        run_single(asked, tmp_path / "stopped", stop)
    again = load(run_single(asked, tmp_path / "stopped", resume=True))
    assert again.manifest["digest"] == whole.manifest["digest"]
    assert set(whole.tables["learning"].iloc[:, 1]) == {"JX_coal_100_1", "JX_coal_300_1"}
