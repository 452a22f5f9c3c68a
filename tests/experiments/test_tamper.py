"""Every attack on a finished run is found where it was made; a database that is changed with care says nothing."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from experiments.audit import audit
from experiments.audit.anchor import Anchor, anchors, load, write
from experiments.cli import main
from experiments.config import load_config
from experiments.run import run_config
from experiments.tamper import attacks
from experiments.tamper.database import KEYS, found
from experiments.tamper.score import score, tables_of
from sim.chain import open_chain
from sim.errors import MissingExtra

ALL = [(family, attack) for family, members in attacks().items() for attack in members]


@cache
def run() -> Path:
    """The run of tamper.toml; made once in a process."""
    return run_config(load_config("tamper"), Path(mkdtemp()))[0]


@cache
def published() -> dict[int, Anchor]:
    return anchors(run())


@cache
def other_chain() -> str:
    """A faster EVM than the run's own where there is one."""
    try:
        open_chain("revm")
    except MissingExtra:
        return "eth-tester"
    return "revm"


def test_there_are_at_least_forty_kinds_of_attack_with_names_of_their_own() -> None:
    assert len({attack.name for _, attack in ALL}) == len(ALL) >= 40


@pytest.mark.parametrize(("family", "attack"), [pytest.param(*each, id=each[1].name) for each in ALL if each[1].reach != "collusion"])
def test_attack_is_found_where_it_was_made(family: str, attack: object) -> None:
    outcome = score(family, attack, run(), other_chain(), published())  # type: ignore[arg-type]
    assert outcome.detected
    assert outcome.located, [str(difference) for difference in outcome.verdict.differences]


@pytest.mark.slow
@pytest.mark.parametrize(("family", "attack"), [pytest.param(*each, id=each[1].name) for each in ALL if each[1].reach == "collusion"])
def test_run_made_anew_is_told_from_the_one_that_was_published(family: str, attack: object) -> None:
    outcome = score(family, attack, run(), other_chain(), published())  # type: ignore[arg-type]
    assert outcome.located
    assert outcome.database == ()


def test_untouched_run_is_clean_with_its_anchors() -> None:
    assert audit(run(), other_chain(), published()).differences == ()


def test_database_of_an_untouched_run_is_accepted() -> None:
    tables = tables_of(run())
    assert found({name: tables[name] for name in KEYS}) == []


@pytest.mark.parametrize("name", ["payment-raised", "price-changed", "fill-undone", "payment-replayed", "meter-raised"])
def test_careless_change_of_the_database_is_found(name: str) -> None:
    family, attack = next(each for each in ALL if each[1].name == name)
    assert score(family, attack, run(), other_chain(), {}).database


@pytest.mark.parametrize("name", ["fill-moved", "allocation-moved", "rent-booked-as-charges", "order-deleted"])
def test_careful_change_of_the_database_is_not_found(name: str) -> None:
    family, attack = next(each for each in ALL if each[1].name == name)
    assert score(family, attack, run(), other_chain(), {}).database == ()


def test_anchors_are_read_as_they_were_written(tmp_path: Path) -> None:
    write(tmp_path / "anchors.json", published())
    assert load(tmp_path / "anchors.json") == published()


def test_command_compares_with_published_anchors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, directory = tmp_path / "anchors.json", str(run())
    assert main(["audit", directory, "--chain", other_chain(), "--write-anchors", str(file)]) == 0
    assert main(["audit", directory, "--chain", other_chain(), "--anchors", str(file)]) == 0
    write(file, published() | {6: Anchor("0x" + "00" * 32, "0x")})
    assert main(["audit", directory, "--chain", other_chain(), "--anchors", str(file)]) == 1
    assert "published" in capsys.readouterr().out


def test_damaged_anchors_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "anchors.json").write_text('{"a": 1}')
    assert main(["audit", str(run()), "--anchors", str(tmp_path / "anchors.json")]) == 2
    assert "not a file of anchors" in capsys.readouterr().err
