"""Tests make sure that it is this checkout they test."""

from pathlib import Path

import shengdian

ROOT = Path(__file__).resolve().parents[1]

assert shengdian.__file__ is not None
found = Path(shengdian.__file__).resolve()
assert found.is_relative_to(ROOT), f"shengdian was imported from {found}: install this checkout in a fresh venv"
