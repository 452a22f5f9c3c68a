"""The reference chain: web3 + eth-tester + py-evm, with signed transactions in real blocks.

eth-tester mines a transaction at a time and rebuilds its pending block for each. Here a whole block goes to py-evm at once, through the
chain that eth-tester holds, so that web3 sees the same blocks. Time, keys and `mix_hash` are fixed: two runs give equal block hashes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import rlp
from coincurve import PrivateKey
from eth.vm.spoof import SpoofTransaction
from eth_tester import EthereumTester, PyEVMBackend
from eth_utils.crypto import keccak
from web3 import EthereumTesterProvider, Web3

from shengdian.sim.base.errors import InputError
from shengdian.sim.chain import keys
from shengdian.sim.chain.abi import refusal
from shengdian.sim.chain.port import BALANCE, BLOCK_GAS, CHAIN_ID, GAS_PRICE, TRANSACTION_GAS, Block, Logs, Receipts, Transaction

NO_MIX = bytes(32)
NONCE = b"nonce of "
"""with an address: the key of a sender's nonce in a checkpoint"""


class EthTesterChain:
    """web3 + eth-tester + py-evm. Accounts are funded at genesis, which is made with the first block."""

    name = "eth-tester"

    def __init__(self) -> None:
        self._keys: dict[bytes, PrivateKey] = {}
        self._nonces: dict[bytes, int] = {}
        self._tester: EthereumTester | None = None

    def account(self, name: str) -> bytes:
        """The funded address of the development key `name`; ValueError for a new name after the first block."""
        address = keys.address(name)
        if address not in self._keys:
            if self._tester is not None:
                raise ValueError(f"account {name!r} asked for after genesis")
            self._keys[address] = keys.private_key(name)
            self._nonces[address] = 0
        return address

    @property
    def genesis(self) -> Mapping[bytes, int]:
        """Balance at genesis by address, wei."""
        return dict.fromkeys(self._keys, BALANCE)

    def adopt(self, other: EthTesterChain) -> None:
        """Funds the accounts of another chain at this one's genesis, so that its signed blocks can be replayed here."""
        self._keys, self._nonces = dict(other._keys), dict.fromkeys(other._keys, 0)

    def decode(self, raw: bytes) -> Any:
        """A signed transaction as py-evm's object."""
        return self._builder.decode(raw)

    @property
    def web3(self) -> Web3:
        """A web3 that reads this chain."""
        return Web3(EthereumTesterProvider(self._tester))

    @property
    def chain_id(self) -> int:
        """EIP-155 id of eth-tester's chain."""
        return CHAIN_ID

    @property
    def _backend(self) -> Any:
        assert self._tester is not None, "no block yet"
        return self._tester.backend

    @property
    def _builder(self) -> Any:
        """py-evm's class of transactions."""
        return self._backend.chain.get_vm().get_transaction_builder()

    def begin(self, timestamp: int) -> None:
        """Makes the genesis block, one second before `timestamp`."""
        state = {address: {"balance": BALANCE, "storage": {}, "code": b"", "nonce": 0} for address in self._keys}
        parameters = PyEVMBackend.generate_genesis_params({"timestamp": timestamp - 1, "gas_limit": BLOCK_GAS, "mix_hash": NO_MIX})
        self._tester = EthereumTester(PyEVMBackend(genesis_parameters=parameters, genesis_state=state))

    def sign(self, transaction: Transaction) -> Any:
        """The transaction with the sender's next nonce, signed: py-evm's object, whose `encode` gives the bytes. Not before genesis."""
        nonce = self._nonces[transaction.sender]
        self._nonces[transaction.sender] = nonce + 1
        fields = (nonce, GAS_PRICE, TRANSACTION_GAS, transaction.to, 0, transaction.data)
        digest = keccak(rlp.encode([*fields, self.chain_id, 0, 0]))
        return self._builder.new_transaction(*fields, *keys.signature(self._keys[transaction.sender], digest, self.chain_id))

    def send_block(self, transactions: Sequence[Transaction], timestamp: int) -> Block:
        """Signs and mines `transactions` as one block at `timestamp`."""
        if self._tester is None:
            self.begin(timestamp)
        signed = [self.sign(transaction) for transaction in transactions]
        return self._receipts(transactions, [each.encode() for each in signed], *self.mine(signed, timestamp))

    def send_signed(self, transactions: Sequence[Transaction], raws: Sequence[bytes], timestamp: int) -> Block:
        """Mines transactions that are signed already, `raws`, as one block at `timestamp`; `transactions` is what they say, and who signed.

        Raises InputError for one that is signed for another chain, which py-evm would carry out.
        """
        if self._tester is None:
            self.begin(timestamp)
        signed = [self.decode(raw) for raw in raws]
        for each, transaction in zip(signed, transactions, strict=True):
            if each.chain_id != self.chain_id:
                raise InputError(f"a transaction is signed for chain id {each.chain_id}; this chain's is {self.chain_id}")
            vars(each)["sender"] = transaction.sender  # cached, so not recovered once more; py-evm still verifies the signature
        return self._receipts(transactions, raws, *self.mine(signed, timestamp))

    def mine(self, signed: Sequence[Any], timestamp: int) -> tuple[Any, Any, Any]:
        """py-evm's own `mine_all` at a fixed time: block import result, receipts, computations."""
        chain = self._backend.chain
        chain.header = chain.header.copy(timestamp=timestamp)
        imported, receipts, computations = chain.mine_all(signed, mix_hash=NO_MIX, blob_gas_used=0)
        return imported, receipts, computations

    @staticmethod
    def _receipts(transactions: Sequence[Transaction], raws: Sequence[bytes], imported: Any, receipts: Any, computations: Any) -> Block:
        block = imported.imported_block
        success = [not computation.is_error for computation in computations]
        used = [receipt.gas_used for receipt in receipts]
        logs = [log for receipt in receipts for log in receipt.logs]
        columns = Receipts(
            transactions=transactions,
            hashes=[keccak(raw) for raw in raws],
            success=success,
            gas=[upto - before for upto, before in zip(used, [0, *used], strict=False)],
            outputs=[
                b"" if well and not transaction.to else computation.output
                for transaction, well, computation in zip(transactions, success, computations, strict=True)
            ],
            logs=Logs(
                addresses=[log.address for log in logs],
                topics=[b"".join([topic.to_bytes(32, "big") for topic in log.topics]) for log in logs],
                data=[log.data for log in logs],
            ),
            log_ends=list(accumulate(len(receipt.logs) for receipt in receipts)),
            raws=raws,
        )
        return Block(block.number, block.header.timestamp, block.hash, columns, rlp.encode(block.header))

    def call(self, transaction: Transaction) -> bytes:
        """Reads at the last block; raises Reverted when refused."""
        backend = self._backend
        header = backend.chain.get_canonical_head()
        vm = backend.chain.get_vm(header)
        unsigned = vm.create_unsigned_transaction(
            nonce=vm.state.get_nonce(transaction.sender),
            gas_price=vm.state.base_fee,
            gas=TRANSACTION_GAS,
            to=transaction.to,
            value=0,
            data=transaction.data,
        )
        snapshot = vm.state.snapshot()
        computation = vm.state.apply_transaction(SpoofTransaction(unsigned, from_=transaction.sender))
        vm.state.revert(snapshot)
        if computation.is_error:
            raise refusal(computation.output)
        return bytes(computation.output)

    # --- checkpoints ----------------------------------------------------------------------------------------------------------

    @property
    def _pairs(self) -> dict[bytes, bytes]:
        """py-evm's database, which lies in memory."""
        pairs: dict[bytes, bytes] = self._backend.chain.chaindb.db.wrapped_db.kv_store
        return pairs

    def state(self) -> Mapping[bytes, bytes]:
        """py-evm's database: blocks, receipts and tries; and the senders' nonces."""
        nonces = {NONCE + address: nonce.to_bytes(8, "big") for address, nonce in self._nonces.items()}
        return self._pairs | nonces

    def restore(self, state: Mapping[bytes, bytes]) -> None:
        """Goes on from the last block in `state`."""
        self._nonces = {key[len(NONCE) :]: int.from_bytes(value, "big") for key, value in state.items() if key.startswith(NONCE)}
        self._pairs.update((key, value) for key, value in state.items() if not key.startswith(NONCE))
        chain = self._backend.chain
        self._backend.chain = type(chain)(chain.chaindb.db)


def create() -> EthTesterChain:
    """A fresh chain."""
    return EthTesterChain()
