"""`shengdian.run`, `load`, `compare` and what reads a run: the same runs as the command line's, shown wherever they are shown."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import shengdian

ROOT = Path(__file__).resolve().parents[2]
SMALL: dict[str, Any] = {"hours": 1, "chain": "mirror", "region": {"provinces": ["SX", "SD"]}}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> shengdian.Runs:
    return shengdian.run("six-provinces-day", out=tmp_path_factory.mktemp("runs"), seed=[1, 2], design=["provincial", "coupled"], **SMALL)


def test_run_gives_every_design_under_every_seed(runs: shengdian.Runs) -> None:
    assert [(run.design, run.seed, run.hours) for run in runs] == [
        ("provincial", 1, 1),
        ("coupled", 1, 1),
        ("provincial", 2, 1),
        ("coupled", 2, 1),
    ]


@pytest.mark.long
def test_run_leaves_what_the_command_line_leaves(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "shengdian", "run", "six-provinces-day", "--hours", "1", "--chain", "mirror", "--seed", "2"]
    subprocess.run([*command, "--out", str(tmp_path / "typed"), "--quiet"], cwd=ROOT, check=True, capture_output=True)
    typed = shengdian.load_all(tmp_path / "typed")
    runs = shengdian.run("six-provinces-day", hours=1, chain="mirror", seed=2, out=tmp_path / "called")
    assert {run.run_id: run.digest for run in typed} == {run.run_id: run.digest for run in runs}
    assert {run.run_id: run.manifest["contents"]["ledger.parquet"] for run in typed} == {
        run.run_id: run.manifest["contents"]["ledger.parquet"] for run in runs
    }


def test_words_keys_tables_and_a_mapping_say_the_same(tmp_path: Path) -> None:
    common = {**SMALL, "design": "coupled"}
    ways = [
        shengdian.run("six-provinces-day", {"market.k": 0.0, "strategies.plants": "markup"}, out=tmp_path / "1", **common),
        shengdian.run("six-provinces-day", out=tmp_path / "2", market={"k": 0.0}, strategies={"plants": {"name": "markup"}}, **common),
        shengdian.run(
            "six-provinces-day", out=tmp_path / "3", **{"run.compare": [], "run.design": "coupled", "run.hours": np.int64(1)},
            **{"run.chain": "mirror", "region.zones": ("SX", "SD"), "market.k": np.float64(0), "strategies.plants.name": "markup"},
        ),
    ]  # fmt: skip
    assert len({way[0].run_id for way in ways}) == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"hour": 2}, "unknown word 'hour'.*did you mean 'hours'"),
        ({"worker": 2}, "unknown word 'worker'.*did you mean 'workers'"),
        ({"market.kk": 0.5}, "unknown key market.kk.*did you mean 'k'"),
        ({"market": {"mechanisme": "uniform"}}, "unknown key market.mechanisme.*did you mean 'mechanism'"),
        ({"design": "coupledd"}, "run.design is 'coupledd'.*did you mean 'coupled'"),
        ({"chain": "miror"}, "chain 'miror' is unknown.*did you mean 'mirror'"),
        ({"seed": -1}, "run.seeds.* is -1"),
        ({"workers": 0}, "workers is 0"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(given: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(shengdian.InputError, match=sentence) as refused:
        shengdian.run("six-provinces-day", out=tmp_path, **given)
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_unknown_experiment_is_refused_with_the_nearest() -> None:
    with pytest.raises(shengdian.InputError, match="did you mean 'six-provinces-day'"):
        shengdian.run("six-province-day")


def test_finished_runs_are_kept_when_resumed(tmp_path: Path) -> None:
    (first,) = shengdian.run("six-provinces-day", design="coupled", out=tmp_path, **SMALL)
    written = (first.directory / "manifest.json").stat().st_mtime_ns
    shengdian.run("six-provinces-day", design="coupled", out=tmp_path, resume=True, **SMALL)
    assert (first.directory / "manifest.json").stat().st_mtime_ns == written


def test_load_refuses_a_changed_file(tmp_path: Path) -> None:
    (run,) = shengdian.run("six-provinces-day", design="coupled", out=tmp_path, **SMALL)
    assert shengdian.load(run).run_id == run.run_id
    (run.directory / "summary.json").write_text("{}")
    with pytest.raises(shengdian.InputError, match="changed since the run was written"):
        shengdian.load(run)


def test_runs_are_compared_as_such_or_by_directory(runs: shengdian.Runs) -> None:
    compared = shengdian.compare(runs)
    assert compared == shengdian.compare(runs[0].directory.parent) == shengdian.compare([run.directory for run in runs])
    gained = np.mean([runs[place + 1].summary["welfare"] - runs[place].summary["welfare"] for place in (0, 2)])
    assert compared.frame("difference").loc["welfare", "coupled"] == pytest.approx(gained)
    assert list(compared.frame().columns) == ["provincial", "coupled"]


def test_runs_are_a_sequence(runs: shengdian.Runs) -> None:
    assert isinstance(runs[:2], shengdian.Runs)
    assert list(runs[:2] + runs[2:]) == list(runs)


def test_deployments_in_the_manifest_are_checksummed_addresses(runs: shengdian.Runs) -> None:
    from eth_utils.address import is_checksum_address

    found = runs[0].manifest["deployments"]
    assert {"Registry", "Ledger", "UniformAuction"} <= set(found)
    assert all(is_checksum_address(address) for address in found.values())


def test_audit_is_a_function_and_a_package(runs: shengdian.Runs) -> None:
    verdict = shengdian.audit(runs[0])
    assert verdict.clean
    assert verdict.run_id == runs[0].run_id
    assert shengdian.audit.audit(runs[0].directory).clean  # type: ignore[attr-defined]


def test_forged_deployment_in_the_manifest_is_found(tmp_path: Path) -> None:
    (run,) = shengdian.run("six-provinces-day", design="coupled", out=tmp_path, **SMALL)
    path, ledger = run.directory / "manifest.json", run.manifest["deployments"]["Ledger"]
    path.write_text(path.read_text().replace(ledger, run.manifest["deployments"]["Registry"]))
    assert "deployments.Ledger" in str(shengdian.audit(run).differences[0])


def test_query_proof_and_verification_of_an_order(runs: shengdian.Runs) -> None:
    answer = shengdian.query(runs[1], order="0/SX_supplier/0")
    assert {record["what"] for record in answer.records} >= {"transaction", "order", "outcome"}
    proof = shengdian.prove(runs[1], order="0/SX_supplier/0")
    assert shengdian.verify(proof, runs[1].manifest["logs_root"])["logs"]
    with pytest.raises(ValueError, match="trusted root"):
        shengdian.verify(proof, "0x" + "00" * 32)


def test_what_is_not_one_transaction_has_no_proof(runs: shengdian.Runs) -> None:
    with pytest.raises(shengdian.InputError, match="a proof needs one transaction"):
        shengdian.prove(runs[1], block=2)


@pytest.mark.long
def test_report_is_one_page(runs: shengdian.Runs, tmp_path: Path) -> None:
    path = shengdian.report(runs, tmp_path / "new" / "page.html")
    assert path.read_text().startswith("<!DOCTYPE html>")


def test_cleared_cases_are_one_for_one_and_a_list_for_a_list() -> None:
    orders = [
        {"id": "coal", "zone": "N", "side": "sell", "price": 210.0, "quantity": 100.0},
        {"id": "town", "zone": "N", "side": "buy", "price": 300.0, "quantity": 50.0},
    ]
    case = {"name": "<one>", "zones": ["N"], "orders": orders}
    one, (several, refused) = shengdian.clear(case, "mirror"), shengdian.clear([case, {**case, "zones": []}], "mirror")
    assert one == several
    assert one["prices"] == {"N": 210.0}
    assert "&lt;one&gt;" in one._repr_html_()
    assert "refused" in refused._repr_html_()


@pytest.mark.long
def test_everything_returned_shows_itself(runs: shengdian.Runs) -> None:
    shown = [
        (runs, "4 runs"),
        (runs[0], "Run provincial, seed 1, 1 hours"),
        (runs[0].tables, "Tables orders, prices"),
        (shengdian.compare(runs), "generation cost"),
        (shengdian.figures(runs), "Figures comparison"),
        (shengdian.audit(runs[0]), "nothing differs"),
        (shengdian.query(runs[1], hour=0), "Answer: 2 of price"),
        (shengdian.Model("six-provinces-day", design="coupled", **SMALL), "coupled, seed 1, 0 of 1 hours on mirror"),
    ]
    for each, words in shown:
        assert words in repr(each)
        assert each._repr_html_().startswith("<")
    assert shengdian.figures(runs)["prices"]._repr_png_().startswith(b"\x89PNG")  # type: ignore[attr-defined]
