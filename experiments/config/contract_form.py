"""What financial contracts need: one price a zone and hour to be settled against, and no agreements that are delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shengdian.experiments.config.checks import mechanism_for
from shengdian.experiments.config.designs import compared, design_for
from shengdian.sim.base.errors import InputError

if TYPE_CHECKING:
    from shengdian.experiments.schema import Config, Rulebook


def contract_form(config: Rulebook) -> None:
    """Refuses financial contracts with a mechanism or a design that has no one price a zone."""
    if config.contracts.form == "physical":
        return
    if not mechanism_for(config).priced:
        raise InputError(
            f"contracts.form is 'financial', which needs one price a zone and hour; market.mechanism is {config.market.mechanism!r}, "
            "it should be 'uniform'"
        )
    for design in compared(config):
        regional = design_for(config, design).regional
        if regional == "corridor_matching":
            raise InputError(f"contracts.form is 'financial', which needs one price a zone and hour; design {design!r} pays by matches")
        if regional == "nodal":
            raise InputError(f"contracts.form is 'financial', which design {design!r} cannot use: its auction keeps no record of prices")


def year_ahead(config: Config) -> None:
    """Refuses financial contracts beside agreements over lines, which are reserved for what is delivered."""
    wanted = config.medium_term.lines_wanted
    if config.contracts.form == "financial" and config.medium_term.trade and wanted:
        raise InputError(
            f"contracts.form is 'financial', but medium_term.lines_wanted is {wanted:g}: agreements over lines are delivered; "
            "it should be 0"
        )
