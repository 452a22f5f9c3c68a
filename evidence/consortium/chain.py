"""The market's view of several nodes: everyone sends to the node of the own province; blocks are read from the first one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from eth_utils.crypto import keccak

from shengdian.sim.adapters.rpc_answers import number_of
from shengdian.sim.adapters.rpc_node import text_of
from shengdian.sim.adapters.rpc_own_clock import OwnClockChain
from shengdian.sim.adapters.rpc_requests import Requests
from shengdian.sim.chain import keys
from shengdian.sim.chain.port import Block, Transaction


class ConsortiumChain(OwnClockChain):
    """One chain behind the nodes at `urls`. `homes` are places in `urls` by address; whoever has none sends to the first.

    `around(seconds, before)` is called before and after every block, with the time since hour 0.
    """

    def __init__(self, urls: Sequence[str], homes: Mapping[bytes, int], around: Callable[[int, bool], None]) -> None:
        nodes = [Requests(url) for url in urls]
        super().__init__(nodes[0], number_of(nodes[0].ask("eth_chainId")))
        self._nodes, self._homes, self._around = nodes, homes, around
        self.sent = [0] * len(nodes)
        """transactions by node"""

    def send(self, raws: Sequence[bytes]) -> tuple[bytes, ...]:
        """Sends each signed transaction to its sender's node; their hashes."""
        by_home: dict[int, list[bytes]] = {}
        for raw in raws:
            by_home.setdefault(self._homes.get(keys.opened(raw).transaction.sender, 0), []).append(raw)
        for home, theirs in by_home.items():
            self._nodes[home].ask_all([("eth_sendRawTransaction", [text_of(raw)]) for raw in theirs])
            self.sent[home] += len(theirs)
        return tuple(keccak(raw) for raw in raws)

    def send_block(self, transactions: Sequence[Transaction], timestamp: int) -> Block:
        """As every node with a clock of its own."""
        since = timestamp - (self._start or 0)
        self._around(since, True)
        block = super().send_block(transactions, timestamp)
        self._around(since, False)
        return block
