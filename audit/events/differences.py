"""Financial contracts: what they are settled against, and rows of `differences`."""

from __future__ import annotations

from collections.abc import Mapping

from shengdian.audit.hour import HourRebuilt
from shengdian.audit.market import Handlers, Market, Place, split
from shengdian.sim.base.hour_result import DifferencePayment
from shengdian.sim.base.roles import RoleName
from shengdian.sim.base.types import Side
from shengdian.sim.base.units import NO_PRICE
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.abi_words import signed
from shengdian.sim.chain.port import Log


def _differences_settled(market: Market, place: Place, log: Log) -> None:
    market.must_be_next(signed(log.topics[1]), "settles differences of")
    said = [signed(word) for word in split(interface("Differences").packed_event(log)[1]["prices"])]
    market.hour.references = tuple(None if price == NO_PRICE else price for price in said)


def references(market: Market, here: HourRebuilt) -> tuple[int | None, ...] | None:
    """fen/MWh by node that the hour's contracts must be settled against: the prices that its first stage is cleared at.

    None where contracts are delivered. Notes where the log says others.
    """
    due = None if market.scenario.contract_form == "physical" else here.stages[0].prices
    if here.references != due:
        market.note(f"contracts are settled against the prices {here.references}; the auction's first stage has {due}")
    return due


def payments(market: Market, here: HourRebuilt, contracted: Mapping[int, int]) -> list[DifferencePayment]:
    """What sellers got, zone by zone, and then what buyers paid."""
    rows: list[DifferencePayment] = []
    zones, known = market.scenario.zones, here.stages[0].prices
    mean = [signed(word) for word in split(here.agreed["prices"])]
    sold = [
        (seller.number, seller.price, contracted[seller.number])
        for zone in range(len(zones))
        for seller in market.deployed.sellers.get(zone, ())
    ]
    bought = [(number, mean[zones.index(market.zone_of[number])], energy) for number, energy in here.covered.items()]
    sides: tuple[tuple[Side, list[tuple[int, int, int]]], ...] = (("sell", sold), ("buy", bought))
    for side, parties in sides:
        for number, agreed, energy in parties:
            zone, name = market.zone_of[number], market.names[number]
            reference = known[zones.index(zone)]
            money = 0 if reference is None else (agreed - reference) * energy * (1 if side == "sell" else -1)
            if energy:
                rows.append(DifferencePayment(name, zone, side, energy, agreed, reference, money, _role(market, number)))
    return rows


def _role(market: Market, number: int) -> RoleName:
    role = market.role_of[number]
    assert role in ("plant", "user", "supplier", "exchange"), "nobody's account has no contract"
    return role


HANDLERS: Handlers = {("Allocation", "DifferencesSettled"): _differences_settled}
