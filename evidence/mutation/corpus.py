"""The corpus: what the tests send to the contracts, with what has to come of it."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from shengdian.contracts import artifact, names
from shengdian.sim.chain.port import Log, Transaction

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "runs" / "mutation"
SIGNED = "test_attacks.py"
"""signs its transactions, which revm does not know"""
MARKED = "not slow and not browser"
"""tests that are recorded: also the long ones, which the suite leaves out and which try most"""
TESTS = sorted(
    path
    for path in (ROOT / "tests" / "sim").glob("test_*.py")
    if "from pair import" in path.read_text(encoding="utf-8") and path.name != SIGNED
)
"""those that hold contracts against their twins"""


@dataclass(frozen=True, slots=True)
class Step:
    timestamp: int
    """block time, seconds since 1970"""
    transaction: Transaction
    reads: bool
    """a read, which leaves no trace"""
    success: bool
    output: bytes | None
    """return data or error; empty for a creation, None where it was not kept"""
    logs: tuple[Log, ...]


@dataclass(slots=True)
class Scenario:
    """All that one test sent to one chain."""

    test: str
    steps: list[Step]
    contracts: frozenset[str] = field(default=frozenset())
    """names of the contracts that it creates"""
    digest: str = ""
    """hash of the steps"""


@cache
def _creations() -> list[tuple[bytes, str]]:
    return [(artifact(name).bytecode, name) for name in names()]


def created(data: bytes) -> str:
    """The name of the contract that creation data is of; empty where it is not one of the repository's."""
    return next((name for code, name in _creations() if data.startswith(code)), "")


def recorded(folder: Path, only: Sequence[str] = ()) -> list[Scenario]:
    """What `TESTS` send, as `folder` keeps it; new tests are recorded first, or those named in `only` where there are some."""
    kept = parts(folder, TESTS)
    for test, part in kept.items():
        if not part.exists() and (not only or test.stem in only):
            record(part, test)
    return load(part for part in kept.values() if part.exists())


def parts(folder: Path, tests: Sequence[Path]) -> dict[Path, Path]:
    """Where the scenarios of each test file are kept: another place for another text of it, of what tests share, or of the contracts."""
    shared = hashlib.sha256()
    for path in sorted(tests[0].parent.glob("*.py")):
        if not path.name.startswith("test_"):
            shared.update(path.read_bytes())
    for name in names():
        shared.update(artifact(name).bytecode)
    return {test: folder / f"{test.stem}-{hashlib.sha256(shared.digest() + test.read_bytes()).hexdigest()[:16]}" for test in tests}


def record(part: Path, test: Path) -> None:
    """Runs one test file and writes its scenarios to the folder `part`; CalledProcessError where a test fails."""
    unfinished = part.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    plugins = ["-p", "evidence.mutation.record", "-p", "no:cacheprovider", "-n", "0"]
    command = [sys.executable, "-m", "pytest", *plugins, "-m", MARKED, "--hypothesis-seed=0", "--timeout=3600", "--quiet", str(test)]
    subprocess.run(command, check=True, env={**os.environ, "MUTATION_CORPUS": str(unfinished)}, stdout=sys.stderr)
    unfinished.rename(part)


def load(folders: Iterable[Path]) -> list[Scenario]:
    """The scenarios that create contracts of the repository, the shortest first; equal ones once."""
    found: dict[str, Scenario] = {}
    for path in sorted(path for folder in folders for path in folder.glob("*.pickle")):
        for scenario in pickle.loads(path.read_bytes()):
            creations = [step.transaction.data for step in scenario.steps if not step.transaction.to]
            scenario.contracts = frozenset(filter(None, map(created, creations)))
            if scenario.contracts:
                scenario.digest = hashlib.sha256(repr(scenario.steps).encode()).hexdigest()[:16]
                found.setdefault(scenario.digest, scenario)
    return sorted(found.values(), key=lambda scenario: (len(scenario.steps), scenario.test))
