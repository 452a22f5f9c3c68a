"""No secret key is ever written: not to a run, not to one in progress, not to a proof, a figure or a report; in no spelling."""

from __future__ import annotations

import base64
import gzip
from pathlib import Path

import pandas as pd
import pytest

from shengdian.cli import main
from shengdian.experiments.runs.one_run import run_single
from shengdian.sim.chain import keys
from tests.faults.runs import hidden, small, stop_after


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Every key that was made, by the name it was made for."""
    made: dict[str, bytes] = {}
    own = keys.private_key
    keys.address.cache_clear()

    def private_key(name: str) -> keys.PrivateKey:
        found = own(name)
        made[name] = found.secret
        return found

    monkeypatch.setattr(keys, "private_key", private_key)
    return made


def texts(path: Path) -> list[bytes]:
    """The bytes of a file, as it is and as it is read."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        return [data, gzip.decompress(data)]
    if path.suffix == ".parquet":
        return [data, pd.read_parquet(path).to_csv().encode()]
    return [data]


def leaks(directory: Path, secrets: dict[str, bytes]) -> list[str]:
    """Files in which a key stands, with the name it was made for."""
    found = []
    for path in sorted(path for path in directory.rglob("*") if path.is_file()):
        content = [part.lower() for part in texts(path)] + texts(path)
        for name, secret in secrets.items():
            spellings = (secret, secret.hex().encode(), base64.b64encode(secret)[:40], str(int.from_bytes(secret, "big")).encode())
            if any(one in part for one in (*spellings, secret[::-1]) for part in content):
                found.append(f"{path.name}: {name}")
    return found


def test_a_key_that_were_written_would_be_found(tmp_path: Path) -> None:
    secret = keys.private_key("operator").secret
    with gzip.open(tmp_path / "chain.jsonl.gz", "wt") as file:
        file.write(f"0x{secret.hex().upper()}")
    pd.DataFrame({"key": [secret.hex()]}).to_parquet(tmp_path / "value.parquet")
    (tmp_path / "chain.state").write_bytes(b"x" + secret)
    assert leaks(tmp_path, {"operator": secret}) == [f"{name}: operator" for name in ("chain.jsonl.gz", "chain.state", "value.parquet")]


@pytest.mark.long
@pytest.mark.parametrize("chain", ["eth-tester", "mirror"])
def test_no_secret_key_is_written_to_a_run_directory(chain: str, secrets: dict[str, bytes], tmp_path: Path) -> None:
    config = small(tmp_path, chain, 2)
    run = run_single(config, tmp_path / "runs")
    assert main(["query", str(run), "--hour", "0", "--proof", str(tmp_path / "runs" / "proof.json")]) == 0
    if chain == "mirror":
        assert main(["plot", str(run)]) == 0
        assert main(["report", str(run)]) == 0
    assert len(secrets) > 20
    assert "operator" in secrets
    assert leaks(tmp_path, secrets) == []


@pytest.mark.parametrize("chain", ["mirror", pytest.param("pyevm", marks=pytest.mark.slow)])
def test_no_secret_key_is_written_to_a_run_in_progress(chain: str, secrets: dict[str, bytes], tmp_path: Path) -> None:
    config = small(tmp_path, chain, 30)
    with pytest.raises(KeyboardInterrupt):
        run_single(config, tmp_path / "runs", stop_after(25))
    assert (hidden(tmp_path / "runs", config) / "chain.state").stat().st_size
    assert leaks(tmp_path, secrets) == []


def test_development_keys_say_what_they_are() -> None:
    assert keys.private_key("operator").secret == keys.keccak(text="shengdian development key: operator")
