"""py-evm without signatures, headers and mined blocks: the reference's virtual machine and gas in a fraction of its time.

Every transaction runs through py-evm's own executor at the reference's fork. Accounts live in plain dictionaries instead of Merkle tries,
so that nothing is hashed and nothing of the past is kept. What is left out has no influence on a receipt's status, gas, output or logs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eth.constants import BLANK_ROOT_HASH, ZERO_ADDRESS
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.prague.state import PragueState
from eth.vm.spoof import SpoofTransaction
from eth_typing import Address
from eth_utils.crypto import keccak

from shengdian.sim.chain import keys
from shengdian.sim.chain.abi import refusal
from shengdian.sim.chain.port import (
    BALANCE,
    BLOCK_GAS,
    CHAIN_ID,
    GAS_PRICE,
    NUMBER,
    TRANSACTION_GAS,
    Block,
    Log,
    Receipt,
    Receipts,
    Transaction,
)

EMPTY_CODE_HASH = keccak(b"")
ZERO = bytes(32)


class PlainAccounts:
    """py-evm's account database over dictionaries, with one list of what to undo. Methods are named as AccountDatabaseAPI has them."""

    def __init__(self, db: Any = None, state_root: bytes = BLANK_ROOT_HASH) -> None:
        self.state_root = state_root
        self._balance: dict[bytes, int] = {}
        self._nonce: dict[bytes, int] = {}
        self._code: dict[bytes, bytes] = {}
        self._storage: dict[bytes, dict[int, int]] = {}
        self._before: dict[tuple[bytes, int], int] = {}
        """slots written in this transaction, as they were before it"""
        self._warm: dict[bytes | tuple[bytes, int], bool] = {}
        """accounts and slots that this transaction has accessed"""
        self._transient: dict[tuple[bytes, int], bytes] = {}
        self._undo: list[tuple[dict[Any, Any], Any, Any]] = []
        """dictionary, key and former value (None: absent) of every change since the transaction began"""

    def _set(self, where: dict[Any, Any], key: Any, value: Any) -> None:
        self._undo.append((where, key, where.get(key)))
        if value:
            where[key] = value
        else:
            where.pop(key, None)

    # --- checkpoints ----------------------------------------------------------------------------------------------------------

    def record(self) -> int:
        """A checkpoint for `discard`: how many changes there are to undo."""
        return len(self._undo)

    def discard(self, checkpoint: int) -> None:
        """Takes back what was done since `checkpoint`, warmth included (EIP-2929)."""
        while len(self._undo) > checkpoint:
            where, key, value = self._undo.pop()
            if value is None:
                where.pop(key, None)
            else:
                where[key] = value

    def lock_changes(self) -> None:
        """The transaction is over: nothing of it can be undone, and everything is cold again."""
        self._undo.clear()
        self._before.clear()
        self._warm.clear()

    # --- storage --------------------------------------------------------------------------------------------------------------

    def get_storage(self, address: bytes, slot: int, from_journal: bool = True) -> int:
        """`from_journal` False: as it was before the transaction."""
        if not from_journal and (address, slot) in self._before:
            return self._before[address, slot]
        return self._storage.get(address, {}).get(slot, 0)

    def set_storage(self, address: bytes, slot: int, value: int) -> None:
        """Writes a slot, and remembers what it was before the transaction."""
        slots = self._storage.setdefault(address, {})
        self._before.setdefault((address, slot), slots.get(slot, 0))
        self._set(slots, slot, value)

    def delete_storage(self, address: bytes) -> None:
        """Sets every slot of an account to 0."""
        for slot in list(self._storage.get(address, {})):
            self.set_storage(address, slot, 0)

    def is_storage_warm(self, address: bytes, slot: int) -> bool:
        """Whether this transaction has accessed the slot (EIP-2929)."""
        return (address, slot) in self._warm

    def mark_storage_warm(self, address: bytes, slot: int) -> None:
        """The transaction has accessed the slot (EIP-2929)."""
        if (address, slot) not in self._warm:
            self._set(self._warm, (address, slot), True)

    def get_transient(self, address: bytes, slot: int) -> bytes:
        """Transient storage of a slot (EIP-1153); empty where nothing was written."""
        return self._transient.get((address, slot), b"")

    def set_transient(self, address: bytes, slot: int, value: bytes) -> None:
        """Writes transient storage of a slot (EIP-1153)."""
        self._set(self._transient, (address, slot), value)

    def clear_transient(self) -> None:
        """Forgets transient storage, as a transaction ends (EIP-1153)."""
        self._transient.clear()

    # --- accounts -------------------------------------------------------------------------------------------------------------

    def is_address_warm(self, address: bytes) -> bool:
        """Whether this transaction has accessed the account (EIP-2929)."""
        return address in self._warm

    def mark_address_warm(self, address: bytes) -> None:
        """The transaction has accessed the account (EIP-2929)."""
        if address not in self._warm:
            self._set(self._warm, address, True)

    def get_balance(self, address: bytes) -> int:
        """Wei; 0 for an account that there is not."""
        return self._balance.get(address, 0)

    def set_balance(self, address: bytes, balance: int) -> None:
        """Sets the balance, wei."""
        self._set(self._balance, address, balance)

    def get_nonce(self, address: bytes) -> int:
        """Transactions sent and contracts created by the account."""
        return self._nonce.get(address, 0)

    def set_nonce(self, address: bytes, nonce: int) -> None:
        """Sets the nonce."""
        self._set(self._nonce, address, nonce)

    def increment_nonce(self, address: bytes) -> None:
        """One more."""
        self._set(self._nonce, address, self.get_nonce(address) + 1)

    def get_code(self, address: bytes) -> bytes:
        """Runtime code; empty where there is none."""
        return self._code.get(address, b"")

    def get_code_hash(self, address: bytes) -> bytes:
        """Keccak-256 of the runtime code, 32 bytes."""
        return keccak(self._code[address]) if address in self._code else EMPTY_CODE_HASH

    def set_code(self, address: bytes, code: bytes) -> None:
        """Sets the runtime code."""
        self._set(self._code, address, code)

    def delete_code(self, address: bytes) -> None:
        """Leaves the account without code."""
        self._set(self._code, address, b"")

    def account_has_code_or_nonce(self, address: bytes) -> bool:
        """Whether a contract may not be created at the address."""
        return address in self._nonce or address in self._code

    def account_is_empty(self, address: bytes) -> bool:
        """Whether nonce, code and balance are all nothing (EIP-161)."""
        return not self.account_has_code_or_nonce(address) and address not in self._balance

    def account_exists(self, address: bytes) -> bool:
        """An empty account does not exist (EIP-161)."""
        return not self.account_is_empty(address)

    def touch_account(self, address: bytes) -> None:
        """Nothing: an empty account leaves no trace."""

    def words(self) -> dict[bytes, int]:
        """Balances, nonces and slots by key: a letter, the address, and the slot."""
        found = {b"b" + address: balance for address, balance in self._balance.items()}
        found |= {b"n" + address: nonce for address, nonce in self._nonce.items()}
        for address, slots in self._storage.items():
            found |= {b"s" + address + slot.to_bytes(32, "big"): value for slot, value in slots.items()}
        return found

    def put(self, key: bytes, value: int) -> None:
        """Sets what `words` gave."""
        kind, address, slot = key[:1], key[1:21], key[21:]
        if kind == b"s":
            self.set_storage(address, int.from_bytes(slot, "big"), value)
        else:
            self._set(self._balance if kind == b"b" else self._nonce, address, value)

    def delete_account(self, address: bytes) -> None:
        """Sets storage, balance, nonce and code to nothing."""
        self.delete_storage(address)
        for where in (self._balance, self._nonce, self._code):
            self._set(where, address, None)


class PlainState(PragueState):
    """The reference fork's state over PlainAccounts, transient storage included (EIP-1153)."""

    account_db_class: Any = PlainAccounts
    _account_db: Any

    def snapshot(self) -> Any:
        return self._account_db.record()

    def revert(self, snapshot: Any) -> None:
        self._account_db.discard(snapshot)

    def commit(self, snapshot: Any) -> None:
        """Nothing: what is not reverted stays."""

    def get_transient_storage(self, address: bytes, slot: int) -> bytes:
        return self._account_db.get_transient(address, slot)  # type: ignore[no-any-return]

    def set_transient_storage(self, address: bytes, slot: int, value: bytes) -> None:
        self._account_db.set_transient(address, slot, value)

    def clear_transient_storage(self) -> None:
        self._account_db.clear_transient()


class PyEvmChain:
    """py-evm's Prague on one state. Nothing is signed and no block has a hash."""

    name = "pyevm"
    chain_id = 0

    def __init__(self) -> None:
        self._number = 0
        self._timestamp = 0
        self._known: dict[bytes, bytes] = {}
        """keys of the state before, so that what became zero is told"""
        self._state: Any = PlainState(None, self._context(), BLANK_ROOT_HASH)  # type: ignore[arg-type]
        self._build = PragueVM.get_transaction_builder().create_unsigned_transaction

    @property
    def genesis(self) -> Mapping[bytes, int]:
        """Accounts are funded when they are asked for; nothing has to be known beforehand."""
        return {}

    def account(self, name: str) -> bytes:
        """The funded address of the development key `name`."""
        address = keys.address(name)
        self._fund(address)
        return address

    def _fund(self, address: bytes) -> None:
        self._state.set_balance(address, BALANCE)

    def _context(self) -> ExecutionContext:
        return ExecutionContext(
            coinbase=ZERO_ADDRESS,
            timestamp=self._timestamp,
            block_number=self._number,  # type: ignore[arg-type]
            difficulty=0,
            mix_hash=bytes(32),  # type: ignore[arg-type]
            gas_limit=BLOCK_GAS,
            prev_hashes=(),
            chain_id=CHAIN_ID,
            base_fee_per_gas=0,
            excess_blob_gas=0,
        )

    def send_block(self, transactions: Sequence[Transaction], timestamp: int) -> Block:
        """Carries out `transactions` in order at `timestamp`."""
        self._number += 1
        self._timestamp = timestamp
        self._state.execution_context = self._context()
        receipts = Receipts.of(self._carry_out(transaction, index) for index, transaction in enumerate(transactions))
        return Block(self._number, timestamp, b"", receipts)

    def _carry_out(self, transaction: Transaction, index: int) -> Receipt:
        self._state.lock_changes()
        spoof, computation = self._apply(transaction)
        gas = int(PragueVM.finalize_gas_used(spoof, computation))
        logs = tuple(
            Log(address, tuple(topic.to_bytes(32, "big") for topic in topics), data)
            for address, topics, data in computation.get_log_entries()
        )
        success = not computation.is_error
        output = b"" if success and not transaction.to else bytes(computation.output)
        return Receipt(transaction, keys.unsigned_hash(transaction, self._number, index), success, gas, output, logs)

    def _apply(self, transaction: Transaction) -> tuple[Any, Any]:
        nonce = self._state.get_nonce(transaction.sender)
        to = Address(transaction.to)
        unsigned = self._build(nonce=nonce, gas_price=GAS_PRICE, gas=TRANSACTION_GAS, to=to, value=0, data=transaction.data)
        spoof = SpoofTransaction(unsigned, from_=transaction.sender)
        self._fund(transaction.sender)
        return spoof, self._state.apply_transaction(spoof)

    def call(self, transaction: Transaction) -> bytes:
        """Return data of a read at the last block; raises Reverted when refused."""
        self._state.lock_changes()
        snapshot = self._state.snapshot()
        computation = self._apply(transaction)[1]
        self._state.revert(snapshot)
        if computation.is_error:
            raise refusal(computation.output)
        return bytes(computation.output)

    # --- checkpoints ----------------------------------------------------------------------------------------------------------

    def state(self) -> Mapping[bytes, bytes]:
        """Balances, nonces and storage, and the block number; code is that of the set-up."""
        words = self._state._account_db.words()
        self._known = dict.fromkeys(self._known, ZERO) | {key: value.to_bytes(32, "big") for key, value in words.items()}
        self._known[NUMBER] = self._number.to_bytes(32, "big")
        return dict(self._known)

    def restore(self, state: Mapping[bytes, bytes]) -> None:
        """Takes it over."""
        self._state.lock_changes()
        self._known = dict(state)
        for key, value in state.items():
            if key != NUMBER:
                self._state._account_db.put(key, int.from_bytes(value, "big"))
        self._state.lock_changes()
        self._number = int.from_bytes(state[NUMBER], "big")


def create() -> PyEvmChain:
    """A fresh chain."""
    return PyEvmChain()
