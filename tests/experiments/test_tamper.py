"""Every attack on a finished run is found where it was made; a database that is changed with care says nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from shengdian.audit import audit
from shengdian.audit.anchor import Anchor, anchors, load, write
from shengdian.audit.tamper import Attack, all_attacks
from shengdian.audit.tamper.score import accusations, score, tampered
from shengdian.audit.tamper.untouched import UNTOUCHED, Accused, accused
from shengdian.cli import main
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.runs.experiment import run_config
from shengdian.sim.adapters import open_chain, revm
from shengdian.sim.base.errors import MissingExtra
from shengdian.sim.record import finished_run

ALL = [(family, attack) for family, members in all_attacks().items() for attack in members]


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


@pytest.mark.long
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


@pytest.mark.slow
def test_chain_that_the_operator_mined_anew_is_consistent_but_does_not_end_as_published(tmp_path: Path) -> None:
    attack = next(each for _, each in ALL if each.name == "trader-left-out")
    tampered(attack, run(), tmp_path / "run")
    assert audit(tmp_path / "run", other_chain()).clean
    (difference,) = audit(tmp_path / "run", other_chain(), expected=published()[max(published())].hash).differences
    assert "expected was" in difference.sentence


FOUND_ALONE = ("two-left-out", "most-left-out", "storage-oversold")
"""lies that an audit finds without deciding again"""


def test_storage_that_sells_more_than_it_holds_is_found_without_deciding_again(tmp_path: Path) -> None:
    attack = next(each for _, each in ALL if each.name == "storage-oversold")
    tampered(attack, run(), tmp_path / "run")
    sentences = [each.sentence for each in audit(tmp_path / "run", other_chain()).differences]
    assert "hour 0 leaves SX_pumped_hydro_1 with -4714088 kWh; it holds 0 to 7200000" in sentences


@pytest.mark.slow
@pytest.mark.parametrize(
    "attack", [pytest.param(each, id=each.name) for _, each in ALL if each.reach == "lie" and each.name not in FOUND_ALONE]
)
def test_lie_from_the_first_block_on_is_found_only_where_everything_is_decided_again(attack: Attack, tmp_path: Path) -> None:
    tampered(attack, run(), tmp_path / "run")
    assert audit(tmp_path / "run", other_chain(), anchors(tmp_path / "run")).clean
    assert not audit(tmp_path / "run", other_chain(), anchors(tmp_path / "run"), rerun=True).clean


PROVES = {
    "payment-raised": (True, True, True, True),
    "config-coal": (True, True, True, True),
    "two-left-out": (True, True, True, True),
    "run-of-another-seed": (False, True, False, True),
    "markup-declared-as-cost": (False, False, True, True),
    "order-dropped": (False, False, True, True),
}
"""whether an attack is found alone, with anchors, with --rerun and with both; the table of SECURITY.md"""


@pytest.mark.long
@pytest.mark.parametrize("name", PROVES)
def test_what_a_run_proves_with_and_without_anchors_and_deciding_again(name: str, tmp_path: Path) -> None:
    attack = next(each for _, each in ALL if each.name == name)
    tampered(attack, run(), tmp_path / "run")
    known = anchors(tmp_path / "run") if attack.reach == "lie" else published()
    asked = [(kept, again) for again in (False, True) for kept in (None, known)]
    found = tuple(not audit(tmp_path / "run", other_chain(), kept, rerun=again).clean for kept, again in asked)
    assert found == PROVES[name]


def test_untouched_run_is_clean_with_its_anchors() -> None:
    assert audit(run(), other_chain(), published()).differences == ()


@pytest.mark.slow
@pytest.mark.parametrize("keys", UNTOUCHED, ids=lambda keys: "-".join(map(str, keys.values())))
def test_run_that_nobody_touched_is_not_accused(keys: Mapping[str, Any]) -> None:
    if not revm.installed():
        pytest.skip("revm is not installed")
    assert accused(keys) == Accused(audit=False, database=False)


EVIDENCE = Path(__file__).parents[2] / "docs" / "evidence"


def test_page_is_of_the_attacks_that_there_are_and_what_is_said_of_it_elsewhere_is_what_it_says() -> None:
    text = (EVIDENCE / "tamper.md").read_text(encoding="utf-8")
    names = [attack.name for members in all_attacks().values() for attack in members]
    assert re.findall(r"^\| `([a-z0-9-]+)` \|", text, re.MULTILINE) == names
    count, asked = (int(each) for each in re.findall(r"^\| attacks \| (\d+) \| (\d+) \|$", text, re.MULTILINE)[0])
    (found,) = re.findall(rf"^\| found \| {count} \(100%\) \| (\d+) ", text, re.MULTILINE)
    (runs,) = re.findall(r"^\| untouched runs \| (\d+) \| \1 \|\n\| false alarms \| 0 \| 0 \|$", text, re.MULTILINE)
    assert (count, int(runs)) == (len(names), len(UNTOUCHED))
    said = " ".join((EVIDENCE / "README.md").read_text(encoding="utf-8").split())
    assert f"{count} attacks on the books of a finished run: the audit finds and places all of them" in said
    assert f"accuses none of {runs} untouched runs" in said
    assert f"finds {found} of the {asked} that it can be subjected to" in said


def test_there_are_fifty_untouched_runs() -> None:
    assert len({str(keys) for keys in UNTOUCHED}) == len(UNTOUCHED) == 50


def test_database_of_an_untouched_run_is_accepted() -> None:
    assert accusations(run()) == ()


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


@pytest.mark.parametrize("key", ["digest", "last_block_hash"])
def test_command_compares_with_the_one_hash_that_was_kept(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["audit", str(run()), "--chain", other_chain(), "--expect"]
    kept = str(finished_run.load(run()).manifest[key])
    assert main([*command, kept]) == 0
    assert main([*command, "0x" + "00" * 32]) == 1
    assert f"expected was 0x{'00' * 32}" in capsys.readouterr().out
    assert main([*command, "0x12"]) == 2
    assert "'0x12' is no hash, 0x and 64 hexadecimal digits" in capsys.readouterr().err


def test_damaged_anchors_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "anchors.json").write_text('{"a": 1}')
    assert main(["audit", str(run()), "--anchors", str(tmp_path / "anchors.json")]) == 2
    assert "not a file of anchors" in capsys.readouterr().err
