"""Ethereum's own tools look into a served run over HTTP: web3.py, cast and ethers."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from web3 import HTTPProvider, Web3

from shengdian.cli import main
from shengdian.contracts import artifact
from shengdian.serving.answers import Answers
from shengdian.serving.record import Record
from shengdian.serving.server import MOST, respond
from shengdian.serving.state import States
from shengdian.sim.chain.abi import interface, signature_of
from shengdian.sim.chain.keys import address
from shengdian.sim.record.finished_run import load
from tests.docs.pages import DOCS, blocks

pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")
NODE_MODULES = Path(__file__).parents[1] / "node_modules"
CAST = shutil.which("cast", path=f"{NODE_MODULES / '.bin'}{os.pathsep}{os.environ.get('PATH', '')}")


@pytest.fixture(scope="module")
def url(run: Path) -> Iterator[str]:
    """Of `shengdian serve`."""
    command = [sys.executable, "-m", "shengdian", "serve", str(run), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        told = server.stderr.readline()
        assert told.startswith(f"shengdian: {run} at http://127.0.0.1:"), told
        try:
            yield told.split()[-1]
        finally:
            server.send_signal(signal.SIGINT)
            said = server.stderr.read()
            assert server.wait() == 130
            assert said == "shengdian: stopped; nothing half-written is left\n"


def test_outsider_finds_an_order_and_its_payment_with_web3(url: str, run: Path, record: Record) -> None:
    """From the URL, the ABIs and the addresses; what comes of it is what the run's tables say."""
    web3 = Web3(HTTPProvider(url))
    auction, ledger = (contract(web3, record, name) for name in ("TwoStageAuction", "Ledger"))
    cleared = auction.events.HourCleared().get_logs(from_block=0)
    assert [(log["args"]["hour"], log["args"]["stage"]) for log in cleared] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    block = cleared[2]["blockNumber"]
    rows = load(run).tables["ledger"]
    due = (rows[rows["block"] == block].groupby("trader")["money"].sum() * 100_000).round().astype(int)
    names = {Web3.to_checksum_address(address(name)): name for name in due.index}
    seen = 0
    for sent in web3.eth.get_block(block - 1, full_transactions=True)["transactions"]:
        if sent["to"] == auction.address and sent["from"] in names:
            assert auction.decode_function_input(sent["input"])[0].fn_name.startswith("submit")
            account = contract(web3, record, "Registry").functions.participant(sent["from"]).call()[0]
            before, after = (ledger.functions.balanceOf(account).call(block_identifier=at) for at in (block - 1, block))
            assert after - before == due[names[sent["from"]]]
            seen += before != after
    assert seen > 3


def test_program_of_the_guide_shows_who_ordered_and_what_it_was_paid(url: str, run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (program,) = blocks(DOCS / "guide" / "serving.md", "python")
    for said, here in (("http://127.0.0.1:8545", url), ("runs/six-provinces-day-two_stage-1", run.as_posix())):
        assert said in program
        program = program.replace(said, here)
    program = program.replace('["shengdian"', '[sys.executable, "-m", "shengdian"').replace("import json\n", "import json\nimport sys\n", 1)
    exec(program, {})
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 5
    assert all(re.fullmatch(r"0x[0-9A-Fa-f]{40} submit\w* -?[\d.]+", line) for line in printed)


def test_run_is_served_while_it_is_made() -> None:
    """Head, logs and calls are there after every hour; when it is over they stay."""
    small = ["users.count.industry=1", "users.count.commerce=1", "users.count.residential=1", 'region.zones=["SX", "SD"]']
    changed = ["--design", "coupled", "--seed", "1", "--hours", "3", *(word for each in small for word in ("--set", each))]
    command = [sys.executable, "-m", "shengdian", "serve", "six-provinces-day", "--live", "--port", "0", *changed]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        url = server.stderr.readline().split()[-1]
        web3 = Web3(HTTPProvider(url))
        heads, cleared = [web3.eth.block_number], [0]
        topic = Web3.keccak(text=SIGNATURE)
        for hour in (1, 2, 3):
            assert server.stderr.readline() == f"{hour} of 3 hours\n"
            heads.append(web3.eth.block_number)
            cleared.append(len(web3.eth.get_logs({"fromBlock": 0, "topics": [topic]})))
        assert heads == sorted(heads)
        assert cleared[-1] == 3
        assert cleared == sorted(cleared)
        server.send_signal(signal.SIGINT)
        assert server.stderr.read() == "shengdian: stopped; nothing half-written is left\n"
        assert server.wait() == 130


SIGNATURE = signature_of(next(entry for entry in artifact("UniformAuction").abi if entry.get("name") == "HourCleared"))


def test_live_serves_one_run_of_a_chain_that_signs(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "six-provinces-day", "--live"]) == 2
    assert "--live serves one run, and six-provinces-day has 5: choose with --design and --seed" in capsys.readouterr().err
    assert main(["serve", "six-provinces-day", "--live", "--design", "coupled", "--seed", "1", "--hours", "1", "--chain", "mirror"]) == 2
    assert "six-provinces-day: chain 'mirror' signs nothing" in capsys.readouterr().err
    assert main(["serve", str(run), "--hours", "3"]) == 2
    assert "a finished run is served as it is" in capsys.readouterr().err


def contract(web3: Web3, record: Record, name: str) -> Any:
    return web3.eth.contract(address=Web3.to_checksum_address(record.contracts[name]), abi=artifact(name).abi)


@pytest.mark.skipif(CAST is None, reason="cast is not installed: npm ci --prefix tests")
def test_cast_reads_chain_blocks_transactions_logs_calls_and_runs_one_again(url: str, record: Record) -> None:
    def cast(*words: str) -> str:
        assert CAST is not None
        done = subprocess.run(
            [CAST, *words, "--rpc-url", url], capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1"}
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    ledger = Web3.to_checksum_address(record.contracts["Ledger"])
    last = record.blocks[record.last]
    name = "0x" + last.receipts.hashes[0].hex()
    assert int(cast("chain-id")) == record.chain_id
    assert int(cast("block-number")) == record.last
    assert json.loads(cast("block", str(record.last), "--json"))["hash"] == "0x" + last.block.hash.hex()
    assert json.loads(cast("tx", name, "--json"))["blockNumber"] == hex(record.last)
    assert json.loads(cast("receipt", name, "--json"))["gasUsed"] == hex(last.receipts.gas[0])
    assert len(json.loads(cast("logs", "--from-block", "1", "--address", ledger, "--json"))) > 5
    assert cast("call", ledger, "balanceOf(uint256)(int256)", "3", "--block", str(record.numbers[4])).split()[0].lstrip("-").isdigit()
    assert cast("code", ledger).startswith("0x60")
    assert int(cast("nonce", "0x" + last.signed[0].transaction.sender.hex())) > 0
    assert len(cast("storage", ledger, "0")) == 66
    assert f"Gas used: {last.receipts.gas[0]}" in cast("run", name, "--quick")


@pytest.mark.skipif(CAST is None, reason="cast is not installed: npm ci --prefix tests")
def test_cast_cannot_send_anything(url: str, record: Record) -> None:
    assert CAST is not None
    sending = [CAST, "send", "0x" + "12" * 20, "--private-key", "0x" + "11" * 32, "--rpc-url", url, "--legacy", "--gas-limit", "21000"]
    done = subprocess.run([*sending, "--gas-price", "1", "--nonce", "0"], capture_output=True, text=True, check=False)
    assert "eth_sendRawTransaction is not offered: a finished run is read-only" in done.stderr


ETHERS = """
import { JsonRpcProvider, Transaction } from "ethers";
const provider = new JsonRpcProvider(process.argv[2]);
const number = await provider.getBlockNumber();
const block = await provider.getBlock(number, true);
const sent = block.prefetchedTransactions[0];
const receipt = await sent.wait();
const logs = await provider.getLogs({ fromBlock: 0, toBlock: "latest" });
let refused = "";
try { await provider.broadcastTransaction(Transaction.from(sent).serialized); } catch (error) { refused = String(error); }
console.log(JSON.stringify({ number, hash: block.hash, again: Transaction.from(sent).hash, sent: sent.hash, gas: Number(receipt.gasUsed),
  logs: logs.length, refused }));
provider.destroy();
"""


@pytest.mark.skipif(
    not (NODE_MODULES / "ethers").is_dir() or shutil.which("node") is None, reason="ethers is not installed: npm ci --prefix tests"
)
def test_ethers_rebuilds_a_signed_transaction_to_the_same_hash(url: str, record: Record, tmp_path: Path) -> None:
    script = tmp_path / "look.mjs"
    (tmp_path / "node_modules").symlink_to(NODE_MODULES)
    script.write_text(ETHERS, encoding="utf-8")
    done = subprocess.run(["node", str(script), url], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    last = record.blocks[record.last]
    assert found["hash"] == "0x" + last.block.hash.hex()
    assert found["again"] == found["sent"] == "0x" + last.receipts.hashes[0].hex()
    assert (found["number"], found["gas"]) == (record.last, last.receipts.gas[0])
    assert found["logs"] == sum(len(block.receipts.logs) for block in record.blocks.values())
    assert "read-only" in found["refused"]


def test_batch_is_answered_in_order_and_notifications_are_not(url: str) -> None:
    batch = [{"id": place, "method": "eth_chainId"} for place in range(3)]
    found = requests.post(url, json=[*batch, {"method": "eth_chainId"}], timeout=30).json()
    assert [each["id"] for each in found] == [0, 1, 2]
    assert requests.post(url, json={"method": "eth_chainId"}, timeout=30).status_code == 204


def test_what_is_no_request_gets_an_error(url: str) -> None:
    for body, code in ((b"{", -32700), (b"[]", -32600), (b"\xff", -32700), (b"3", -32600), (b"[" * 100_000, -32700)):
        assert requests.post(url, data=body, timeout=30).json()["error"]["code"] == code
    assert requests.post(url, json=[{}] * (MOST + 1), timeout=30).json()["error"]["code"] == -32600
    assert requests.post(url, data=b" " * 6_000_000, timeout=30).status_code == 413
    assert requests.get(url, timeout=30).status_code == 405


def test_page_that_reaches_it_by_another_name_is_refused(url: str) -> None:
    """A web page could have its own name point at the loopback address (DNS rebinding)."""
    assert requests.post(url, json={"id": 1, "method": "eth_chainId"}, headers={"Host": "evil.example"}, timeout=30).status_code == 400


def test_ten_clients_at_once_get_what_one_gets(url: str, record: Record) -> None:
    def ask(client: int) -> list[Any]:
        with requests.Session() as session:
            calls = [{"id": n, "method": "eth_getBlockByNumber", "params": [hex(n), True]} for n in record.numbers]
            return [session.post(url, json=call, timeout=60).json() for call in calls]

    with ThreadPoolExecutor(10) as clients:
        found = list(clients.map(ask, range(10)))
    assert all(each == found[0] for each in found)


@pytest.mark.long
def test_memory_stays_flat_over_ten_thousand_requests(record: Record) -> None:
    answers = Answers(record, States(record), "shengdian/test")
    ledger = "0x" + record.contracts["Ledger"].hex()
    call = {"to": ledger, "data": "0x" + interface("Ledger").call("balanceOf", 3).hex()}
    bodies = [
        json.dumps({"id": 1, "method": method, "params": parameters}).encode()
        for number in record.numbers
        for method, parameters in (
            ("eth_getBlockByNumber", [hex(number), True]),
            ("eth_call", [call, hex(number)]),
            ("eth_getLogs", [{"fromBlock": hex(number), "toBlock": hex(number)}]),
            ("eth_getCode", [ledger, hex(number)]),
        )
    ]

    def ask(times: int) -> int:
        for place in range(times):
            respond(answers, bodies[place % len(bodies)])
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        after_few = ask(1_000)
        assert ask(10_000) < after_few + 1_000_000
    finally:
        tracemalloc.stop()


def test_abi_of_every_contract_is_what_the_artifact_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["abi"]) == 0
    names = capsys.readouterr().out.split()
    assert "Ledger" in names
    assert main(["abi", "Ledger"]) == 0
    assert json.loads(capsys.readouterr().out) == artifact("Ledger").abi
    assert main(["abi", "Leger"]) == 2
    assert capsys.readouterr().err == "shengdian: there is no contract 'Leger'; did you mean 'Ledger'?\n"
