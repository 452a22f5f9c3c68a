"""What is the same behind every JSON-RPC node: accounts, signatures, reads, and blocks that are read back and checked.

Nothing that the node says is believed where it can be checked: the hashes of transactions, and, by the tries that a header commits to,
which transactions and receipts a block has. Only another EVM (`shengdian audit`) can say whether the node also carried the contracts out
rightly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coincurve import PrivateKey
from eth_utils.crypto import keccak

from shengdian.sim.adapters.rpc_answers import bytes_of, field, header_of, items, logs_of, number_of, refused_with
from shengdian.sim.adapters.rpc_requests import Requests
from shengdian.sim.chain import keys
from shengdian.sim.chain.abi import refusal
from shengdian.sim.chain.port import GAS_PRICE, TRANSACTION_GAS, Block, Receipt, Receipts, Transaction
from shengdian.sim.chain.tries import encoded_receipts, header, trie_of


@dataclass(frozen=True, slots=True)
class Head:
    """A block as the node tells it, without its receipts."""

    number: int
    time: int
    """seconds since 1970"""
    hash: bytes
    """32 bytes"""
    parent: bytes
    """hash of the block before, 32 bytes"""
    transactions: tuple[bytes, ...]
    """hashes, 32 bytes each"""
    header: bytes
    """RLP; empty where the fork is not known"""
    gas_limit: int
    """gas that its transactions may use"""
    base_fee: int
    """wei that a unit of gas costs at least; 0 on a chain without one"""


class NodeChain:
    """A node behind the port of a chain. Successful transactions have no output: receipts over JSON-RPC carry none."""

    name = "rpc"
    gas_limit = TRANSACTION_GAS
    """of every transaction"""

    def __init__(self, node: Requests, chain_id: int) -> None:
        self.node = node
        self._chain_id = chain_id
        self._keys: dict[bytes, PrivateKey] = {}
        self._nonces: dict[bytes, int] = {}
        self._begun = False
        self._last: Block | None = None

    @property
    def chain_id(self) -> int:
        """EIP-155 id, as the node said it when it was opened."""
        return self._chain_id

    def account(self, name: str) -> bytes:
        """The address of the development key `name`; ValueError for a new name after the first block."""
        address = keys.address(name)
        if address not in self._keys:
            if self._begun:
                raise ValueError(f"account {name!r} asked for after genesis")
            self._keys[address] = keys.private_key(name)
            self._nonces[address] = 0
        return address

    def call(self, transaction: Transaction) -> bytes:
        """Return data of a read at the last block; raises Reverted when refused."""
        asked = {
            "from": text_of(transaction.sender),
            "to": text_of(transaction.to),
            "data": text_of(transaction.data),
            "gas": hex(self.gas_limit),
        }
        answer = self.node.answer("eth_call", [asked, "latest"])
        if "error" in answer:
            with self.node.read("eth_call"):
                data = refused_with(answer)
            if data is None:
                raise self.node.failure(f"eth_call: {answer['error']}")
            raise refusal(data)
        with self.node.read("eth_call"):
            return bytes_of(field(answer, "result"))

    # --- for nodes of either kind ---------------------------------------------------------------------------------------------

    def sign(self, transactions: Sequence[Transaction]) -> list[bytes]:
        """The transactions, signed, with the next nonces of their senders."""
        return [self._signed(transaction, price) for transaction, price in zip(transactions, self.prices(len(transactions)), strict=True)]

    def prices(self, count: int) -> Sequence[int]:
        """What the transactions of a block offer for a unit of gas, in their order, wei."""
        return [GAS_PRICE] * count

    def _signed(self, transaction: Transaction, gas_price: int) -> bytes:
        nonce = self._nonces[transaction.sender]
        self._nonces[transaction.sender] = nonce + 1
        return keys.signed(self._keys[transaction.sender], transaction, nonce, self._chain_id, self.gas_limit, gas_price)

    def head(self, which: str = "latest") -> Head:
        """A block by its number (0x...); the last one."""
        method = "eth_getBlockByNumber"
        with self.node.read(method):
            answer = self.node.ask(method, which, False)
            return Head(
                transactions=tuple(bytes_of(one, 32) for one in items(field(answer, "transactions"))),
                number=number_of(field(answer, "number")),
                time=number_of(field(answer, "timestamp")),
                hash=bytes_of(field(answer, "hash"), 32),
                parent=bytes_of(field(answer, "parentHash"), 32),
                header=header_of(answer),
                gas_limit=number_of(field(answer, "gasLimit")),
                base_fee=number_of(field(answer, "baseFeePerGas", "0x0")),
            )

    def send(self, raws: Sequence[bytes]) -> tuple[bytes, ...]:
        """Sends signed transactions in batches; their hashes. Raises NodeError where the node says other ones."""
        hashes = tuple(keccak(raw) for raw in raws)
        sent = self.node.ask_all([("eth_sendRawTransaction", [text_of(raw)]) for raw in raws])
        with self.node.read("eth_sendRawTransaction"):
            if tuple(bytes_of(one, 32) for one in sent) != hashes:
                raise ValueError("hashes of other transactions")
        return hashes

    def finish(self, head: Head, transactions: Sequence[Transaction], raws: Sequence[bytes]) -> Block:
        """The block with its receipts, when it holds just these transactions. Raises NodeError where they are not those of its header."""
        with self.node.read("eth_getBlockReceipts"):
            found = items(self.node.ask("eth_getBlockReceipts", hex(head.number)), len(raws))
            if tuple(bytes_of(field(one, "transactionHash"), 32) for one in found) != head.transactions:
                raise ValueError("receipts of other transactions")
            succeeded = [bool(number_of(field(one, "status"))) for one in found]
            gas, logs = [number_of(field(one, "gasUsed")) for one in found], [logs_of(one) for one in found]
        outputs = self._outputs([one for one, well in zip(head.transactions, succeeded, strict=True) if not well])
        receipts = Receipts.of(
            Receipt(transaction, one, well, used, outputs.get(one, b""), left, raw)
            for transaction, one, well, used, left, raw in zip(transactions, head.transactions, succeeded, gas, logs, raws, strict=True)
        )
        block = Block(head.number, head.time, head.hash, receipts, head.header)
        self._check(block, raws)
        self._last = block
        return block

    def _outputs(self, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
        """Revert data by transaction hash."""
        tracer = {"tracer": "callTracer", "tracerConfig": {"onlyTopCall": True}}
        traces = self.node.ask_all([("debug_traceTransaction", [text_of(one), tracer]) for one in hashes])
        with self.node.read("debug_traceTransaction"):
            return {one: bytes_of(field(trace, "output", "0x")) for one, trace in zip(hashes, traces, strict=True)}

    def _check(self, block: Block, raws: Sequence[bytes]) -> None:
        """Raises NodeError where the header is not that of the transactions and receipts. Headers of an unknown fork are not read."""
        if not block.header:
            if self._last is not None and self._last.header:
                raise self.node.failure(f"the header of block {block.number} does not give its hash")
            return
        said = header(block.header)
        if said.transactions != trie_of(raws).root_hash or said.receipts != trie_of(encoded_receipts(block)).root_hash:
            raise self.node.failure(f"the header of block {block.number} is not that of its transactions and receipts")


def text_of(data: bytes) -> str:
    """0x..., as JSON-RPC has bytes."""
    return "0x" + data.hex()
