"""requirements.lock: what setup.cfg asks for, every package with its hashes, and nothing of the machine it was made on."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text()
ENTRY = re.compile(r"^([a-z0-9-]+)==([^ ;]+)[^\n]*((?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)*)", re.M)


def locked() -> dict[str, set[str]]:
    """Versions by package; some have one for older and one for newer Pythons."""
    found: dict[str, set[str]] = {}
    for name, version, _ in ENTRY.findall(LOCK):
        found.setdefault(name, set()).add(version)
    return found


def asked() -> list[Requirement]:
    """What setup.cfg asks for, with all extras."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    lists = [setup["options"]["install_requires"], *setup["options.extras_require"].values()]
    return [Requirement(line) for one in lists for line in one.split("\n") if line]


@pytest.mark.parametrize("requirement", asked(), ids=str)
def test_lock_has_versions_that_setup_cfg_allows(requirement: Requirement) -> None:
    versions = locked().get(canonicalize_name(requirement.name), set())
    assert versions, "make lock"
    assert all(requirement.specifier.contains(version, prereleases=True) for version in versions), "make lock"


def test_setup_cfg_pins_nothing() -> None:
    assert [str(one) for one in asked() if any(part.operator in ("==", "===", "~=") for part in one.specifier)] == []


def test_every_locked_package_has_hashes() -> None:
    assert len(ENTRY.findall(LOCK)) == len(re.findall(r"^[a-z]", LOCK, re.M))
    assert [name for name, _, hashes in ENTRY.findall(LOCK) if not hashes] == []


def test_lock_names_no_registry_and_no_machine() -> None:
    rest = re.sub(ENTRY, "", LOCK).strip()
    assert rest == ""
    assert not re.search(r"://|index-url|find-links|file:|/home|/tmp| @ ", LOCK)
