"""ASSUME trades hourly, pay as clear: naive plants, demand units, no chain.

JSON in: plants, demands, hours, operators; out: seconds, hours cleared, orders and prices.
"""

import json
import logging
import sys
from datetime import datetime, timedelta

import pandas as pd
from assume import World
from assume.common.forecaster import DemandForecaster, PowerplantForecaster
from assume.common.market_objects import MarketConfig, MarketProduct
from clock import now
from dateutil import rrule

START = datetime(2019, 7, 1)
STRATEGIES = {"plant": "powerplant_energy_naive", "demand": "demand_energy_naive"}


def build(given):
    """`operators` 0 gives every unit an operator of its own."""
    end = START + timedelta(hours=given["hours"])
    index = pd.date_range(START, end + timedelta(hours=24), freq="h")
    world = World(log_level="ERROR")
    world.setup(start=START, end=end, simulation_id="bench", save_frequency_hours=None)
    world.add_market_operator("market")
    opening = rrule.rrule(rrule.HOURLY, interval=1, dtstart=START, until=end - timedelta(hours=2))
    product = MarketProduct(timedelta(hours=1), 1, timedelta(hours=1))
    world.add_market(
        "market",
        MarketConfig(
            "EOM",
            opening,
            timedelta(hours=1),
            "pay_as_clear",
            [product],
            maximum_bid_volume=1e9,
            maximum_bid_price=1e9,
        ),
    )
    units = [("plant", number, unit) for number, unit in enumerate(given["plants"])]
    units += [("demand", number, unit) for number, unit in enumerate(given["demands"])]
    operators = given["operators"] or len(units)
    for number in range(operators):
        world.add_unit_operator(f"operator_{number}")
    for place, (kind, number, unit) in enumerate(units):
        parameters = {"bidding_strategies": {"EOM": STRATEGIES[kind]}, "technology": kind, "min_power": 0.0}
        if kind == "plant":
            parameters |= {"max_power": unit["capacity"], "fuel_type": "coal", "additional_cost": 0.0}
            fuel = pd.Series(unit["cost"], index)
            world.add_unit(
                f"plant_{number}",
                "power_plant",
                f"operator_{place % operators}",
                parameters,
                PowerplantForecaster(index, fuel_prices={"coal": fuel}),
            )
        else:
            demand = pd.Series([-unit["demand"][hour % 24] for hour in range(len(index))], index)
            parameters |= {"max_power": -max(unit["demand"])}
            world.add_unit(
                f"demand_{number}", "demand", f"operator_{place % operators}", parameters, DemandForecaster(index, demand=demand)
            )
    return world


def main():
    given = json.load(sys.stdin)
    logging.disable(logging.WARNING)
    world = build(given)
    cleared = []
    role = world.market_operators["market"].roles[0]
    clear = role.clear

    def counting(*args, **kwargs):
        result = clear(*args, **kwargs)
        cleared.append((len(result[0]) + len(result[1]), result[2][0]["price"]))
        return result

    role.clear = counting
    begun = now()
    world.run()
    seconds = now() - begun
    orders, prices = zip(*cleared, strict=True)
    units = len(given["plants"]) + len(given["demands"])
    sys.stdout.write(
        json.dumps(
            {
                "seconds": seconds,
                "cleared": len(cleared),
                "units": units,
                "orders": sum(orders),
                "prices": sorted({round(p, 2) for p in prices}),
            }
        )
        + "\n"
    )


main()
