"""Auctions of a user's own: a declaration and a compiled contract beside the config; the run keeps both as data."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from shengdian.audit import audit
from shengdian.audit.clearing import ClearingAudit
from shengdian.audit.query import Question, query
from shengdian.audit.rebuild import Rebuild
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.runs.experiment import run_config
from shengdian.experiments.scenario import recorded
from shengdian.sim.adapters import revm
from shengdian.sim.base.errors import InputError
from shengdian.sim.mechanisms import mechanism_of
from shengdian.sim.record.chain_record import NAME as CHAIN
from shengdian.sim.record.finished_run import load
from shengdian.sim.record.recorded_blocks import read
from tests.experiments.audited import after_the_first

OWN = Path(__file__).parent / "own_auction"
ROOT = Path(__file__).parents[2]
COMPILER = ROOT / "contracts" / "node_modules" / "solc"
CONFIG = """[run]
chain = "{chain}"
hours = 2
design = "{design}"
[market]
mechanism = "{name}"
[region]
zones = ["SX", "SD"]
[users.count]
industry = 2
"""
DECLARED = "from shengdian import Mechanism\nMECHANISM = Mechanism({said})\n"
PLAIN_CLEAR = {
    "type": "function",
    "name": "clear",
    "inputs": [{"name": "hour", "type": "uint256"}, {"name": "traders", "type": "address[]"}],
    "outputs": [],
    "stateMutability": "nonpayable",
}


def config(folder: Path, chain: str = "pyevm", name: str = "midpoint", design: str = "coupled") -> Path:
    """A config whose mechanism stands beside it, with its contract and its twin."""
    folder.mkdir(exist_ok=True)
    for path in (*OWN.glob("*.json"), *OWN.glob("*.py")):
        shutil.copy(path, folder)
    (folder / "here.toml").write_text(CONFIG.format(chain=chain, name=name, design=design))
    return folder / "here.toml"


def declared(folder: Path, said: str, artifact: dict[str, Any] | None = None, **keys: str) -> Path:
    """A config whose mechanism is declared by `MECHANISM = Mechanism(said)`, with `artifact` as `Contract.json`."""
    path = config(folder, **keys)
    (folder / "midpoint.py").write_text(DECLARED.format(said=said))
    (folder / "Contract.json").write_text(json.dumps(artifact or packaged("UniformAuction")))
    return path


def packaged(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "contracts" / "artifacts" / f"{name}.json").read_text())
    return found


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_config(path)
    return str(caught.value)


@cache
def ran(folder: Path, chain: str) -> Path:
    """The run of the example on a chain; nothing of the user's is there any more."""
    path = config(folder / chain, chain)
    (own,) = run_config(load_config(path), folder / f"runs-{chain}")
    shutil.rmtree(folder / chain)
    return own


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("own")


CHAINS = ["pyevm", "mirror", pytest.param("revm", marks=pytest.mark.skipif(not revm.installed(), reason="revm is not installed"))]


@pytest.mark.long
@pytest.mark.parametrize("chain", CHAINS)
def test_an_own_auction_runs_alike_on_every_chain_and_is_checked_without_its_files(chain: str, folder: Path) -> None:
    own = ran(folder, chain)
    assert load(own).digest == load(ran(folder, "pyevm")).digest
    verdict = audit(own)
    assert verdict.clean
    assert verdict.chain == ("pyevm" if chain == "mirror" else chain)
    assert verdict.counted["clearings"] == 2
    notes = " ".join(verdict.notes)
    assert "payments of mechanism 'midpoint' are checked against what its contract announces" in notes
    assert ("the twin of mechanism 'midpoint' is code of a user's own" in notes) == (chain == "mirror")


def test_the_run_says_what_the_contract_paid(folder: Path) -> None:
    run = load(ran(folder, "pyevm"))
    orders, prices = run.tables["orders"], run.tables["prices"].set_index(["hour", "zone"])["price_per_mwh"]
    bought = orders[(orders["filled_mwh"] > 0) & (orders["side"] == "buy")]
    assert len(bought)
    assert set(orders["mechanism"]) == {"midpoint"}
    for row in bought.itertuples():
        assert row.paid_price_per_mwh == pytest.approx((row.price_per_mwh + prices[row.hour, row.zone]) / 2, abs=0.02)


def test_the_chain_can_be_asked_without_its_files(folder: Path) -> None:
    answer = query(ran(folder, "pyevm"), Question(hour=1))
    assert any(record["what"] == "order" for record in answer.records)


def test_payments_that_were_changed_in_the_tables_are_found(folder: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(ran(folder, "pyevm"), run)
    table = pq.read_table(run / "ledger.parquet")
    money = table.column("money").to_pylist()
    place = table.column("cause").to_pylist().index("regional")
    money[place] += 1.0
    changed = table.set_column(table.schema.get_field_index("money"), table.schema.field("money"), [money])
    pq.write_table(changed, run / "ledger.parquet")
    assert any(difference.table == "ledger" for difference in audit(run).differences)


def test_another_contract_in_the_config_of_a_run_is_found(folder: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(ran(folder, "pyevm"), run)
    text = (run / "config.toml").read_text()
    kept = packaged("UniformAuction")["bytecode"]
    (run / "config.toml").write_text(re.sub(r'bytecode = "0x[0-9a-f]+"', f'bytecode = "{kept}"', text))
    assert "creates a contract whose code is none of the committed artifacts" in " ".join(map(str, audit(run).differences))


def test_an_audit_never_runs_a_twin_of_a_users_own(folder: Path) -> None:
    with pytest.raises(InputError, match="mechanism 'midpoint' has no twin of the package's: audit the run on pyevm"):
        audit(ran(folder, "pyevm"), chain="mirror")


def test_mirror_needs_a_twin_and_other_chains_do_not(tmp_path: Path) -> None:
    said = '"midpoint", "MidpointAuction.json", "Halfway.", pays="announced"'
    (own,) = run_config(load_config(declared(tmp_path, said)), tmp_path / "runs")
    assert audit(own).clean
    with pytest.raises(InputError, match="chain 'mirror' needs a twin of MidpointAuction, which other chains do not"):
        run_config(load_config(declared(tmp_path, said, chain="mirror")), tmp_path / "runs")


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "said", "design"),
    [
        ("UniformAuction", '"any", "Contract.json", ""', "coupled"),
        ("PayAsBidAuction", '"any", "Contract.json", "", pays="own"', "coupled"),
        ("MatchedPairsAuction", '"any", "Contract.json", "", pays="pair", given="sequence", uses_lines=False', "provincial"),
    ],
)
def test_the_packages_contracts_as_own_ones_trade_as_the_packages_do(name: str, said: str, design: str, tmp_path: Path) -> None:
    (own,) = run_config(load_config(declared(tmp_path, said, packaged(name), design=design)), tmp_path / "runs")
    theirs = {"UniformAuction": "uniform", "PayAsBidAuction": "pay-as-bid", "MatchedPairsAuction": "matched-pairs"}[name]
    (other,) = run_config(load_config(config(tmp_path, name=theirs, design=design)), tmp_path / "runs")
    assert after_the_first(own) == after_the_first(other)
    verdict = audit(own)
    assert verdict.clean
    assert "midpoint" not in " ".join(verdict.notes)


def test_a_contract_that_does_not_pay_as_its_declaration_says_is_found(tmp_path: Path) -> None:
    path = declared(tmp_path, '"any", "Contract.json", "", pays="own"', packaged("UniformAuction"))
    (own,) = run_config(load_config(path), tmp_path / "runs")
    assert "the ledger does not move" in str(audit(own).differences[0])


def test_of_a_rule_that_the_contract_alone_knows_an_audit_says_what_it_does_not_check(tmp_path: Path) -> None:
    path = config(tmp_path, name="fixed_price", design="provincial")
    (own,) = run_config(load_config(path), tmp_path / "runs")
    assert set(load(own).tables["prices"]["price_per_mwh"]) == {fixed_price(own)}
    assert load(own).tables["orders"]["filled_mwh"].sum() > 0
    verdict = audit(own)
    assert verdict.clean
    said = "whether trades and prices of mechanism 'fixed_price' are right is not checked, because its contract alone knows the rule"
    assert said in verdict.notes


def fixed_price(run: Path) -> float:
    """CNY/MWh, the share `k` of the way from floor to cap."""
    market = load(run).config["market"]
    floor, cap = market["price_floor_per_mwh"], market["price_cap_per_mwh"]
    return float(floor + (cap - floor) * market["k"])


def test_a_fill_that_no_order_has_is_found_whatever_the_rule_is(folder: Path) -> None:
    _, scenario, _ = recorded(ran(folder, "pyevm"))
    rebuild = Rebuild(scenario)
    hour = next(hour for block in read(ran(folder, "pyevm") / CHAIN)[2] for hour in rebuild.take(block.block))
    (stage,) = hour.stages
    hour.stages[0] = replace(stage, after=(stage.after[0] + 10**7, *stage.after[1:]))
    rebuild.deployed.own = replace(mechanism_of(scenario), optimal=False)
    check = ClearingAudit()
    check.check(hour, rebuild.deployed)
    check.finish()
    assert "is filled with" in check.differences[0].sentence


def test_who_looks_at_waiting_orders_needs_a_rule_that_can_be_foreseen(tmp_path: Path) -> None:
    path = config(tmp_path)
    path.write_text(path.read_text() + '[[strategies.own]]\nplant = "SX_coal_600_1"\nname = "front_runner"\n[strategies.own.parameters]\n')
    with pytest.raises(InputError, match=r"SX_coal_600_1 looks at the orders that wait, .* mechanism 'midpoint' has one of its own"):
        run_config(load_config(path), tmp_path / "runs")


def test_a_dotted_name_is_a_file_in_a_folder_beside_the_config(tmp_path: Path) -> None:
    path = config(tmp_path, name="ideas.midpoint")
    (tmp_path / "ideas").mkdir()
    for file in ("midpoint.py", "MidpointAuction.json"):
        (tmp_path / file).rename(tmp_path / "ideas" / file)
    assert list(load_config(path).own_mechanisms or {}) == ["ideas.midpoint"]


def test_a_mechanism_that_a_sweep_names_is_found(tmp_path: Path) -> None:
    path = config(tmp_path, name="uniform")
    path.write_text(path.read_text() + '[sweep.grid]\n"market.mechanism" = ["uniform", "midpoint"]\n')
    assert list(load_config(path).own_mechanisms or {}) == ["midpoint"]


def without(kind: str, name: str) -> dict[str, Any]:
    found = packaged("UniformAuction")
    return {**found, "abi": [entry for entry in found["abi"] if (entry["type"], entry.get("name")) != (kind, name)]}


def twice(name: str) -> dict[str, Any]:
    found = packaged("UniformAuction")
    return {**found, "abi": [*found["abi"], {**PLAIN_CLEAR, "name": name}]}


@pytest.mark.parametrize(
    ("said", "artifact", "sentence"),
    [
        ('"any", "Nothing.json", ""', None, "Nothing.json: no compiled contract, a JSON file with abi and bytecode"),
        ('"any", "Contract.json", ""', {"abi": []}, "it has no abi or no bytecode"),
        ('"any", "Contract.json", ""', {"abi": [], "bytecode": "0x"}, "its bytecode is empty"),
        ('"any", "Contract.json", ""', {"abi": [], "bytecode": {"object": "0x60__$1$__"}}, "a library is not linked"),
        ('"any", "Contract.json", ""', {"abi": [1], "bytecode": "0x60"}, "has an ABI or a bytecode that cannot be read"),
        ('"any", "Contract.json", ""', without("function", "admit"), "has no function admit(address[]), which a market needs"),
        ('"any", "Contract.json", ""', without("event", "HourCleared"), "has no event HourCleared(uint256,uint256,int256[]"),
        ('"any", "Contract.json", ""', twice("admit"), "has admit 2 times in its ABI; a market needs it 1 times"),
        ('"any", "Contract.json", "", given="nothing"', None, "has no function clear(uint256,address[]), which a market needs"),
        ('"any", "Contract.json", "", pays="announced"', None, "has no event PaymentsMade(uint256,int256[])"),
        ('"any", "Contract.json", "", uses_lines=False', None, "has no constructor (address,address,"),
        ('"any", "Contract.json", "", pays="never"', None, "pays is 'never'; allowed: zone, own, pair, redispatch, announced"),
        ('"any"', None, "cannot be imported (line 2: TypeError"),
    ],
)
def test_what_no_market_can_use_is_refused_in_a_sentence(said: str, artifact: dict[str, Any] | None, sentence: str, tmp_path: Path) -> None:
    assert sentence in refusal(declared(tmp_path, said, artifact))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda folder: (folder / "midpoint.py").unlink(), "market.mechanism is 'midpoint'; allowed: uniform, pay-as-bid, matched-pairs"),
        (lambda folder: (folder / "midpoint.py").write_text("X = 1\n"), "midpoint.py has no MECHANISM"),
        (lambda folder: (folder / "midpoint.py").write_text("MECHANISM = 'uniform'\n"), "its MECHANISM should be a shengdian.Mechanism"),
    ],
)
def test_a_file_without_a_mechanism_is_refused(change: Callable[[Path], object], sentence: str, tmp_path: Path) -> None:
    path = config(tmp_path)
    change(tmp_path)
    assert sentence in refusal(path)


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"name": "no.such"}, "mechanism 'no.such': there is no no/such.py in"),
        ({"name": "a b.c"}, "mechanism 'a b.c': there is no a b/c.py in"),
        ({"design": "two_stage"}, "market.mechanism is 'midpoint', which design 'two_stage' cannot use"),
        ({"design": "day_ahead"}, "market.mechanism is 'midpoint', which design 'day_ahead' cannot use"),
    ],
)
def test_what_goes_with_no_own_auction_is_refused(keys: dict[str, str], sentence: str, tmp_path: Path) -> None:
    assert sentence in refusal(config(tmp_path, **keys))


def test_an_own_auction_takes_no_sealed_orders(tmp_path: Path) -> None:
    path = config(tmp_path)
    path.write_text(path.read_text().replace("[market]\n", '[market]\nbids = "sealed"\n'))
    assert "market.bids is 'sealed', which mechanism 'midpoint' cannot use; it should be 'open'" in refusal(path)


@pytest.mark.long
@pytest.mark.skipif(not COMPILER.is_dir(), reason="contracts/node_modules is not installed")
@pytest.mark.parametrize("name", ["FixedPriceAuction", "MidpointAuction"])
def test_an_example_is_what_its_source_compiles_to(name: str, tmp_path: Path) -> None:
    shutil.copy(OWN / f"{name}.sol", tmp_path)
    subprocess.run(["node", ROOT / "contracts" / "compile.js", tmp_path / f"{name}.sol"], check=True, capture_output=True)
    made, kept = (json.loads((folder / f"{name}.json").read_text()) for folder in (tmp_path, OWN))
    assert {key: made[key] for key in ("abi", "bytecode")} == {key: kept[key] for key in ("abi", "bytecode")}
