"""Same seed, same bytes: in other processes, and whatever PYTHONHASHSEED is."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(out: Path, chain: str, hours: int, seed: int, hash_seed: str) -> Path:
    """Runs the two-stage day in a process of its own and gives its directory."""
    command = [sys.executable, "-m", "shengdian", "run", "base", "--chain", chain, "--hours", str(hours), "--seed", str(seed)]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    subprocess.run([*command, "--out", str(out), "--quiet"], cwd=ROOT, env=environment, check=True, capture_output=True)
    (directory,) = out.iterdir()
    return directory


def fingerprint(directory: Path) -> dict[str, str]:
    """Hash by file of everything but the manifest, and of the manifest what does not depend on wall time."""
    manifest = json.loads((directory / "manifest.json").read_text())
    prints = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in directory.iterdir() if path.name != "manifest.json"}
    return prints | {key: manifest[key] for key in ("run_id", "digest", "last_block_hash")}


@pytest.mark.long
def test_two_processes_make_the_same_files_and_the_same_last_block(tmp_path: Path) -> None:
    first = fingerprint(run(tmp_path / "a", "eth-tester", 1, 1, "0"))
    second = fingerprint(run(tmp_path / "b", "eth-tester", 1, 1, "4711"))
    assert first == second
    assert len(first["last_block_hash"]) == 66


@pytest.mark.long
def test_another_seed_makes_another_digest(tmp_path: Path) -> None:
    first = fingerprint(run(tmp_path / "a", "mirror", 1, 1, "0"))
    second = fingerprint(run(tmp_path / "b", "mirror", 1, 2, "0"))
    assert first["digest"] != second["digest"]


@pytest.mark.long
def test_reference_chain_and_mirror_have_the_same_digest_and_tables(tmp_path: Path) -> None:
    on_evm, on_twins = run(tmp_path / "a", "eth-tester", 1, 1, "0"), run(tmp_path / "b", "mirror", 1, 1, "0")
    assert fingerprint(on_evm)["digest"] == fingerprint(on_twins)["digest"]
    for table in ("orders", "prices", "flows", "agreements", "allocation", "generation", "load"):
        assert (on_evm / f"{table}.parquet").read_bytes() == (on_twins / f"{table}.parquet").read_bytes()
