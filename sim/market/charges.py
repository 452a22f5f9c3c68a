"""Regulated charges of a scenario: who pays what for wires and for capacity, and by which energy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from shengdian.sim.base.types import Cause, ChargeRules
from shengdian.sim.base.units import COVERS_RENT, RECOVERS
from shengdian.sim.market.participants import Participant, participants
from shengdian.sim.scenario import Scenario

Base = Literal["load", "generation", "capacity"]
"""what a charge counts, kWh: contract energy and purchases of a user, what contracts and auctions want of a plant, or what it could give"""
COLUMNS: Final[Mapping[Base, tuple[str, ...]]] = {
    "load": ("contracted", "bought"),
    "generation": ("scheduled",),
    "capacity": ("available",),
}
"""the columns of Consumption, or of Generation, that sum to it; as cleared: deviations do not change it"""


@dataclass(frozen=True, slots=True)
class Charge:
    """A rate and those who pay it, to the grid or to the rent."""

    cause: Cause
    base: Base
    rate: int
    """fen/MWh; below 0: the grid pays; RECOVERS: what the grid has paid in the same bill; COVERS_RENT: what the rent's account
    lacks, which gets it"""
    payers: tuple[str, ...]
    """ids, in the order of the registry"""

    @property
    def account(self) -> Literal["grid", "rent"]:
        """Who is paid."""
        return "rent" if self.rate == COVERS_RENT else "grid"


def charges(scenario: Scenario) -> tuple[Charge, ...]:
    """Every charge of a bill, in order; none where nobody would pay."""
    due = scenario.charges
    if due is None:
        return ()
    everybody = participants(scenario)
    users, plants = ([each for each in everybody if each.role_name == role] for role in ("user", "plant"))
    found = [*_points(scenario, due, "load", users), *_points(scenario, due, "generation", plants)]
    if due.capacity and plants:
        found.append(Charge("capacity", "capacity", -due.capacity, tuple(each.id for each in plants)))
        found.append(Charge("capacity", "load", RECOVERS, tuple(each.id for each in users)))
    if due.uplift:
        found.append(Charge("uplift", "load", COVERS_RENT, tuple(each.id for each in users)))
    return tuple(each for each in found if each.rate and each.payers)


def _points(scenario: Scenario, due: ChargeRules, base: Literal["load", "generation"], payers: Sequence[Participant]) -> Iterator[Charge]:
    """Network charges on `base`, one a rate: zones with the same rate pay together."""
    rates = [due.of(base, zone) for zone in scenario.zones]
    for rate in dict.fromkeys(rates):
        yield Charge("network", base, rate, tuple(each.id for each in payers if rates[each.zone] == rate))
