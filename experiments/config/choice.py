"""Who may leave the default supplier, and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shengdian.sim.base.errors import InputError

if TYPE_CHECKING:
    from shengdian.experiments.schema import Config


def check(config: Config) -> None:
    """A sector is captive, or a part of it may choose, or all of it may; what retailers would have to cover is not known before."""
    for sector in config.users.choice or ():
        if sector in config.users.captive:
            raise InputError(f"users.choice has {sector!r}, of which users.captive says that nobody may choose; only one should have it")
    if config.retailers and config.retailers.per_zone and config.collateral.required:
        raise InputError("retailers.per_zone is above 0, but collateral.required is true, which knows no retailers; it should be false")
