"""A development node that speaks JSON-RPC over HTTP. Opened by its URL, not by the name of this file.

Transactions are signed here and sent in batches. A node that lets its blocks and clock be set, such as anvil, makes one block of them at
the simulated time, and blocks of an earlier run on the same node are dropped when a new run begins. Any other node makes its blocks at
times of its own: see rpc_own_clock.py.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from shengdian.sim.adapters.rpc_answers import number_of
from shengdian.sim.adapters.rpc_node import NodeChain, text_of
from shengdian.sim.adapters.rpc_own_clock import OwnClockChain
from shengdian.sim.adapters.rpc_requests import Requests
from shengdian.sim.base.errors import InputError, NodeError
from shengdian.sim.chain.port import BALANCE, BLOCK_GAS, Block, Transaction

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
DEVELOPMENT = (1337, 31337)
"""chain ids that development nodes have of themselves: geth, reth and Besu; anvil and Hardhat"""
CONSENT = "SHENGDIAN_CHAIN_ID"
"""environment variable with the one chain id that the user consents to, whatever network it is"""


class RpcChain(NodeChain):
    """A node whose blocks and clock are set from here."""

    @property
    def genesis(self) -> Mapping[bytes, int]:
        """Balance before the first block by address, wei."""
        return dict.fromkeys(self._keys, BALANCE)

    def send_block(self, transactions: Sequence[Transaction], timestamp: int) -> Block:
        """Signs `transactions`, sends them, and has the node make one block of them at `timestamp`."""
        return self.send_signed(transactions, self.sign(transactions), timestamp)

    def send_signed(self, transactions: Sequence[Transaction], raws: Sequence[bytes], timestamp: int) -> Block:
        """Sends transactions that are signed already, `raws`, and has the node make one block of them at `timestamp`.

        Raises NodeError where the node does not answer, or answers what cannot be.
        """
        if not self._begun:
            self._begin(timestamp)
        self.node.ask("evm_setNextBlockTimestamp", timestamp)
        hashes = self.send(raws)
        self.node.ask("evm_mine")
        head = self.head()
        if head.transactions != hashes or head.time != timestamp:
            raise self.node.failure(
                f"a block of {len(raws)} transactions at {timestamp} became one of {len(head.transactions)} at {head.time}, or of other "
                "ones; a node of its own for each run, with room for an hour in a block, is needed"
            )
        if self._last is not None and (head.number, head.parent) != (self._last.number + 1, self._last.hash):
            raise self.node.failure(
                f"block {head.number} does not follow block {self._last.number}; it was set back, or another program uses it"
            )
        return self.finish(head, transactions, raws)

    def _begin(self, timestamp: int) -> None:
        """Empties the node of earlier runs, sets its clock back, makes its blocks large and cheap, and funds the accounts."""
        with self.node.read("eth_blockNumber"):
            used = number_of(self.node.ask("eth_blockNumber")) > 0
        if used:
            self.node.ask("anvil_reset")
            self.node.ask("evm_setAutomine", False)
        self.node.ask("evm_setTime", timestamp - 1)
        self.node.offers("evm_setBlockGasLimit", hex(BLOCK_GAS))
        self.node.offers("anvil_setNextBlockBaseFeePerGas", "0x0")
        self.node.ask_all([("anvil_setBalance", [text_of(address), hex(BALANCE)]) for address in self._keys])
        self._begun = True


def create(url: str) -> RpcChain | OwnClockChain:
    """The chain of the node at `url`.

    Raises InputError for a node that does not answer, and for a network that is public, or may be, unless the user consents to it.
    """
    node = Requests(url)
    try:
        chain_id = number_of(node.ask("eth_chainId"))
    except (NodeError, ValueError) as error:
        raise InputError(f"chain {url!r}: no JSON-RPC node answers there ({error})") from error
    consented = os.environ.get(CONSENT, "") == str(chain_id)
    if chain_id in PUBLIC_NETWORKS and not consented:
        network = PUBLIC_NETWORKS[chain_id]
        raise InputError(
            f"chain {url!r} is {network} (chain id {chain_id}), a public network; "
            f"allowed: development nodes, and the one network whose chain id is in the environment variable {CONSENT}"
        )
    if node.offers("evm_setAutomine", False):
        return RpcChain(node, chain_id)
    if chain_id not in DEVELOPMENT and not consented:
        raise InputError(
            f"chain {url!r} does not let its blocks and clock be set, and its chain id {chain_id} is none that development nodes have "
            f"({', '.join(map(str, DEVELOPMENT))}): it may be a public network; set {CONSENT}={chain_id} if you mean it"
        )
    return OwnClockChain(node, chain_id)
