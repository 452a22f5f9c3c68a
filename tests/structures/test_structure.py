"""`[structure]` says what a market is: presets, single keys, what follows from them, and what cannot be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from shengdian.cli import main
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.config.presets import missing, presets
from shengdian.experiments.config.structures import DECIDED, contradictions, keys_of, structure
from shengdian.experiments.results import welfare
from shengdian.experiments.results.variants import by_variant
from shengdian.experiments.runs.experiment import run_config
from shengdian.experiments.runs.sweep import points, run_sweep
from shengdian.sim.base.errors import InputError
from shengdian.sim.record.finished_run import load
from shengdian.structure import TEN, Structure
from tests.structures.worked import config_of, write

INSIDE = {"preset": "nordic", "contracts": {"kind": "bilateral"}}
WAITING = {"brazil", "commonwealth", "china_fundraising", "china_simulated", "china_separation"}
RUNS = set(presets()) - WAITING


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("region"))


def refusal(region: Path, **keys: Any) -> str:
    named = {f"structure.{key}" if key == "preset" else key.replace("__", "."): value for key, value in keys.items()}
    with pytest.raises(InputError) as caught:
        config_of(region, {"region.exchange": "none", **named})
    return str(caught.value).removeprefix("override: ")


def test_seventeen_presets_are_complete_and_no_market_contradicts_itself() -> None:
    assert len(presets()) == 17
    for name, preset in presets().items():
        assert preset.seed.endswith(".")
        assert preset.fact
        assert not list(contradictions(structure({"preset": name})))


def test_ten_keys_make_a_structure() -> None:
    assert TEN == ("dispatch", "offers", "price", "buyers", "choice", "contracts", "trade", "network", "capacity", "balancing")


def test_presets_that_run_are_these_and_the_others_say_what_they_wait_for() -> None:
    assert {name for name in presets() if list(missing(presets()[name].keys))} == WAITING


@pytest.mark.parametrize("preset", sorted(WAITING))
def test_a_preset_with_a_missing_part_is_refused_with_that_part(preset: str, region: Path) -> None:
    part = next(missing(presets()[preset].keys))
    assert refusal(region, preset=preset) == f"structure {preset!r} cannot run yet: {part}"


def test_other_keys_follow(region: Path) -> None:
    config = config_of(region, {"structure.preset": "commonwealth_gross", "region.exchange": "none"})
    assert (config.run.design, config.market.mechanism) == ("coupled", "uniform")
    assert (config.contracts.share, config.contracts.form, config.users.captive) == (0.8, "financial", ())
    assert config.charges is not None
    assert config.charges.model_dump() == {
        "load_per_mwh": 22.5,
        "generation_per_mwh": 7.5,
        "capacity_per_mw_h": 0.0,
        "asked": False,
        "points": None,
    }
    assert (config.settlement.deviation, config.settlement.u1_over_use, config.settlement.k1_over_generation) == ("pre_listed", 1.0, 1.0)


@pytest.mark.parametrize("preset", sorted(RUNS - {"china_2016", "india", "argentina"}))
def test_a_resolved_config_loads_again_as_it_is(preset: str, region: Path) -> None:
    config = config_of(region, {"structure.preset": preset, "region.exchange": "none"})
    assert override(config, {}) == config
    assert override(config, keys_of(structure({"preset": preset}))) == config


def test_a_key_of_the_structure_goes_before_its_preset(region: Path) -> None:
    given = {"structure.preset": "china_pilot", "structure.contracts.share": 0.7, "region.exchange": "none"}
    config = config_of(region, given)
    assert config.contracts.share == 0.7
    assert config.structure is not None
    assert config.structure.contracts.kind == "planned"


def test_another_preset_takes_its_place_and_own_keys_stay(region: Path) -> None:
    first = config_of(region, {"structure.preset": "american", "structure.network.rate": 40.0, "region.exchange": "none"})
    other = override(first, {"structure.preset": "china_pilot"})
    assert other == config_of(region, {"structure.preset": "china_pilot", "structure.network.rate": 40.0, "region.exchange": "none"})
    assert other.charges is not None
    assert (other.run.design, other.charges.load_per_mwh, other.settlement.deviation) == ("provincial", 40.0, "none")


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"contracts__share": 0.5}, "contracts.share is 0.5, but structure 'china_pilot' makes it 0.8; leave contracts.share out"),
        ({"run__design": "coupled"}, "run.design is 'coupled', but structure 'china_pilot' makes it 'provincial'"),
        ({"run__compare": ["coupled", "provincial"]}, "run.compare is ['coupled', 'provincial'], but structure 'china_pilot' makes it []"),
        ({"users__captive": ["residential"]}, "users.captive is ['residential'], but structure 'china_pilot' makes it ['industry',"),
        ({"charges__load_per_mwh": 1.0}, "charges.load_per_mwh is 1.0, but structure 'china_pilot' makes it 30.0"),
    ],
)
def test_a_key_that_contradicts_the_structure_is_refused(keys: Mapping[str, Any], sentence: str, region: Path) -> None:
    assert refusal(region, preset="china_pilot", **keys).startswith(sentence)


def test_a_key_that_contradicts_the_structure_of_an_earlier_file_is_refused(region: Path) -> None:
    config = config_of(region, {"structure.preset": "china_pilot", "region.exchange": "none"})
    with pytest.raises(InputError, match=r"contracts\.share is 0\.5, but structure 'china_pilot' makes it 0\.8"):
        override(config, {"contracts.share": 0.5})


def test_a_structure_goes_before_what_an_earlier_file_said(region: Path) -> None:
    plain = override(config_of(region, {"region.exchange": "none"}), {"contracts.share": 0.5, "run.compare": ["provincial", "coupled"]})
    config = override(plain, {"structure.preset": "china_pilot"})
    assert (config.contracts.share, config.run.compare) == (0.8, ())


def test_a_file_may_not_contradict_itself(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[structure]\npreset = "seed_two_level"\n[contracts]\nform = "financial"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.toml: contracts\.form is 'financial', but structure 'seed_two_level' makes it 'physical'"):
        load_config(file)
    file.write_text('[structure]\npreset = "seed_two_level"\n', encoding="utf-8")
    assert load_config(file).run.design == "two_stage"


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"preset": "chinapilot"}, "structure.preset is 'chinapilot'; allowed: american, "),
        ({"preset": "china_pilot", "structure__dispach": "pool"}, "unknown key structure.dispach; allowed here: preset, dispatch,"),
        ({"preset": "china_pilot", "structure__trade": "some"}, "structure.trade is 'some'; allowed: none, planned,"),
        ({"preset": "china_pilot", "structure__network": 3}, "structure.network is 3; it should be a table"),
        ({"structure__trade": "none"}, "structure.preset is missing; allowed: american, "),
        ({"preset": "china_pilot", "contracts": 3}, "contracts is 3; it should be a table"),
    ],
)
def test_what_is_wrong_with_a_structure_is_a_sentence(keys: Mapping[str, Any], sentence: str, region: Path) -> None:
    assert refusal(region, **keys).startswith(sentence)


@pytest.mark.parametrize(
    ("preset", "keys", "sentence"),
    [
        ("china_monopoly", {"price": "one"}, "structure.price is 'one', which needs dispatch 'pool' or 'self'"),
        ("china_monopoly", {"price": "zonal"}, "structure.dispatch is 'utility', where nobody orders and no hour has a price"),
        ("american", {"price": "tariff"}, "structure.price is 'tariff', which needs one seller to users"),
        ("american", {"buyers": "utility"}, "structure.dispatch is 'pool' and buyers is 'utility'"),
        ("china_separation", {"buyers": "open"}, "structure.price is 'tariff', which needs one seller to users"),
        ("china_pilot", {"choice.industry": 1.0}, "structure.choice lets users choose, which needs buyers 'open', not 'single'"),
        ("china_pilot", {"retailers": 2}, "structure.retailers is 2, but structure.choice lets nobody choose"),
        ("china_pilot", {"markup": 50.0}, "structure.markup is 50, which needs price 'tariff'"),
        ("american", {"price": "pay-as-bid"}, "structure.contracts.form is 'financial', which needs a price of the hour"),
        ("commonwealth", {"contracts.form": "financial"}, "structure.contracts.form is 'financial', which needs a price of the hour"),
        ("commonwealth", {"contracts.kind": "none"}, "structure.dispatch is 'self', where plants run what they sold"),
        ("china_pilot", {"trade": "surplus"}, "structure.trade is 'surplus', which dispatch 'pool' does not know"),
        ("american", {"trade": "contracts_first"}, "structure.trade is 'contracts_first', which needs contracts with form 'physical'"),
        ("japan", {"balancing": "two"}, "structure.balancing is 'two', but with dispatch 'utility' nobody is answerable"),
    ],
)
def test_a_market_that_makes_no_sense_or_has_a_missing_part_is_refused(
    preset: str, keys: Mapping[str, Any], sentence: str, region: Path
) -> None:
    assert refusal(region, preset=preset, **{f"structure__{key.replace('.', '__')}": value for key, value in keys.items()}).startswith(
        sentence
    )


def test_a_plan_between_zones_goes_with_trade_by_plan_alone(region: Path, tmp_path: Path) -> None:
    assert refusal(region, preset="china_2016", region__exchange="monthly") == (
        "structure.trade is 'planned', but the region has no planned_flows.csv: nothing is planned between its zones"
    )
    planned = write(tmp_path, planned_flows="line,direction,month,mw\nA-B,forward,7,90\n")
    assert "structure.trade is 'planned', but region.exchange is 'none'" in refusal(planned, preset="china_2016")
    assert "structure.trade is 'none', but planned_flows.csv of the region has" in refusal(
        planned, preset="china_pilot", region__exchange="monthly"
    )


def test_presets_are_swept_side_by_side(region: Path) -> None:
    config = config_of(region, {"sweep.grid": {"structure.preset": ["china_pilot", "american"]}, "region.exchange": "none"})
    assert [point["structure.preset"] for point in points(config)] == ["china_pilot", "american"]


def test_runs_side_by_side_are_named_by_their_structure_and_gain_in_all_what_cost_does_not_take(region: Path, tmp_path: Path) -> None:
    names = ["china_pilot", "china_regional", "american"]
    config = config_of(region, {"sweep.grid": {"structure.preset": names}, "region.exchange": "none"})
    table, failures = run_sweep(config, tmp_path)
    assert not failures
    rows = pd.read_parquet(table)
    assert dict(zip(rows["structure.preset"], rows["generation_cost"], strict=True)) == {
        "china_pilot": 292_580.0,
        "china_regional": 274_940.0,
        "american": 220_000.0,
    }
    runs = [load(tmp_path / name) for name in rows["run_id"]]
    assert list(by_variant(runs)) == names
    gains = welfare.decomposition(runs)["all"][""]
    assert [entry["difference"] for entry in gains.values()] == [None, 292_580.0 - 274_940.0, 292_580.0 - 220_000.0]


def test_one_key_of_a_structure_that_differs_is_named_beside_the_preset(region: Path, tmp_path: Path) -> None:
    runs = []
    for share in (0.5, 0.8):
        keys = {"structure.preset": "china_pilot", "structure.contracts.share": share, "region.exchange": "none"}
        runs.append(load(run_config(config_of(region, keys), tmp_path)[0]))
    assert list(by_variant(runs)) == ["china_pilot, structure.contracts.share=0.5", "china_pilot"]


def test_a_structure_decides_these_keys_alone() -> None:
    asked = [*({"preset": name} for name in RUNS), {"preset": "american", "retailers": 2, "choice": {"commerce": 0.5}}, INSIDE]
    found = {key for each in asked for key in keys_of(structure(each))}
    assert found == {*DECIDED, "run.compare"}


def test_list_explains_every_key_and_every_preset(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "structures"]) == 0
    said = capsys.readouterr().out
    for key in Structure.model_fields.keys() - {"preset"}:
        assert len(re.findall(rf"^  {key} +\w+ \w+", said, re.MULTILINE)) == 1
        assert len(re.findall(rf"^    {key} +\w", said, re.MULTILINE)) == len(presets())
    for name, preset in presets().items():
        line = re.search(rf"^  {name} +(.*)$", said, re.MULTILINE)
        assert line
        assert line[1].startswith(preset.seed)
        assert ("Cannot run yet" in line[1]) == (name not in RUNS)
        assert f"    from                     {preset.fact}\n" in said
        assert not preset.aside or f"    leaves out               {preset.aside}\n" in said


def test_list_of_a_kind_that_there_is_not_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "structure"]) != 0
    assert "did you mean 'structures'?" in capsys.readouterr().err


# --- the guide -----------------------------------------------------------------------------------------------------------------

GUIDE = (Path(__file__).parents[2] / "docs" / "guide" / "structures.md").read_text(encoding="utf-8")


def table(head: str) -> list[list[str]]:
    """The cells of the guide's table that begins with `head`."""
    lines = GUIDE[GUIDE.index(f"| {head} |") :].partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_guide_says_which_presets_run_and_what_others_wait_for() -> None:
    rows = {name.strip("`"): (runs, waits) for name, runs, waits in table("preset")}
    assert list(rows) == list(presets())
    for name, (runs, waits) in rows.items():
        parts = [
            part.partition(" are missing")[0].partition(" is missing")[0].partition(" ('")[0] for part in missing(presets()[name].keys)
        ]
        assert (runs, waits) == ("" if parts else "yes", "; ".join(parts))


def test_guide_has_the_ten_keys_in_order() -> None:
    assert [re.findall(r"`(\w+)`", key)[0] for key, *_ in table("key")] == list(TEN)
