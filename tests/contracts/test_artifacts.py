"""The committed artifacts are what the Solidity on disk compiles to, as far as that can be told without a compiler."""

from __future__ import annotations

import re
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

from shengdian import contracts

ROOT = Path(contracts.__file__).parent
SOURCES = contracts.sources()


def deployable() -> list[str]:
    """Every contract of the sources that is neither abstract nor an interface nor a library."""
    return sorted(name for path in SOURCES for name in re.findall(r"^contract (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_deployable_contract_has_an_artifact_and_nothing_else_has() -> None:
    assert contracts.names() == deployable()


@pytest.mark.parametrize("name", contracts.names())
def test_artifact_is_as_old_as_its_sources(name: str) -> None:
    """The hash is over path, zero byte, content, zero byte of the project's own sources in sorted order, as compile.js takes it."""
    artifact = contracts.artifact(name)
    digest = sha256()
    for source in sorted(source for source in artifact.sources if not source.startswith("@")):
        digest.update(source.encode() + b"\0" + (ROOT / source).read_bytes() + b"\0")
    assert artifact.source_hash == digest.hexdigest()


@pytest.mark.parametrize("name", contracts.names())
def test_artifact_fits_the_contract_size_limit(name: str) -> None:
    """EIP-170's limit is for the deployed code, which the creation code contains."""
    assert 0 < len(contracts.artifact(name).bytecode) <= 24_576


@pytest.mark.parametrize("name", contracts.names())
def test_artifact_was_compiled_with_the_settings_that_forge_tests(name: str) -> None:
    forge = tomllib.loads((ROOT / "foundry.toml").read_text(encoding="utf-8"))["profile"]["default"]
    assert contracts.artifact(name).settings == {
        "evmVersion": forge["evm_version"],
        "metadata": {"appendCBOR": forge["cbor_metadata"], "bytecodeHash": forge["bytecode_hash"]},
        "optimizer": {"enabled": forge["optimizer"], "runs": forge["optimizer_runs"]},
        "viaIR": forge["via_ir"],
    }


def test_unknown_contract_names_the_known_ones() -> None:
    with pytest.raises(KeyError, match="Ledger"):
        contracts.artifact("Nothing")
