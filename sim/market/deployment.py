"""Contracts on a chain: created and given their roles, called by those who may, with everything that it costs counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any

from shengdian.sim.base.roles import FIRST_NUMBER
from shengdian.sim.base.types import Phase
from shengdian.sim.chain.abi import interface, refusal
from shengdian.sim.chain.keys import created_address
from shengdian.sim.chain.port import Block, Chain, Log, Receipt, Transaction
from shengdian.sim.market.participants import OPERATOR, Participant
from shengdian.sim.twins.ledger import POSTER_ROLE

ADMITTED_AT_ONCE = 1000
"""participants in one transaction, so that its gas stays within the limit"""
ADMIN_ROLE = bytes(32)
"""of the ledger: who may say who may post"""


class Meter:
    """Gas and transactions by phase, and blocks."""

    def __init__(self) -> None:
        self.gas: dict[Phase, int] = defaultdict(int)
        self.transactions: dict[Phase, int] = defaultdict(int)
        self.blocks = 0

    def count(self, phases: Iterable[Phase], gas: Iterable[int]) -> None:
        """Adds a block's transactions, and the gas that their receipts say, each to its phase."""
        for phase, used in zip(phases, gas, strict=True):
            self.gas[phase] += used
            self.transactions[phase] += 1
        self.blocks += 1


class Deployment:
    """The contracts of one market, and everyone who has an account there."""

    def __init__(
        self,
        chain: Chain,
        participants: Sequence[Participant],
        names: Sequence[str],
        on_block: Callable[[Block], None] = lambda block: None,
    ) -> None:
        """`names` are the contracts in the order in which `create` creates them; `on_block` sees every block made."""
        self.chain = chain
        self.participants = tuple(participants)
        self.meter = Meter()
        self.seconds: dict[str, float] = defaultdict(float)
        """wall seconds by what was done"""
        self._on_block = on_block
        self._address = {participant.id: chain.account(participant.id) for participant in participants}
        self.operator = chain.account(OPERATOR)
        self.contracts = {name: created_address(self.operator, nonce) for nonce, name in enumerate(names)}
        """address by contract name"""
        self.number = {participant.id: FIRST_NUMBER + index for index, participant in enumerate(self.participants)}
        """registry number by id"""

    def create(self, arguments: Mapping[str, Sequence[Any]], posters: Sequence[str], timestamp: int) -> None:
        """One block that creates every contract with its constructor's arguments and lets only `posters` post to the ledger, for good.

        Raises Reverted with the first refusal.
        """
        assert list(arguments) == list(self.contracts), "the addresses follow from the order"
        create = [Transaction(self.operator, b"", interface(name).creation(*values)) for name, values in arguments.items()]
        grant = [self.operator_call("Ledger", "grantRole", POSTER_ROLE, self.contracts[name]) for name in posters]
        renounce = self.operator_call("Ledger", "renounceRole", ADMIN_ROLE, self.operator)
        self.carry_out([("deploy", transaction) for transaction in (*create, *grant, renounce)], timestamp)

    def enrolments(self) -> list[Transaction]:
        """The operator's transactions that put every participant into the registry, in order."""
        return [
            self.operator_call("Registry", "enrol", self.address(participant.id), participant.role, participant.zone)
            for participant in self.participants
        ]

    def address(self, participant: str) -> bytes:
        """A participant's address, 20 bytes. Raises KeyError for an unknown id."""
        return self._address[participant]

    def call(self, sender: str, contract: str, function: str, *args: Any) -> Transaction:
        """A participant's transaction that calls `function` of `contract`."""
        return Transaction(self._address[sender], self.contracts[contract], interface(contract).call(function, *args))

    def operator_call(self, contract: str, function: str, *args: Any) -> Transaction:
        """The operator's transaction that calls `function` of `contract`."""
        return Transaction(self.operator, self.contracts[contract], interface(contract).call(function, *args))

    def packed_call(self, contract: str, function: str, *args: int | bytes) -> Transaction:
        """As `operator_call`, for numbers and lists that are packed words already."""
        return Transaction(self.operator, self.contracts[contract], interface(contract).packed_call(function, *args))

    def events(self, contract: str, receipt: Receipt, event: str) -> Iterator[tuple[Log, dict[str, bytes]]]:
        """Every `event` that the contract emitted in the transaction, with its plain arguments as packed words."""
        known = interface(contract)
        for log in receipt.logs:
            if log.address == self.contracts[contract] and log.topics and known.events.get(log.topics[0], {}).get("name") == event:
                yield log, known.packed_event(log)[1]

    def send(self, phased: Sequence[tuple[Phase, Transaction]], timestamp: int) -> Block:
        """One block of transactions, whatever comes of each."""
        begun = perf_counter()
        block = self.chain.send_block([transaction for _, transaction in phased], timestamp)
        self.seconds["chain"] += perf_counter() - begun
        self.meter.count([phase for phase, _ in phased], block.receipts.gas)
        self._on_block(block)
        return block

    def carry_out(self, phased: Sequence[tuple[Phase, Transaction]], timestamp: int) -> Block:
        """One block of transactions that must all succeed; raises Reverted with the first refusal."""
        block = self.send(phased, timestamp)
        for place in block.receipts.refused():
            raise refusal(block.receipts.outputs[place])
        return block
