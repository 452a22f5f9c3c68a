"""What `shengdian abi --source` gives compiles to the code on chain, so that an explorer can verify a contract by it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from shengdian import contracts
from shengdian.cli import main
from shengdian.contracts.verified_source import verified_source

ROOT = Path(contracts.__file__).parent
COMPILE = "const solc = require('solc'); process.stdout.write(solc.compile(require('fs').readFileSync(0, 'utf8')))"

pytestmark = pytest.mark.skipif(not (ROOT / "node_modules").is_dir(), reason="contracts/node_modules is not installed")


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
@pytest.mark.parametrize(
    "name", ["Ledger", pytest.param("Registry", marks=pytest.mark.long), pytest.param("TwoStageAuction", marks=pytest.mark.slow)]
)
def test_source_compiles_to_the_bytecode_that_is_deployed(name: str) -> None:
    asked = verified_source(name)
    source = asked["contractIdentifier"].removesuffix(f":{name}")
    answer = subprocess.run(
        ["node", "-e", COMPILE], input=json.dumps(asked["stdJsonInput"]), cwd=ROOT, capture_output=True, text=True, check=True
    )
    made = json.loads(answer.stdout)["contracts"][source][name]
    artifact = contracts.artifact(name)
    assert bytes.fromhex(made["evm"]["bytecode"]["object"]) == artifact.bytecode
    assert len(made["evm"]["deployedBytecode"]["object"]) == 2 * artifact.runtime_sizes[name]
    metadata = json.loads(made["metadata"])
    assert metadata["compiler"]["version"] == asked["compilerVersion"]
    assert metadata["settings"]["compilationTarget"] == {source: name}
    assert sorted(metadata["sources"]) == list(artifact.sources)


@pytest.mark.parametrize("name", contracts.names())
def test_every_contract_has_the_sources_of_its_artifact(name: str) -> None:
    asked = verified_source(name)
    given = asked["stdJsonInput"]
    assert tuple(given["sources"]) == contracts.artifact(name).sources
    source, _, defined = asked["contractIdentifier"].partition(":")
    assert defined == name
    assert f"contract {name} " in given["sources"][source]["content"]
    assert {key: given["settings"][key] for key in contracts.artifact(name).settings} == contracts.artifact(name).settings


def test_command_prints_it_and_asks_for_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["abi", "Ledger", "--source"]) == 0
    assert json.loads(capsys.readouterr().out) == verified_source("Ledger")
    assert main(["abi", "--source"]) == 2
    assert capsys.readouterr().err == "shengdian: --source is of one contract: give its name\n"


def test_a_changed_or_absent_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"Terms\.sol"):
        verified_source("Terms", tmp_path)
    for source in contracts.artifact("Terms").sources:
        (tmp_path / source).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / source, tmp_path / source)
    assert verified_source("Terms", tmp_path) == verified_source("Terms")
    changed = tmp_path / contracts.artifact("Terms").sources[0]
    changed.write_text(changed.read_text() + "\n")
    with pytest.raises(ValueError, match="the sources of Terms have changed since it was compiled"):
        verified_source("Terms", tmp_path)
