"""The reference chain: from end to end above py-evm's bare `mine_all`, and beside eth-tester's auto-mining.

The very same signed blocks are replayed; equal block hashes prove that the same work was done.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.clock import now
from benchmarks.sizes import Size
from benchmarks.table import Report, Row, ratios
from benchmarks.workload import Day, simulate
from sim.chain import Block
from sim.chain.eth_tester import EthTesterChain

QUESTION = "eth-tester: end to end / bare mine_all of the same signed blocks, and / auto-mining through web3"


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


def automined(chain: EthTesterChain, block: Block, most: int) -> float:
    """Seconds an order through web3 and eth-tester, each in a block of its own."""
    web3, inner = chain.web3, chain._backend.chain
    operator = block.receipts[0].transaction.sender
    orders = [receipt.raw for receipt in block.receipts if receipt.transaction.sender != operator][:most]
    begun = now()
    for place, raw in enumerate(orders):
        inner.header = inner.header.copy(timestamp=block.timestamp + place)  # eth-tester would stamp its own time, which is another hour
        receipt = web3.eth.wait_for_transaction_receipt(web3.eth.send_raw_transaction(raw), timeout=5)
        assert receipt["status"] == 1
    return (now() - begun) / len(orders)


def measure(size: Size) -> Report:
    both: list[float] = []
    bare: list[float] = []
    each: list[float] = []
    auto: list[float] = []
    for _ in range(size.repeats):
        day = simulate(size, "eth-tester", size.hours)
        both.append(day.seconds)
        bare.append(mine(fresh(day), day.blocks))
        auto.append(automined(fresh(day), day.blocks[0], size.automined))
        each.append(day.seconds / day.transactions)
    rows = [
        Row(
            "eth-tester: end to end / mine_all alone", ratios(both, bare), "x", "at most", 1.15, note=f"{size.hours} h, equal block hashes"
        ),
        Row(
            "eth-tester: auto-mining / end to end",
            ratios(auto, each),
            note="a transaction; auto-mined are orders only, end to end is everything",
        ),
    ]
    return Report(rows, {"end_to_end_s": both, "mine_all_s": bare, "end_to_end_s_a_transaction": each, "auto_mining_s_a_transaction": auto})
