"""The guide's tables of a region's files have the files and columns that the code reads, and no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shengdian.cli import main
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.regions.label import Label
from shengdian.regions.rows import FILES, HOURLY, LABEL, TABLES

PAGE = (Path(__file__).parents[2] / "docs" / "guide" / "regions.md").read_text(encoding="utf-8")
SECTIONS = {found[1]: found[2] for found in re.finditer(r"^### (\S+)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)}


def stated(file: str) -> list[tuple[str, str]]:
    """Column and default of every row of a file's table."""
    rows = [line.split(" | ") for line in SECTIONS[file].splitlines() if line.startswith("| `")]
    return [(row[0].strip("|` "), row[1]) for row in rows]


def default(value: object) -> str:
    """A default as the page writes it."""
    if value is None or value == "" or value == {}:
        return "empty"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def test_the_page_has_every_file_and_no_other() -> None:
    assert set(SECTIONS) == set(FILES)
    assert set(re.findall(r"`(\w+\.(?:csv|toml))`", PAGE)) <= {*FILES, "base.toml"}


@pytest.mark.parametrize("file", [LABEL, *TABLES])
def test_a_files_table_has_its_columns_and_their_defaults(file: str) -> None:
    fields = (Label if file == LABEL else TABLES[file]).model_fields.items()
    due = {
        "h00 to h23" if name == "hours" else field.alias or name: "needed"
        if field.is_required()
        else default(field.get_default(call_default_factory=True))
        for name, field in fields
        if name != "at"
    }
    assert stated(file) == list(due.items())


@pytest.mark.parametrize("file", HOURLY)
def test_an_hourly_file_begins_with_its_hours(file: str) -> None:
    assert stated(file) == [("hour` or `time", "needed")]


def test_the_shortest_config_runs(tmp_path: Path) -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert len(text.splitlines()) == 3
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    assert main(["region", "new", str(tmp_path / "my-region")]) == 0
    config = override(load_config(tmp_path / "mine.toml"), {"run.hours": 1, "run.chain": "mirror"})
    assert run_config(config, tmp_path / "runs")[0].is_dir()
