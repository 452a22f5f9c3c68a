"""Minimum outputs: condensing units alike all year, heating units higher in northern winters, the technology's own as before by a key."""

from __future__ import annotations

import pytest

from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.world.minimum import least_shares
from shengdian.regions.region import Region
from shengdian.sim.scenario import PlantSpec

BASE = load_config("base")
SIX = Region.load()
FLEET = build_scenario(BASE, "provincial", 1).plants
MONTHS = range(1, 13)


def own(zone: str) -> list[PlantSpec]:
    """The plants of a zone that are no imports."""
    return [plant for plant in FLEET if plant.zone == zone and plant.role == "plant"]


def test_shandong_heats_in_five_months_with_its_share_of_coal() -> None:
    found = [round(SIX.minimum_months["SD", "coal_600", month], 4) for month in MONTHS]
    winter = round(0.378 * 0.65 + 0.622 * 0.5, 4)
    assert found == [winter] * 3 + [0.5] * 7 + [winter] * 2


@pytest.mark.parametrize("code", ["GD", "AH", "SC", "JX"])
def test_provinces_without_winter_heating_have_the_condensing_minimum_all_year(code: str) -> None:
    assert {SIX.minimum_months[code, "coal_1000", month] for month in MONTHS} == {0.5}


def test_a_technology_with_a_higher_minimum_of_its_own_keeps_it() -> None:
    assert SIX.minimum_months["SD", "coal_small", 7] == SIX.technologies["coal_small"].minimum_share == 0.6
    assert SIX.minimum_months["SD", "coal_small", 1] == pytest.approx(0.378 * 0.65 + 0.622 * 0.6)


def test_what_does_not_heat_has_the_minimum_of_its_technology() -> None:
    found = least_shares(BASE, SIX, own("SD"), (1,))
    others = [plant for plant in own("SD") if SIX.technologies[plant.tech].fuel != "coal"]
    assert others
    assert all(found[plant.id] == SIX.technologies[plant.tech].minimum_share for plant in others)


def test_a_run_over_several_months_has_the_lowest_of_them() -> None:
    assert least_shares(BASE, SIX, own("SD"), (1, 7)) == least_shares(BASE, SIX, own("SD"), (7,))
    assert least_shares(BASE, SIX, own("SD"), (1, 2))["SD_coal_600_1"] > 0.5


def test_the_key_gives_back_the_technologys_minimum() -> None:
    config = override(BASE, {"region.minimum_output": "technology"})
    assert least_shares(config, SIX, own("SD"), (1,)) == {plant.id: SIX.technologies[plant.tech].minimum_share for plant in own("SD")}


@pytest.mark.parametrize("month", [1, 7])
def test_plants_of_a_world_run_at_their_minimum_or_above_it_and_higher_in_winter(month: int) -> None:
    minima = {}
    for key in ("seasonal", "technology"):
        world = build_scenario(override(BASE, {"time.month": month, "region.minimum_output": key}), "coupled", 1)
        minima[key] = {plant.id: plant.minimum for plant in world.plants if plant.zone == "SX" and plant.tech == "coal_600"}
        assert all(plant.minimum * 24 <= plant.contractible[0] for plant in world.plants)
    due = (0.205 * 0.65 + 0.795 * 0.5 if month == 1 else 0.5) / SIX.technologies["coal_600"].minimum_share
    for plant, least in minima["technology"].items():
        assert minima["seasonal"][plant] == pytest.approx(due * least, rel=1e-4)
