"""The comparison: the same tables in a plain central database, and what its auditor can check.

SQLite with the constraints that a careful operator of such a system would set, and the checks that an auditor can make who has only the
database: keys, ranges, balances, payments against fills, fills against prices. Who may write the database may make them all hold.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Final

import pandas as pd

from shengdian.sim.record.tables import COLUMNS

AFFINITY: Final = {"string": "text", "int32": "integer", "int64": "integer", "double": "real"}
"""of SQLite by type of a column"""
KEYS: Final = {
    "orders": ("order_id", "stage"),
    "prices": ("hour", "stage", "zone"),
    "flows": ("hour", '"from"', '"to"'),
    "agreements": ("hour", "id"),
    "allocation": ("day", "hour", "plant"),
    "generation": ("hour", "plant"),
    "load": ("hour", '"user"'),
    "value": ("hour", '"user"'),
    "ledger": ("hour", "trader", "cause", '"transaction"'),
    "reservoirs": ("day", "plant"),
    "bills": ("hour", '"user"'),
}
"""primary keys by table"""
RANGES: Final = {
    "orders": "filled_mwh >= 0 and filled_mwh <= quantity_mwh and status in ('filled', 'partial', 'unfilled', 'reverted')",
    "flows": "sent_mwh >= 0 and received_mwh >= 0 and received_mwh <= sent_mwh",
    "agreements": "quantity_mwh >= 0",
    "allocation": "contract_mwh >= 0 and status in ('ok', 'below_min', 'above_max', 'oversupply', 'band_empty')",
    "generation": "metered_mwh >= 0 and metered_mwh <= available_mwh and cost >= 0 and co2_t >= 0",
    "load": "demand_mwh >= 0 and unserved_mwh >= 0",
    "reservoirs": "inflow_mwh >= 0 and output_mwh >= 0 and spilled_mwh >= 0",
}
"""CHECK constraints by table"""
CHECKS: Final = {
    "money of an hour sums to zero": "select hour from ledger group by hour having abs(sum(money)) > 0.001",
    "energy of an hour sums to zero": "select hour from ledger group by hour having abs(sum(energy_mwh)) > 0.0005",
    "every hour has the same zones and stages of prices": """
        select hour from prices group by hour
        having count(*) <> (select count(*) from prices) * 1.0 / (select count(distinct hour) from prices)""",
    "every hour has the same lines": """
        select hour from flows group by hour
        having count(*) <> (select count(*) from flows) * 1.0 / (select count(distinct hour) from flows)""",
    "every hour has the same plants and users": """
        select hour from generation group by hour
        having count(*) <> (select count(*) from generation) * 1.0 / (select count(distinct hour) from generation)""",
    "an order is named by its hour and trader": """
        select order_id from orders where order_id not like hour || '/' || trader || '/%'""",
    "a fill pays the price of its zone": """
        select order_id from orders join prices using (hour, stage, zone)
        where filled_mwh > 0 and (paid_price_per_mwh is null or abs(paid_price_per_mwh - prices.price_per_mwh) > 0.001)""",
    "no order in the money is left, none out of it is filled": """
        select order_id from orders join prices using (hour, stage, zone)
        where stage = 'provincial' and status <> 'reverted' and (
            (side = 'sell' and orders.price_per_mwh < prices.price_per_mwh and filled_mwh < quantity_mwh)
            or (side = 'sell' and orders.price_per_mwh > prices.price_per_mwh and filled_mwh > 0)
            or (side = 'buy' and orders.price_per_mwh > prices.price_per_mwh and filled_mwh < quantity_mwh)
            or (side = 'buy' and orders.price_per_mwh < prices.price_per_mwh and filled_mwh > 0))""",
    "payments of the auction are those of its fills": """
        select trader from (
            select hour, trader, sum(filled_mwh * paid_price_per_mwh * case side when 'sell' then 1 else -1 end) as due
            from orders where stage = 'provincial' and filled_mwh > 0 group by hour, trader)
        full join (select hour, trader, sum(money) as booked from ledger where cause = 'auction' group by hour, trader)
            using (hour, trader)
        where abs(ifnull(due, 0) - ifnull(booked, 0)) > 0.01""",
    "charges and rent of lines are booked, to a tick a MWh of rounding": """
        select hour from (
            select hour, sum(wheeling) as charges, sum(rent) as rent, sum(sent_mwh) as sent from flows group by hour)
        join (select hour, sum(case cause when 'wheeling' then money else 0 end) as charged,
              sum(case cause when 'rent' then money else 0 end) as earned from ledger group by hour) using (hour)
        where abs(charges - charged) > 0.001 or abs(rent - earned) > 0.001 + 0.01 * sent""",
    "meters are what was sold": """
        select plant from generation join (
            select hour, trader as plant, -sum(energy_mwh) as sold from ledger group by hour, trader) using (hour, plant)
        where abs(metered_mwh - sold) > 0.0005""",
    "a reservoir gives what its plant's meter shows": """
        select plant from reservoirs join (
            select hour / 24 as day, plant, sum(metered_mwh) as given from generation group by hour / 24, plant) using (day, plant)
        where abs(output_mwh - given) > 0.0005""",
    "a bill is rate x energy, and booked": """
        select "user" from bills left join ledger on ledger.hour = bills.hour and trader = "user" and cause = 'retail'
        where abs(amount - rate_per_mwh * bills.energy_mwh) > 0.001 or abs(amount + ifnull(money, 0)) > 0.001""",
    "load is served, or unserved": """
        select "user" from load where abs(demand_mwh - contracted_mwh - bought_mwh - unserved_mwh) > 0.0005""",
    "agreements of a plant are its allocation": """
        select plant from allocation join (
            select hour, seller as plant, sum(quantity_mwh) as agreed from agreements where mechanism = 'planned' group by hour, seller)
            using (hour, plant)
        where abs(agreed - contract_mwh) > 0.0005""",
    "payments of contract energy are those of agreements": """
        select trader from (
            select hour, seller as trader, sum(quantity_mwh * price_per_mwh) as due from agreements group by hour, seller)
        join (select hour, trader, sum(money) as booked from ledger where cause = 'agreement' group by hour, trader)
            using (hour, trader)
        where trader in (select plant from generation) and abs(due - booked) > 0.01""",
}
"""a query by what it checks; it gives what does not hold"""


def found(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """What the database refuses or its auditor finds, a sentence each."""
    with sqlite3.connect(":memory:") as database:
        sentences = []
        for name, key in KEYS.items():
            types = [f'"{column}" {AFFINITY[str(kind.type)]}' for column, kind in COLUMNS[name].items()]
            check = f", check ({RANGES[name]})" if name in RANGES else ""
            database.execute(f"create table {name} ({', '.join(types)}, primary key ({', '.join(key)}){check})")
            rows = tables[name].astype(object).where(tables[name].notna(), None).itertuples(index=False, name=None)
            try:
                database.executemany(f"insert into {name} values ({', '.join('?' * len(types))})", rows)
            except sqlite3.IntegrityError as error:
                sentences.append(f"{name}: {error}")
        if not sentences:
            for words, query in CHECKS.items():
                if wrong := database.execute(query).fetchall():
                    sentences.append(f"{words}: {len(wrong)} do not, the first is {wrong[0][0]}")
    return sentences
