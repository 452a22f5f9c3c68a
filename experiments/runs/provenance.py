"""What a result was made with: versions of packages, the commit, the contracts' creation code."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from shengdian import contracts
from shengdian.experiments.config.loading import own_names
from shengdian.experiments.schema import Config
from shengdian.sim.base.own_code import place
from shengdian.sim.record.run_folder import sha256_of

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
    """The commit of the checkout this runs from, `-dirty` where files differ from it; None outside a checkout.

    A package that is installed somewhere inside another checkout is not of it.
    """
    here = Path(__file__).resolve().parent
    try:
        subprocess.run(["git", "ls-files", "--error-unmatch", Path(__file__).name], cwd=here, capture_output=True, check=True)
        commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=here, capture_output=True, text=True, check=True).stdout.strip()
        changed = subprocess.run(["git", "status", "--porcelain", "-uno"], cwd=here, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return commit + ("-dirty" if changed.strip() else "")


def artifact_hashes() -> dict[str, str]:
    """SHA-256 of the creation code by contract."""
    return {name: hashlib.sha256(contracts.artifact(name).bytecode).hexdigest() for name in contracts.names()}


def own_code(config: Config) -> dict[str, str]:
    """SHA-256 of the file by strategy of a user's own; a module that Python found by itself is left out."""
    files = ((name, place(name, config.code_folder or "")) for name in own_names(config.resolved()))
    return {name: sha256_of(file) for name, file in files if file is not None}


def program() -> dict[str, Any]:
    """Versions, commit and artifacts' hashes, as the manifest has them."""
    return {"versions": versions(), "git_commit": git_commit(), "artifact_hashes": artifact_hashes()}
