"""Twin of Differences.sol: contract energy that is settled against the price of the hour instead of delivered."""

from __future__ import annotations

from collections.abc import Sequence

from shengdian.sim.base.units import NO_PRICE, U32
from shengdian.sim.chain.abi_words import unpack_words
from shengdian.sim.twins import World
from shengdian.sim.twins.allocation import Allocation
from shengdian.sim.twins.allocation_words import PURCHASE_BITS


class Differences(Allocation):
    """An allocation that pays, for every contracted kWh, the agreed price less the zone's price of the hour."""

    def __init__(self, world: World, address: bytes, registry: bytes, ledger: bytes, auction: bytes, timetable: int) -> None:
        super().__init__(world, address, registry, ledger, timetable)
        self._auction = auction

    def _settle_differences(self, hour: int, purchases: Sequence[int], prices: Sequence[int], amounts: list[int]) -> None:
        references = self.other(self._auction, "prices_at", hour)
        for here, known, mean in zip(self._zones, references, prices, strict=False):  # hubs come after the zones
            for seller in here.sellers:
                energy = seller.energy[hour % self._timetable.day]
                amounts[seller.number] -= (seller.price if known == NO_PRICE else known) * energy
                if known == NO_PRICE:
                    amounts[here.supplier] += (seller.price - mean) * energy
        for lane in unpack_words(purchases, PURCHASE_BITS):
            taken, number, zone = lane & U32, lane >> 32 & 0xFFFF, lane >> 48 & 0xFF
            if taken:
                amounts[number] += (prices[zone] if references[zone] == NO_PRICE else references[zone]) * taken
        self.emit("DifferencesSettled", hour, references)
