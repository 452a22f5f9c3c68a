"""The chain of a live run as people look at it: blocks, transactions with what they called and left, gas by phase, and a search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

from experiments.live import World
from sim.abi import interface, refusal
from sim.chain import Block, Log, Receipt
from sim.participants import OPERATOR
from sim.record import hexadecimal

LATEST: Final = 30
"""blocks or transactions on a page"""
SHORT: Final = 120
"""characters of an event's arguments"""


class Explorer:
    """Reads the blocks that a world has made; nothing here asks the chain again."""

    def __init__(self, world: World) -> None:
        self.world = world
        market = world.model.market
        self._people: Mapping[bytes, str] = {market.address(person.id): person.id for person in market.participants} | {
            market.operator: OPERATOR
        }
        self._contracts: Mapping[bytes, str] = {address: name for name, address in market.contracts.items()}

    def blocks(self) -> pd.DataFrame:
        """The latest blocks, newest first."""
        rows = [
            {
                "block": block.number,
                "hour": self._hour(block),
                "transactions": len(block.receipts),
                "gas": sum(receipt.gas for receipt in block.receipts),
                "hash": hexadecimal(block.hash) if block.hash else "(this chain has none)",
            }
            for block in reversed(self.world.blocks[-LATEST:])
        ]
        return pd.DataFrame(rows)

    def transactions(self, number: int) -> pd.DataFrame:
        """All of a block, in its order."""
        block = next((block for block in self.world.blocks if block.number == number), None)
        return self._table([(block, receipt) for receipt in block.receipts] if block else [])

    def search(self, text: str) -> pd.DataFrame:
        """The latest transactions, newest first, that have to do with `text`.

        It is a trader, an order (`<hour>/<trader>/<segment>`), a contract, or the beginning of a hash or an address.
        """
        wanted = text.strip()
        found: list[tuple[Block, Receipt]] = []
        for block in reversed(self.world.blocks):
            whole = bool(wanted) and wanted.startswith("0x") and block.hash and hexadecimal(block.hash).startswith(wanted)
            found += [(block, receipt) for receipt in block.receipts if whole or self._matches(block, receipt, wanted)]
            if len(found) >= LATEST:
                break
        return self._table(found[:LATEST])

    def events(self, transaction: str) -> list[str]:
        """What the transaction of this hash left, decoded, one line an event; the refusal where it was refused."""
        for block in self.world.blocks:
            for receipt in block.receipts:
                if hexadecimal(receipt.hash) == transaction:
                    return [self._said(log) for log in receipt.logs] if receipt.success else [str(refusal(receipt.output))]
        return []

    def gas(self) -> pd.DataFrame:
        """Gas by phase, a row an hour; the first row is the set-up."""
        hours = ["set-up", *range(len(self.world.gas) - 1)]
        return pd.DataFrame(self.world.gas, index=pd.Index(hours, name="hour")).fillna(0).astype(int)

    def _matches(self, block: Block, receipt: Receipt, wanted: str) -> bool:
        sent = receipt.transaction
        sender, contract = self._people.get(sent.sender, ""), self._contracts.get(sent.to, "")
        if not wanted:
            return False
        if wanted.startswith("0x"):
            return any(hexadecimal(data).startswith(wanted) for data in (receipt.hash, sent.sender, sent.to))
        hour, slash, rest = wanted.partition("/")
        if slash:
            return sender == rest.partition("/")[0] and str(self._hour(block)) == hour
        return wanted in (sender, contract)

    def _table(self, found: list[tuple[Block, Receipt]]) -> pd.DataFrame:
        return pd.DataFrame([self._row(block, receipt) for block, receipt in found])

    def _row(self, block: Block, receipt: Receipt) -> dict[str, Any]:
        sent = receipt.transaction
        contract = self._contracts.get(sent.to, "")
        return {
            "block": block.number,
            "sender": self._people.get(sent.sender, hexadecimal(sent.sender)),
            "called": f"{contract}.{self._function(contract, sent.data)}" if sent.to else "(creates a contract)",
            "status": "done" if receipt.success else f"refused: {refusal(receipt.output).error}",
            "gas": receipt.gas,
            "events": ", ".join(dict.fromkeys(self._names(receipt))),
            "hash": hexadecimal(receipt.hash),
        }

    def _names(self, receipt: Receipt) -> Iterator[str]:
        for log in receipt.logs:
            yield interface(self._contracts[log.address]).event(log)[0]

    def _said(self, log: Log) -> str:
        contract = self._contracts[log.address]
        name, arguments = interface(contract).event(log)
        said = ", ".join(f"{key}={_plain(value)}" for key, value in arguments.items())
        return f"{contract}.{name}({said[:SHORT]}{'…' if len(said) > SHORT else ''})"

    @staticmethod
    def _function(contract: str, data: bytes) -> str:
        return str(interface(contract).by_selector[data[:4]]["name"])

    def _hour(self, block: Block) -> int | str:
        since = block.timestamp - self.world.scenario.start
        return since // 3600 if since >= 0 else "before"


def _plain(value: Any) -> str:
    return hexadecimal(value) if isinstance(value, bytes) else str(value)
