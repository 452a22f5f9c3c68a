"""What the guide says can be typed is taken by the program: configs load, commands parse, Python compiles."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from shengdian.cli import parser
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.runs.sweep import runs_of
from tests.docs.pages import DOCS, ROOT, blocks, name_of, pages

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
    if "my_ideas" in code:
        (tmp_path / "my_ideas").mkdir()
        own = next(block for block in blocks(DOCS / "guide" / "strategies.md", "python") if "class Strategy" in block)
        (tmp_path / "my_ideas" / "patient.py").write_text(own)
        monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "mine.toml").write_text(code if "question" in code else f'question = "?"\n{code}', encoding="utf-8")
    config = load_config(tmp_path / "mine.toml")
    assert config.name == "mine"


def test_question_in_ten_lines_spells_out_its_runs(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(blocks(DOCS / "guide" / "configs.md", "toml")[0], encoding="utf-8")
    config = load_config(tmp_path / "mine.toml")
    assert len(runs_of(config)) == 2 * 2 * 3
    assert config.strategies.plants.name == "roth_erev"


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=[f"{name_of(page)}-{line.strip()}" for page, line in COMMANDS])
def test_command_of_the_guide_is_taken(page: Path, line: str) -> None:
    typed = line.replace("HASH", "0x" + "0" * 64)
    assert parser().parse_args(shlex.split(typed)[1:])


def test_guide_has_configs_and_commands() -> None:
    assert len(CONFIGS) > 5
    assert len(COMMANDS) > 25


@pytest.mark.parametrize("page", [page for page in pages() if blocks(page, "python") and page.parent.name != "reference"], ids=name_of)
def test_python_of_a_page_compiles(page: Path) -> None:
    for code in blocks(page, "python"):
        compile(code, str(page), "exec")
