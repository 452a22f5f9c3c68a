"""One auction on a chain, hour after hour, with whatever orders a case needs and nothing around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from shengdian.sim.adapters import open_chain
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.base.orders import MOST_SEGMENTS, Orders
from shengdian.sim.base.roles import Role
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import Bid, Line, Offer, Order, Regional, Rules, Segment, SurplusDeficit
from shengdian.sim.market.chain_market import ChainMarket
from shengdian.sim.market.market_rules import MarketRules
from shengdian.sim.market.participants import Participant

START = 1_467_302_400
CAP = 100_000_000
"""fen/MWh; out of reach of every case"""


@dataclass(frozen=True, slots=True)
class Trader:
    id: str
    zone: int
    sells: bool


class Exchange:
    """Zones A, B, ..., Z, A1, ... with lines between them, over hubs if there are any.

    `k` (ppm) picks the price in the interval of supporting prices. The other choices are those of ChainMarket.
    """

    def __init__(
        self,
        chain: str,
        traders: Sequence[Trader],
        lines: Sequence[Line] = (),
        k: int = 0,
        cap: int = CAP,
        mechanism: str = "uniform",
        two_stage: SurplusDeficit | None = None,
        hubs: Sequence[str] = (),
        regional: Regional = "coupled",
    ) -> None:
        zones = [f"{ascii_uppercase[at % 26]}{at // 26 or ''}" for at in range(1 + max(trader.zone for trader in traders))]
        participants = [Participant(trader.id, Role.PLANT if trader.sells else Role.USER, trader.zone) for trader in traders]
        rules = Rules(len(zones) + len(hubs), tuple(lines), 0, cap, k)
        self.market = ChainMarket(
            open_chain(chain),
            MarketRules(
                tuple(zones), rules, Timetable(START), tuple(hubs), surplus_deficit=two_stage, mechanism=mechanism, regional=regional
            ),
            participants,
        )
        self.hours = 0

    def hour(self, orders: Sequence[Order]) -> HourResult:
        """Clears the next hour; of the result only stages and hour are filled. RuntimeError where an order is refused."""
        refused, _ = self.market.submit(self.hours, Orders.of(orders))
        if refused:
            raise RuntimeError(f"an order was refused: {next(iter(refused.values()))}")
        stages = self.market.clear(self.hours).stages
        self.hours += 1
        return HourResult(self.hours - 1, stages, (), (), (), (), (), {}, {}, 0)


def once(
    chain: str,
    steps: Sequence[tuple[str, int, bool, int, int]],
    lines: Sequence[Line] = (),
    k: int = 0,
    cap: int = CAP,
    mechanism: str = "uniform",
) -> HourResult:
    """One hour of steps (name, zone, sells, fen/MWh, kWh); steps of one name, side and zone share as few orders as they can."""
    grouped: dict[tuple[str, int, bool], list[Segment]] = {}
    for name, zone, sells, price, quantity in steps:
        grouped.setdefault((name, zone, sells), []).append(Segment(price, quantity))
    traders, orders = [], []
    for (name, zone, sells), ladder in grouped.items():
        for first in range(0, len(ladder), MOST_SEGMENTS):
            trader = Trader(f"{name} {zone}{'S' if sells else 'B'} {first}", zone, sells)
            traders.append(trader)
            orders.append((Offer if sells else Bid)(trader.id, tuple(ladder[first : first + MOST_SEGMENTS])))
    return Exchange(chain, traders, lines, k, cap, mechanism).hour(orders)
