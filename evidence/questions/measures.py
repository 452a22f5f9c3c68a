"""What questions measure of a run, over its last hours only where plants first have to learn."""

from __future__ import annotations

from shengdian.experiments.results.metrics import Tally, tally
from shengdian.sim.base.units import HOURS_A_DAY, currency, mwh
from shengdian.sim.record.finished_run import Run


def outcome(run: Run, first: int = 0) -> dict[str, float | None]:
    """The figures of a run from hour `first` on."""
    return figures(tally(run.tables, run.hours, first), run.hours - first)


def figures(found: Tally, hours: int) -> dict[str, float | None]:
    """The figures that most questions ask for, of the totals over so many hours; sums are per day.

    price, spread (CNY/MWh): mean final price, and mean difference of the provinces' final prices; welfare, cost, consumers, producers,
    rent, charges (CNY), water (CNY, worth of what reservoirs keep); sent (MWh); traded, sent_out (with what is sent by plan), unserved
    (shares of load), lost (share of wind, sun and water that came in).
    """
    sums, parts = found.sums, found.surpluses()
    days = hours / HOURS_A_DAY
    load = sums["load.demand_mwh"]
    return {
        "price": found.mean_price(),
        "spread": sum(found.spreads) / len(found.spreads) / 100 if found.spreads else None,
        "welfare": currency(found.welfare()) / days,
        "cost": currency(sums["generation.cost"]) / days,
        "consumers": currency(parts["consumers"]) / days,
        "producers": currency(parts["producers"]) / days,
        "rent": currency(parts["rent"]) / days,
        "charges": currency(sums["flows.wheeling"]) / days,
        "water": currency(found.lost.worth) / days,
        "sent": mwh(sums["exported"]) / days,
        "traded": sums["exported"] / load if load else None,
        "sent_out": (sums["exported"] + sums["load.planned"]) / load if load else None,
        "lost": found.lost.summary()["lost_share"],
        "unserved": sums["load.unserved_mwh"] / load if load else None,
    }
