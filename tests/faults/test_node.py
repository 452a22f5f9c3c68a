"""A JSON-RPC node that fails: every fault is one sentence and exit code 1, whole days are kept, and the run ends as if nothing had been."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from shengdian.audit import audit
from shengdian.cli import main
from shengdian.experiments.runs.one_run import name_of, run_single
from shengdian.sim.adapters import rpc_requests
from shengdian.sim.adapters.rpc import RpcChain, create
from shengdian.sim.base.errors import InputError, NodeError
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Block, Transaction
from shengdian.sim.chain.tries import header
from shengdian.sim.record.chain_record import read_record
from tests.anvil import ANVIL
from tests.faults.node import Answer, Fault, Node, serving, well
from tests.faults.runs import hidden, results, small

WHOLE_DAY = 53
"""blocks that are made before the fault: three of the set-up, two an hour, the bill of the first day, one of the second"""
HOURS = 26


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The results of the run on a chain that does not fail."""
    folder: Path = tmp_path_factory.mktemp("undisturbed")
    return results(run_single(small(folder, "mirror", HOURS), folder / "runs"))


@pytest.fixture
def node() -> Iterator[tuple[Node, str]]:
    """A node that works, and its URL."""
    made = Node()
    with serving(made) as url:
        yield made, url


def dies(method: str, answer: Answer) -> None:
    """The connection is closed."""


def says(result: Any, method: str) -> Fault:
    """Another result of one method."""
    return lambda asked, answer: answer | {"result": result} if asked == method else answer


def of_one(method: str, change: Callable[[Any], Any]) -> Fault:
    """A changed result of one method."""
    return lambda asked, answer: answer | {"result": change(answer["result"])} if asked == method else answer


def bytes_instead(body: bytes, method: str) -> Fault:
    return lambda asked, answer: body if asked == method else answer


def error(method: str) -> Fault:
    return lambda asked, answer: (
        {"jsonrpc": "2.0", "id": answer["id"], "error": {"code": -32000, "message": "no"}} if asked == method else answer
    )


def without(key: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda value: {name: one for name, one in value.items() if name != key}


def first(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[list[Any]], list[Any]]:
    return lambda found: [change(found[0]), *found[1:]]


def lie(key: str, value: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda receipt: receipt | {key: value}


BLOCK, RECEIPTS, SEND = "eth_getBlockByNumber", "eth_getBlockReceipts", "eth_sendRawTransaction"
OTHER = "0x" + "11" * 32
FAULTS: dict[str, tuple[Fault, str]] = {
    "dead": (dies, "the node does not answer"),
    "an error": (error("evm_mine"), "evm_mine: {'code': -32000"),
    "an error in a batch": (error(SEND), f"{SEND}: {{'code': -32000"),
    "no JSON": (bytes_instead(b"<html>", "evm_mine"), "evm_mine is not answered with JSON"),
    "no UTF-8": (bytes_instead(b"\xff\xfe{}", BLOCK), "is not answered with JSON"),
    "half of JSON": (bytes_instead(b'[{"jsonrpc": "2.0"', SEND), "is not answered as JSON-RPC has it"),
    "no object": (bytes_instead(b"[1]", "evm_mine"), "is not answered as JSON-RPC has it"),
    "empty object": (bytes_instead(b"{}", "evm_mine"), "is not answered as JSON-RPC has it"),
    "one answer for many": (bytes_instead(b'{"jsonrpc":"2.0","id":0,"result":"0x1"}', SEND), f"requests of {SEND} are answered with"),
    "too few answers": (bytes_instead(b'[{"jsonrpc":"2.0","id":0,"result":"0x1"}]', SEND), f"requests of {SEND} are answered with"),
    "another transaction hash": (says(OTHER, SEND), f"{SEND} is answered with what cannot be (hashes of other transactions)"),
    "another timestamp": (of_one(BLOCK, lie("timestamp", "0x1")), "at 1, or of other ones"),
    "another block hash": (of_one(BLOCK, lie("hash", OTHER)), "does not give its hash"),
    "another parent": (of_one(BLOCK, lie("parentHash", OTHER)), "does not follow block"),
    "a block left out": (of_one(BLOCK, lie("number", "0xfff")), "does not follow block"),
    "no hash": (of_one(BLOCK, without("hash")), f"{BLOCK} is answered with what cannot be (no hash)"),
    "block is null": (says(None, BLOCK), f"{BLOCK} is answered with what cannot be (no object"),
    "a number that is none": (of_one(BLOCK, lie("number", "twelve")), f"{BLOCK} is answered with what cannot be (no number"),
    "transactions missing": (of_one(BLOCK, lie("transactions", [])), "a block of"),
    "receipts are null": (says(None, RECEIPTS), f"{RECEIPTS} is answered with what cannot be (not a list"),
    "a receipt is missing": (of_one(RECEIPTS, lambda found: found[1:]), f"{RECEIPTS} is answered with what cannot be (not a list of"),
    "receipts in another order": (of_one(RECEIPTS, lambda found: found[::-1]), "receipts of other transactions"),
    "another status": (of_one(RECEIPTS, first(lie("status", "0x0"))), "is not that of its transactions and receipts"),
    "other gas": (of_one(RECEIPTS, first(lie("gasUsed", "0x5209"))), "is not that of its transactions and receipts"),
    "a log left out": (of_one(RECEIPTS, first(lie("logs", []))), "is not that of its transactions and receipts"),
    "a log without data": (of_one(RECEIPTS, first(lie("logs", [{"address": "0x", "topics": []}]))), "is answered with what cannot be"),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_answer_that_cannot_be_is_refused_in_one_sentence(kind: str, node: tuple[Node, str]) -> None:
    made, url = node
    fault, sentence = FAULTS[kind]
    chain = create(url)
    operator, start = chain.account("operator"), 1_700_000_000
    calls = [Transaction(operator, b"", interface("Registry").creation(operator, 2)), Transaction(operator, operator, b"")]
    chain.send_block(calls, start)
    made.fault = fault
    with pytest.raises(NodeError) as failed:
        chain.send_block(calls, start + 60)
    assert sentence in str(failed.value)
    assert url in str(failed.value)
    assert "\n" not in str(failed.value)


def test_read_that_is_answered_with_nonsense_is_refused(node: tuple[Node, str]) -> None:
    made, url = node
    chain = create(url)
    made.fault = says("zero", "eth_call")
    with pytest.raises(NodeError, match="eth_call is answered with what cannot be"):
        chain.call(Transaction(bytes(20), bytes(20), b""))


def test_address_that_answers_with_a_web_page_is_no_node(node: tuple[Node, str]) -> None:
    made, url = node
    made.fault = bytes_instead(b"<html>", "eth_chainId")
    with pytest.raises(InputError, match=r"no JSON-RPC node answers there .*is not answered with JSON"):
        create(url)


def after_a_day(node: Node, fault: Fault) -> Fault:
    """The fault begins in the second day."""
    return lambda method, answer: fault(method, answer) if node.asked.count("evm_mine") > WHOLE_DAY else answer


def stalls(node: Node) -> Fault:
    """No answer, until the test is over."""
    return lambda method, answer: answer if node.stalled.wait() else None


def one_sentence(capsys: pytest.CaptureFixture[str], folder: Path, url: str, *argv: str) -> str:
    """The sentence that the run fails with; a whole day is kept."""
    config, out = small(folder, url, HOURS), folder / "runs"
    assert main(["run", str(folder / "small.toml"), "--out", str(out), "--quiet", *argv]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "its first 24 hours are kept, go on with --resume" in said
    assert [path.name for path in out.iterdir()] == [hidden(out, config).name]
    return said


def resumed(folder: Path, url: str) -> dict[str, object]:
    """The results of the failed run, gone on with at a node that works."""
    config, out = small(folder, url, HOURS), folder / "runs"
    assert main(["run", str(folder / "small.toml"), "--resume", str(out), "--quiet"]) == 0
    return results(out / name_of(config))


@pytest.mark.long
@pytest.mark.parametrize("kind", ["dead", "a log left out"])
def test_failing_node_loses_no_whole_day(
    kind: str, node: tuple[Node, str], undisturbed: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, url = node
    fault, sentence = FAULTS[kind]
    made.fault = after_a_day(made, fault)
    assert sentence in one_sentence(capsys, tmp_path, url)
    made.fault = well
    assert resumed(tmp_path, url) == undisturbed


@pytest.mark.long
def test_node_that_answers_too_slowly_loses_no_whole_day(
    node: tuple[Node, str],
    undisturbed: dict[str, object],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, url = node
    made.fault = after_a_day(made, stalls(made))
    with monkeypatch.context() as patient:
        patient.setattr(rpc_requests, "SECONDS", 1)
        assert "the node does not answer" in one_sentence(capsys, tmp_path, url)
    made.stalled.set()
    made.fault = well
    assert resumed(tmp_path, url) == undisturbed


@pytest.mark.long
def test_node_that_differs_on_resume_keeps_the_days_and_says_so(
    node: tuple[Node, str], undisturbed: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, url = node
    made.fault = after_a_day(made, dies)
    one_sentence(capsys, tmp_path, url)
    made.fault = of_one(RECEIPTS, lambda found: found[:-1])
    assert f"{RECEIPTS} is answered with what cannot be" in one_sentence(capsys, tmp_path, url, "--resume", str(tmp_path / "runs"))
    made.fault = well
    assert resumed(tmp_path, url) == undisturbed


@pytest.mark.long
def test_resumed_record_is_the_one_chain_that_the_node_ended_with(
    node: tuple[Node, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, url = node
    made.fault = after_a_day(made, dies)
    one_sentence(capsys, tmp_path, url)
    made.fault = well
    resumed(tmp_path, url)
    _, *blocks = read_record(tmp_path / "runs" / name_of(small(tmp_path, url, HOURS)) / "chain.jsonl.gz")
    hashes = [block["hash"][2:] for block in blocks]
    parents = [header(bytes.fromhex(block["header"][2:])).parent.hex() for block in blocks]
    assert parents[1:] == hashes[:-1]


# --- a real node ----------------------------------------------------------------------------------------------------------------


def started(port: int = 0) -> tuple[subprocess.Popen[str], str]:
    """An anvil of its own, and its address."""
    assert ANVIL is not None
    node = subprocess.Popen([ANVIL, "--port", str(port)], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert node.stdout is not None
    address = next(line.split()[-1] for line in node.stdout if line.startswith("Listening on"))
    Thread(target=node.stdout.read, daemon=True).start()
    return node, address


@pytest.mark.long
@pytest.mark.skipif(ANVIL is None, reason="anvil is not installed: npm ci --prefix tests")
def test_killed_node_loses_no_whole_day(
    undisturbed: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    node, address = started()
    mined: list[int] = []
    send = RpcChain.send_block

    def killing(self: RpcChain, transactions: Sequence[Transaction], timestamp: int) -> Block:
        mined.append(timestamp)
        if len(mined) == WHOLE_DAY:
            os.killpg(node.pid, signal.SIGKILL)
            node.wait()
        return send(self, transactions, timestamp)

    with monkeypatch.context() as patched:
        patched.setattr(RpcChain, "send_block", killing)
        assert "the node does not answer evm_setNextBlockTimestamp (ConnectionError)" in one_sentence(capsys, tmp_path, f"http://{address}")
    again, _ = started(int(address.rpartition(":")[2]))
    try:
        assert resumed(tmp_path, f"http://{address}") == undisturbed
        assert audit(str(tmp_path / "runs" / name_of(small(tmp_path, f"http://{address}", HOURS)))).clean
    finally:
        os.killpg(again.pid, signal.SIGTERM)
        again.wait()
