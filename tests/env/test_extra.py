"""Without the extra `rl`, the sentence names it, and what was learnt still runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BLOCKED = "import sys; sys.modules['pettingzoo'] = sys.modules['gymnasium'] = None; "


def said(code: str) -> str:
    """What a process says in which neither library can be imported."""
    return subprocess.run([sys.executable, "-c", BLOCKED + code], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_the_missing_extra_is_named() -> None:
    code = """
from shengdian.env import parallel_env, single_env
from shengdian.sim.base.errors import MissingExtra
for make in (lambda: parallel_env("six-provinces-day", agents="plants"), lambda: single_env("six-provinces-day", agent="x")):
    try:
        make()
    except MissingExtra as error:
        sys.stdout.write(f"{error}\\n")
"""
    assert said(code) == "an environment for learners needs pettingzoo and gymnasium: pip install shengdian[rl]\n" * 2


def test_a_saved_strategy_needs_no_library() -> None:
    assert said("from shengdian.env.played import Played; sys.stdout.write(Played.__name__)") == "Played"
