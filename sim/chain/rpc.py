"""A development node that speaks JSON-RPC over HTTP and lets its clock be set, such as anvil.

Transactions are signed here and sent in batches; the node makes one block of them at the simulated time. Blocks of an earlier run on the
same node are dropped when a new run begins. Opened by its URL, not by the name of this file.

Nothing that the node says is believed where it can be checked: the hashes of transactions, the place of every block behind the one before,
and, by the tries that a header commits to, which transactions and receipts a block has. Only another EVM (`shengdian audit`) can say
whether the node also carried the contracts out rightly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from coincurve import PrivateKey
from eth_utils.crypto import keccak
from requests.exceptions import RequestException
from web3 import HTTPProvider
from web3.types import RPCEndpoint

from sim.abi import refusal
from sim.chain import BALANCE, BLOCK_GAS, TRANSACTION_GAS, Block, Receipt, Transaction, keys
from sim.errors import InputError, NodeError
from sim.node_answers import bytes_of, field, header_of, items, logs_of, number_of, refused_with
from sim.tries import encoded_receipts, header, trie_of

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
        self._last: Block | None = None
        try:
            self._chain_id = number_of(self._ask("eth_chainId"))
        except (NodeError, ValueError) as error:
            raise InputError(f"chain {url!r}: no JSON-RPC node answers there ({error})") from error
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
        """Sends transactions that are signed already, `raws`, and has the node make one block of them at `timestamp`.

        Raises NodeError where the node does not answer, or answers what cannot be.
        """
        if not self._begun:
            self._begin(timestamp)
        self._ask("evm_setNextBlockTimestamp", timestamp)
        hashes = [keccak(raw) for raw in raws]
        sent = self._ask_all([("eth_sendRawTransaction", ["0x" + raw.hex()]) for raw in raws])
        self._ask("evm_mine")
        with self._read("eth_getBlockByNumber"):
            answer = self._ask("eth_getBlockByNumber", "latest", False)
            taken = [bytes_of(one, 32) for one in items(field(answer, "transactions"))]
            number, time = (number_of(field(answer, name)) for name in ("number", "timestamp"))
            own, parent = (bytes_of(field(answer, name), 32) for name in ("hash", "parentHash"))
            encoded = header_of(answer)
        if [bytes_of(one, 32) for one in sent] != hashes or taken != hashes or time != timestamp:
            raise self._failure(
                f"a block of {len(raws)} transactions at {timestamp} became one of {len(taken)} at {time}, or of other ones; "
                "a node of its own for each run, with room for an hour in a block, is needed"
            )
        if self._last is not None and (number, parent) != (self._last.number + 1, self._last.hash):
            raise self._failure(f"block {number} does not follow block {self._last.number}; it was set back, or another program uses it")
        with self._read("eth_getBlockReceipts"):
            found = items(self._ask("eth_getBlockReceipts", hex(number)), len(hashes))
            if [bytes_of(field(one, "transactionHash"), 32) for one in found] != hashes:
                raise ValueError("receipts of other transactions")
            succeeded = [bool(number_of(field(one, "status"))) for one in found]
            gas, logs = [number_of(field(one, "gasUsed")) for one in found], [logs_of(one) for one in found]
        outputs = self._outputs([one for one, well in zip(hashes, succeeded, strict=True) if not well])
        receipts = tuple(
            Receipt(transaction, one, well, used, outputs.get(one, b""), left, raw)
            for transaction, one, well, used, left, raw in zip(transactions, hashes, succeeded, gas, logs, raws, strict=True)
        )
        block = Block(number, timestamp, own, receipts, encoded)
        self._check(block, raws)
        self._last = block
        return block

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
            with self._read("eth_call"):
                data = refused_with(answer)
            if data is None:
                raise self._failure(f"eth_call: {answer['error']}")
            raise refusal(data)
        with self._read("eth_call"):
            return bytes_of(field(answer, "result"))

    # --- the first block ------------------------------------------------------------------------------------------------------

    def _begin(self, timestamp: int) -> None:
        """Empties the node of earlier runs, sets its clock back, makes its blocks large and cheap, and funds the accounts."""
        with self._read("eth_blockNumber"):
            used = number_of(self._ask("eth_blockNumber")) > 0
        if used:
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

    def _outputs(self, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
        """Revert data by transaction hash."""
        tracer = {"tracer": "callTracer", "tracerConfig": {"onlyTopCall": True}}
        traces = self._ask_all([("debug_traceTransaction", [_text(one), tracer]) for one in hashes])
        with self._read("debug_traceTransaction"):
            return {one: bytes_of(field(trace, "output", "0x")) for one, trace in zip(hashes, traces, strict=True)}

    def _check(self, block: Block, raws: Sequence[bytes]) -> None:
        """Raises NodeError where the header is not that of the transactions and receipts. Headers of an unknown fork are not read."""
        if not block.header:
            if self._last is not None and self._last.header:
                raise self._failure(f"the header of block {block.number} does not give its hash")
            return
        said = header(block.header)
        if said.transactions != trie_of(raws).root_hash or said.receipts != trie_of(encoded_receipts(block)).root_hash:
            raise self._failure(f"the header of block {block.number} is not that of its transactions and receipts")

    # --- requests -------------------------------------------------------------------------------------------------------------

    def _failure(self, what: str) -> NodeError:
        return NodeError(f"chain {self._url!r}: {what}")

    @contextmanager
    def _read(self, method: str) -> Iterator[None]:
        """Inside it, what is told by ValueError of an answer to `method` becomes a NodeError."""
        try:
            yield
        except ValueError as cause:
            raise self._failure(f"{method} is answered with what cannot be ({cause})") from cause

    def _answer(self, method: str, parameters: Sequence[Any]) -> dict[str, Any]:
        """An object with an `error` or a `result`; raises NodeError."""
        try:
            answer: Any = self._provider.make_request(RPCEndpoint(method), list(parameters))
        except RequestException as error:
            raise self._failure(f"the node does not answer {method} ({type(error).__name__})") from error
        except ValueError as error:
            raise self._failure(f"{method} is not answered with JSON") from error
        if not isinstance(answer, dict) or not ("error" in answer or "result" in answer):
            raise self._failure(f"{method} is not answered as JSON-RPC has it")
        return answer

    def _ask(self, method: str, *parameters: Any) -> Any:
        """The result of one request; raises NodeError."""
        return self._result(method, self._answer(method, parameters))

    def _offers(self, method: str, *parameters: Any) -> bool:
        """Whether the node knows `method`; if so it was carried out."""
        error = self._answer(method, parameters).get("error")
        return not (isinstance(error, dict) and error.get("code") == METHOD_NOT_FOUND)

    def _ask_all(self, requests: Sequence[tuple[str, list[Any]]]) -> list[Any]:
        """The results of many requests, in their order; raises NodeError."""
        results: list[Any] = []
        for first in range(0, len(requests), BATCH):
            part: list[Any] = list(requests[first : first + BATCH])
            method = part[0][0]
            try:
                answers: Any = self._provider.make_batch_request(part)
            except RequestException as error:
                raise self._failure(f"the node does not answer {method} ({type(error).__name__})") from error
            except (ValueError, TypeError, KeyError, AttributeError) as error:  # web3 sorts what it takes for answers
                raise self._failure(f"{method} is not answered as JSON-RPC has it") from error
            if not isinstance(answers, list) or len(answers) != len(part):
                raise self._failure(f"{len(part)} requests of {method} are answered with {str(answers)[:200]}")
            results += [self._result(method, answer) for answer in answers]
        return results

    def _result(self, method: str, answer: Any) -> Any:
        if not isinstance(answer, dict) or "error" in answer or "result" not in answer:
            raise self._failure(f"{method}: {answer.get('error') if isinstance(answer, dict) else answer}")
        return answer["result"]


def _text(data: bytes) -> str:
    return "0x" + data.hex()


def create(url: str) -> RpcChain:
    """The chain of the node at `url`."""
    return RpcChain(url)
