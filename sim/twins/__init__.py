"""Twins: every contract once more in plain Python, bit for bit the same values, errors and logs, without an EVM.

A twin is a class of its contract's name in a file of its contract's name (`UniformAuction` in `uniform_auction.py`). Its methods are the
contract's external functions in snake_case; its constructor takes the contract's constructor arguments. Like the contracts, twins guard
first and change state last, so that a refusal leaves no trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from shengdian.sim.base.errors import Reverted
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Log

PANIC = "Panic"
"""the error that Solidity itself raises, with its `code`: 0x11 overflow, 0x32 no such place in an array"""


class World:
    """What the twins share: the clock, who is calling, the contracts by address, and the logs of the transaction under way."""

    def __init__(self) -> None:
        self.timestamp = 0
        """seconds since 1970"""
        self.sender = b""
        """address of the caller of the function under way, as msg.sender"""
        self.contracts: dict[bytes, Twin] = {}
        self.logs: list[Log] = []

    def call(self, sender: bytes, address: bytes, function: str, *args: Any) -> Any:
        """Calls `function` (in snake_case) of the contract at `address` as `sender`; raises Reverted, a bare one where there is none."""
        if address not in self.contracts:
            raise Reverted("")
        outer, self.sender = self.sender, sender
        try:
            return getattr(self.contracts[address], function)(*args)
        finally:
            self.sender = outer


class Twin:
    """What every twin can do."""

    def __init__(self, world: World, address: bytes) -> None:
        self.world = world
        self.address = address
        self.name = type(self).__name__

    def state(self) -> dict[str, Any]:
        """What transactions can change, by attribute, as plain values: numbers, texts, bytes, lists, tuples and dictionaries of them.

        So whatever else is fixed from birth stands in a tuple.
        """
        return {name: value for name, value in vars(self).items() if isinstance(value, int | dict | list)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Takes over what `state` gave."""
        vars(self).update(state)

    @property
    def sender(self) -> bytes:
        """msg.sender"""
        return self.world.sender

    @property
    def now(self) -> int:
        """block.timestamp"""
        return self.world.timestamp

    def emit(self, event: str, *args: Any) -> None:
        """Leaves the log of `emit event(args)`; arguments in the order of the declaration."""
        self.world.logs.append(interface(self.name).log(self.address, event, args))

    def other(self, address: bytes, function: str, *args: Any) -> Any:
        """Calls another contract as this one."""
        return self.world.call(self.address, address, function, *args)

    def revert(self, error: str, *args: Any) -> NoReturn:
        """Refuses with a custom error of this contract; arguments in the order of the declaration."""
        entry = next(entry for entry in interface(self.name).errors.values() if entry["name"] == error)
        raise Reverted(error, dict(zip((field["name"] for field in entry["inputs"]), args, strict=True)))
