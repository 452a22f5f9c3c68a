"""A chain without an EVM: the twins carry out the same calldata, and leave the same logs and the same errors."""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from eth_abi.exceptions import DecodingError
from eth_utils.address import to_canonical_address

from shengdian import contracts
from shengdian.sim import twins
from shengdian.sim.base.errors import Reverted
from shengdian.sim.chain import keys
from shengdian.sim.chain.abi import Interface, interface, refusal, selector
from shengdian.sim.chain.port import Block, Receipt, Receipts, Transaction
from shengdian.sim.twins import PANIC, Twin, World
from shengdian.sim.twins.price_record import PRICED, priced
from shengdian.sim.twins.sealed_book import SEALED, sealed


class MirrorChain:
    """The twins behind the port of a chain. Nothing is signed and nothing costs gas."""

    name = "mirror"
    chain_id = 0

    def __init__(self) -> None:
        self._world = World()
        self._nonces: dict[bytes, int] = {}
        self._number = 0
        self._own: dict[str, type[Twin]] = {}
        """twins of a user's own, by contract"""

    def adopt(self, contract: str, twin: type[Twin]) -> None:
        """From now on `twin` carries out what such a contract, of a user's own, does."""
        self._own[contract] = type(contract, (twin,), {})

    @property
    def genesis(self) -> Mapping[bytes, int]:
        """Nobody needs a balance."""
        return {}

    def account(self, name: str) -> bytes:
        """The address of the development key `name`."""
        return keys.address(name)

    def send_block(self, transactions: Sequence[Transaction], timestamp: int) -> Block:
        """Carries out `transactions` in order at `timestamp`."""
        self._world.timestamp = timestamp
        self._number += 1
        receipts = Receipts.of(self._carry_out(transaction, index) for index, transaction in enumerate(transactions))
        return Block(self._number, timestamp, b"", receipts)

    def call(self, transaction: Transaction) -> bytes:
        """Return data of a read; raises Reverted when refused. What a function that is no read changes is forgotten."""
        world = self._world
        if not self._only_reads(transaction):
            self._world = deepcopy(world)
        try:
            return self._execute(transaction, b"")
        except Reverted as reverted:
            raise refusal(_revert_data(reverted)) from None
        finally:
            self._world = world
            self._world.logs = []

    def _only_reads(self, transaction: Transaction) -> bool:
        called = self._world.contracts.get(transaction.to)
        entry = interface(called.name).by_selector.get(transaction.data[:4]) if called is not None else None
        return entry is None or entry["stateMutability"] in ("view", "pure")

    def _carry_out(self, transaction: Transaction, index: int) -> Receipt:
        digest = keys.unsigned_hash(transaction, self._number, index)
        nonce = self._nonces.get(transaction.sender, 0)
        self._nonces[transaction.sender] = nonce + 1
        self._world.logs = []
        try:
            output = self._execute(transaction, keys.created_address(transaction.sender, nonce) if not transaction.to else b"")
        except Reverted as reverted:
            return Receipt(transaction, digest, False, 0, _revert_data(reverted), ())
        return Receipt(transaction, digest, True, 0, output, tuple(self._world.logs))

    def _execute(self, transaction: Transaction, created: bytes) -> bytes:
        """Return data. Raises Reverted."""
        world = self._world
        if created:
            contract = _created_by(transaction.data, [*self._own, *contracts.names()])
            kind = self._own.get(contract.artifact.name) or twin(contract.artifact.name)
            world.sender = transaction.sender
            world.contracts[created] = kind(world, created, *_creation_arguments(contract, transaction.data))
            return b""
        if transaction.to not in world.contracts:
            return b""
        contract = interface(world.contracts[transaction.to].name)
        entry, arguments = _arguments(contract, transaction.data)
        value = world.call(transaction.sender, transaction.to, _snake(entry["name"]), *arguments)
        return contract.encode_returned(entry, value)

    # --- checkpoints ----------------------------------------------------------------------------------------------------------

    def state(self) -> Mapping[bytes, bytes]:
        """What the twins hold, by address and attribute, as Python literals."""
        own = {name.encode(): repr(getattr(self, name)).encode() for name in ("_number", "_nonces")}
        for address, contract in self._world.contracts.items():
            own |= {address + name.encode(): repr(value).encode() for name, value in contract.state().items()}
        return own

    def restore(self, state: Mapping[bytes, bytes]) -> None:
        """Gives it to the twins of the same addresses."""
        values = {key: literal_eval(value.decode()) for key, value in state.items()}
        self._number, self._nonces = values[b"_number"], values[b"_nonces"]
        for address, contract in self._world.contracts.items():
            contract.restore({key[len(address) :].decode(): value for key, value in values.items() if key.startswith(address)})


def create() -> MirrorChain:
    """A fresh chain."""
    return MirrorChain()


@cache
def twin(name: str) -> type[Twin]:
    """The twin of a contract: the class of its name in the file of its name, or a sealed or priced one. KeyError where there is none."""
    if name.startswith(SEALED):
        return sealed(name, twin(name.removeprefix(SEALED)))
    if name.startswith(PRICED):
        return priced(name, twin(name.removeprefix(PRICED)))
    stem = _snake(name)
    if not (Path(twins.__file__).parent / f"{stem}.py").is_file():
        raise KeyError(f"contract {name!r} has no twin")
    found: type[Twin] = getattr(import_module(f"{twins.__name__}.{stem}"), name)
    return found


@cache
def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _created_by(code: bytes, names: Sequence[str]) -> Interface:
    """The first of the contracts whose creation code this is; a bare revert for an unknown one, which the twins cannot carry out."""
    for name in names:
        if code.startswith(interface(name).artifact.bytecode) and interface(name).artifact.bytecode:
            return interface(name)
    raise Reverted("")


def _creation_arguments(contract: Interface, code: bytes) -> list[Any]:
    inputs: list[Mapping[str, Any]] = next((entry["inputs"] for entry in contract.artifact.abi if entry["type"] == "constructor"), [])
    return [_plain(field["type"], value) for field, value in zip(inputs, contract.creation_arguments(code), strict=True)]


def _arguments(contract: Interface, data: bytes) -> tuple[Mapping[str, Any], list[Any]]:
    """The function and its arguments; a bare revert where the calldata is not understood, as the EVM does it."""
    entry = contract.by_selector.get(data[:4])
    if entry is None:
        raise Reverted("")
    inputs = entry["inputs"]
    if all(field["type"] == "uint256" for field in inputs):  # the word of an order, without the cost of a general decoder
        if len(data) < 4 + 32 * len(inputs):
            raise Reverted("")
        return entry, [int.from_bytes(data[start : start + 32], "big") for start in range(4, 4 + 32 * len(inputs), 32)]
    try:
        values = contract.arguments(data)[1]
    except DecodingError:
        raise Reverted("") from None
    return entry, [_plain(field["type"], value) for field, value in zip(inputs, values, strict=True)]


def _plain(kind: str, value: Any) -> Any:
    """Addresses as bytes, everything else as decoded."""
    if kind == "address":
        return to_canonical_address(value)
    if kind == "address[]":
        return [to_canonical_address(one) for one in value]
    return value


def _revert_data(reverted: Reverted) -> bytes:
    """The custom error as it is on the wire; a refusal of another contract's comes through unchanged, a bare revert has none."""
    if not reverted.error:
        return b""
    if reverted.error == PANIC:
        return selector("Panic(uint256)") + int(reverted.args_["code"]).to_bytes(32, "big")
    for name in contracts.known():
        for entry in interface(name).errors.values():
            if entry["name"] == reverted.error and [field["name"] for field in entry["inputs"]] == list(reverted.args_):
                return interface(name).encode_error(reverted.error, tuple(reverted.args_.values()))
    raise KeyError(f"no contract has the error {reverted}")
