"""revm: from end to end above the bare engine on the same calldata.

The bare engine is pyrevm's `message_call` in a loop: no receipts, no logs taken, no journal closed. What the traders' slots hold afterwards
is compared: the same work was done.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks.clock import now
from benchmarks.sizes import Size
from benchmarks.table import Report, Row, ratios
from benchmarks.workload import Day, fast_chains, replay, simulate
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import MissingExtra
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import BALANCE, BLOCK_GAS, CHAIN_ID, TRANSACTION_GAS, Block, Transaction

QUESTION = "revm, in this process and in one of its own: end to end / the bare engine on the recorded calldata"


class BareEngine:
    """pyrevm without anything around it."""

    def __init__(self) -> None:
        pyrevm: Any = import_module("pyrevm")
        self._pyrevm = pyrevm
        environment = pyrevm.Env(cfg=pyrevm.CfgEnv(chain_id=CHAIN_ID))
        self.evm = pyrevm.EVM(env=environment, gas_limit=BLOCK_GAS, spec_id="PRAGUE")
        self._nonces: dict[bytes, int] = {}

    def set_up(self, block: Block) -> None:
        """Carries out a block of set-up, nonces and balances included."""
        self._at(block.number, block.timestamp)
        for receipt in block.receipts:
            asked = receipt.transaction
            nonce = self._nonces.get(asked.sender, 0)
            self._nonces[asked.sender] = nonce + 1
            sender = "0x" + asked.sender.hex()
            if asked.to:
                self.evm.message_call(sender, "0x" + asked.to.hex(), asked.data, gas=TRANSACTION_GAS)
            else:
                self.evm.insert_account_info(sender, self._pyrevm.AccountInfo(balance=BALANCE, nonce=nonce))
                self.evm.deploy(sender, asked.data, gas=TRANSACTION_GAS)

    def _at(self, number: int, timestamp: int) -> None:
        self.evm.set_block_env(self._pyrevm.BlockEnv(number=number, timestamp=timestamp, gas_limit=BLOCK_GAS))

    def run(self, blocks: list[tuple[int, int, list[tuple[str, str, bytes]]]]) -> float:
        """Seconds of blocks of (sender, contract, calldata)."""
        call = self.evm.message_call
        begun = now()
        for number, timestamp, sent in blocks:
            self._at(number, timestamp)
            for sender, to, data in sent:
                call(sender, to, data, gas=TRANSACTION_GAS)
        return now() - begun


def prepared(blocks: tuple[Block, ...]) -> list[tuple[int, int, list[tuple[str, str, bytes]]]]:
    """The recorded calldata as pyrevm takes it."""

    def of(transaction: Transaction) -> tuple[str, str, bytes]:
        return "0x" + transaction.sender.hex(), "0x" + transaction.to.hex(), transaction.data

    return [(block.number, block.timestamp, [of(receipt.transaction) for receipt in block.receipts if receipt.success]) for block in blocks]


def bare(day: Day) -> float:
    """Seconds of the day's transactions on the bare engine."""
    engine = BareEngine()
    for block in day.setup:
        engine.set_up(block)
    seconds = engine.run(prepared(day.blocks))
    market = day.model.market
    auction: Any = interface(market.rules.contract)
    for trader in market.traders:
        asked = Transaction(
            market.address(trader.id), market.contracts[market.rules.contract], auction.call("accountOf", market.address(trader.id))
        )
        found = engine.evm.message_call("0x" + asked.sender.hex(), "0x" + asked.to.hex(), asked.data, gas=TRANSACTION_GAS)
        assert bytes(found) == market.chain.call(asked), f"the bare engine holds another order of {trader.id}"
    return seconds


def measure(size: Size) -> Report:
    try:
        open_chain("revm")
    except MissingExtra as error:
        return Report([Row("revm: end to end / bare engine", (), note=str(error))])
    hours = 24 * size.days if size.days > 1 else size.hours
    ends: dict[str, list[float]] = {chain: [] for chain in fast_chains()}
    engine: list[float] = []
    adapter: list[float] = []
    day = simulate(size, "revm", hours)
    for _ in range(size.repeats):
        for chain, seconds in ends.items():
            again = simulate(size, chain, hours, keep=False)
            assert again.digest == day.digest
            seconds.append(again.seconds)
        engine.append(bare(day))
        adapter.append(replay(day))
    note = f"{hours} h, {day.orders} orders, {day.transactions} transactions, equal slots afterwards"
    rows = [Row(f"{chain}: end to end / bare engine", ratios(ends[chain], engine), "x", "at most", 1.6, note=note) for chain in ends]
    rows += [
        Row("revm: chain adapter alone / bare engine", ratios(adapter, engine), note="receipts with exact gas and logs, journal closed"),
        *(Row(f"{chain}: end to end an hour", tuple(each / hours * 1e3 for each in seconds), "ms") for chain, seconds in ends.items()),
        Row("revm: bare engine an hour", tuple(seconds / hours * 1e3 for seconds in engine), "ms"),
    ]
    raw = {"hours": hours, "end_to_end_s": ends, "bare_engine_s": engine, "adapter_alone_s": adapter}
    return Report(rows, raw | {"seconds_by_part_of_last_repeat": {**again.model.seconds, **again.model.market.seconds}})
