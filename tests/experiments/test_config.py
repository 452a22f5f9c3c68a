"""Whatever is wrong with a config is one sentence that names file, key and what is allowed."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from shengdian.experiments.config.loading import CONFIGS, load_config, names, override
from shengdian.sim.base.errors import InputError


def refusal(folder: Path, text: str) -> str:
    file = folder / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_config(file)
    sentence = str(caught.value)
    assert sentence.startswith(f"{file}: ")
    assert "\n" not in sentence
    return sentence.removeprefix(f"{file}: ")


@pytest.mark.parametrize("name", names())
def test_every_experiment_loads(name: str) -> None:
    assert load_config(name).name == name


@pytest.mark.parametrize("name", [name for name in names() if name != "base"])
def test_an_experiment_changes_something_that_is_in_base(name: str) -> None:
    content = tomllib.loads((CONFIGS / f"{name}.toml").read_text(encoding="utf-8"))
    assert content.pop("question")
    assert set(content) <= set(tomllib.loads((CONFIGS / "base.toml").read_text(encoding="utf-8")))


def test_every_key_of_base_has_a_comment() -> None:
    table = ""
    for line in (CONFIGS / "base.toml").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            table = line
        elif "=" in line.split("#")[0] and line.split("=")[0].strip() not in ("name", "question", "description", "parameters"):
            explained_by_table = table.startswith(("[users.", "[strategies"))
            assert "#" in line or explained_by_table, line


def test_an_experiment_overrides_only_what_it_names(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('question = "Why?"\n[contracts]\nshare = 0.5\n', encoding="utf-8")
    config = load_config(tmp_path / "mine.toml")
    assert (config.name, config.question, config.contracts.share, config.contracts.reading) == ("mine", "Why?", 0.5, "per-plant")


def test_a_resolved_config_loads_again_as_it_is() -> None:
    config = load_config("six-provinces-day")
    assert override(config, {}) == config
    assert override(config, {"contracts.share": 0.5, "run.hours": 3}).run.hours == 3


def test_an_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    assert refusal(tmp_path, "[market]\nprice_capp_per_mwh = 5") == (
        "unknown key market.price_capp_per_mwh; allowed here: price_floor_per_mwh, price_cap_per_mwh, k, surplus_deficit, "
        "mechanism, bids, bond_per_mwh, salts, ordering, period_minutes, period_seconds, audit_margin; "
        "did you mean 'price_cap_per_mwh'?"
    )


def test_an_unknown_section_names_the_nearest(tmp_path: Path) -> None:
    sentence = refusal(tmp_path, "[contract]\nshare = 0.5")
    assert sentence.startswith("unknown key contract; allowed here: name, question, description, run,")
    assert sentence.endswith("did you mean 'contracts'?")


def test_a_share_of_more_than_one_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, "[contracts]\nshare = 1.2") == "contracts.share is 1.2; it should be less than or equal to 1"


def test_a_text_for_a_number_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, '[run]\nhours = "24"') == "run.hours is '24'; it should be a valid integer"


def test_not_a_number_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, "[contracts]\nshare = nan").startswith("contracts.share is nan; it should be")


def test_an_unknown_design_names_the_nearest(tmp_path: Path) -> None:
    said = refusal(tmp_path, '[run]\ndesign = "couple"')
    assert said.startswith("run.design is 'couple'; allowed: provincial, two_stage, corridor_matching, coupled, ")
    assert said.endswith("; did you mean 'coupled'?")


def test_a_missing_key_of_a_plant_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path, '[[plants]]\nid = "X"\nprovince = "GD"\ntechnology = "wind"') == (
        "plants[0].capacity_mw is missing; keys of this table: id, province, technology, capacity_mw, cost_per_mwh"
    )


def test_a_negative_capacity_is_refused(tmp_path: Path) -> None:
    sentence = refusal(tmp_path, '[[plants]]\nid = "X"\nprovince = "GD"\ntechnology = "wind"\ncapacity_mw = -5')
    assert sentence == "plants[0].capacity_mw is -5; it should be greater than 0"


def test_a_plant_in_no_province_is_refused(tmp_path: Path) -> None:
    sentence = refusal(tmp_path, '[[plants]]\nid = "X"\nprovince = "GX"\ntechnology = "wind"\ncapacity_mw = 5')
    assert sentence == "plants[0].province is 'GX'; allowed: GD, SD, SX, AH, SC, JX; did you mean 'SX'?"


def test_a_line_that_rewards_loss_is_refused(tmp_path: Path) -> None:
    text = "[market]\nprice_floor_per_mwh = -100\n[[lines]]\nfrom = 'GD'\nto = 'JX'\ncapacity_mw = 10\ncharge_per_mwh = 1\nloss = 0.05"
    assert refusal(tmp_path, text) == (
        "lines[0]: the line GD-JX has charge 1.0 per MWh, loss 0.05 and price floor -100.0 per MWh; "
        "charge and charge + loss x floor may not be negative, as losing energy would earn money; "
        "market.price_floor_per_mwh should be -20.0 or more, or the loss 0"
    )
    (tmp_path / "mine.toml").write_text(text.replace("-100", "-20"), encoding="utf-8")
    assert load_config(tmp_path / "mine.toml").market.price_floor_per_mwh == -20
    assert refusal(tmp_path, text.replace("charge_per_mwh = 1", "charge_per_mwh = -1")).endswith("; the charge should be 0 or more")


def test_a_line_to_nowhere_is_refused(tmp_path: Path) -> None:
    text = "[[lines]]\nfrom = 'GD'\nto = 'XX'\ncapacity_mw = 10\ncharge_per_mwh = 1\nloss = 0.05"
    assert refusal(tmp_path, text) == "lines[0].to is 'XX'; allowed: GD, SD, SX, AH, SC, JX"


def test_an_unknown_province_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, '[region]\nzones = ["GD", "ZZ"]') == "region.zones[1] is 'ZZ'; allowed: GD, SD, SX, AH, SC, JX"


def test_an_unknown_strategy_names_the_nearest(tmp_path: Path) -> None:
    assert refusal(tmp_path, '[strategies.plants]\nname = "mark_up"') == (
        "strategies.plants.name is 'mark_up'; "
        "allowed: best_response, front_runner, marginal_cost, markup, q_learning, roth_erev, start_cost, zero_intelligence; "
        "did you mean 'markup'?"
    )


def test_an_unknown_parameter_names_the_nearest(tmp_path: Path) -> None:
    assert refusal(tmp_path, '[strategies.plants]\nname = "markup"\nparameters = {mark = 0.2}') == (
        "strategies.plants.parameters: unknown key mark; "
        "parameters of markup: markup, regional_at_cost, unit_spread; did you mean 'markup'?"
    )


def test_an_outage_of_no_plant_is_refused(tmp_path: Path) -> None:
    text = "[[outages]]\nplant = 'GD_nuclear_9'\nfrom_hour = 1\nto_hour = 2\navailable_share = 0.0"
    assert refusal(tmp_path, text).startswith("outages[0].plant is 'GD_nuclear_9'; no plant has this id; near: GD_nuclear_")


def test_a_cap_below_the_floor_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, "[market]\nprice_cap_per_mwh = -1.0").startswith("market.price_cap_per_mwh is -1.0; it should be greater than")


def test_load_shares_that_do_not_sum_to_one_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, "[users.load_share]\nindustry = 0.5") == "users.load_share sums to 0.79; it should sum to 1"


def test_a_sweep_over_no_key_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, '[sweep.grid]\n"contracts.shares" = [0.5]').endswith("did you mean 'share'?")


def test_broken_toml_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, "[market\n").startswith("not a TOML file: ")


def test_an_unknown_experiment_names_the_nearest() -> None:
    with pytest.raises(InputError, match=r"six-province-day: there is no such file .*did you mean 'six-provinces-day'\?"):
        load_config("six-province-day")
