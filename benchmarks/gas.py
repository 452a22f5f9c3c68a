"""Gas of an order and of an hour by phase, from receipts. Nothing here depends on the machine."""

from __future__ import annotations

from statistics import mean

from benchmarks.sizes import Size
from benchmarks.synthetic import Market
from benchmarks.table import Report, Row
from benchmarks.workload import Day, scenario, simulate
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import MissingExtra
from shengdian.sim.base.types import Line

QUESTION = "gas of an order by its number of segments, and of an hour by phase"
TRADERS = 155
STEADY = 2
"""hours after which every slot is written: only the hours from then on count"""
ORDER = {1: (29.5e3, 28.5e3), 2: (29.5e3, 28.5e3), 3: (29.5e3, 28.5e3), 4: (35e3, 30.1e3), 5: (35e3, 30.1e3)}
"""by segments: at most, and aim"""
HOUR = {"coupled": (6.0e6, 5.7e6), "two_stage": (6.5e6, 6.15e6)}
ALL_PHASES = (7.0e6, 6.5e6)
FIRST = {"provincial": 5.95e6, "two_stage": 6.57e6, "coupled": 6.08e6}
"""a steady hour of the six provinces, with `FIRST_ORDERS`, when there was nothing but one auction, allocation and ledger"""
FIRST_ORDERS = 138
DESIGNS = ("provincial", "two_stage", "coupled")
PHASES = ("orders", "clear", "settle")


def most(design: str, orders: float) -> float:
    """Gas of a steady hour with so many orders: all that came since the first market may double what an order cost in it."""
    return 2 * FIRST[design] * orders / FIRST_ORDERS


def chain_with_gas() -> str:
    """revm, whose gas equals py-evm's to the unit, or py-evm itself."""
    try:
        open_chain("revm")
    except MissingExtra:
        return "pyevm"
    return "revm"


def order(chain: str, segments: int, traders: int = 12, covered: bool = False) -> float:
    """Mean gas of an order of so many segments in steady state; `covered`: where collateral is required."""
    market = Market(chain, traders, 2, (), (segments,), covered=covered)
    for hour in range(STEADY):
        market.hour(hour)
    return mean(market.hour(STEADY).order_gas)


def day_ahead(chain: str, segments: int, traders: int = 12) -> float:
    """Mean gas of an order-hour where orders of so many segments for 24 hours are one transaction, in steady state."""
    market = Market(chain, traders, 2, (), (segments,), day_ahead=True)
    for day in range(STEADY):
        market.day(day)
    return mean(market.day(STEADY)) / 24


def synthetic_hour(chain: str, traders: int, zones: int, lines: tuple[Line, ...], segments: int, two_stage: bool) -> dict[str, float]:
    """Gas by phase of a steady hour in which everybody orders."""
    market = Market(chain, traders, zones, lines, (segments,), two_stage)
    for hour in range(STEADY):
        market.hour(hour)
    used = market.hour(STEADY).gas
    return {phase: used[phase] for phase in ("orders", "clear")}


def by_phase(day: Day) -> dict[str, float]:
    """Mean gas by phase of the day's steady hours, and how many orders they have."""
    summed = dict.fromkeys((*PHASES, "count"), 0.0)
    hours = range(min(STEADY, day.hours - 1), day.hours)
    auction = day.model.market.contracts[day.model.market.rules.contract]
    for hour in hours:
        first, second = day.blocks[2 * hour : 2 * hour + 2]
        placed = [receipt.gas for receipt in first.receipts if receipt.transaction.to == auction]
        summed["orders"] += sum(placed)
        summed["count"] += len(placed)
        summed["clear"] += second.receipts[0].gas
        summed["settle"] += sum(receipt.gas for receipt in second.receipts[1:])
    return {name: value / len(hours) for name, value in summed.items()}


def measure(size: Size) -> Report:
    chain = chain_with_gas()
    traders = TRADERS if len(size.books) > 2 else size.books[-1]
    rows = []
    for segments, (limit, aim) in ORDER.items():
        named = f"an order of {segments} segment{'s' * (segments > 1)}"
        rows.append(Row(named, (order(chain, segments),), "gas", "at most", limit, aim))
    same = order("pyevm", 3, 2)
    assert order(chain, 3, 2) == same, "gas is not py-evm's"

    for segments in (1, 3, 5):
        named = f"collateral check, {segments} segment{'s' * (segments > 1)}"
        rows.append(Row(named, (order(chain, segments, covered=True) - order(chain, segments),), "gas", "at most", 3_000, 2_500))
    for segments in (1, 3):
        named = f"an hour of a day-ahead order, {segments} segment{'s' * (segments > 1)}"
        rows.append(Row(named, (day_ahead(chain, segments),), "gas", "at most", 8_000, note="24 hours in one transaction"))
    world = scenario(size, chain, 1)
    hours = 6 if size.days > 1 else size.hours
    phases = {design: by_phase(simulate(size, chain, hours, design)) for design in DESIGNS}
    for segments in (1, 3):
        for design, (limit, aim) in HOUR.items():
            used = synthetic_hour(chain, traders, len(world.zones), world.lines, segments, design == "two_stage")
            note = f"clear {used['clear'] / 1e6:.2f} M; random books, the provinces and their {len(world.lines)} lines"
            named = f"{design}, {traders} orders of {segments} segment{'s' * (segments > 1)}"
            total = sum(used.values()) / 1e6
            rows.append(Row(f"{named}: orders and clear", (total,), "M gas", "at most", limit / 1e6, aim / 1e6, note))
            settle = phases[design]["settle"] / 1e6
            limit, aim = ALL_PHASES
            note = f"settle {settle:.2f} M, of the six provinces"
            rows.append(Row(f"{named}: all phases", (total + settle,), "M gas", "at most", limit / 1e6, aim / 1e6, note))
    for design, used in phases.items():
        note = ", ".join(f"{phase} {used[phase] / 1e6:.2f} M" for phase in PHASES) + f"; {used['count']:.0f} orders"
        total = sum(used[phase] for phase in PHASES) / 1e6
        rows.append(
            Row(f"{design}, six provinces: a steady hour", (total,), "M gas", "at most", most(design, used["count"]) / 1e6, note=note)
        )
    return Report(rows, {"chain": chain, "six_provinces_by_phase": phases})
