"""requirements.lock: what setup.cfg asks for, every package with its hashes, and nothing of the machine it was made on."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text()
ENTRY = re.compile(r"^([a-z0-9-]+)==([^ ;]+)[^\n]*((?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)*)", re.M)


def locked() -> dict[str, str]:
    return {name: version for name, version, _ in ENTRY.findall(LOCK)}


def asked() -> dict[str, str]:
    """What setup.cfg pins, with all extras: version by name."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    lines = setup["options"]["install_requires"].split("\n")
    for extra in setup["options.extras_require"].values():
        lines += extra.split("\n")
    pins = (re.match(r"([\w-]+)==([^ ;]+)", line) for line in lines)
    return {pin[1].lower().replace("_", "-"): pin[2] for pin in pins if pin}


def test_lock_has_every_pin_of_setup_cfg() -> None:
    assert len(asked()) > 20
    assert {name: locked().get(name) for name in asked()} == asked(), "make lock"


def test_every_locked_package_has_hashes() -> None:
    assert len(ENTRY.findall(LOCK)) == len(re.findall(r"^[a-z]", LOCK, re.M))
    assert [name for name, _, hashes in ENTRY.findall(LOCK) if not hashes] == []


def test_lock_names_no_registry_and_no_machine() -> None:
    rest = re.sub(ENTRY, "", LOCK).strip()
    assert rest == ""
    assert not re.search(r"://|index-url|find-links|file:|/home|/tmp| @ ", LOCK)
