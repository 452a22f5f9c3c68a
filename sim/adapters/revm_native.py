"""revm through the crate in `native/`: a block goes over in columns and comes back in columns, and the engine closes its own journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from shengdian.sim.chain import keys
from shengdian.sim.chain.abi import refusal
from shengdian.sim.chain.port import BALANCE, BLOCK_GAS, CHAIN_ID, NUMBER, TRANSACTION_GAS, Block, Logs, Receipts, Transaction

NOBODY = bytes(20)
"""stands for the contract where one is created"""


class NativeChain:
    """The crate's engine behind the port of a chain. Nothing is signed and no block has a hash."""

    name = "revm"
    chain_id = 0

    def __init__(self) -> None:
        """Raises ModuleNotFoundError where the crate is not installed."""
        import shengdian_native

        self._engine = shengdian_native.Engine(CHAIN_ID, BLOCK_GAS, BALANCE)
        self._number = 0
        self._state: dict[bytes, bytes] = {}
        """as last asked for"""

    @property
    def genesis(self) -> Mapping[bytes, int]:
        """Gas is free; nobody needs a balance."""
        return {}

    def account(self, name: str) -> bytes:
        """The address of the development key `name`."""
        address = keys.address(name)
        self._engine.fund(address)
        return address

    def send_block(self, transactions: Sequence[Transaction], timestamp: int) -> Block:
        """Carries out `transactions` in order at `timestamp`; ValueError for one that no chain takes, such as too long a creation."""
        found = self._engine.block(self._number + 1, timestamp, *columns(transactions), TRANSACTION_GAS)
        self._number += 1
        places = range(len(transactions))
        receipts = Receipts(
            transactions=transactions,
            hashes=[keys.unsigned_hash(transaction, self._number, place) for place, transaction in enumerate(transactions)],
            success=[status == 1 for status in found.status],
            gas=np.frombuffer(found.gas, "<u8").tolist(),
            outputs=_parts(found.outputs, found.output_ends),
            logs=_logs(found),
            log_ends=np.searchsorted(np.frombuffer(found.log_transactions, "<u4"), places, "right").tolist(),
            raws=(b"",) * len(transactions),
        )
        return Block(self._number, timestamp, b"", receipts)

    def call(self, transaction: Transaction) -> bytes:
        """Return data of a read at the last block; raises Reverted when refused."""
        success, output = self._engine.call(*transaction, TRANSACTION_GAS)
        if not success:
            raise refusal(output)
        returned: bytes = output
        return returned

    # --- checkpoints ------------------------------------------------------------------------------------------------------------

    def state(self) -> Mapping[bytes, bytes]:
        """Storage, senders' nonces and the block number; code is that of the set-up."""
        self._state |= self._engine.changes()
        return self._state | {NUMBER: self._number.to_bytes(8, "big")}

    def restore(self, state: Mapping[bytes, bytes]) -> None:
        """Takes it over."""
        self._state |= state
        self._number = int.from_bytes(self._state.pop(NUMBER), "big")
        for key, value in self._state.items():
            self._engine.restore(key, value)


def columns(transactions: Sequence[Transaction]) -> tuple[bytes, bytes, bytes, bytes, bytes]:
    """Senders, contracts, which are created, calldata and where each one's ends, packed as the engine takes them."""
    senders, targets, calldata = zip(*transactions, strict=True) if transactions else ((), (), ())
    ends = np.fromiter(accumulate(map(len, calldata)), "<u8", len(calldata))
    creates = bytes([not target for target in targets])
    return b"".join(senders), b"".join([target or NOBODY for target in targets]), creates, b"".join(calldata), ends.tobytes()


def _parts(data: bytes, ends: bytes) -> list[bytes]:
    """Strings that lie one after the other."""
    places = np.frombuffer(ends, "<u8").tolist()
    return [data[begin:end] for begin, end in zip([0, *places], places, strict=False)]


def _logs(found: Any) -> Logs:
    """The logs of a block."""
    ends = np.cumsum(np.frombuffer(found.topic_counts, np.uint8), dtype="<u8") * 32
    addresses = [found.log_addresses[at : at + 20] for at in range(0, 20 * len(ends), 20)]
    return Logs(addresses, _parts(found.topics, ends.tobytes()), _parts(found.log_data, found.log_data_ends))
