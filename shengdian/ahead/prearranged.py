"""Planned energy of the year: what agreements leave of the contract share, by month and plant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from shengdian.ahead.state import Deal
from shengdian.ahead.world import MONTHS, Seller, World
from shengdian.experiments.world.fleet import RANKS, rank
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.base.units import PPM
from shengdian.sim.scenario import supplier_id


def planned(world: World, deals: Sequence[Deal], share: int) -> tuple[Deal, ...]:
    """One deal a plant and month with the default supplier of its province, at its tariff; nothing where there is none.

    Agreed and planned energy of a province sum to `share` (ppm) of load less net import, as far as agreements do not exceed that and plants
    have the energy: in order of rank, of one rank in proportion to what they expect to have left. Agreements over lines count as
    the sender's export and the receiver's import, as they do in the hours.
    """
    sold: dict[tuple[str, int], int] = defaultdict(int)
    agreed: dict[tuple[str, int], int] = defaultdict(int)
    imported: dict[tuple[str, int], int] = defaultdict(int)
    for deal in deals:
        sold[deal.seller, deal.month] += deal.quantity
        agreed[deal.seller_zone, deal.month] += deal.quantity
        if deal.line is not None:
            imported[deal.seller_zone, deal.month] -= deal.quantity
            imported[deal.buyer_zone, deal.month] += deal.quantity * (PPM - world.lines[deal.line].loss) // PPM
    found = []
    for zone in world.zones:
        plants = [plant for plant in world.plants if plant.zone == zone]
        for month in MONTHS:
            net = world.load[zone][month] - world.imported[zone][month] - imported[zone, month]
            missing = max(0, max(0, net) * share // PPM - agreed[zone, month])
            for place in RANKS:
                group = [plant for plant in plants if rank(plant, world.priority) == place]
                left = [plant.capability[month] - sold[plant.id, month] for plant in group]
                part = min(missing, sum(left))
                missing -= part
                found += [_deal(plant, month, energy) for plant, energy in zip(group, largest_remainder(part, left), strict=True) if energy]
    return tuple(found)


def _deal(plant: Seller, month: int, energy: int) -> Deal:
    name = f"planned/{plant.id}"
    return Deal(name, "planned", plant.id, supplier_id(plant.zone), plant.zone, plant.zone, plant.benchmark, month, energy)
