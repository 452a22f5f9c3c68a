"""A development node that makes its blocks by itself, such as `geth --dev --dev.period 3`: the run goes on in the node's own time.

Hour 0 begins at a whole hour of the node's clock, or at a multiple of whatever an hour of the market lasts. Whatever is asked for at a
block time is sent when the node has just made a block after which the next one is at that time or later; so a block comes at its time, or
less than `late` seconds after it. The order in it is bid for by gas price. Blocks that the node makes in between are not the run's. Such a
node cannot be emptied, given balances, or taken back: it is used once, and its accounts are funded from an account that it offers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import monotonic, sleep

from shengdian.sim.adapters.rpc_answers import bytes_of, items, number_of
from shengdian.sim.adapters.rpc_node import Head, NodeChain, text_of
from shengdian.sim.adapters.rpc_requests import Requests
from shengdian.sim.base.errors import InputError, NoBlock, NodeError
from shengdian.sim.chain.port import GAS_PRICE, OWN_CLOCK_FUNDS, OWN_CLOCK_GAS, Block, Transaction, late, own_clock_prices

LEAD = 300
"""seconds before hour 0 that setting up the market takes at most"""
POLL = 0.1
"""seconds between two looks at the node's last block"""
PATIENCE = 60.0
"""wall seconds that the node may make no block"""
FUNDED_WITHIN = 10
"""blocks"""
TRANSFER_GAS = 21_000
ADVICE = "start one such as geth --dev --dev.period 3, whose first account is unlocked and has money"


class OwnClockChain(NodeChain):
    """A node whose blocks come at times of their own."""

    gas_limit = OWN_CLOCK_GAS

    def __init__(self, node: Requests, chain_id: int) -> None:
        super().__init__(node, chain_id)
        self._start: int | None = None
        self._late = 0
        """seconds"""
        self._genesis: Mapping[bytes, int] = {}

    @property
    def genesis(self) -> Mapping[bytes, int]:
        """Balance before the first block of the run by address, wei."""
        return self._genesis

    def first_hour(self, length: int) -> int:
        """The block time at which hour 0 begins: the next multiple of an hour's `length`, seconds, that leaves time to set up.

        Raises NoBlock where no block comes.
        """
        self._late = late(length)
        self._start = -(-(self._new(self.head()).time + LEAD) // length) * length
        return self._start

    def prices(self, count: int) -> Sequence[int]:
        """Each a wei more than the one after it: makers of blocks take the dearest first, so that the order does not hang on arrival."""
        return own_clock_prices(count)

    def send_block(self, transactions: Sequence[Transaction], timestamp: int) -> Block:
        """One block of `transactions`, at `timestamp` or less than `late` seconds after it.

        Raises NodeError where it comes otherwise, and NoBlock where none comes; InputError for whatever keeps no hours.
        """
        if self._start is None:
            raise self._unfit("has a clock of its own, by which only the hours of a run can go; allowed here: nodes whose clock can be set")
        if not self._begun:
            self._begin()
        raws = self.sign(transactions)
        before = self._wait_for(timestamp - 1)
        if before.time >= timestamp + self._late:
            raise self.node.failure(f"what was due at {timestamp} was not ready before {before.time}, too late for its hour")
        hashes = self.send(raws)
        head = self._holding(hashes, before, timestamp)
        return self.finish(head, transactions, raws)

    # --- blocks as they come --------------------------------------------------------------------------------------------------

    def _new(self, before: Head) -> Head:
        """The first block that is seen after `before`."""
        begun = monotonic()
        while True:
            head = self.head()
            if head.number > before.number:
                return head
            if head.number < before.number:
                raise self.node.failure(f"block {before.number} is gone, the last one is {head.number}; the node was set back")
            if monotonic() - begun > PATIENCE:
                raise NoBlock(self.node.url, round(PATIENCE))
            sleep(POLL)

    def _wait_for(self, time: int) -> Head:
        """A block at `time` or later that the node has only just made, so that what is sent now comes into one block."""
        head = self._new(self.head())
        while head.time < time:
            head = self._new(head)
        return head

    def _holding(self, hashes: tuple[bytes, ...], before: Head, timestamp: int) -> Head:
        """The block after `before` that holds the transactions, all of them and no others."""
        last, wanted = before, set(hashes)
        while last.time < timestamp + self._late:
            newest = self._new(last)
            for number in range(last.number + 1, newest.number + 1):
                head = newest if number == newest.number else self.head(hex(number))
                here = wanted.intersection(head.transactions)
                if (here or not wanted) and head.transactions != hashes:
                    raise self.node.failure(
                        f"{len(hashes)} transactions that belong into one block became {len(here)} of {len(head.transactions)} in block "
                        f"{number}, or came in another order; a node of its own for each run is needed, with room for an hour in a block "
                        "and some seconds between two"
                    )
                if head.transactions == hashes and timestamp <= head.time < timestamp + self._late:
                    return head
            last = newest
        raise self.node.failure(
            f"the block due at {timestamp} did not come before {timestamp + self._late}; a block at least every "
            f"{max(self._late // 4, 1)} seconds is needed"
        )

    # --- the first block ------------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Looks whether the node is fit for a run, and funds the accounts. Raises InputError where it is not, or cannot fund them."""
        head, addresses = self.head(), list(self._keys)
        for address, nonce in zip(addresses, self._of_all("eth_getTransactionCount", addresses, "pending"), strict=True):
            if nonce:
                raise self._unfit(
                    f"was used before (account {text_of(address)} has sent {nonce} transactions), and without block control it cannot be "
                    "emptied; start it anew for each run"
                )
        if head.gas_limit < self.gas_limit:
            raise self._unfit(
                f"has room for {head.gas_limit} gas in a block; at least {self.gas_limit} is needed, and room for all orders of an hour"
            )
        if head.base_fee > GAS_PRICE:
            raise self._unfit(f"asks for {head.base_fee} wei a unit of gas; a run pays {GAS_PRICE}")
        if not self.node.offers("debug_traceTransaction", text_of(bytes(32)), {}):
            raise self._unfit(
                "does not offer debug_traceTransaction, which says why an order was refused; geth does with --http.api eth,debug"
            )
        balances = self._balances(addresses)
        if any(balance < OWN_CLOCK_FUNDS for balance in balances):
            balances = self._fund(dict(zip(addresses, balances, strict=True)))
        self._genesis = dict(zip(addresses, balances, strict=True))
        self._begun = True

    def _fund(self, balances: Mapping[bytes, int]) -> list[int]:
        """Balances after the node's own first account has sent what is missing."""
        missing = {address: OWN_CLOCK_FUNDS - balance for address, balance in balances.items() if balance < OWN_CLOCK_FUNDS}
        needed = sum(missing.values()) + len(missing) * TRANSFER_GAS * GAS_PRICE
        first = text_of(next(iter(missing)))
        short = f"{len(missing)} accounts have less than the {OWN_CLOCK_FUNDS} wei that a run begins with, such as {first}"
        payers = items(self.node.ask("eth_accounts")) if self.node.offers("eth_accounts") else []
        if not payers:
            raise self._unfit(f"cannot be used: {short}, and the node has no account of its own to fund them from; {ADVICE}")
        with self.node.read("eth_accounts"):
            payer = bytes_of(payers[0], 20)
        has = self._balances([payer])[0]
        if has < needed:
            raise self._unfit(f"cannot be used: {short}, and the node's account {text_of(payer)} has {has} of {needed} wei; {ADVICE}")
        transfers = [{"from": text_of(payer), "to": text_of(address), "value": hex(wei)} for address, wei in missing.items()]
        head = self._wait_for(0)
        try:
            self.node.ask_all([("eth_sendTransaction", [transfer]) for transfer in transfers])
        except NodeError as error:
            raise self._unfit(f"cannot be used: {short}, and the node sends them nothing ({error}); {ADVICE}") from error
        for _ in range(FUNDED_WITHIN):
            head = self._new(head)
            found = self._balances(list(balances))
            if min(found) >= OWN_CLOCK_FUNDS:
                return found
        raise self._unfit(f"cannot be used: {short}, and {FUNDED_WITHIN} blocks later what was sent is not there; {ADVICE}")

    def _balances(self, addresses: Sequence[bytes]) -> list[int]:
        return self._of_all("eth_getBalance", addresses, "latest")

    def _of_all(self, method: str, addresses: Sequence[bytes], when: str) -> list[int]:
        """A number by address."""
        with self.node.read(method):
            return [number_of(one) for one in self.node.ask_all([(method, [text_of(address), when]) for address in addresses])]

    def _unfit(self, why: str) -> InputError:
        return InputError(f"chain {self.node.url!r} {why}")
