"""Other packages live in virtual environments of their own under .venv-bench/, made when a benchmark first needs them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
HOME = ROOT / ".venv-bench"
SCRIPTS = Path(__file__).parent / "foreign"


class Unavailable(Exception):
    """A package cannot be installed, or fails to run, on this Python or this machine."""


def environment(name: str, requirements: Sequence[str]) -> Path:
    """The interpreter of the environment `name` with exactly `requirements`; raises Unavailable with pip's last word."""
    home = HOME / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"
    python = home / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    stamp = home / "requirements.txt"
    if stamp.is_file() and stamp.read_text(encoding="utf-8").split() == list(requirements):
        return python
    sys.stderr.write(f"installing {' '.join(requirements)} into {home.relative_to(ROOT)}\n")
    run([sys.executable, "-m", "venv", "--clear", str(home)])
    run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements])
    stamp.write_text("\n".join(requirements) + "\n", encoding="utf-8")
    return python


def run(command: Sequence[str], given: str | None = None) -> str:
    """What the command says; raises Unavailable with the last line of its complaint."""
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise Unavailable(lines[-1].strip() if lines else f"exit code {done.returncode}")
    return done.stdout


def foreign(python: Path, script: str, given: Any) -> Any:
    """Runs a script of benchmarks/foreign/ in another environment: JSON in, the last line of its output as JSON out."""
    return json.loads(run([str(python), str(SCRIPTS / f"{script}.py")], json.dumps(given)).splitlines()[-1])
