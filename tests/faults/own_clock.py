"""Nodes for tests that let nothing be set. Their clock goes on, with a block, whenever they are asked for the last block."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import requests

from tests.faults.node import Answer, Node

STEP, STRIDE = 4, 100
"""seconds from block to block, around the times at which a run does something, and elsewhere"""
DUE = (0, 60, 900, 1800, 3480)
"""seconds into the hour of these times; the last one stands for all of the last two minutes"""
BEGINS = 1_800_000_000 - 600
"""block time at which a node begins, ten minutes before a whole hour"""
FIRST_HOUR = 1_800_000_000
PAYER = "0x" + "99" * 20
"""account that has money and that the node signs for"""
LATEST = "latest"


def is_control(method: str) -> bool:
    """Whether a method sets blocks, clock or balances."""
    return method.startswith(("evm_", "anvil_", "hardhat_"))


def following(time: int) -> int:
    """The time of the block after one at `time`: hours pass quickly, and no time at which something is due is passed over."""
    return time + (STRIDE if all((due - time) % 3600 > STRIDE + 5 * STEP for due in DUE) else STEP)


class OwnClockNode(Node):
    """A node of twins."""

    def __init__(self) -> None:
        super().__init__()
        self._time = BEGINS
        self.chain_id, self.gas_limit, self.base_fee = 31337, 10**9, 0
        self.accounts = [PAYER]
        self.balances = {PAYER: 10**30}
        self.pays = True
        """whether what the payer sends arrives"""
        self.used: dict[str, int] = {}
        """transactions sent before, by account"""
        self.following = following
        self.mines_by_itself = True
        self.traces = True
        self.after: Callable[[str], None] = lambda method: None
        """called after every request, before its answer is sent"""
        self._transfers: list[Mapping[str, str]] = []

    def tick(self) -> None:
        """One more block."""
        self._time = self.following(self._time)
        self._mine()
        for sent in self._transfers if self.pays else []:
            self.balances[sent["to"]] = self.balances.get(sent["to"], 0) + int(sent["value"], 16)
        self._transfers = []

    def _result(self, method: str, parameters: Sequence[Any]) -> Any:
        result = self._own(method, parameters)
        self.after(method)
        return result

    def _own(self, method: str, parameters: Sequence[Any]) -> Any:
        if is_control(method) or (method == "debug_traceTransaction" and not self.traces):
            raise KeyError(method)
        if method == "eth_chainId":
            return hex(self.chain_id)
        if method == "eth_accounts":
            return self.accounts
        if method == "eth_getBalance":
            return hex(self.balances.get(parameters[0], 0))
        if method == "eth_getTransactionCount":
            return hex(self.used.get(parameters[0], 0))
        if method == "eth_sendTransaction":
            self._transfers.append(parameters[0])
            return "0x" + "00" * 32
        if method == "eth_getBlockByNumber":
            if parameters[0] == LATEST and self.mines_by_itself:
                self.tick()
            found = self._blocks[-1] if parameters[0] == LATEST else self._blocks[int(parameters[0], 16)]
            return found | {"gasLimit": hex(self.gas_limit), "baseFeePerGas": hex(self.base_fee)} if self.unfit else found
        if method == "debug_traceTransaction" and parameters[0] not in self._outputs:
            return {}
        return super()._result(method, parameters)

    @property
    def unfit(self) -> bool:
        """Whether what its headers say is changed, so that they do not give their hash any more."""
        return (self.gas_limit, self.base_fee) != (10**9, 0)


class Behind:
    """Lets through to an anvil at `url` all but block control. `clock`: makes the blocks of an anvil that makes none by itself."""

    def __init__(self, url: str, clock: bool = True) -> None:
        self.stalled = threading.Event()
        self._url, self._clock, self._time = url, clock, BEGINS
        if clock:
            self._direct("evm_setAutomine", False)

    def answer(self, request: Mapping[str, Any]) -> Answer:
        """What is sent back for one request."""
        if is_control(request["method"]):
            return {"jsonrpc": "2.0", "id": request["id"], "error": {"code": -32601, "message": "method not found"}}
        if self._clock and request["method"] == "eth_getBlockByNumber" and request["params"][0] == LATEST:
            self._time = following(self._time)
            self._direct("evm_setNextBlockTimestamp", self._time)
            self._direct("evm_mine")
        answer: Answer = requests.post(self._url, json=dict(request), timeout=60).json()
        return answer

    def _direct(self, method: str, *parameters: Any) -> Any:
        answer = requests.post(self._url, json={"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}, timeout=60).json()
        return answer["result"]
