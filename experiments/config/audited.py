"""What audited offers need: an auction that can hold orders to a cap of each trader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shengdian.experiments.config.checks import mechanism_for
from shengdian.experiments.config.designs import compared, design_for
from shengdian.sim.base.errors import InputError
from shengdian.sim.mechanisms import UNIFORM

if TYPE_CHECKING:
    from shengdian.experiments.schema import Rulebook

DESIGNS = "one stage in the hour, over lines or without, such as 'coupled' or 'provincial'"


def audited(config: Rulebook) -> None:
    """Refuses audited offers with a mechanism, a design or sealed bids whose auction holds no order to a cap of its trader."""
    if config.market.audit_margin is None:
        return
    if mechanism_for(config) != UNIFORM:
        raise InputError(f"market.audit_margin needs market.mechanism 'uniform'; it is {config.market.mechanism!r}")
    if config.market.bids == "sealed":
        raise InputError("market.audit_margin needs market.bids 'open'; it is 'sealed'")
    for name in compared(config):
        design = design_for(config, name)
        if design.stages == 2 or design.day_ahead or design.regional != "coupled":
            raise InputError(f"market.audit_margin needs a design of {DESIGNS}; design {name!r} is none")
