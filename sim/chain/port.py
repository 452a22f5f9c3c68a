"""The port to a chain: what a block, a transaction and a log are, and what every chain can do. The chains are in `sim/adapters`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple, Protocol, TypeVar, overload, runtime_checkable

BLOCK_GAS = 1_000_000_000
"""gas a block may use: an experiment chain's, far above a public one's"""
TRANSACTION_GAS = 300_000_000
"""gas limit of every transaction"""
GAS_PRICE = 1_000_000_000
"""wei, nominal: gas used is what is recorded"""
BALANCE = 10**24
"""wei that every account starts with"""
CHAIN_ID = 131_277_322_940_537
"""EIP-155 id of the reference chain, which is eth-tester's"""
NUMBER = b"number"
"""key of the block number in a checkpoint"""
OWN_CLOCK_GAS = 2**24
"""gas limit of every transaction on a node with a clock of its own: the most that Ethereum takes (EIP-7825)"""
OWN_CLOCK_FUNDS = 40 * 10**18
"""wei that every account starts with there, at least"""


def late(length: int) -> int:
    """Seconds after its time before which a block comes there, where an hour lasts `length` of them; then it is still in the part of the
    hour that it is meant for."""
    return max(length // 180, 1)


class Transaction(NamedTuple):
    """What a sender asks of a contract."""

    sender: bytes
    """address, 20 bytes"""
    to: bytes
    """address of the contract, 20 bytes; empty to create one"""
    data: bytes
    """calldata; creation code with arguments where `to` is empty"""


class Log(NamedTuple):
    """What a contract emitted, as the EVM has it."""

    address: bytes
    """contract that emitted it, 20 bytes"""
    topics: tuple[bytes, ...]
    """32 bytes each"""
    data: bytes


class Receipt(NamedTuple):
    """What came of a transaction."""

    transaction: Transaction
    hash: bytes
    """transaction hash, 32 bytes"""
    success: bool
    gas: int
    """gas used; 0 on a chain without an EVM"""
    output: bytes
    """return data, or the encoded error of a revert; empty where a contract was created"""
    logs: tuple[Log, ...]
    raw: bytes = b""
    """the signed transaction, where the chain signs"""


def own_clock_prices(count: int) -> list[int]:
    """Gas prices of the transactions of a block on a node with a clock of its own, in their order, wei: falling by one to GAS_PRICE."""
    return [GAS_PRICE + after for after in range(count - 1, -1, -1)]


Row = TypeVar("Row", Log, Receipt)


class _Rows(Sequence[Row]):
    """Rows kept as columns: one is made when somebody asks for it. Equal to any other sequence of equal rows."""

    __slots__ = ()

    def _row(self, place: int) -> Row:
        raise NotImplementedError

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, place: int | slice) -> Row | tuple[Row, ...]:
        chosen = range(len(self))[place]
        return self._row(chosen) if isinstance(chosen, int) else tuple(map(self._row, chosen))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Logs(_Rows[Log]):
    """Logs as columns."""

    addresses: Sequence[bytes]
    """20 bytes a log"""
    topics: Sequence[bytes]
    """32 bytes a topic, those of a log one after the other"""
    data: Sequence[bytes]

    @classmethod
    def of(cls, logs: Iterable[Log]) -> Logs:
        """`logs` as they are where they are columns already."""
        if isinstance(logs, Logs):
            return logs
        addresses, topics, data = tuple(zip(*logs, strict=True)) or ((), (), ())
        return cls(addresses, [b"".join(each) for each in topics], data)

    def _row(self, place: int) -> Log:
        topics = self.topics[place]
        return Log(self.addresses[place], tuple([topics[at : at + 32] for at in range(0, len(topics), 32)]), self.data[place])

    def __len__(self) -> int:
        return len(self.data)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Receipts(_Rows[Receipt]):
    """What came of a block's transactions, as columns of what a `Receipt` holds."""

    transactions: Sequence[Transaction]
    hashes: Sequence[bytes]
    success: Sequence[bool]
    gas: Sequence[int]
    outputs: Sequence[bytes]
    logs: Logs
    """of all transactions"""
    log_ends: Sequence[int]
    """by transaction, how many logs there are up to its last one"""
    raws: Sequence[bytes]

    @classmethod
    def of(cls, receipts: Iterable[Receipt]) -> Receipts:
        """`receipts` as they are where they are columns already."""
        if isinstance(receipts, Receipts):
            return receipts
        transactions, hashes, success, gas, outputs, logs, raws = tuple(zip(*receipts, strict=True)) or ((),) * 7
        ends = tuple(accumulate(map(len, logs)))
        return cls(transactions, hashes, success, gas, outputs, Logs.of([log for of in logs for log in of]), ends, raws)

    def refused(self) -> list[int]:
        """The places of transactions that were reverted."""
        return [place for place, success in enumerate(self.success) if not success]

    def logs_of(self, place: int) -> slice:
        """Where among `logs` those of one transaction are."""
        return slice(self.log_ends[place - 1] if place else 0, self.log_ends[place])

    def _row(self, place: int) -> Receipt:
        return Receipt(
            self.transactions[place],
            self.hashes[place],
            self.success[place],
            self.gas[place],
            self.outputs[place],
            self.logs[self.logs_of(place)],
            self.raws[place],
        )

    def __len__(self) -> int:
        return len(self.hashes)


@dataclass(frozen=True, slots=True)
class Block:
    """Transactions that were carried out together, with what came of them."""

    number: int
    timestamp: int
    """seconds since 1970, simulated"""
    hash: bytes
    """32 bytes; empty on a chain without blocks"""
    receipts: Receipts
    header: bytes = b""
    """RLP of the header that `hash` is the keccak of; empty on a chain without blocks"""


class Chain(Protocol):
    """A chain that carries out transactions in the order given. Same orders, same logs on every chain."""

    name: str
    """as in the config"""

    @property
    def chain_id(self) -> int:
        """EIP-155 id; 0 where nothing is signed."""

    @property
    def genesis(self) -> Mapping[bytes, int]:
        """Balance at genesis by address, wei."""

    def account(self, name: str) -> bytes:
        """The address of the development key derived from `name`, funded; the same on every chain. Ask before the first block."""

    def send_block(self, transactions: Sequence[Transaction], timestamp: int) -> Block:
        """One block at simulated time `timestamp` with all `transactions`; a revert is data in its receipt."""

    def call(self, transaction: Transaction) -> bytes:
        """Return data of a read at the last block; raises shengdian.sim.base.errors.Reverted when refused."""


@runtime_checkable
class Durable(Protocol):
    """A chain whose state can be kept. For one that is not, its blocks are carried out again (sim/record/replay.py)."""

    def state(self) -> Mapping[bytes, bytes]:
        """Everything that blocks have changed, as pairs; a key never goes away."""

    def restore(self, state: Mapping[bytes, bytes]) -> None:
        """Takes over the state of a chain that was set up with the same contracts and accounts as this one."""


@runtime_checkable
class Twinned(Protocol):
    """A chain that carries out no code of contracts, but Python classes that do the same."""

    def adopt(self, contract: str, twin: type) -> None:
        """From now on `twin` carries out what such a contract, of a user's own, does."""


@runtime_checkable
class OwnClock(Protocol):
    """A chain that makes its blocks by itself: one that is asked for at a time comes then, or less than `late` seconds later."""

    def first_hour(self, length: int) -> int:
        """The block time at which hour 0 begins, where an hour lasts `length` seconds; asked once, before the first block."""
