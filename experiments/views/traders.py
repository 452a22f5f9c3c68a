"""Where the energy of every plant and user comes from or goes to: contracts, the province's auction, the region."""

from __future__ import annotations

import pandas as pd
import solara

from experiments.live import World
from experiments.views.look import Heading, Look, Table, ZoneChoice


@solara.component
def Traders(look: Look) -> None:
    """Of all hours so far, one province at a time."""
    ZoneChoice(look)
    for world in look.model.worlds:
        Heading(f"{world.design.replace('_', '-')}, {world.seen.hours} hours, MWh")
        Table(energy(world, look.shown_zone))


def energy(world: World, zone: str) -> pd.DataFrame:
    """MWh by trader and where it was agreed; sold is positive, bought negative. Planned exchange counts as contract."""
    tables = world.seen.tables
    generation, load, orders = (frame[frame["zone"] == zone] for frame in (tables["generation"], tables["load"], tables["orders"]))
    sold = tables["allocation"].groupby("plant")["contract_mwh"].sum()
    fixed = (generation["tech"] == "exchange") & ~generation["plant"].isin(sold.index)
    imports = generation[fixed].groupby("plant")["metered_mwh"].sum()
    covered = -load.groupby("user")["contracted_mwh"].sum()
    sign = orders["side"].map({"sell": 1.0, "buy": -1.0})
    traded = (orders["filled_mwh"] * sign).groupby([orders["trader"], orders["stage"]]).sum().unstack(fill_value=0)
    techs = dict(zip(generation["plant"], generation["tech"], strict=True))
    kinds = {plant: "exchange" if tech == "exchange" else "plant" for plant, tech in techs.items()} | dict.fromkeys(load["user"], "user")
    kinds |= {exchange.id: "exchange" for exchange in world.scenario.exchanges if exchange.zone == zone}
    kinds |= {trader: "supplier" for trader in traded.index if trader not in kinds}
    rows = pd.DataFrame({"trader": list(kinds), "kind": list(kinds.values())}).set_index("trader")
    rows["contract"] = pd.concat([sold, imports, covered]).groupby(level=0).sum().reindex(rows.index).fillna(0.0)
    for stage, name in (("provincial", "auction"), ("regional", "region")):
        rows[name] = traded[stage].reindex(rows.index).fillna(0.0) if stage in traded else 0.0
    return rows.reset_index().round(1)
