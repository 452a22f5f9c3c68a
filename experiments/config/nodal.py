"""What nodal prices need: a network of branches with a reactance each, without losses and charges, of which nothing is reserved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shengdian.experiments.config.designs import compared, design_for
from shengdian.experiments.world import network
from shengdian.experiments.world.profiles import month_by_hour
from shengdian.regions.region import Region
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.types import Line
from shengdian.sim.base.units import mwh
from shengdian.sim.solve.ptdf import FEWEST_TOLERANCES, Branch, islands
from shengdian.sim.twins.nodal_auction import ROWS_A_WORD

if TYPE_CHECKING:
    from shengdian.experiments.schema import Config

MOST_WORDS = 900
"""of 32 bytes: what the creation of a contract takes beside its code"""


def check(config: Config, region: Region) -> None:
    """Refuses a design with nodal prices where the config or its lines have what the power flow has not."""
    design = next((name for name in compared(config) if design_for(config, name).regional == "nodal"), None)
    if design is None:
        return
    if config.settlement.deviation != "none":
        raise InputError(
            f"settlement.deviation is {config.settlement.deviation!r}, which design {design!r} cannot use: "
            "its prices may lie outside floor and cap; it should be 'none'"
        )
    if config.medium_term.trade:
        raise InputError(f"medium_term.trade is true, which design {design!r} cannot use: agreements reserve lines; it should be false")
    file = "legs.csv" if config.region.network == "legs" else "lines.csv"
    nodes = (*config.region.zones, *network.hubs(config, region))
    if config.lines:
        raise InputError(f"lines[0] has no reactance, which design {design!r} needs; a branch of the power flow stands in {file}")
    for row in network.rows(config, region):
        if {row.source_zone, row.target_zone} <= {*nodes}:
            where = f"{file}: line {row.at}, {row.line}"
            if not row.reactance_ohm:
                raise InputError(f"{where} has no reactance_ohm, which design {design!r} needs of every line")
            figures = {"loss": row.loss * config.region.loss_factor, "charge": row.charge_per_mwh * config.region.charge_factor}
            for what, figure in figures.items():
                if figure:
                    raise InputError(f"{where} has a {what}; under design {design!r} a branch of the power flow has none")
            if not (row.capacity_mw and row.capacity_back_mw):
                raise InputError(f"{where} runs one way; under design {design!r} a branch of the power flow runs both ways")
    found, reserved = network.over_hours(config, region, month_by_hour(config, region))
    least = FEWEST_TOLERANCES
    for line in found:
        if line.capacity < least:
            raise InputError(f"{file}: {line.name} carries {mwh(line.capacity)} MW; design {design!r} needs {mwh(least)} MW or more")
    if reserved:
        raise InputError(f"region.residual_share lets lines carry another power from month to month, which design {design!r} cannot use")
    _joined(found, len(nodes), design, file)


def _joined(lines: tuple[Line, ...], nodes: int, design: str, file: str) -> None:
    if islands([Branch(line.source, line.target, line.reactance) for line in lines], nodes) > 1:
        raise InputError(f"{file} does not join all nodes that take part, which design {design!r} needs")
    rows = len(lines) // 2
    words = rows + -(-rows // ROWS_A_WORD) * nodes
    if words > MOST_WORDS:
        raise InputError(f"{nodes} nodes and {rows} branches are {words} words of network; design {design!r} takes {MOST_WORDS} at most")
