"""Agent-to-EVM packages submit the same orders to the same contract: they only submit, we also decide, solve, decode, settle and record."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.clock import now
from benchmarks.environment import Unavailable, environment, foreign
from benchmarks.sizes import Size
from benchmarks.table import Report, Row, ratios
from benchmarks.workload import Day, after_setup, simulate, transactions
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import MissingExtra
from shengdian.sim.chain.abi import interface, selector
from shengdian.sim.chain.keys import created_address
from shengdian.sim.chain.port import Block, Transaction
from shengdian.sim.market.chain_market import ChainMarket

QUESTION = "revm from end to end / verbs and simular submitting the same orders to the same contract"
SCRIPTS = {"verbs_orders": "verbs==0.4.1", "simular_orders": "simular-evm==0.3.0"}
"""script of benchmarks/foreign/ and what it needs; both ask for no Python above 3.11 or 3.12"""
WAYS = {
    "verbs_orders_encoding": "verbs encoding its orders",
    "verbs_orders_pre_encoded": "verbs given ready calldata",
    "simular_orders_encoding": "simular",
}
OURS = {"revm": "revm, end to end", "submitting": "revm adapter, orders alone"}
SUBMITS: frozenset[bytes] = frozenset({selector("submit(uint256)"), selector("submit(uint256,uint256)")})


def is_order(transaction: Transaction) -> bool:
    """Whether it places an order."""
    return transaction.data[:4] in SUBMITS


def given(day: Day) -> dict[str, Any]:
    """The day as the scripts take it: set-up and orders, all bytes in hexadecimal."""
    market = day.model.market
    names = {address: name for name, address in market.contracts.items()}
    nonces: dict[bytes, int] = defaultdict(int)

    def step(transaction: Transaction, block: Block) -> dict[str, Any]:
        made: dict[str, Any] = {key: getattr(transaction, key).hex() for key in ("sender", "to", "data")}
        made["created"] = created_address(transaction.sender, nonces[transaction.sender]).hex()
        made["timestamp"] = block.timestamp
        nonces[transaction.sender] += 1
        if transaction.to:
            entry, arguments = interface(names[transaction.to]).arguments(transaction.data)
            made["function"] = entry["name"]
            made["signature"] = f"{entry['name']}({','.join(field['type'] for field in entry['inputs'])})"
            made["arguments"] = [text(argument) for argument in arguments]
        return made

    return {
        "setup": [step(transaction, block) for block in day.setup for transaction in transactions(block) if needed(transaction, market)],
        "hours": [
            {
                "timestamp": block.timestamp,
                "orders": [[sent.sender.hex(), sent.to.hex(), sent.data.hex()] for sent in transactions(block) if is_order(sent)],
            }
            for block in day.blocks[::2]
        ],
    }


def needed(transaction: Transaction, market: ChainMarket) -> bool:
    """Set-up that orders depend on: all but the terms of contract energy."""
    return transaction.to != market.contracts["Allocation"]


def text(argument: Any) -> Any:
    """An argument as JSON holds it."""
    if isinstance(argument, bytes):
        return "0x" + argument.hex()
    return [text(one) for one in argument] if isinstance(argument, list | tuple) else argument


def submitting(day: Day) -> float:
    """Seconds of our own chain adapter with the orders alone, receipts and logs included."""
    chain = after_setup(day)
    sent = [([each for each in transactions(block) if is_order(each)], block.timestamp) for block in day.blocks[::2]]
    begun = now()
    blocks = [chain.send_block(orders, timestamp) for orders, timestamp in sent]
    seconds = now() - begun
    assert all(receipt.success for block in blocks for receipt in block.receipts)
    return seconds


def peers(size: Size) -> tuple[dict[str, Path], list[Row]]:
    """The interpreter by script, and a row for every package that is not there."""
    found, missing = {}, []
    for script, requirement in SCRIPTS.items():
        try:
            if not size.peers:
                raise Unavailable("left out")
            found[script] = environment(script.removesuffix("_orders"), [requirement])
        except Unavailable as error:
            missing.append(Row(f"revm: end to end / {requirement}", (), note=str(error)))
    return found, missing


def measure(size: Size) -> Report:
    try:
        open_chain("revm")
    except MissingExtra as error:
        return Report([Row("revm: end to end / verbs, an order", (), note=str(error))])
    found, missing = peers(size)
    hours = 24 * size.days if size.days > 1 else size.hours
    seconds: dict[str, list[float]] = defaultdict(list)
    day = simulate(size, "revm", hours)
    recorded = given(day)
    gas = sum(receipt.gas for block in day.blocks for receipt in block.receipts if is_order(receipt.transaction))
    for _ in range(size.repeats):
        seconds["revm"].append(simulate(size, "revm", hours, keep=False).seconds)
        seconds["submitting"].append(submitting(day))
        for script in list(found):
            try:
                answer = foreign(found[script], script, recorded)
            except Unavailable as error:
                del found[script]
                missing.append(Row(f"revm: end to end / {SCRIPTS[script]}", (), note=str(error)))
                continue
            for way in ("encoding", "pre_encoded"):
                if way in answer:
                    seconds[f"{script}_{way}"].append(answer[way])
            assert answer.get("gas", gas) == gas, "the same orders used other gas"

    alone = seconds["submitting"]
    note = f"{hours} h, {day.orders} orders; ours with everything, the other only submits"
    rows = []
    for way, said in WAYS.items():
        if way in seconds and len(seconds[way]) == size.repeats:
            target, aim = (1.0, 1 / 1.5) if way.startswith("verbs") else (None, None)
            ratio = ratios(seconds["revm"], seconds[way])
            rows.append(Row(f"revm: end to end / {said}, an order", ratio, "x", "at most", target, aim, note))
            rows.append(Row(f"revm: adapter with orders alone / {said}", ratios(alone, seconds[way])))
    per_order = {way: tuple(second / day.orders * 1e6 for second in values) for way, values in seconds.items()}
    rows += [Row(f"an order: {WAYS.get(way, OURS.get(way, way))}", values, "us") for way, values in per_order.items()]
    return Report([*rows, *missing], {"hours": hours, "orders": day.orders, "seconds": seconds})
