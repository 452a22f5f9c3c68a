"""The order book out of the logs: what stands in an hour, what was refused, and what becomes of every segment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from shengdian.sim.base.columns import Rows
from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.hour_result import OrderResult
from shengdian.sim.base.orders import SEGMENTS_A_WORD, unpack
from shengdian.sim.base.roles import AccountName
from shengdian.sim.base.types import Stage, SurplusDeficit
from shengdian.sim.base.units import U32


@dataclass(frozen=True, slots=True)
class Where:
    """A transaction of the record."""

    block: int
    """number"""
    transaction: str
    """hash, 0x..."""
    place: int
    """in the block"""


class Row(NamedTuple):
    """A segment that stands. A tuple, because there are many."""

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
    regional: int
    """fen/MWh, in a second stage"""
    renewable: bool
    """whether the trader was declared to give wind, sun or water"""

    # the rule of the second of two stages, told anew and with nothing of the solver; a `reading` of None is a first stage

    def replaceable(self, reading: SurplusDeficit | None) -> bool:
        """Whether what it sold at home may be replaced by energy from elsewhere."""
        return self.sells and (reading == "economic" or (reading == "renewable" and not self.renewable))

    def for_sale(self, sold: int, reading: SurplusDeficit | None) -> int:
        """kWh that it offers after it sold `sold` kWh."""
        if not self.sells or (reading == "renewable" and not self.renewable):
            return 0
        return self.quantity - sold

    def sought(self, filled: int, reading: SurplusDeficit | None) -> int:
        """kWh that it bids for after it bought, or as a plant sold, `filled` kWh."""
        if self.sells:
            return filled if self.replaceable(reading) else 0
        return self.quantity - filled


class Open(NamedTuple):
    """A segment as a stage meets it. A tuple, because there are many."""

    row: Row
    quantity: int
    """kWh that the stage decides"""
    filled: int
    """kWh of them that it fills"""


@dataclass(frozen=True, slots=True)
class Refused:
    """An order that the auction did not take."""

    number: int
    """of the trader in the registry"""
    word: int
    more: int
    refusal: Reverted
    where: Where


class OrderBook:
    """The orders of an hour, and those placed a day ahead."""

    def __init__(self) -> None:
        self._words: dict[int, tuple[int, int, Where]] = {}
        self._ahead: dict[int, dict[int, tuple[int, int, Where]]] = defaultdict(dict)
        """by hour and number"""
        self._markups: dict[int, tuple[int, int]] = {}
        """hour and fen/MWh by number"""
        self._refused: list[Refused] = []
        self._refused_ahead: dict[int, list[Refused]] = defaultdict(list)
        """by hour"""

    def place(self, word: int, more: int, where: Where) -> None:
        """The order stands; an earlier one of its trader no longer does."""
        self._words[word >> 240] = word, more, where

    def withdraw(self, word: int) -> None:
        """The trader's order for the hour no longer stands; `word` is the account that the log has."""
        self._words.pop(word >> 240, None)

    def mark(self, number: int, hour: int, markup: int) -> None:
        """The trader asks or bids `markup` fen/MWh more in the second stage of the hour."""
        self._markups[number] = hour, markup

    def place_day(self, number: int, words: Sequence[int], where: Where) -> None:
        """Orders of a trader for hours to come stand."""
        for word, more in day_words(words):
            self._ahead[hour_of(word)][number] = word, more, where

    def refuse(self, refused: Refused) -> None:
        """An order for the hour was refused; it is told when the hour is closed."""
        self._refused.append(refused)

    def refuse_day(self, number: int, words: Sequence[int], refusal: Reverted, where: Where) -> None:
        """A trader's orders for hours to come were refused; each is told when its hour is closed."""
        for word, more in day_words(words):
            self._refused_ahead[hour_of(word)].append(Refused(number, word, more, refusal, where))

    def close(
        self, hour: int, zone_of: Mapping[int, int], renewables: Collection[int], limits: tuple[int, int]
    ) -> tuple[list[Row], dict[int, Where], list[Refused]]:
        """What stands in `hour`, by trader number, then segment; what placed it; and what was refused. Begins a new hour.

        `zone_of` is the index of the zone by number, `renewables` those who give wind, sun or water, `limits` floor and cap, fen/MWh.
        """
        ahead = self._ahead.pop(hour, {})
        rows: list[Row] = []
        placed: dict[int, Where] = {}
        for number in sorted({*self._words, *ahead}):
            own = self._words.get(number)
            chosen = own if own and hour_of(own[0]) == hour and own[0] >> 192 & 7 else ahead.get(number)
            if chosen:
                word, more, placed[number] = chosen
                zone, sells = zone_of[number], bool(word >> 195 & 1)
                given, markup = self._markups.get(number, (hour, 0))
                more_asked = markup if given == hour else 0
                for place in range(word >> 192 & 7):
                    bits = (word if place < SEGMENTS_A_WORD else more) >> 64 * (place % SEGMENTS_A_WORD)
                    price = (bits >> 32 & U32 ^ 1 << 31) - (1 << 31)
                    regional = min(max(price + more_asked, limits[0]), limits[1])
                    rows.append(Row(number, place, zone, sells, price, bits & U32, regional, number in renewables))
        refused = self._refused + self._refused_ahead.pop(hour, [])
        self._refused = []
        self._words.clear()
        return rows, placed, refused


def hour_of(word: int) -> int:
    """Of an order's word."""
    return word >> 196 & 0xFFFFFF


def day_words(words: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The two words of every order that `submitDay` was given; the second is 0 where there is none."""
    left = iter(words)
    for word in left:
        yield word, next(left, 0) if (word >> 192 & 7) > SEGMENTS_A_WORD else 0


def outcomes(
    hour: int,
    stage: Stage,
    rows: Sequence[Row],
    before: Sequence[int],
    after: Sequence[int],
    paid: Sequence[int],
    reading: SurplusDeficit | None,
    traders: Sequence[tuple[str, AccountName]],
    zones: Sequence[str],
) -> Rows[OrderResult]:
    """What a stage made of every segment that was still open, kWh `before` and `after` it; `paid` is fen/MWh by row.

    Under a `reading` of two stages, the earlier sale of a plant that may be replaced is open again in the second one, and what it buys back
    is a row of its own. `traders`: id and role by registry number.
    """
    found = []
    second = reading if stage == "regional" else None
    for row, held, filled, pays in zip(rows, before, after, paid, strict=True):
        name, role = traders[row.number]
        price = row.regional if second else row.price
        order_id = f"{hour}/{name}/{row.segment}"
        offered, sought = row.for_sale(held, second), row.sought(held, second)
        if (left := offered if row.sells else sought) > 0:
            got = filled - held if filled > held else 0
            side = "sell" if row.sells else "buy"
            found.append((order_id, stage, name, zones[row.zone], side, price, left, got, pays if got else None, "", role))
        if row.sells and sought:
            got = held - filled if held > filled else 0
            found.append((f"{order_id}/replaced", stage, name, zones[row.zone], "buy", price, sought, got, pays if got else None, "", role))
    return _rows(found)


def refusals(
    hour: int, stage: Stage, refused: Sequence[Refused], traders: Sequence[tuple[str, AccountName]], zone_of: Sequence[str]
) -> Rows[OrderResult]:
    """The segments of refused orders; `traders` as in `outcomes`, `zone_of` is the zone by registry number."""
    found = []
    for order in refused:
        _, _, _, sells, segments = unpack(order.word, order.more)
        (name, role), zone, side = traders[order.number], zone_of[order.number], "sell" if sells else "buy"
        for place, each in enumerate(segments):
            found.append((f"{hour}/{name}/{place}", stage, name, zone, side, each.price, each.quantity, 0, None, order.refusal.error, role))
    return _rows(found)


FIELDS = ("order_id", "stage", "trader", "zone", "side", "price", "quantity", "filled", "paid_price", "error", "role")


def _rows(found: Sequence[tuple[object, ...]]) -> Rows[OrderResult]:
    columns = list(zip(*found, strict=True)) or [()] * len(FIELDS)
    return Rows(OrderResult, **dict(zip(FIELDS, columns, strict=True)))


def order_words(data: bytes) -> tuple[int, int]:
    """The words of a `submit` or a `reveal`; 0 for a second one that is not there."""
    words = [int.from_bytes(data[at : at + 32], "big") for at in (4, 36)]
    return words[0], words[1] if (words[0] >> 192 & 7) > SEGMENTS_A_WORD else 0


def pro_rata(weights: Sequence[int], volume: int) -> list[int]:
    """`volume` (at most the sum of `weights`) shared as the contracts do: rounded down, what remains one each, in order, to shares that
    are not whole."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    exact = [divmod(weight * volume, whole) for weight in weights]
    rest = volume - sum(share for share, _ in exact)
    shares = []
    for share, remainder in exact:
        more = 1 if rest and remainder else 0
        shares.append(share + more)
        rest -= more
    return shares
