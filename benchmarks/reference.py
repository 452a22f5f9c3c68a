"""The reference chain: from end to end above py-evm's bare `mine_all`, and beside eth-tester's auto-mining.

The very same signed blocks are replayed; equal block hashes prove that the same work was done.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.clock import now
from benchmarks.sizes import Size
from benchmarks.table import Report, Row, ratios
from benchmarks.workload import Day, simulate
from shengdian.sim.adapters.eth_tester import EthTesterChain
from shengdian.sim.chain.port import Block

QUESTION = "eth-tester: end to end / bare mine_all of the same signed blocks, and auto-mining through web3 / one block"


def fresh(day: Day) -> EthTesterChain:
    """A chain with the same genesis."""
    chain = EthTesterChain()
    assert isinstance(day.model.chain, EthTesterChain)
    chain.adopt(day.model.chain)
    chain.begin(day.setup[0].timestamp)
    mine(chain, day.setup)
    return chain


def mine(chain: EthTesterChain, blocks: Sequence[Block]) -> float:
    """Seconds of `mine_all` on the blocks; reading their transactions is not timed."""
    seconds = 0.0
    for block in blocks:
        signed = [chain.decode(receipt.raw) for receipt in block.receipts]
        begun = now()
        imported, _, _ = chain.mine(signed, block.timestamp)
        seconds += now() - begun
        assert imported.imported_block.hash == block.hash
    return seconds


def orders_of(block: Block, most: int) -> list[bytes]:
    """Signed orders of a block, without the operator's transactions before them."""
    operator = block.receipts[0].transaction.sender
    return [receipt.raw for receipt in block.receipts if receipt.transaction.sender != operator][:most]


def automined(chain: EthTesterChain, orders: Sequence[bytes], timestamp: int) -> float:
    """Seconds through web3 and eth-tester, each order in a block of its own."""
    web3, inner = chain.web3, chain._backend.chain
    begun = now()
    for place, raw in enumerate(orders):
        inner.header = inner.header.copy(timestamp=timestamp + place)  # eth-tester would stamp its own time, which is another hour
        receipt = web3.eth.wait_for_transaction_receipt(web3.eth.send_raw_transaction(raw), timeout=5)
        assert receipt["status"] == 1
    return now() - begun


def together(chain: EthTesterChain, orders: Sequence[bytes], timestamp: int) -> float:
    """Seconds for the same orders in one block."""
    begun = now()
    _, receipts, computations = chain.mine([chain.decode(raw) for raw in orders], timestamp)
    seconds = now() - begun
    assert len(receipts) == len(orders)
    assert not any(computation.is_error for computation in computations)
    return seconds


def measure(size: Size) -> Report:
    """The hours, their blocks alone, and some of their orders in two ways."""
    both: list[float] = []
    bare: list[float] = []
    auto: list[float] = []
    block: list[float] = []
    for _ in range(size.repeats):
        day = simulate(size, "eth-tester", size.hours)
        both.append(day.seconds)
        bare.append(mine(fresh(day), day.blocks))
        orders, timestamp = orders_of(day.blocks[0], size.automined), day.blocks[0].timestamp
        auto.append(automined(fresh(day), orders, timestamp))
        block.append(together(fresh(day), orders, timestamp))
    note = f"{size.hours} h, equal block hashes"
    overhead = ratios(both, bare)
    against = tuple(above * one / single for above, one, single in zip(overhead, block, auto, strict=True))
    rows = [
        Row("eth-tester: end to end / mine_all alone", overhead, "x", "at most", 1.15, note=note),
        Row(
            "eth-tester: end to end / auto-mining",
            against,
            "x",
            "at most",
            0.5,
            note="the row above x one block / auto-mining",
        ),
        Row("eth-tester: auto-mining / one block", ratios(auto, block), note=f"the same {len(orders)} orders"),
    ]
    raw = {"end_to_end_s": both, "mine_all_s": bare, "orders": len(orders), "auto_mining_s": auto, "one_block_s": block}
    return Report(rows, raw)
