"""Designs of a user's own: a file beside the config that holds one `DESIGN`; the run keeps what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shengdian.audit import audit
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.results import palette
from shengdian.experiments.runs.experiment import run_config
from shengdian.sim.base.errors import InputError
from shengdian.sim.designs import design_named, design_names, ranked
from shengdian.sim.designs.design import Design
from shengdian.sim.record.finished_run import load
from tests.experiments.audited import after_the_first

RUN = '[run]\nchain = "mirror"\nhours = 1\ndesign = "{design}"\n[region]\nzones = ["SX", "SD"]\n[users.count]\nindustry = 2\n'
HEAD = "from shengdian.sim.designs.design import Design\n"


def config(folder: Path, design: str, said: str, file: str = "mine.py") -> Path:
    """A config of that design, and the file that says `DESIGN = Design(said)`."""
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text(f"{HEAD}DESIGN = Design({said})\n")
    (folder / "here.toml").write_text(RUN.format(design=design))
    return folder / "here.toml"


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_config(path)
    return str(caught.value)


def test_a_design_beside_the_config_runs_and_is_checked_without_its_file(tmp_path: Path) -> None:
    path = config(tmp_path, "mine", '"mine", uses_lines=True, stages=2, rank=9')
    (own,) = run_config(load_config(path), tmp_path / "runs")
    (tmp_path / "mine.py").unlink()
    assert load(own).design == "mine"
    assert load_config(own / "config.toml").own_designs is not None
    assert audit(own).clean
    (theirs,) = run_config(load_config(config(tmp_path, "two_stage", '"x", uses_lines=True')), tmp_path / "runs")
    assert after_the_first(own) == after_the_first(theirs)


def test_a_dotted_name_is_a_file_in_a_folder_beside_the_config(tmp_path: Path) -> None:
    path = config(tmp_path, "ideas.alone", '"any", uses_lines=False', "ideas/alone.py")
    loaded = load_config(path)
    assert list(loaded.own_designs or {}) == ["ideas.alone"]


def test_own_files_named_like_the_packages_rooms_harm_nothing(tmp_path: Path) -> None:
    (tmp_path / "sim.py").write_text("raise RuntimeError('never imported')\n")
    assert load_config(config(tmp_path, "mine", '"mine", uses_lines=True')).run.design == "mine"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ('"mine", uses_lines=True, stages=3', "stages is 3; it should be 1 or 2"),
        ('"mine", uses_lines=True, stages=2, day_ahead=True', "day_ahead is True, for which stages should be 1"),
        ('"mine", uses_lines=True, day_ahead=True', "bids should be ('open',)"),
        ('"mine", uses_lines=True, regional="corridor_matching"', "stages should be 2"),
    ],
)
def test_a_design_that_no_contract_can_do_is_refused_in_a_sentence(said: str, sentence: str, tmp_path: Path) -> None:
    assert sentence in refusal(config(tmp_path, "mine", said))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ('uses_lines="maybe"', "uses_lines is 'maybe'; it should be a valid boolean"),
        ('uses_lines=True, bids=("open", "shut")', "bids[1] is 'shut'; allowed: open, sealed"),
        ("uses_lines=True, regional=3", "regional is 3; allowed: coupled, corridor_matching, nodal"),
        ("uses_lines=True, rank=2.5", "rank is 2.5; it should be a valid integer"),
    ],
)
@pytest.mark.parametrize(("design", "file"), [("mine", "mine.py"), ("ideas.alone", "ideas/alone.py")])
def test_a_field_of_the_wrong_kind_is_refused_with_the_names_of_design_and_field(
    design: str, file: str, said: str, sentence: str, tmp_path: Path
) -> None:
    assert refusal(config(tmp_path, design, f'"mine", {said}', file)).endswith(f": own_designs.{design}.{sentence}")


def test_an_unknown_field_in_a_kept_design_is_refused_with_its_name(tmp_path: Path) -> None:
    path = config(tmp_path, "mine", '"mine", uses_lines=True')
    path.write_text(path.read_text() + "[own_designs.mine]\nuses_line = true\n")
    assert "unknown key own_designs.mine.uses_line; allowed here: uses_lines, stages" in refusal(path)


def test_a_file_without_a_design_is_refused(tmp_path: Path) -> None:
    path = config(tmp_path, "mine", '"mine", uses_lines=True')
    (tmp_path / "mine.py").write_text("X = 1\n")
    assert "has no DESIGN" in refusal(path)
    (tmp_path / "mine.py").write_text("DESIGN = 'coupled'\n")
    assert "its DESIGN should be a shengdian.Design" in refusal(path)


@pytest.mark.parametrize(
    ("said", "mechanism"),
    [
        ('"mine", uses_lines=True', "matched-pairs"),
        ('"mine", uses_lines=True, stages=2', "pay-as-bid"),
        ('"mine", uses_lines=True, day_ahead=True, bids=("open",)', "pay-as-bid"),
    ],
)
def test_a_mechanism_that_the_own_design_cannot_have_is_refused(said: str, mechanism: str, tmp_path: Path) -> None:
    path = config(tmp_path, "mine", said)
    path.write_text(path.read_text() + f'[market]\nmechanism = "{mechanism}"\n')
    assert f"market.mechanism is '{mechanism}', which design 'mine' cannot use; it works with 'provincial'" in refusal(path)


def test_an_own_design_of_one_stage_has_every_mechanism_that_lines_allow(tmp_path: Path) -> None:
    path = config(tmp_path, "mine", '"mine", uses_lines=True')
    path.write_text(path.read_text() + '[market]\nmechanism = "pay-as-bid"\n')
    assert load_config(path).market.mechanism == "pay-as-bid"


def test_every_packaged_design_says_its_files_name() -> None:
    assert [design_named(name).name for name in design_names()] == list(design_names())
    assert Design("x", True).lines.__doc__


def test_every_packaged_design_has_a_colour_and_a_label_that_no_other_has() -> None:
    colours, labels = ([getattr(design, field) or design.name for design in ranked()] for field in ("colour", "label"))
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in colours)
    assert len(set(colours)) == len(set(labels)) == len(ranked())


def test_a_design_of_ones_own_goes_by_its_name_in_a_colour_that_no_packaged_one_has(tmp_path: Path) -> None:
    loaded = load_config(config(tmp_path, "mine", '"mine", uses_lines=True, label="my own", colour="#123456"'))
    assert {"label", "colour"} & set((loaded.own_designs or {})["mine"].model_dump()) == set()
    drawn = palette.design_colours(["mine", "coupled", "two_stage"])
    assert drawn["coupled"] == design_named("coupled").colour
    assert len(set(drawn.values())) == 3
    assert "mine" not in palette.DESIGN_WORDS
