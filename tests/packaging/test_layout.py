"""One installed name: the links in `shengdian` and the rooms beside it are the same."""

from __future__ import annotations

import configparser
import os
import subprocess
from pathlib import Path

import pytest

from tests.test_imports import INSTALLED, LEVELS, ROOT

INSIDE = {"ahead", "cases", "importing", "regions", "serving", "structure"}
"""rooms in the front door itself"""
ROOMS = sorted({level.split(".")[0] for level in LEVELS} - {"shengdian"} - INSIDE)
"""the rooms at the top"""
LINKS = sorted(path.name for path in (ROOT / "shengdian").iterdir() if path.is_symlink())


def test_links_are_the_rooms() -> None:
    assert LINKS == ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_link_leads_to_its_room_wherever_the_checkout_stands(room: str) -> None:
    assert os.readlink(ROOT / "shengdian" / room) == f"../{room}"
    assert (ROOT / "shengdian" / room).samefile(ROOT / room)
    assert (ROOT / room / "__init__.py").is_file()


def test_links_are_committed_as_links() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("no git checkout")
    listed = subprocess.run(["git", "ls-files", "-s", "shengdian"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert sorted(Path(line.split("\t")[1]).name for line in listed.splitlines() if line.startswith("120000")) == ROOMS


def test_every_folder_with_code_is_a_package() -> None:
    assert sorted({str(path.parent) for path in INSTALLED if not (path.parent / "__init__.py").is_file()}) == []


def test_nothing_but_shengdian_is_packaged() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    assert setup["options"]["packages"] == "find:"
    assert setup["options.packages.find"]["include"].split() == ["shengdian*"]


def test_no_committed_file_is_ignored() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("no git checkout")
    command = ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split() == []
