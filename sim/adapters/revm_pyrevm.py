"""revm through pyrevm, for where the crate in `native/` is not installed.

pyrevm 0.3.7 never closes its journal: left alone, every slot stays warm and dirty for ever, gas comes out too low and memory grows. Here
each transaction runs between a snapshot and its revert, so that it finds the journal empty and everything cold, as on a real chain; what
it wrote is read from the journal before the revert and put into the database below it after. Two more gaps of that version are closed
here: the nonces of senders, and the floor that calldata sets under gas (EIP-7623).

Reading the journal costs more than the transaction. It is left out where gas proves that there is nothing to find: whoever asks the same
contract for the same function again usually changes the same slots, and no further one can have changed unless it was paid for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from shengdian.sim.chain import keys
from shengdian.sim.chain.abi import refusal
from shengdian.sim.chain.port import BALANCE, BLOCK_GAS, CHAIN_ID, NUMBER, TRANSACTION_GAS, Block, Log, Receipt, Receipts, Transaction

BASE_GAS = 21_000
FLOOR_GAS_A_TOKEN = 10
"""of calldata: a zero byte is one token, any other byte four"""
GAS_A_TOKEN = 4
"""that calldata costs at least"""
LEAST_GAS_OF_A_CHANGE = 5_000
"""of anything that a transaction leaves behind, before refunds: a slot with another value (2,100 for its first access and 2,900 for writing
it, EIP-2929), a self-destruction (5,000), a transfer (9,000) or a new account (32,000)"""
ADDRESS = 20
"""bytes"""
SELECTOR = 4
"""bytes"""

_JOURNAL = ", journal: ["
"""what comes before the journal's entries in its text"""
_WRITTEN = ", had_value: S"
"""what comes after the address and the number of a slot that was written to; one that was only read has `had_value: None`"""
_SLOT = ", key: "
"""what stands between the two"""
_KEY = 42 + len(_SLOT) + 78
"""most characters of the two"""
_ACCOUNT = re.compile(r"(?:NonceChange|AccountCreated) \{ address: (0x[0-9a-f]{40})")
_DESTROYED = re.compile(r"AccountDestroyed \{ address: (0x[0-9a-f]{40})")
_REVERT = re.compile(r"Revert \{ gas_used: \d+, output: 0x([0-9a-f]*) \}")

_Accounts = list[tuple[str, Any]]
"""address and pyrevm's AccountInfo"""
_Slots = list[tuple[str, int, int]]
"""address, slot and value"""


class PyrevmChain:
    """revm on one database. Nothing is signed and no block has a hash."""

    name = "revm"
    chain_id = 0

    def __init__(self) -> None:
        """Raises ModuleNotFoundError where pyrevm is not installed."""
        import pyrevm

        self._pyrevm: Any = pyrevm
        environment = pyrevm.Env(cfg=pyrevm.CfgEnv(chain_id=CHAIN_ID))
        self._evm: Any = pyrevm.EVM(env=environment, gas_limit=BLOCK_GAS, spec_id="PRAGUE")
        self._nothing = pyrevm.AccountInfo()
        self._nonces: dict[bytes, int] = {}
        self._texts: dict[bytes, str] = {}
        self._addresses: dict[str, bytes] = {}
        self._contracts: set[str] = set()
        """addresses that have code, as pyrevm takes them"""
        self._number = 0
        self._slots: dict[tuple[str, int], int] = {}
        """every slot ever written, with its value"""
        self._expected: dict[tuple[bytes, bytes, bytes], list[int]] = {}
        """slots of the called contract that a transaction last changed, by sender, contract and selector"""

    @property
    def genesis(self) -> Mapping[bytes, int]:
        """Gas is free; nobody needs a balance."""
        return {}

    def account(self, name: str) -> bytes:
        """The address of the development key `name`."""
        address = keys.address(name)
        self._sender(address)
        return address

    def send_block(self, transactions: Sequence[Transaction], timestamp: int) -> Block:
        """Carries out `transactions` in order at `timestamp`."""
        self._number += 1
        self._evm.set_block_env(self._pyrevm.BlockEnv(number=self._number, timestamp=timestamp, gas_limit=BLOCK_GAS))
        receipts = [self._carry_out(transaction, index) for index, transaction in enumerate(transactions)]
        return Block(self._number, timestamp, b"", Receipts.of(receipts))

    def call(self, transaction: Transaction) -> bytes:
        """Return data of a read at the last block; raises Reverted when refused."""
        evm = self._evm
        sender = self._sender(transaction.sender)
        checkpoint = evm.snapshot()
        try:
            output: bytes = evm.message_call(sender, self._text(transaction.to), transaction.data, gas=TRANSACTION_GAS)
        except RuntimeError as error:
            raise refusal(self._refused(error)) from None
        finally:
            evm.revert(checkpoint)
        return output

    # --- a transaction ----------------------------------------------------------------------------------------------------------

    def _carry_out(self, transaction: Transaction, index: int) -> Receipt:
        evm = self._evm
        asking, asked, data = transaction
        sender = self._texts[asking] if asking in self._nonces else self._sender(asking)
        nonce = self._nonces[asking]
        self._nonces[asking] = nonce + 1
        if not asked:
            evm.insert_account_info(sender, self._pyrevm.AccountInfo(balance=BALANCE, nonce=nonce))
        tokens = 4 * len(data) - 3 * data.count(0)
        checkpoint = evm.snapshot()
        output = b""
        accounts: _Accounts = []
        slots: _Slots = []
        try:
            if asked:
                to = self._text(asked)
                output = evm.message_call(sender, to, data, gas=TRANSACTION_GAS)
                key = asking, asked, data[:SELECTOR]
                known = self._known_changes(key, to, BASE_GAS + GAS_A_TOKEN * tokens)
                if known is None:
                    accounts, slots = self._changes(sender, to)
                    self._expected[key] = [slot for address, slot, _ in slots if address == to]
                else:
                    slots = known
            else:
                evm.deploy(sender, data, gas=TRANSACTION_GAS)
                accounts, slots = self._changes(sender)
        except RuntimeError as error:
            output = self._refused(error)
        result = evm.result
        evm.revert(checkpoint)
        for address, info in accounts:
            self._contracts.add(address)
            evm.insert_account_info(address, info)
        for address, slot, value in slots:
            self._write(address, slot, value)

        logs = []
        for log in result.logs:
            topics, content = log.data
            logs.append(Log(self._address(log.address), tuple(topics), content))
        gas = max(result.gas_used, BASE_GAS + FLOOR_GAS_A_TOKEN * tokens)
        return Receipt(transaction, keys.unsigned_hash(transaction, self._number, index), result.is_success, gas, output, tuple(logs))

    def _known_changes(self, key: tuple[bytes, bytes, bytes], to: str, intrinsic: int) -> _Slots | None:
        """What the call under way has changed, without the journal; None where the gas beyond `intrinsic` would pay for more than that."""
        read, before = self._evm.storage, self._slots
        found = [(to, slot, value) for slot in self._expected.get(key, ()) if (value := read(to, slot)) != before.get((to, slot), 0)]
        result = self._evm.result
        spent = result.gas_used + result.gas_refunded - intrinsic
        return found if spent < LEAST_GAS_OF_A_CHANGE * (len(found) + 1) else None

    def _changes(self, sender: str, to: str | None = None) -> tuple[_Accounts, _Slots]:
        """What the transaction under way has changed: accounts that are new or have another nonce, and slots with their new values.

        The journal is read as text, the only form in which pyrevm gives it. Code would be most of the text: the called contract's is
        hidden for the time being; the revert that follows brings it back.
        """
        evm = self._evm
        called = None
        if to in self._contracts:
            called = evm.basic(to)
            evm.insert_account_info(to, self._nothing)
        text: str = evm.journal_str
        journal = text[text.rindex(_JOURNAL) :]
        destroyed = _DESTROYED.findall(journal) if "AccountDestroyed" in journal else ()
        accounts: _Accounts = []
        if "NonceChange" in journal or "AccountCreated" in journal:
            changed = dict.fromkeys(address for address in _ACCOUNT.findall(journal) if address != sender and address not in destroyed)
            accounts = [(address, called if address == to else evm.basic(address)) for address in changed]
        written: dict[tuple[str, int], None] = {}
        for entry in journal.split(_WRITTEN)[:-1]:
            address, slot = entry[-_KEY:].rsplit(_SLOT, 1)
            written[address[-42:], int(slot)] = None
        return accounts, [(address, slot, evm.storage(address, slot)) for address, slot in written if address not in destroyed]

    def _write(self, address: str, slot: int, value: int) -> None:
        """Puts a slot into the database. pyrevm loads the account meanwhile: hence a snapshot for each."""
        evm = self._evm
        self._slots[address, slot] = value
        checkpoint = evm.snapshot()
        evm.insert_account_storage(address, slot, value)
        evm.revert(checkpoint)

    def _refused(self, error: RuntimeError) -> bytes:
        """The output of a transaction that did not succeed; an error that is not the transaction's own is raised again."""
        if self._evm.result is None:
            raise error
        found = _REVERT.fullmatch(str(error))
        if found is None and not self._evm.result.is_halt:
            raise error
        return bytes.fromhex(found[1]) if found else b""

    # --- checkpoints ------------------------------------------------------------------------------------------------------------

    def state(self) -> Mapping[bytes, bytes]:
        """Storage, senders' nonces and the block number; code is that of the set-up."""
        found = {_bytes(address) + slot.to_bytes(32, "big"): value.to_bytes(32, "big") for (address, slot), value in self._slots.items()}
        found |= {address: nonce.to_bytes(8, "big") for address, nonce in self._nonces.items()}
        return found | {NUMBER: self._number.to_bytes(8, "big")}

    def restore(self, state: Mapping[bytes, bytes]) -> None:
        """Takes it over."""
        for key, value in state.items():
            number = int.from_bytes(value, "big")
            if key == NUMBER:
                self._number = number
            elif len(key) == ADDRESS:
                self._sender(key)
                self._nonces[key] = number
            else:
                self._write(self._text(key[:ADDRESS]), int.from_bytes(key[ADDRESS:], "big"), number)

    # --- addresses --------------------------------------------------------------------------------------------------------------

    def _sender(self, address: bytes) -> str:
        """The sender as pyrevm takes it; funded when it first sends."""
        if address not in self._nonces:
            self._nonces[address] = 0
            self._evm.insert_account_info(self._text(address), self._pyrevm.AccountInfo(balance=BALANCE))
        return self._texts[address]

    def _text(self, address: bytes) -> str:
        if address not in self._texts:
            self._texts[address] = "0x" + address.hex()
        return self._texts[address]

    def _address(self, text: str) -> bytes:
        if text not in self._addresses:
            self._addresses[text] = _bytes(text)
        return self._addresses[text]


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
