"""What the guide says can be typed is taken by the program: configs load and run, commands parse, Python compiles and runs."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from shengdian.cli import main, parser
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.runs.sweep import runs_of
from shengdian.regions.region import Region
from tests.docs.pages import DOCS, ROOT, blocks, name_of, pages

OWN_AUCTION = ROOT / "tests" / "experiments" / "own_auction"
FAQ = DOCS / "guide" / "faq.md"
GUIDE = [ROOT / "README.md", *sorted((DOCS / "guide").glob("*.md"))]
CONFIGS = [(page, code) for page in GUIDE for code in blocks(page, "toml")]
COMMANDS = [
    (page, line)
    for page in GUIDE
    for code in blocks(page, "sh")
    for command in code.splitlines()
    for line in command.partition(" # ")[0].partition("  #")[0].split(";")
    if line.strip().startswith("shengdian ")
]


@pytest.mark.parametrize(("page", "code"), CONFIGS, ids=[f"{name_of(page)}-{place}" for place, (page, _) in enumerate(CONFIGS)])
def test_config_of_the_guide_loads(page: Path, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_files(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "mine.toml").write_text(code if "question" in code else f'question = "?"\n{code}', encoding="utf-8")
    config = load_config(tmp_path / "mine.toml")
    assert config.name == "mine"


def test_question_in_ten_lines_spells_out_its_runs(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(blocks(DOCS / "guide" / "configs.md", "toml")[0], encoding="utf-8")
    config = load_config(tmp_path / "mine.toml")
    assert len(runs_of(config)) == 2 * 2 * 3
    assert config.strategies.plants.name == "roth_erev"


def test_auction_of_the_guide_is_the_one_that_is_tested() -> None:
    page = DOCS / "guide" / "auctions.md"
    kept = {
        kind: (OWN_AUCTION / name).read_text(encoding="utf-8")
        for kind, name in (("python", "midpoint.py"), ("solidity", "MidpointAuction.sol"))
    }
    for kind, text in kept.items():
        said = [line.strip() for code in blocks(page, kind) for line in code.splitlines()]
        assert said
        assert set(said) <= {line.strip() for line in text.splitlines()}


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=[f"{name_of(page)}-{line.strip()}" for page, line in COMMANDS])
def test_command_of_the_guide_is_taken(page: Path, line: str) -> None:
    typed = line.replace("HASH", "0x" + "0" * 64)
    assert parser().parse_args(shlex.split(typed)[1:])


def own_files(folder: Path) -> None:
    """What the guide's configs stand on: a year, a region, a strategy and an auction of one's own."""
    shutil.copytree(Region.load("two-zones").folder, folder / "my-region")
    shutil.copytree(ROOT / "tests" / "regions" / "three-zones", folder / "three-zones")
    for path in (*OWN_AUCTION.glob("*.py"), *OWN_AUCTION.glob("*.json")):
        shutil.copy(path, folder)
    (folder / "my_ideas").mkdir()
    own = next(block for block in blocks(DOCS / "guide" / "strategies.md", "python") if "class Strategy" in block)
    (folder / "my_ideas" / "patient.py").write_text(own, encoding="utf-8")
    codes = load_config("base").region.zones
    head = ",".join(["hour", *(f"{code}_{kind}" for code in codes for kind in ("load_mw", "wind_cf", "solar_cf"))])
    rows = [f"{hour}" + ",20000,0.3,0.2" * len(codes) for hour in range(8760)]
    (folder / "year.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")


@pytest.mark.long
@pytest.mark.parametrize("code", blocks(FAQ, "toml"), ids=lambda code: code.splitlines()[0])
def test_task_of_the_guide_runs(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    own_files(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "mine.toml").write_text(code, encoding="utf-8")
    asked = [str(tmp_path / "mine.toml"), "--hours", "2", "--chain", "mirror", "--out", str(tmp_path / "runs"), "--quiet"]
    assert main(["run", *asked]) == 0
    run = next((tmp_path / "runs").iterdir())
    assert str(run) in capsys.readouterr().out
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["duration.py", str(run)])
    for program in blocks(FAQ, "python"):
        if "w3" not in program:
            exec(re.sub(r"runs/[\w-]*\.\.\.", run.as_posix(), program), {})
    assert (tmp_path / "duration.png").is_file()


@pytest.mark.long
def test_web3_of_the_guide_reads_the_chain(capsys: pytest.CaptureFixture[str]) -> None:
    (program,) = (program for program in blocks(FAQ, "python") if "w3" in program)
    exec(program, {})
    assert re.search(r"^[1-9]\d* of congestion rent, 1e-5 CNY$", capsys.readouterr().out, re.MULTILINE)


def test_guide_has_configs_and_commands() -> None:
    assert len(CONFIGS) > 5
    assert len(COMMANDS) > 25


@pytest.mark.parametrize("page", [page for page in pages() if blocks(page, "python") and page.parent.name != "reference"], ids=name_of)
def test_python_of_a_page_compiles(page: Path) -> None:
    for code in blocks(page, "python"):
        if not code.startswith(">>>"):
            compile(code, str(page), "exec")


def test_bills_of_the_guide_are_those_that_the_contract_makes() -> None:
    text = (DOCS / "guide" / "retail.md").read_text(encoding="utf-8")
    table = [[float(cell.replace(",", "")) for cell in line.split("|")[1:-1]] for line in text.splitlines() if re.match(r"\| \d ", line)]
    account, made = 0, []
    for day in (1, 2):
        account -= 670_000_000
        before, rate = account, -(account // 30_000)
        account += rate * 30_000
        made.append([day, before / 1e5, rate / 100, rate * 20_000 / 1e5, rate * 10_000 / 1e5, account / 1e5])
    assert table == made
