"""The corpus: what the tests send to the contracts, with what has to come of it."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from contracts import artifact, names
from sim.chain import Log, Transaction


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


@cache
def _creations() -> list[tuple[bytes, str]]:
    return [(artifact(name).bytecode, name) for name in names()]


def created(data: bytes) -> str:
    """The name of the contract that creation data is of; empty where it is not one of the repository's."""
    return next((name for code, name in _creations() if data.startswith(code)), "")


def record(folder: Path, tests: Sequence[str]) -> None:
    """Runs `tests` (pytest arguments) and writes their scenarios to `folder`; CalledProcessError where a test fails."""
    folder.mkdir(parents=True)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "mutation.record",
        "-p",
        "no:cacheprovider",
        "-n",
        "2",
        "--hypothesis-seed=0",
        "--timeout=3600",
        *tests,
    ]
    subprocess.run(command, check=True, env={**os.environ, "MUTATION_CORPUS": str(folder)})


def load(folder: Path) -> list[Scenario]:
    """The scenarios that create contracts of the repository, the shortest first; equal ones once."""
    found: dict[bytes, Scenario] = {}
    for path in sorted(folder.glob("*.pickle")):
        for scenario in pickle.loads(path.read_bytes()):
            creations = [step.transaction.data for step in scenario.steps if not step.transaction.to]
            scenario.contracts = frozenset(filter(None, map(created, creations)))
            if scenario.contracts:
                found[pickle.dumps(scenario.steps)] = scenario
    return sorted(found.values(), key=lambda scenario: (len(scenario.steps), scenario.test))
