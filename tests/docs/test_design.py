"""The design pages are short and true: files and functions that they name are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, FENCE, ROOT, pages
from tests.docs.walked import Walk, walk
from tests.test_imports import LEVELS

DESIGN = DOCS / "design"
MOST_WORDS = 2500
MOST_FILES, MOST_FORMS = 12, 8
MOST_TO_TOUCH = 7


def rows(path: Path) -> list[list[str]]:
    """Cells of the rows of a page's first table, without its head."""
    lines = [line for line in path.read_text(encoding="utf-8").partition("\n\n")[2].splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if "---" not in line][1:]


def test_design_is_told_in_2500_words() -> None:
    text = " ".join(FENCE.sub("", path.read_text(encoding="utf-8")) for path in DESIGN.glob("*.md"))
    assert len([word for word in text.split() if re.search(r"\w", word)]) <= MOST_WORDS


WALK = [(row[1].strip("`"), row[2].strip("`"), row[4]) for row in rows(DESIGN / "walk.md")]


@pytest.mark.parametrize(("file", "function"), [(file, function) for file, function, _ in WALK])
def test_walk_names_functions_that_are_there(file: str, function: str) -> None:
    assert re.search(rf"(?:def|function) {function}\(", (ROOT / file).read_text(encoding="utf-8"))


def test_walk_enters_at_most_12_files_and_none_twice() -> None:
    files = [file for file, *_ in WALK]
    assert len(set(files)) == len(files)
    assert 8 <= len(files) <= MOST_FILES


def named_in_walk(begin: str) -> set[str]:
    """Paths in the sentences of the walk from `begin` to the end of its sentence or list."""
    text = (DESIGN / "walk.md").read_text(encoding="utf-8").partition(begin)[2]
    return set(re.findall(r"`((?:sim|agents|experiments)/[\w/.]+)`", re.split(r"\.\s", text)[0]))


def folded(files: set[str]) -> set[str]:
    """The files, those of the solver as their folder."""
    return {"sim/solve" if name.startswith("sim/solve/") else name for name in files}


@pytest.fixture(scope="module")
def followed() -> Walk:
    pytest.importorskip("eth_tester")
    return walk()


def test_walk_has_every_file_that_hands_a_real_order_on(followed: Walk) -> None:
    assert followed.carriers() == {file for file, *_ in WALK if file.endswith(".py")}


def test_walk_has_every_file_that_sees_a_real_order(followed: Walk) -> None:
    assert folded(followed.onlookers()) == named_in_walk("These see it")


def test_walk_begins_at_a_strategy_and_ends_where_parquet_is_written() -> None:
    assert WALK[0][:2] == ("agents/strategies/roth_erev.py", "propose")
    assert "parquet" in (ROOT / WALK[-1][0]).read_text(encoding="utf-8")


def test_walk_has_at_most_8_forms_in_order() -> None:
    forms = [int(number) for *_, form in WALK for number in re.findall(r"\b(\d) [`a]", form)]
    assert forms == list(range(1, len(forms) + 1))
    assert 1 < len(forms) <= MOST_FORMS


def test_adding_a_rule_touches_at_most_7_files_that_are_there() -> None:
    for what, files in [row[:2] for row in rows(DESIGN / "adding.md")]:
        named = re.findall(r"`([\w/<>]+\.\w+)`", files)
        assert 1 <= len(named) <= MOST_TO_TOUCH, what
        places = [ROOT / name for name in named]
        assert [place for place in places if not (place.parent.is_dir() if "<" in place.name.lower() else place.is_file())] == [], what


def test_rooms_stand_in_the_order_of_the_import_test() -> None:
    drawn = FENCE.findall((DESIGN / "rooms.md").read_text(encoding="utf-8"))[0][1].partition("- -")[0]
    told = re.sub(r"\(.*?\)|rules:.*|trader,.*|^(sim|experiments)\b", "", drawn, flags=re.MULTILINE)
    assert re.findall(r"\w+", told) == [room.rpartition(".")[2] for room in LEVELS]


def test_rooms_that_have_an_idea_are_there() -> None:
    named = re.findall(r"^\| `([\w/.]+)` \|", (DESIGN / "rooms.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_nothing_refers_to_a_numbered_decision() -> None:
    skip = {"node_modules", "artifacts", "build", "runs"}
    kinds = {".py", ".sol", ".md", ".toml", ".js", ".cfg", ".ipynb"}
    files = [
        path
        for top in ROOT.iterdir()
        if top.name not in {*skip, "shengdian"} and not top.name.startswith(".")
        for path in ([top] if top.is_file() else top.rglob("*"))
        if path.suffix in kinds and path.is_file() and not skip & set(path.parts) and path != Path(__file__)
    ]
    assert len(files) > 300
    numbered = [path for path in files if re.search(r"\bD\d{1,3}\b|DESIGN\.md, D|DESIGN D\d", path.read_text(encoding="utf-8"))]
    assert numbered == []
    assert not (ROOT / "DESIGN.md").exists()


def decisions() -> list[tuple[str, str, str]]:
    """Room, name and text of every decision."""
    found = []
    for path in sorted((DOCS / "decisions").glob("*.md")):
        for part in path.read_text(encoding="utf-8").split("\n## ")[1:]:
            name, _, text = part.partition("\n")
            found.append((path.stem, name, text.strip()))
    return found


def test_decisions_have_names_of_their_own_and_a_few_lines_each() -> None:
    made = decisions()
    assert len(made) > 60
    assert len({name for _, name, _ in made}) == len(made)
    assert [name for _, name, text in made if len(text.splitlines()) > 6 or not text] == []


def test_code_that_names_a_decision_names_one_that_is_there() -> None:
    names = {name for _, name, _ in decisions()}
    named = [
        name for path in (ROOT / "audit").rglob("*.py") for name in re.findall(r'decision "([^"]+)"', path.read_text(encoding="utf-8"))
    ]
    assert named
    assert set(named) <= names


def test_front_pages_are_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120
    assert len((ROOT / "CHANGELOG.md").read_text(encoding="utf-8").partition("## Unreleased")[2].splitlines()) <= 40


def test_every_page_of_docs_is_in_the_site() -> None:
    named = re.findall(r"([\w/]+(?:-\w+)*\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)
    there = {path.relative_to(ROOT).as_posix() for path in pages() if path.is_relative_to(DOCS)}
    assert there - set(named) == set()
    notebooks = {f"notebooks/{path.stem}.md" for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert notebooks - set(named) == set()
