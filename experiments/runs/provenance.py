"""What a result was made with: versions of packages, the commit, the contracts' creation code."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from shengdian import contracts

PACKAGES = ("shengdian", "mesa", "web3", "eth-tester", "py-evm", "numpy", "highspy", "scipy", "pandas", "pyarrow", "matplotlib")


def versions() -> dict[str, str]:
    """Version by package, and of Python; packages that are not installed are left out."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def git_commit() -> str | None:
    """The commit of the checkout this runs from, `-dirty` where files differ from it; None outside a checkout."""
    here = Path(__file__).parent
    try:
        commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=here, capture_output=True, text=True, check=True).stdout.strip()
        changed = subprocess.run(["git", "status", "--porcelain", "-uno"], cwd=here, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return commit + ("-dirty" if changed.strip() else "")


def artifact_hashes() -> dict[str, str]:
    """SHA-256 of the creation code by contract."""
    return {name: hashlib.sha256(contracts.artifact(name).bytecode).hexdigest() for name in contracts.names()}


def program() -> dict[str, Any]:
    """Versions, commit and artifacts' hashes, as the manifest has them."""
    return {"versions": versions(), "git_commit": git_commit(), "artifact_hashes": artifact_hashes()}
