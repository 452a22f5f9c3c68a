"""A node behind the port of a chain: what is refused, and, where anvil is installed (`npm ci --prefix tests`), the whole conformance."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import InputError, Reverted
from shengdian.sim.chain import keys
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Transaction
from tests.anvil import anvil
from tests.sim.test_chains import NOBODY, TRADERS, TWO, at, bytecode, receipts, reference, reference_bytecode, run, seen, send, story

__all__ = ["anvil"]
pytestmark = pytest.mark.filterwarnings("ignore:SELFDESTRUCT")


def answering(results: dict[str, Any]) -> HTTPServer:
    """A node that knows the methods in `results` and no others."""

    class Node(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer: dict[str, Any] = {"jsonrpc": "2.0", "id": request["id"]}
            if request["method"] in results:
                answer["result"] = results[request["method"]]
            else:
                answer["error"] = {"code": -32601, "message": "method not found"}
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Node)
    Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.mark.parametrize(
    ("results", "sentence"),
    [
        ({"eth_chainId": "0x1"}, "is Ethereum .chain id 1., a public network"),
        ({"eth_chainId": "0xaa36a7"}, "is Sepolia .chain id 11155111., a public network"),
        ({"eth_chainId": "0x4d2"}, "does not let its blocks and clock be set, and its chain id 1234 is none"),
    ],
)
def test_a_node_that_is_no_development_node_is_refused(results: dict[str, Any], sentence: str) -> None:
    server = answering(results)
    with pytest.raises(InputError, match=sentence):
        open_chain(f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()


def test_an_address_where_no_node_answers_is_refused() -> None:
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.server_close()
    with pytest.raises(InputError, match="no JSON-RPC node answers there"):
        open_chain(f"http://127.0.0.1:{server.server_port}")


def test_a_node_gives_the_statuses_errors_logs_and_gas_of_the_reference(anvil: str) -> None:
    for told, expected in zip(receipts(send(open_chain(anvil), story())), receipts(reference()), strict=True):
        assert (told.success, told.logs, told.gas) == (expected.success, expected.logs, expected.gas)
        assert told.success or seen(told) == seen(expected)


def test_a_node_carries_out_bytecode_as_the_reference_does(anvil: str) -> None:
    for told, expected in zip(receipts(send(open_chain(anvil), bytecode())), receipts(reference_bytecode()), strict=True):
        assert (told.success, told.logs, told.gas) == (expected.success, expected.logs, expected.gas)


def test_a_read_of_a_node_sees_the_last_block(anvil: str) -> None:
    chain = open_chain(anvil)
    send(chain, story())
    of = interface("Registry")
    read = Transaction(keys.address("stranger"), at(0), of.call("participant", keys.address(TRADERS[3])))
    assert of.returned("participant", chain.call(read)) == (5, 1, 1)
    with pytest.raises(Reverted, match="NotEnrolled"):
        chain.call(Transaction(read.sender, at(0), of.call("participant", NOBODY)))


def test_a_run_leaves_the_same_digest_and_gas_on_a_node(anvil: str) -> None:
    assert run(anvil, TWO, 2) == run("eth-tester", TWO, 2)


def test_two_runs_on_one_node_are_equal(anvil: str) -> None:
    first, second = (send(open_chain(anvil), story()) for _ in range(2))
    assert [receipt.hash for receipt in receipts(first)] == [receipt.hash for receipt in receipts(second)]
