"""What the ledger moved: it must be what prices, fills, meters and debts make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from shengdian.audit.market import Handlers, Market, Place
from shengdian.sim.base.hour_result import Entry
from shengdian.sim.chain.port import Log

POSTERS = ("Allocation", "Differences", "Deviation", "Collateral", "Tariffs", "Retail")
"""contracts besides the auction that may post"""


def _posted(market: Market, place: Place, log: Log) -> None:
    poster = log.topics[1][-20:]
    if market.deployed.contracts.get(poster) not in (*POSTERS, market.deployed.auction):
        market.note(f"the ledger is posted to by 0x{poster.hex()}, which is no contract of the market")
    market.posted["0x" + place.receipt.hash.hex()].append(int.from_bytes(log.data[32:], "big"))


def check_postings(market: Market, entries: Sequence[Entry]) -> None:
    """The ledger moved what the hour's rebuilt entries say, each transaction's once, and they sum to nothing."""
    amounts: dict[str, dict[str, int]] = {transaction: defaultdict(int) for transaction in market.posted}
    for entry in entries:
        amounts.setdefault(entry.transaction, defaultdict(int))[entry.trader] += entry.money
    for transaction, moved in amounts.items():
        volume = sum(max(amount, 0) for amount in moved.values())
        before, market.at = market.at, (market.at[0], transaction)
        if market.posted.get(transaction) != [volume]:
            market.note(f"the ledger does not move the {volume} that the rebuilt rows of the transaction make")
        if sum(moved.values()):
            market.note(f"money of the transaction sums to {sum(moved.values())} instead of 0")
        market.at = before
    market.posted.clear()


HANDLERS: Handlers = {("Ledger", "Posted"): _posted}
