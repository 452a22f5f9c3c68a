"""Twin of Listing.sol: energy at a posted price, taken by time, within one block pro rata."""

from __future__ import annotations

from dataclasses import dataclass, field

from shengdian.sim.base.pro_rata import shares
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.twins import Twin, World

MOST_TAKERS = 256


@dataclass(slots=True)
class _Post:
    number: int
    """registry number of the poster"""
    zone: int
    sells: bool
    price: int
    """fen/MWh"""
    hour: int
    left: int
    """kWh"""
    time: int = 0
    """block time of the pool"""
    pool: dict[int, int] = field(default_factory=dict)
    """kWh wanted by registry number, in the order of first takes"""

    @property
    def fills(self) -> list[int]:
        """kWh of each trader of the pool."""
        wanted = list(self.pool.values())
        return shares(wanted, min(self.left, sum(wanted)))


class Listing(Twin):
    """Energy of an hour offered or wanted at a fixed price; the traders who take in one block share what is left pro rata."""

    def __init__(self, world: World, address: bytes, registry: bytes, ledger: bytes, floor: int, cap: int, timetable: int) -> None:
        super().__init__(world, address)
        if floor > cap:
            self.revert("BadRules")
        self._registry, self._ledger, self._floor, self._cap = registry, ledger, floor, cap
        self._timetable = Timetable.of(timetable).required()
        self._posts: list[_Post] = []

    def post(self, hour: int, sells: bool, price: int, quantity: int) -> int:
        """Posts energy of an hour (kWh) at a price (fen/MWh) and returns the id of the listing.

        Refuses with GateClosed, QuantityZero, PriceBelowFloor or PriceAboveCap.
        """
        number, zone = self._who()
        self._require_open(hour)
        if not quantity:
            self.revert("QuantityZero", 0)
        if price < self._floor:
            self.revert("PriceBelowFloor", price, self._floor)
        if price > self._cap:
            self.revert("PriceAboveCap", price, self._cap)
        self._posts.append(_Post(number, zone, sells, price, hour, quantity))
        listing = len(self._posts) - 1
        self.emit("ListingPosted", listing, hour, number, sells, price, quantity)
        return listing

    def take(self, listing: int, quantity: int) -> None:
        """Takes `quantity` kWh more of a listing of the sender's zone; with its other takes of the block, at most what is left.

        Refuses with UnknownListing, OwnListing, OtherZone, GateClosed, QuantityZero, SoldOut, QuantityAboveLeft or PoolFull.
        """
        posted = self._known(listing)
        number, zone = self._who()
        if number == posted.number:
            self.revert("OwnListing", listing)
        if zone != posted.zone:
            self.revert("OtherZone", zone, posted.zone)
        self._require_open(posted.hour)
        if not quantity:
            self.revert("QuantityZero", 0)
        over = bool(posted.pool) and posted.time < self.now
        left = posted.left - (sum(posted.fills) if over else 0)
        if not left:
            self.revert("SoldOut", listing)
        wanted = quantity + (0 if over else posted.pool.get(number, 0))
        if wanted > left:
            self.revert("QuantityAboveLeft", wanted, left)
        if not over and number not in posted.pool and len(posted.pool) == MOST_TAKERS:
            self.revert("PoolFull", listing, MOST_TAKERS)
        if over:
            self._share(listing, posted)
        posted.pool[number] = wanted
        posted.time = self.now
        self.emit("TakeMade", listing, number, quantity)

    def share(self, listing: int) -> None:
        """Fills and pays the takes of an earlier block; refuses with NothingTaken, or BeingTaken while the block lasts."""
        posted = self._known(listing)
        if not posted.pool:
            self.revert("NothingTaken", listing)
        if posted.time == self.now:
            self.revert("BeingTaken", listing, self.now)
        self._share(listing, posted)

    def cancel(self, listing: int) -> None:
        """Takes back what is left of a listing. Its poster only; refuses with NotPoster, BeingTaken or SoldOut."""
        posted = self._known(listing)
        number, _ = self._who()
        if number != posted.number:
            self.revert("NotPoster", listing, self.sender)
        if posted.pool and posted.time == self.now:
            self.revert("BeingTaken", listing, self.now)
        left = posted.left - sum(posted.fills)
        if not left:
            self.revert("SoldOut", listing)
        if posted.pool:
            self._share(listing, posted)
        posted.left = 0
        self.emit("ListingCancelled", listing, left)

    def _share(self, listing: int, posted: _Post) -> None:
        fills = posted.fills
        amounts = [0] * (1 + max(posted.number, *posted.pool))
        price = posted.price if posted.sells else -posted.price
        for number, fill in zip(posted.pool, fills, strict=True):
            amounts[number] -= price * fill
        amounts[posted.number] += price * sum(fills)
        self.emit("TakesFilled", listing, [number << 32 | fill for number, fill in zip(posted.pool, fills, strict=True)])
        self.other(self._ledger, "post", amounts)
        posted.left -= sum(fills)
        posted.pool = {}

    # --- reads

    def left_of(self, listing: int) -> int:
        """kWh of a listing that are not filled; takes that wait are not subtracted."""
        return self._known(listing).left

    def listings(self) -> int:
        """How many listings were posted; ids count from 0."""
        return len(self._posts)

    def most_takers(self) -> int:
        """How many traders may take of a listing in one block."""
        return MOST_TAKERS

    def _known(self, listing: int) -> _Post:
        if listing >= len(self._posts):
            self.revert("UnknownListing", listing)
        return self._posts[listing]

    def _who(self) -> tuple[int, int]:
        number, _, zone = self.other(self._registry, "participant", self.sender)
        return number, zone

    def _require_open(self, hour: int) -> None:
        closes = self._timetable.gate(hour)
        if self.now >= closes:
            self.revert("GateClosed", hour, closes)
