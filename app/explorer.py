"""The chain of a live run as people look at it: blocks, transactions with what they called and left, gas by phase, and a search."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from shengdian.app.event_text import Speaker
from shengdian.app.live import World
from shengdian.sim.chain.abi import interface, refusal
from shengdian.sim.chain.port import Block, Receipt
from shengdian.sim.record.chain_record import hexadecimal

LATEST: Final = 30
"""blocks or transactions on a page"""
OUTCOME: Final = ("stage", "order_id", "side", "price_per_mwh", "quantity_mwh", "filled_mwh", "paid_price_per_mwh", "status", "error")
"""of the table `orders`, what became of an order"""


class Explorer:
    """Reads the blocks that a world has made; nothing here asks the chain again."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._speaker = Speaker(world.model, world.scenario)
        self._people, self._contracts = self._speaker.people, self._speaker.contracts

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
        wanted = wanted.lower() if wanted[:2] in ("0x", "0X") else wanted
        if wanted.count("/") == 2 and self.outcome(wanted).empty:
            return self._table([])
        found: list[tuple[Block, Receipt]] = []
        for block in reversed(self.world.blocks):
            whole = bool(wanted) and wanted.startswith("0x") and block.hash and hexadecimal(block.hash).startswith(wanted)
            found += [(block, receipt) for receipt in block.receipts if whole or self._matches(block, receipt, wanted)]
            if len(found) >= LATEST:
                break
        return self._table(found[:LATEST])

    def events(self, transaction: str) -> list[str]:
        """What the transaction of this hash left, in words and units, one line an event; the refusal where it was refused."""
        for block in self.world.blocks:
            for receipt in block.receipts:
                if hexadecimal(receipt.hash) == transaction:
                    return [self._speaker.said(log) for log in receipt.logs] if receipt.success else [str(refusal(receipt.output))]
        return []

    def outcome(self, text: str) -> pd.DataFrame:
        """What every stage made of the order of this id; no rows where there is no such order."""
        orders = self.world.seen.tables["orders"]
        return orders[orders["order_id"].isin([text.strip(), f"{text.strip()}/replaced"])][list(OUTCOME)]

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
        if wanted.count("/") == 2:
            hour, trader, _ = wanted.split("/")
            return sender == trader and hour.isdecimal() and int(hour) in self._order_hours(block, contract, sent.data)
        return wanted in (sender, contract)

    def _order_hours(self, block: Block, contract: str, data: bytes) -> range:
        """The hours that a trader's transaction has orders for: that of its block, or the day that begins after it."""
        if contract and self._function(contract, data) == "submitDay":
            clock = self.world.scenario.timetable
            day = clock.coming_day(block.timestamp)
            return range(day * clock.day, (day + 1) * clock.day)
        hour = self._hour(block)
        return range(hour, hour + 1) if isinstance(hour, int) else range(0)

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

    @staticmethod
    def _function(contract: str, data: bytes) -> str:
        return str(interface(contract).by_selector[data[:4]]["name"])

    def _hour(self, block: Block) -> int | str:
        hour = self.world.scenario.timetable.hour_at(block.timestamp)
        return hour if hour >= 0 else "before"
