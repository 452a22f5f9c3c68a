"""A development node for tests: JSON-RPC over HTTP in this process, twins instead of an EVM, genuine headers; and its faults."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

import rlp
from eth_utils.crypto import keccak

from shengdian.sim.adapters.mirror import MirrorChain, _revert_data
from shengdian.sim.adapters.rpc_answers import HEADER, NUMBERS
from shengdian.sim.base.errors import Reverted
from shengdian.sim.chain.keys import opened
from shengdian.sim.chain.port import Block, Receipt, Receipts, Transaction
from shengdian.sim.chain.tries import encoded_receipts, trie_of

CHAIN_ID = 31337
GAS = 21_000
"""that every transaction of this node uses"""
Answer = dict[str, Any]
Fault = Callable[[str, Answer], Answer | bytes | None]
"""what becomes of the answer to a method: another one, raw bytes, or None, which closes the connection"""


def well(method: str, answer: Answer) -> Answer:
    """No fault."""
    return answer


class Node:
    """The node's chain and its answers."""

    def __init__(self) -> None:
        self.fault: Fault = well
        self.asked: list[str] = []
        """every method, in order"""
        self.stalled = threading.Event()
        """set to let answers go that wait for it"""
        self._resets = 0
        self._reset()

    def _reset(self) -> None:
        """A chain of its own every time, as a node makes that puts its clock into its first block."""
        self._resets += 1
        self._chain = MirrorChain()
        self._waiting: list[bytes] = []
        self._blocks: list[dict[str, Any]] = [_block(Block(0, 0, b"", Receipts.of(())), keccak(self._resets.to_bytes(8, "big")))[0]]
        self._receipts: dict[str, list[Any]] = {}
        self._outputs: dict[str, str] = {}

    def answer(self, request: Mapping[str, Any]) -> Answer | bytes | None:
        """What is sent back for one request."""
        method, parameters = request["method"], request["params"]
        self.asked.append(method)
        answer: Answer = {"jsonrpc": "2.0", "id": request["id"]}
        try:
            answer["result"] = self._result(method, parameters)
        except KeyError:
            answer["error"] = {"code": -32601, "message": "method not found"}
        except Reverted as refused:
            answer["error"] = {"code": 3, "message": "execution reverted", "data": _text(_revert_data(refused))}
        return self.fault(method, answer)

    def _result(self, method: str, parameters: Sequence[Any]) -> Any:
        if method == "eth_chainId":
            return hex(CHAIN_ID)
        if method == "eth_blockNumber":
            return self._blocks[-1]["number"]
        if method in ("evm_setAutomine", "evm_setTime", "anvil_setBalance"):
            return True
        if method == "evm_setNextBlockTimestamp":
            self._time = parameters[0]
            return True
        if method == "anvil_reset":
            return self._reset()
        if method == "eth_sendRawTransaction":
            raw = bytes.fromhex(parameters[0][2:])
            self._waiting.append(raw)
            return _text(keccak(raw))
        if method == "evm_mine":
            return self._mine()
        return {
            "eth_getBlockByNumber": lambda *_: self._blocks[-1],
            "eth_getBlockReceipts": lambda number: self._receipts[number],
            "debug_traceTransaction": lambda one, _: {"output": self._outputs[one]},
            "eth_call": lambda asked, _: _text(self._chain.call(Transaction(*(_bytes(asked[key]) for key in ("from", "to", "data"))))),
        }[method](*parameters)

    def _mine(self) -> str:
        raws, self._waiting = self._waiting, []
        signed = [opened(raw).transaction for raw in raws]
        made = self._chain.send_block(signed, self._time)
        receipts = Receipts.of(
            Receipt(one.transaction, keccak(raw), one.success, GAS, one.output, one.logs, raw)
            for one, raw in zip(made.receipts, raws, strict=True)
        )
        block, name = _block(Block(len(self._blocks), self._time, b"", receipts), _bytes(self._blocks[-1]["hash"]))
        self._blocks.append(block)
        self._receipts[block["number"]] = [_receipt(one, name) for one in receipts]
        self._outputs |= {_text(one.hash): _text(one.output) for one in receipts}
        return "0x0"


def _block(block: Block, parent: bytes) -> tuple[dict[str, Any], str]:
    """The block as JSON-RPC has it, and its hash."""
    values: dict[str, bytes | int] = dict.fromkeys(HEADER.split()[:15], bytes(32))
    values |= {"parentHash": parent, "number": block.number, "timestamp": block.timestamp, "difficulty": 0, "gasLimit": 10**9}
    values |= {"transactionsRoot": trie_of([one.raw for one in block.receipts]).root_hash}
    values |= {"receiptsRoot": trie_of(encoded_receipts(block)).root_hash, "gasUsed": GAS * len(block.receipts)}
    fields = [value if isinstance(value, bytes) else value.to_bytes((value.bit_length() + 7) // 8, "big") for value in values.values()]
    name = _text(keccak(rlp.encode(fields)))
    said = {key: hex(value) if isinstance(value, int) else _text(value) for key, value in values.items()}
    assert all(isinstance(values[key], int) for key in NUMBERS if key in values)
    return said | {"hash": name, "transactions": [_text(one.hash) for one in block.receipts]}, name


def _receipt(receipt: Receipt, block: str) -> dict[str, Any]:
    logs = [{"address": _text(log.address), "topics": [_text(one) for one in log.topics], "data": _text(log.data)} for log in receipt.logs]
    status = hex(receipt.success)
    return {"transactionHash": _text(receipt.hash), "blockHash": block, "status": status, "gasUsed": hex(receipt.gas), "logs": logs}


def _text(data: bytes) -> str:
    return "0x" + data.hex()


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])


class Answering(Protocol):
    """What can be served."""

    stalled: threading.Event

    def answer(self, request: Mapping[str, Any]) -> Answer | bytes | None: ...


@contextmanager
def serving(node: Answering) -> Iterator[str]:
    """The URL that `node` answers at."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answers = [node.answer(one) for one in (asked if isinstance(asked, list) else [asked])]
            if None in answers:
                self.close_connection = True
                return
            raw = next((one for one in answers if isinstance(one, bytes)), None)
            body = json.dumps(answers if isinstance(asked, list) else answers[0]).encode() if raw is None else raw
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        node.stalled.set()
        server.shutdown()
        server.server_close()
        thread.join()
