"""The import names `sim`, `agents`, `contracts` and `experiments` are common ones: tests make sure that it is this checkout they test."""

from pathlib import Path

import agents
import contracts
import experiments
import sim

ROOT = Path(__file__).resolve().parents[1]

for package in (agents, contracts, experiments, sim):
    assert package.__file__ is not None
    found = Path(package.__file__).resolve()
    assert found.is_relative_to(ROOT), f"{package.__name__} was imported from {found}: install this checkout in a fresh venv"
