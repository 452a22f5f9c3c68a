"""A run small enough to reckon by hand: two zones N and S, two hours, one line N -> S that charges 30.00 and loses a tenth.

Every hour N's plant gets 100.00 and sells 3 MWh, S's plant gets 200.00 and sells 1 MWh; 2 MWh go from N to S, 1.8 arrive. So N's
user takes 1 MWh at 100.00 and S's supplier 2.8 MWh at 200.00 for its captive user. On top, 0.5 MWh of agreements at 150.00 in
each zone, and S exports 0.2 MWh at 90.00, which S's plant delivers under its agreement. N has a lake, too: every hour 2 MWh flow in, 1 MWh
is given (and is in no other table), 0.4 MWh are spilled and 0.6 MWh are kept, which are worth 90.00.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shengdian.sim.base.hour_result import (
    Agreement,
    AllocationRow,
    Consumption,
    Entry,
    Generation,
    HourResult,
    LineFlow,
    OrderResult,
    ReservoirDay,
    StageResult,
)
from shengdian.sim.base.roles import RoleName
from shengdian.sim.base.types import Side
from shengdian.sim.chain.port import Block, Log, Receipt, Receipts, Transaction
from shengdian.sim.record.finished_run import Run, load
from shengdian.sim.record.run_writer import RunWriter

HASH = "0x" + "11" * 32
ROLES: Mapping[str, RoleName] = {
    **dict.fromkeys(("N_coal", "S_gas", "S_wind"), "plant"),
    **dict.fromkeys(("N_user", "S_captive"), "user"),
    "S_supplier": "supplier",
    "S_exchange": "exchange",
}
CONFIG = {"name": "tiny", "market": {"floor": 0.0, "cap": 1000.0}, "designs": ["coupled"], "note": None}


def order(hour: int, trader: str, zone: str, side: Side, price: int, quantity: int, filled: int, error: str = "") -> OrderResult:
    paid = {"N": 10000, "S": 20000}[zone] if filled else None
    return OrderResult("regional", f"{hour}/{trader}/0", trader, zone, side, price, quantity, filled, paid, error, role=ROLES[trader])


def agreement(name: str, seller: str, buyer: str, zone: str, price: int, energy: int) -> Agreement:
    return Agreement(name, "planned", seller, buyer, zone, zone, price, energy)


def hour_result(hour: int) -> HourResult:
    """One hour, all in whole kWh, fen/MWh and 1e-5 CNY."""
    orders = (
        order(hour, "N_coal", "N", "sell", 10000, 4000, 3000),
        order(hour, "S_gas", "S", "sell", 20000, 1000, 1000),
        order(hour, "S_wind", "S", "sell", 0, 500, 0, "GateClosed"),
        order(hour, "N_user", "N", "buy", 60000, 1000, 1000),
        order(hour, "S_supplier", "S", "buy", 100000, 3000, 2800),
    )
    flow = LineFlow("N", "S", 2000, 1800, 3000 * 2000, 20000 * 1800 - 10000 * 2000 - 3000 * 2000)
    stage = StageResult("regional", {"N": 10000, "S": 20000}, (flow,), orders, 0)

    def deal(trader: str, money: int, energy: int) -> Entry:
        return Entry(trader, "agreement", money, energy, 2 * hour + 2, HASH, ROLES[trader])

    def trade(trader: str, money: int, energy: int) -> Entry:
        return Entry(trader, "regional", money, energy, 2 * hour + 2, HASH, ROLES[trader])

    ledger = (
        trade("N_coal", 3000 * 10000, -3000),
        trade("S_gas", 1000 * 20000, -1000),
        trade("N_user", -1000 * 10000, 1000),
        trade("S_supplier", -2800 * 20000, 2800),
        Entry("grid", "wheeling", flow.wheeling, 0, 2 * hour + 2, HASH, "grid"),
        Entry("grid", "loss", 0, 200, 2 * hour + 2, HASH, "grid"),
        Entry("rent", "rent", flow.rent, 0, 2 * hour + 2, HASH, "rent"),
        deal("N_coal", 500 * 15000, -500),
        deal("N_user", -500 * 15000, 500),
        deal("S_gas", 500 * 15000 + 200 * 9000, -700),
        deal("S_captive", -500 * 15000, 500),
        deal("S_exchange", -200 * 9000, 200),
    )
    return HourResult(
        hour=hour,
        stages=(stage,),
        generation=(
            Generation("N_coal", "N", "coal", 5000, 500, 3500, 3500, 8000 * 3500, 900 * 3500, "plant", "capacity"),
            Generation("S_gas", "S", "gas", 2000, 700, 1700, 1700, 18000 * 1700, 400 * 1700, "plant", "capacity"),
            Generation("S_wind", "S", "wind", 500, 0, 0, 0, 0, 0, "plant", "profile"),
        ),
        consumption=(
            Consumption("N_user", "N", 1500, 500, 1000, 1500 * 60000, "user"),
            Consumption("S_captive", "S", 3500, 500, 2800, 3300 * 100000, "user"),
            Consumption("S_exchange", "S", 200, 200, 0, 200 * 9000, "exchange"),
        ),
        agreements=(
            agreement("planned/N_coal", "N_coal", "N_user", "N", 15000, 500),
            agreement("planned/S_gas", "S_gas", "S_captive", "S", 15000, 500),
            agreement("exchange/S", "S_gas", "S_exchange", "S", 9000, 200),
        ),
        allocation=(AllocationRow(0, hour, "N_coal", "N", 500, "ok"), AllocationRow(0, hour, "S_gas", "S", 700, "ok")),
        ledger=ledger,
        gas={"orders": 140_000, "clear": 100_000},
        transactions={"orders": 5, "clear": 1},
        blocks=2,
        reservoirs=(ReservoirDay(0, "N_lake", "N", "lake", 2000, 1000, 400, 600 * (hour + 1), 90 * 100_000),),
    )


def block(number: int) -> Block:
    """A block with one transaction that leaves one log and one that is refused."""
    asked = Transaction(b"\x01" * 20, b"\x02" * 20, bytes([number]))
    log = Log(b"\x02" * 20, (b"\x03" * 32,), bytes([number]))
    taken = Receipt(asked, bytes([number]) * 32, True, 50_000, b"", (log,), b"\xf8" + bytes([number]))
    refused = Receipt(asked, b"\xee" * 32, False, 21_000, b"\xde\xad\xbe\xef", ())
    return Block(number, 1_700_000_000 + number, bytes([number]) * 32, Receipts.of((taken, refused)))


def fill(writer: RunWriter, hours: int = 2) -> None:
    """Set-up block, then two blocks an hour."""
    writer.block(block(0))
    writer.begin_chain(61, {"0x" + "01" * 20: 10**24}, {"Registry": "0x" + "02" * 20})
    for hour in range(hours):
        writer.block(block(2 * hour + 1))
        writer.block(block(2 * hour + 2))
        writer.table_writer.hour(hour_result(hour))


def manifest(**more: Any) -> dict[str, Any]:
    return {"name": "tiny", "design": "coupled", "seed": 1, "chain": "mirror", "seconds": {}, **more}


def write(directory: Path, hours: int = 2, run_id: str = "tiny-coupled-seed1-00000000", **more: Any) -> Run:
    """A finished tiny run with its real summary, as experiments/runs/experiment.py makes one."""
    from shengdian.experiments.results.metrics import summarise

    with RunWriter(directory, run_id, CONFIG) as writer:
        fill(writer, hours)
        summary = summarise(writer.tables(), hours, writer.facts())
        return load(writer.finish(manifest(**more), summary))
