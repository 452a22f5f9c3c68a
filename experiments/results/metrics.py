"""What a run comes to, reckoned from its tables alone, in whole kWh and 1e-5 CNY until the last step.

Who is who: a *plant* and an *exchange* have that `role` in `generation`, an exchange also in `load` and `value`; `grid` and `rent`
are the ledger's two accounts that are nobody's; a *storage* has that `role` in `ledger`, where everybody else is a *consumer* (users
and the default suppliers that buy for them). Sums over `generation` and `load` take in the exchange with the rest of the country,
which is the same in every design. Money M is what the ledger gives to someone, over all causes but `collateral`, which settles what
the others make due (so a default changes no M; the table `defaults` has it); V is the `value` table, C `generation.cost`.

========================  ========  =================================================================================================
key                       unit      definition
========================  ========  =================================================================================================
load_mwh                  MWh       sum of load.demand_mwh
served_mwh                MWh       sum of load.contracted_mwh + load.bought_mwh
unserved_mwh              MWh       sum of load.unserved_mwh
generation_cost           CNY       C: sum of generation.cost (of what was metered; imports at what they are paid)
carbon_payments           CNY       sum of generation.carbon_payment: what of C is paid to the state for emission, a transfer
co2_t                     t CO2     sum of generation.co2_t
curtailed_mwh             MWh       sum of available - metered where supply is `profile`: wind, sun, run of river
curtailed_share           1         curtailed_mwh / available_mwh of those plants; null where there is none
lost_mwh, lost_share      MWh, 1    all that was lost: curtailed_mwh and what reservoirs spilled; over what was available or flowed in
lost_<technology>_...     MWh, 1    the same of every technology with a profile or a reservoir; shares are null where there was nothing
stored_change_mwh         MWh       what reservoirs hold more at the end than at hour 0; no part of welfare
stored_worth              CNY       that at the water value: what a run that keeps water gives up now
mean_price_per_mwh        CNY/MWh   sum(p x load.bought_mwh) / sum(load.bought_mwh), p the final price of zone and hour; see below
price_spread_per_mwh      CNY/MWh   mean over hours of highest - lowest final price, over hours in which two zones or more have one
consumer_payment          CNY       -M of consumers, over all causes
producer_surplus          CNY       M - C of plants
consumer_surplus          CNY       V + M of consumers
storage_surplus           CNY       M of storages; what is left in one counts for nothing
storage_bought_mwh        MWh       sum of storage.bought_mwh
storage_sold_mwh          MWh       sum of storage.sold_mwh; what is missing of what was bought is lost, or still there
storage_left_mwh          MWh       sum of storage.held_mwh after the last hour; two runs of one scenario begin with the same
storage_left_worth        CNY       that at the mean price of what storages bought; no part of welfare; 0 where they bought none
congestion_rent           CNY       sum of flows.rent
wheeling                  CNY       sum of flows.wheeling
welfare                   CNY       V - C + carbon_payments - wheeling, over everyone, the state and exchanges too; line charges
                                    count as a cost of transport
welfare_and_water         CNY       welfare + stored_worth: what compares runs that leave different reservoirs behind
interprovincial_mwh       MWh       sum over hours and zones of sent - received where that is positive: net exports; see below
interprovincial_share     1         interprovincial_mwh / load_mwh
sent_out_share            1         that and what exchanges take by plan (load, role exchange), / load_mwh: what statistics count as sent
hhi                       1         per zone the sum of squared shares of its plants in its metered energy, mean weighted by that energy
transactions, blocks      1         of the chain, deployment and enrolment included
gas                       gas       of all transactions
gas_per_order             gas       gas of the phase `orders` / its transactions; null without any
gas_per_mwh               gas/MWh   gas / served_mwh
money_sum                 CNY       sum of ledger.money; must be 0
energy_imbalance_mwh      MWh       sum over zones and hours of |metered + received - sent - served - storage|; must be 0
========================  ========  =================================================================================================

The *final price* of a zone and hour is that of the last stage which has one: of the provincial stage in `provincial`, of the
regional stage in `coupled`; in `two_stage` the regional price, and the provincial one where the region left the zone alone. A
zone and hour without a price in which users bought nothing has no part in the mean.

A hub passes on what it gets, so it exports nothing, however many legs energy goes over; nor does a province that energy passes through.

What *losses* cost is no key: `Tally.sums["losses"]`, 1e-5 CNY, values the energy lost in an hour at the mean final price of the provinces
that export in it, weighted by what they do, rounded down. The rent account is what is left after it.

Welfare is everyone's: consumer_surplus + producer_surplus + storage_surplus + exchanges' surplus (V + M - C) + carbon_payments +
congestion_rent + (grid's M - wheeling) = welfare, because all M sum to zero. `surpluses` gives these parts; the last is 0
but for charges of wires and capacity, and the rounding on lossy lines that the grid bears.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final, cast

import numpy as np
import pandas as pd

from shengdian.experiments.results.balance import imbalances
from shengdian.experiments.results.lost import Lost
from shengdian.experiments.results.windows import Window, by, total, windows
from shengdian.sim.base.roles import NOBODYS
from shengdian.sim.base.units import currency, mwh, tonnes
from shengdian.sim.record.finished_run import Tables
from shengdian.sim.record.tables import COLUMNS, whole
from shengdian.sim.scenario import supplier_id

SUMMED: Final = ("prices", "flows", "generation", "load", "ledger", "value", "reservoirs", "storage")
"""tables that the summary is reckoned from"""


def final_prices(prices: pd.DataFrame) -> pd.Series:
    """fen/MWh by (hour, zone): the price of the last stage that has one; zones without a price left out."""
    known = prices.dropna(subset=["price_per_mwh"])
    last = known.sort_values("stage", kind="stable").drop_duplicates(["hour", "zone"], keep="last")  # provincial before regional
    fen = pd.Series(whole(last["price_per_mwh"], COLUMNS["prices"]["price_per_mwh"]), pd.MultiIndex.from_frame(last[["hour", "zone"]]))
    return fen.sort_index()


def net_exports(flows: pd.DataFrame) -> pd.Series:
    """kWh by (hour, zone) that a zone sends beyond what it receives, negative where it receives more."""
    sent = by(flows, "flows", "sent_mwh", ["hour", "from"]).rename_axis(["hour", "zone"])
    received = by(flows, "flows", "received_mwh", ["hour", "to"]).rename_axis(["hour", "zone"])
    return sent.sub(received, fill_value=0).astype(np.int64)


def cost_of_losses(net: pd.Series, prices: pd.Series) -> int:
    """1e-5 CNY, from net exports (kWh) and final prices (fen/MWh), both by (hour, zone): see above."""
    lost = net.groupby(level="hour").sum()
    sold = net[net > 0]
    paid = (prices.reindex(sold.index).fillna(0).astype(np.int64) * sold).groupby(level="hour").sum()
    energy = sold.groupby(level="hour").sum()
    return sum(int(paid[hour]) * int(lost[hour]) // int(energy[hour]) for hour in energy.index)


class Tally:
    """Running totals over windows of hours, whole counts."""

    def __init__(self) -> None:
        self.sums: dict[str, int] = defaultdict(int)
        """by `<table>.<column>`, and a few more"""
        self.money: dict[str, int] = defaultdict(int)
        """1e-5 CNY by trader"""
        self.output: dict[tuple[str, str], int] = defaultdict(int)
        """kWh metered by zone and plant"""
        self.paid: dict[str, int] = defaultdict(int)
        """fen/MWh x kWh by zone, of what users bought in the hour at the final price"""
        self.priced: dict[str, int] = defaultdict(int)
        """kWh of that by zone, where there was a price"""
        self.spreads: list[int] = []
        """fen/MWh, of each hour with two prices or more"""
        self.plants: dict[str, int] = defaultdict(int)
        """1e-5 CNY of cost by plant"""
        self.exchanges: dict[str, int] = defaultdict(int)
        """1e-5 CNY of value less cost by exchange"""
        self.worth: dict[str, int] = defaultdict(int)
        """1e-5 CNY of value by user and exporting exchange"""
        self.held: dict[str, int] = {}
        """kWh in every storage after the last hour"""
        self.zone: dict[str, str] = {}
        """of plants, users and exchanges"""
        self.lost = Lost()
        self.role: dict[str, str] = {}
        """of everyone who has rows, and of the ledger's accounts that are nobody's"""

    def add(self, window: Window) -> None:
        """Takes in some hours."""
        for table, columns in {
            "load": ("demand_mwh", "contracted_mwh", "bought_mwh", "unserved_mwh"),
            "generation": ("cost", "co2_t", "carbon_payment"),
            "flows": ("wheeling", "rent"),
            "value": ("value",),
            "ledger": ("money",),
            "storage": ("bought_mwh", "sold_mwh"),
        }.items():
            for column in columns:
                self.sums[f"{table}.{column}"] += total(window[table], table, column)
        planned = window["load"]
        self.sums["load.planned"] += total(planned[planned["role"] == "exchange"], "load", "demand_mwh")
        net = net_exports(window["flows"])
        self.sums["exported"] += int(net.clip(lower=0).sum())
        prices = final_prices(window["prices"])
        self.sums["losses"] += cost_of_losses(net, prices)
        self._generation(window["generation"])
        self.lost.add(window)
        self._prices(prices, window)
        value = window["value"]
        for table, who in (("generation", "plant"), ("value", "user"), ("storage", "storage")):
            self.zone |= dict(window[table][[who, "zone"]].drop_duplicates().itertuples(index=False))
        for table, who in (("generation", "plant"), ("value", "user"), ("ledger", "trader")):
            self.role |= dict(window[table][[who, "role"]].drop_duplicates().itertuples(index=False))
        self._storage(window["storage"])
        self.role |= dict.fromkeys(window["storage"]["storage"].unique(), "storage")
        for trader, amount in by(value, "value", "value", ["user"]).items():
            self.worth[str(trader)] += int(amount)
        abroad = value[value["role"] == "exchange"]
        for trader, amount in by(abroad, "value", "value", ["user"]).items():
            self.exchanges[str(trader)] += int(amount)
            self.sums["value.exported"] += int(amount)
        due = window["ledger"][window["ledger"]["cause"] != "collateral"]
        for trader, amount in by(due, "ledger", "money", ["trader"]).items():
            self.money[str(trader)] += int(amount)
        for found in imbalances(window):
            if found.zone:
                self.sums["imbalance"] += abs(found.amount)

    def _generation(self, rows: pd.DataFrame) -> None:
        free = rows[rows["supply"] == "profile"]
        self.sums["free.available"] += total(free, "generation", "available_mwh")
        self.sums["free.metered"] += total(free, "generation", "metered_mwh")
        imported = rows["role"] == "exchange"
        for trader, amount in by(rows[imported], "generation", "cost", ["plant"]).items():
            self.exchanges[str(trader)] -= int(amount)
        for trader, amount in by(rows[~imported], "generation", "cost", ["plant"]).items():
            self.plants[str(trader)] += int(amount)
        for place, energy in by(rows[~imported], "generation", "metered_mwh", ["zone", "plant"]).items():
            self.output[cast("tuple[str, str]", place)] += int(energy)

    def _storage(self, rows: pd.DataFrame) -> None:
        last = rows.drop_duplicates("storage", keep="last")
        self.held |= dict(zip(last["storage"], whole(last["held_mwh"], COLUMNS["storage"]["held_mwh"]).tolist(), strict=True))
        self.sums["storage.paid"] -= total(rows[rows["bought_mwh"] > 0], "storage", "money")

    def _prices(self, prices: pd.Series, window: Window) -> None:
        bought = by(window["load"], "load", "bought_mwh", ["hour", "zone"])
        bought = bought[bought > 0]
        for sum_of, values in (
            (self.paid, prices.reindex(bought.index).fillna(0).astype(np.int64) * bought),
            (self.priced, bought[bought.index.isin(prices.index)]),
        ):
            for zone, amount in values.groupby(level="zone").sum().items():
                sum_of[str(zone)] += int(amount)
        hours = prices.groupby(level="hour")
        several = hours.count() > 1
        self.spreads += [int(spread) for spread in (hours.max() - hours.min())[several]]

    def surpluses(self) -> dict[str, int]:
        """1e-5 CNY by part; they sum to the welfare. Retailers are a part where there are any."""
        parts = dict.fromkeys(("consumers", "producers", "storages", "exchanges"), 0)
        for (part, _), amount in self.surpluses_by_zone().items():
            parts[part] += amount
        retailers = [amount for trader, amount in self.money.items() if self.role[trader] == "retailer"]
        return {
            **parts,
            **({"retailers": sum(retailers)} if retailers else {}),
            "carbon": self.sums["generation.carbon_payment"],
            "rent": self.money.get("rent", 0),
            "grid": self.money.get("grid", 0) - self.sums["flows.wheeling"],
        }

    def surpluses_by_zone(self) -> dict[tuple[str, str], int]:
        """1e-5 CNY of consumers, producers, storages and exchanges by (part, zone), in the order in which zones appear."""
        zones = list(dict.fromkeys(self.zone.values()))
        found = {(part, zone): 0 for part in ("consumers", "producers", "storages", "exchanges") for zone in zones}
        supplier = {supplier_id(zone): zone for zone in zones}
        for trader in dict.fromkeys((*self.zone, *self.money)):
            if (role := self.role[trader]) in NOBODYS or role == "retailer":
                continue
            zone, money = self.zone.get(trader) or supplier[trader], self.money.get(trader, 0)
            if role == "plant":
                found["producers", zone] += money - self.plants[trader]
            elif role == "storage":
                found["storages", zone] += money
            elif role == "exchange":
                found["exchanges", zone] += money + self.exchanges[trader]
            else:
                found["consumers", zone] += money + self.worth.get(trader, 0)
        return found

    def payment(self) -> int:
        """1e-5 CNY that consumers (users and their suppliers) pay, net of what they get."""
        return -sum(amount for trader, amount in self.money.items() if self.role[trader] in ("user", "supplier"))

    def welfare(self) -> int:
        """1e-5 CNY: value less cost of generation, carbon payments apart, less line charges."""
        sums = self.sums
        return sums["value.value"] - sums["generation.cost"] + sums["generation.carbon_payment"] - sums["flows.wheeling"]

    def mean_price(self, without: str = "") -> float | None:
        """CNY/MWh over all zones but `without`; None where nothing was bought."""
        paid, priced = (sum(energy for zone, energy in found.items() if zone != without) for found in (self.paid, self.priced))
        return _ratio(paid, priced * 100)

    def hhi(self) -> float | None:
        """Concentration of generation by plant, 0 to 1, mean over zones weighted by their energy; None where nothing ran."""
        zones: dict[str, list[int]] = defaultdict(list)
        for (zone, _), energy in self.output.items():
            zones[zone].append(energy)
        everything = sum(map(sum, zones.values()))
        weighted = sum(sum(energy * energy for energy in plants) / sum(plants) for plants in zones.values() if sum(plants))
        return weighted / everything if everything else None

    def summary(self, chain: Mapping[str, Any]) -> dict[str, Any]:
        """The keys of summary.json; `chain` as in `summarise`."""
        sums, parts = self.sums, self.surpluses()
        served = sums["load.contracted_mwh"] + sums["load.bought_mwh"]
        orders = chain["transactions_by_phase"].get("orders", 0)
        lost = sums["free.available"] - sums["free.metered"]
        held = sum(self.held.values())
        return {
            "load_mwh": mwh(sums["load.demand_mwh"]),
            "served_mwh": mwh(served),
            "unserved_mwh": mwh(sums["load.unserved_mwh"]),
            "generation_cost": currency(sums["generation.cost"]),
            "carbon_payments": currency(sums["generation.carbon_payment"]),
            "co2_t": tonnes(sums["generation.co2_t"]),
            "curtailed_mwh": mwh(lost),
            "curtailed_share": _ratio(lost, sums["free.available"]),
            **self.lost.summary(),
            "mean_price_per_mwh": self.mean_price(),
            "price_spread_per_mwh": _ratio(sum(self.spreads), len(self.spreads) * 100),
            "consumer_payment": currency(self.payment()),
            "producer_surplus": currency(parts["producers"]),
            "consumer_surplus": currency(parts["consumers"]),
            "storage_surplus": currency(parts["storages"]),
            "storage_bought_mwh": mwh(sums["storage.bought_mwh"]),
            "storage_sold_mwh": mwh(sums["storage.sold_mwh"]),
            "storage_left_mwh": mwh(held),
            "storage_left_worth": currency(held * sums["storage.paid"] // max(sums["storage.bought_mwh"], 1)),
            "congestion_rent": currency(sums["flows.rent"]),
            "wheeling": currency(sums["flows.wheeling"]),
            "welfare": currency(self.welfare()),
            "welfare_and_water": currency(self.welfare() + self.lost.worth),
            "interprovincial_mwh": mwh(sums["exported"]),
            "interprovincial_share": _ratio(sums["exported"], sums["load.demand_mwh"]),
            "sent_out_share": _ratio(sums["exported"] + sums["load.planned"], sums["load.demand_mwh"]),
            "hhi": self.hhi(),
            "transactions": chain["transactions"],
            "blocks": chain["blocks"],
            "gas": chain["gas"],
            "gas_per_order": _ratio(chain["gas_by_phase"].get("orders", 0), orders),
            "gas_per_mwh": _ratio(chain["gas"] * 1000, served),
            "money_sum": currency(sums["ledger.money"]),
            "energy_imbalance_mwh": mwh(sums["imbalance"]),
        }


def _ratio(above: int, below: int) -> float | None:
    return above / below if below else None


def tally(tables: Tables, hours: int, begin: int = 0) -> Tally:
    """Totals over the hours of a run from `begin` on."""
    running = Tally()
    for window in windows(tables, hours, SUMMED, begin):
        running.add(window)
    return running


def summarise(tables: Tables, hours: int, chain: Mapping[str, Any]) -> dict[str, Any]:
    """summary.json of a run, exactly the keys of the table above, in that order.

    Parameters
    ----------
    tables
        of the run
    hours
        how many it has
    chain
        `transactions`, `blocks`, `gas`, `gas_by_phase`, `transactions_by_phase`: of RunWriter.facts() or of a manifest
    """
    return tally(tables, hours).summary(chain)
