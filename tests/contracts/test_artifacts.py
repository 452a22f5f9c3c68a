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
    """Every contract of the sources that is neither abstract nor an interface nor a library, and that no other contract creates."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    return sorted(set(re.findall(r"^contract (\w+)", text, re.MULTILINE)) - set(re.findall(r"\bnew ([A-Z]\w*)\(", text)))


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
def test_artifact_is_well_within_the_size_limits(name: str) -> None:
    """Deployed code, also of what a contract creates, leaves 4 KiB of EIP-170's limit; creation code is within EIP-3860's."""
    artifact = contracts.artifact(name)
    assert 0 < max(artifact.runtime_sizes.values()) <= 24_576 - 4_096
    assert 0 < len(artifact.bytecode) <= 49_152


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
