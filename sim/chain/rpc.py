"""A development node that speaks JSON-RPC over HTTP and lets its clock be set, such as anvil.

Transactions are signed here and sent in batches; the node makes one block of them at the simulated time. Blocks of an earlier run on the
same node are dropped when a new run begins. Opened by its URL, not by the name of this file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import rlp
from coincurve import PrivateKey
from eth_utils.crypto import keccak
from requests.exceptions import RequestException
from web3 import HTTPProvider

from sim.abi import refusal
from sim.chain import BALANCE, BLOCK_GAS, TRANSACTION_GAS, Block, Log, Receipt, Transaction, keys
from sim.errors import InputError

PUBLIC_NETWORKS = {
    1: "Ethereum",
    10: "OP Mainnet",
    56: "BNB Smart Chain",
    61: "Ethereum Classic",
    97: "BNB testnet",
    100: "Gnosis",
    137: "Polygon",
    250: "Fantom",
    324: "ZKsync Era",
    8453: "Base",
    17000: "Holesky",
    42161: "Arbitrum One",
    42220: "Celo",
    43114: "Avalanche",
    59144: "Linea",
    80002: "Polygon Amoy",
    81457: "Blast",
    84532: "Base Sepolia",
    421614: "Arbitrum Sepolia",
    534352: "Scroll",
    560048: "Hoodi",
    11155111: "Sepolia",
    11155420: "OP Sepolia",
}
"""by chain id; simulated transactions have no business there"""
BATCH = 30
"""requests in one HTTP request; anvil takes up more than 30 in any order"""
SECONDS = 120
"""how long an answer may take"""
METHOD_NOT_FOUND = -32601
HEADER = (
    "parentHash sha3Uncles miner stateRoot transactionsRoot receiptsRoot logsBloom difficulty number gasLimit gasUsed timestamp extraData "
    "mixHash nonce baseFeePerGas withdrawalsRoot blobGasUsed excessBlobGas parentBeaconBlockRoot requestsHash"
)
"""fields of a header, in their order; later forks added to the end"""
NUMBERS = ("difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed", "excessBlobGas")


class RpcError(RuntimeError):
    """The node answered a request with an error that the simulation did not expect."""


class RpcChain:
    """A node behind the port of a chain. Successful transactions have no output: receipts over JSON-RPC carry none."""

    name = "rpc"

    def __init__(self, url: str) -> None:
        """Raises InputError for a node that does not answer, belongs to a public network, or has a clock of its own."""
        self._url = url
        self._provider = HTTPProvider(url, request_kwargs={"timeout": SECONDS}, exception_retry_configuration=None)
        self._keys: dict[bytes, PrivateKey] = {}
        self._nonces: dict[bytes, int] = {}
        self._begun = False
        try:
            self._chain_id = int(self._ask("eth_chainId"), 16)
        except (RequestException, ValueError) as error:
            raise InputError(f"chain {url!r}: no JSON-RPC node answers there ({type(error).__name__})") from error
        if self._chain_id in PUBLIC_NETWORKS:
            network = PUBLIC_NETWORKS[self._chain_id]
            raise InputError(f"chain {url!r} is {network} (chain id {self._chain_id}), a public network; allowed: development nodes")
        if not self._offers("evm_setAutomine", False):
            raise InputError(f"chain {url!r} does not let its blocks and clock be set (evm_setAutomine); allowed: nodes such as anvil")

    @property
    def chain_id(self) -> int:
        return self._chain_id

    @property
    def genesis(self) -> Mapping[bytes, int]:
        """Balance before the first block by address, wei."""
        return dict.fromkeys(self._keys, BALANCE)

    def account(self, name: str) -> bytes:
        """The address of the development key `name`; ValueError for a new name after the first block."""
        address = keys.address(name)
        if address not in self._keys:
            if self._begun:
                raise ValueError(f"account {name!r} asked for after genesis")
            self._keys[address] = keys.private_key(name)
            self._nonces[address] = 0
        return address

    def send_block(self, transactions: Sequence[Transaction], timestamp: int) -> Block:
        """Signs `transactions`, sends them, and has the node make one block of them at `timestamp`."""
        return self.send_signed(transactions, [self._sign(transaction) for transaction in transactions], timestamp)

    def send_signed(self, transactions: Sequence[Transaction], raws: Sequence[bytes], timestamp: int) -> Block:
        """Sends transactions that are signed already, `raws`, and has the node make one block of them at `timestamp`."""
        if not self._begun:
            self._begin(timestamp)
        self._ask("evm_setNextBlockTimestamp", timestamp)
        sent = [bytes.fromhex(one[2:]) for one in self._ask_all([("eth_sendRawTransaction", ["0x" + raw.hex()]) for raw in raws])]
        self._ask("evm_mine")
        block = self._ask("eth_getBlockByNumber", "latest", False)
        if [bytes.fromhex(one[2:]) for one in block["transactions"]] != sent or int(block["timestamp"], 16) != timestamp:
            taken = len(block["transactions"])
            raise RpcError(
                f"{self._url}: a block of {len(sent)} transactions at {timestamp} became one of {taken} at {int(block['timestamp'], 16)}, "
                "or of another order; a node of its own for each run, with room for an hour in a block, is needed"
            )
        found = self._ask("eth_getBlockReceipts", block["number"])
        outputs = self._outputs([receipt["transactionHash"] for receipt in found if receipt["status"] == "0x0"])
        receipts = tuple(
            Receipt(
                transaction,
                keccak(raw),
                receipt["status"] == "0x1",
                int(receipt["gasUsed"], 16),
                outputs.get(receipt["transactionHash"], b""),
                tuple(_log(log) for log in receipt["logs"]),
                raw,
            )
            for transaction, raw, receipt in zip(transactions, raws, found, strict=True)
        )
        return Block(int(block["number"], 16), timestamp, _bytes(block["hash"]), receipts, _header(block))

    def call(self, transaction: Transaction) -> bytes:
        """Return data of a read at the last block; raises Reverted when refused."""
        asked = {
            "from": _text(transaction.sender),
            "to": _text(transaction.to),
            "data": _text(transaction.data),
            "gas": hex(TRANSACTION_GAS),
        }
        answer = self._answer("eth_call", [asked, "latest"])
        if "error" in answer:
            data = answer["error"].get("data")
            if data is None:
                raise RpcError(f"{self._url}: eth_call: {answer['error']}")
            raise refusal(_bytes(data))
        return _bytes(answer["result"])

    # --- the first block ------------------------------------------------------------------------------------------------------

    def _begin(self, timestamp: int) -> None:
        """Empties the node of earlier runs, sets its clock back, makes its blocks large and cheap, and funds the accounts."""
        if int(self._ask("eth_blockNumber"), 16):
            self._ask("anvil_reset")
            self._ask("evm_setAutomine", False)
        self._ask("evm_setTime", timestamp - 1)
        self._offers("evm_setBlockGasLimit", hex(BLOCK_GAS))
        self._offers("anvil_setNextBlockBaseFeePerGas", "0x0")
        self._ask_all([("anvil_setBalance", [_text(address), hex(BALANCE)]) for address in self._keys])
        self._begun = True

    def _sign(self, transaction: Transaction) -> bytes:
        nonce = self._nonces[transaction.sender]
        self._nonces[transaction.sender] = nonce + 1
        return keys.signed(self._keys[transaction.sender], transaction, nonce, self._chain_id)[0]

    def _outputs(self, hashes: Sequence[str]) -> dict[str, bytes]:
        """Revert data by transaction hash."""
        tracer = {"tracer": "callTracer", "tracerConfig": {"onlyTopCall": True}}
        traces = self._ask_all([("debug_traceTransaction", [one, tracer]) for one in hashes])
        return {one: _bytes(trace.get("output", "0x")) for one, trace in zip(hashes, traces, strict=True)}

    # --- requests -------------------------------------------------------------------------------------------------------------

    def _answer(self, method: str, parameters: Sequence[Any]) -> Any:
        return self._provider.make_request(method, list(parameters))

    def _ask(self, method: str, *parameters: Any) -> Any:
        """The result of one request; raises RpcError."""
        return self._result(method, self._answer(method, parameters))

    def _offers(self, method: str, *parameters: Any) -> bool:
        """Whether the node knows `method`; if so it was carried out."""
        answer = self._answer(method, parameters)
        return "error" not in answer or answer["error"]["code"] != METHOD_NOT_FOUND

    def _ask_all(self, requests: Sequence[tuple[str, list[Any]]]) -> list[Any]:
        """The results of many requests, in their order; raises RpcError."""
        results: list[Any] = []
        for first in range(0, len(requests), BATCH):
            part: list[Any] = list(requests[first : first + BATCH])
            answers = self._provider.make_batch_request(part)
            if not isinstance(answers, list):
                raise RpcError(f"{self._url}: {answers}")
            results += [self._result(method, answer) for (method, _), answer in zip(part, answers, strict=True)]
        return results

    def _result(self, method: str, answer: Any) -> Any:
        if "error" in answer:
            raise RpcError(f"{self._url}: {method}: {answer['error']}")
        return answer["result"]


def _header(block: Mapping[str, Any]) -> bytes:
    """RLP of the block's header; empty where its fields, in the order of the yellow paper, do not give its hash (an unknown fork)."""
    fields = [_field(name, block[name]) for name in HEADER.split() if block.get(name) is not None]
    header: bytes = rlp.encode(fields)
    return header if keccak(header) == _bytes(block["hash"]) else b""


def _field(name: str, text: str) -> bytes:
    """A field as RLP takes it: numbers without leading zeros."""
    if name not in NUMBERS:
        return _bytes(text)
    number = int(text, 16)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _log(log: Mapping[str, Any]) -> Log:
    return Log(_bytes(log["address"]), tuple(_bytes(topic) for topic in log["topics"]), _bytes(log["data"]))


def _text(data: bytes) -> str:
    return "0x" + data.hex()


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def create(url: str) -> RpcChain:
    """The chain of the node at `url`."""
    return RpcChain(url)
