"""The order book out of the logs, and what became of every segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.errors import Reverted
from sim.orders import SEGMENTS_A_WORD, unpack
from sim.pairing import Pair
from sim.rows import Rows
from sim.types import OrderResult, Stage


@dataclass(frozen=True, slots=True)
class Row:
    """A segment that stands."""

    number: int
    """of the trader in the registry"""
    segment: int
    """place in the order"""
    zone: int
    """index"""
    sells: bool
    price: int
    """fen/MWh"""
    quantity: int
    """kWh"""


@dataclass(frozen=True, slots=True)
class Refused:
    """An order that the auction did not take."""

    number: int
    """of the trader in the registry"""
    word: int
    more: int
    refusal: Reverted


class OrderBook:
    """The orders of an hour."""

    def __init__(self) -> None:
        self._words: dict[int, tuple[int, int]] = {}
        self.refused: list[Refused] = []

    def place(self, word: int, more: int = 0) -> None:
        """The order stands; an earlier one of its trader no longer does."""
        self._words[word >> 240] = word, more

    def withdraw(self, word: int) -> None:
        self._words.pop(word >> 240, None)

    def close(self, hour: int) -> tuple[list[Row], list[Refused]]:
        """What stands in `hour`, by trader number, then segment, and what was refused since the last hour; begins a new hour."""
        rows = []
        for number in sorted(self._words):
            _, zone, stamped, sells, segments = unpack(*self._words[number])
            if stamped == hour:
                rows += [Row(number, place, zone, sells, each.price, each.quantity) for place, each in enumerate(segments)]
        refused, self.refused = self.refused, []
        self._words.clear()
        return rows, refused


def outcomes(
    hour: int,
    stage: Stage,
    rows: Sequence[Row],
    before: Sequence[int],
    after: Sequence[int],
    paid: Sequence[int],
    replaced: bool,
    names: Sequence[str],
    zones: Sequence[str],
) -> Rows[OrderResult]:
    """What a stage made of every segment that was still open, kWh `before` and `after` it; `paid` is fen/MWh by row.

    `replaced`: a plant's earlier sale is open again, and what it buys back is a row of its own. `names` are ids by registry number.
    """
    found = []
    for row, held, filled, price in zip(rows, before, after, paid, strict=True):
        order_id, name, zone = f"{hour}/{names[row.number]}/{row.segment}", names[row.number], zones[row.zone]
        if row.quantity > held:
            got = max(filled - held, 0)
            side = "sell" if row.sells else "buy"
            found.append((order_id, stage, name, zone, side, row.price, row.quantity - held, got, price if got else None, ""))
        if replaced and row.sells and held:
            got = max(held - filled, 0)
            found.append((f"{order_id}/replaced", stage, name, zone, "buy", row.price, held, got, price if got else None, ""))
    return _rows(found)


def refusals(hour: int, stage: Stage, refused: Sequence[Refused], names: Sequence[str], zone_of: Sequence[str]) -> Rows[OrderResult]:
    """The segments of refused orders; `zone_of` is the zone by registry number."""
    found = []
    for order in refused:
        _, _, _, sells, segments = unpack(order.word, order.more)
        name, zone, side = names[order.number], zone_of[order.number], "sell" if sells else "buy"
        for place, each in enumerate(segments):
            found.append((f"{hour}/{name}/{place}", stage, name, zone, side, each.price, each.quantity, 0, None, order.refusal.error))
    return _rows(found)


FIELDS = ("order_id", "stage", "trader", "zone", "side", "price", "quantity", "filled", "paid_price", "error")


def _rows(found: Sequence[tuple[object, ...]]) -> Rows[OrderResult]:
    columns = list(zip(*found, strict=True)) or [()] * len(FIELDS)
    return Rows(OrderResult, **dict(zip(FIELDS, columns, strict=True)))


def money_of(
    mechanism: str, rows: Sequence[Row], before: Sequence[int], after: Sequence[int], prices: Sequence[int | None], pairs: Sequence[Pair]
) -> tuple[list[int], list[int]]:
    """1e-5 CNY that every segment gets in a stage (negative where it pays), and fen/MWh that it pays or gets."""
    if mechanism == "matched-pairs":
        money = [0] * len(rows)
        for pair in pairs:
            money[pair.seller] += pair.price * pair.quantity
            money[pair.buyer] -= pair.price * pair.quantity
        return money, [abs(amount) // max(filled, 1) for amount, filled in zip(money, after, strict=True)]
    paid = [row.price for row in rows] if mechanism == "pay-as-bid" else [prices[row.zone] or 0 for row in rows]
    signs = [1 if row.sells else -1 for row in rows]
    return [sign * price * (now - held) for sign, price, now, held in zip(signs, paid, after, before, strict=True)], paid


def order_words(data: bytes) -> tuple[int, int]:
    """The words of a `submit`; 0 for a second one that is not there."""
    words = [int.from_bytes(data[at : at + 32], "big") for at in (4, 36)]
    return words[0], words[1] if (words[0] >> 192 & 7) > SEGMENTS_A_WORD else 0
