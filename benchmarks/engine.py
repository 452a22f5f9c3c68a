"""revm from end to end against the engine alone: `native/` given the same calldata in columns, and nothing done with what comes back.

What the traders' slots hold afterwards is compared, so that all did the same work.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from benchmarks.clock import now
from benchmarks.sizes import Size
from benchmarks.table import Report, Row, ratios
from benchmarks.workload import Day, replay, simulate, transactions
from shengdian.sim.adapters.revm_native import NativeChain, columns
from shengdian.sim.adapters.revm_pyrevm import PyrevmChain
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import TRANSACTION_GAS, Chain, Transaction

QUESTION = "revm: end to end, and the adapter alone / the bare native engine on the recorded calldata"


def bare(day: Day) -> float:
    """Seconds of the day's transactions on the bare engine."""
    chain = NativeChain()
    for block in day.setup:
        chain.send_block(transactions(block), block.timestamp)
    engine = chain._engine
    prepared = [(block.number, block.timestamp, *columns(transactions(block)), TRANSACTION_GAS) for block in day.blocks]
    begun = now()
    for asked in prepared:
        engine.block(*asked)
    seconds = now() - begun
    check(day, chain)
    return seconds


def check(day: Day, chain: Chain) -> None:
    """AssertionError unless every trader's slot holds what it held after the day."""
    market = day.model.market
    auction: Any = interface(market.rules.contract)
    for trader in market.traders:
        who = market.address(trader.id)
        asked = Transaction(who, market.contracts[market.rules.contract], auction.call("accountOf", who))
        assert chain.call(asked) == market.chain.call(asked), f"another order of {trader.id}"


def measure(size: Size) -> Report:
    if find_spec("shengdian_native") is None:
        return Report([Row("revm: end to end / bare native engine", (), note="make native")])
    hours = 24 * size.days if size.days > 1 else size.hours
    seconds: dict[str, list[float]] = {"end to end": [], "adapter alone": [], "bare engine": []}
    older = find_spec("pyrevm") is not None
    if older:
        seconds["adapter of pyrevm alone"] = []
    day = simulate(size, "revm", hours)
    for _ in range(size.repeats):
        again = simulate(size, "revm", hours, keep=False)
        assert again.digest == day.digest
        seconds["end to end"].append(again.seconds)
        seconds["bare engine"].append(bare(day))
        seconds["adapter alone"].append(replay(day))
        if older:
            seconds["adapter of pyrevm alone"].append(replay(day, PyrevmChain()))
    note = f"{hours} h, {day.orders} orders, {day.transactions} transactions, equal slots afterwards"
    engine = seconds["bare engine"]
    rows = [
        Row("revm: end to end / bare native engine", ratios(seconds["end to end"], engine), "x", "at most", 2.5, note=note),
        Row("revm: chain adapter alone / bare native engine", ratios(seconds["adapter alone"], engine), "x", "at most", 1.15),
    ]
    if older:
        rows.append(Row("revm by pyrevm: chain adapter alone / bare native engine", ratios(seconds["adapter of pyrevm alone"], engine)))
    rows += [Row(f"revm: {name} an hour", tuple(each / hours * 1e3 for each in spent), "ms") for name, spent in seconds.items()]
    raw = {"hours": hours, "seconds": seconds}
    return Report(rows, raw | {"seconds_by_part_of_last_repeat": {**again.model.seconds, **again.model.market.seconds}})
