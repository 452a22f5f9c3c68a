"""`make bench`: what the way from an agent's intent to the settled record costs above the bare EVM.

The six-province day is simulated for a few hours; then the very same signed blocks are replayed through py-evm's `mine_all` alone, and one
hour's orders through web3 with eth-tester mining each transaction by itself. Equal block hashes prove that the same work was done.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import agents
from experiments.build import build_scenario
from experiments.config import load_config
from sim.chain import Block
from sim.chain.eth_tester import EthTesterChain
from sim.model import Model

HOURS = 4
REPEATS = 3
AUTOMINED = 60
"""orders sent through auto-mining; its time a transaction does not depend on their number"""


def end_to_end() -> tuple[float, list[Block], EthTesterChain]:
    """Wall seconds of the hours (set-up left out), all blocks, and the chain."""
    blocks: list[Block] = []
    config = load_config("six-provinces-day")
    model = Model(build_scenario(config, "two_stage", 1), agents.build, blocks.append)
    begun = perf_counter()
    for _ in range(HOURS):
        model.step_hour()
    assert isinstance(model.chain, EthTesterChain)
    return perf_counter() - begun, blocks, model.chain


def fresh(chain: EthTesterChain, first: Block) -> EthTesterChain:
    """A chain with the same genesis."""
    other = EthTesterChain()
    other.adopt(chain)
    other.begin(first.timestamp)
    return other


def bare(chain: EthTesterChain, blocks: list[Block], setup: int) -> float:
    """Wall seconds of `mine_all` alone on the hours' blocks."""
    other = fresh(chain, blocks[0])
    seconds = 0.0
    for place, block in enumerate(blocks):
        signed = [other.decode(receipt.raw) for receipt in block.receipts]
        begun = perf_counter()
        imported, _, _ = other.mine(signed, block.timestamp)
        seconds += (perf_counter() - begun) * (place >= setup)
        assert imported.imported_block.hash == block.hash
    return seconds


def automined(chain: EthTesterChain, blocks: list[Block], setup: int) -> float:
    """Wall seconds a transaction through web3 and eth-tester, each in a block of its own."""
    other = fresh(chain, blocks[0])
    for block in blocks[:setup]:
        other.mine([other.decode(receipt.raw) for receipt in block.receipts], block.timestamp)
    web3 = other.web3
    raws = [receipt.raw for receipt in blocks[setup].receipts][:AUTOMINED]
    begun = perf_counter()
    for raw in raws:
        web3.eth.wait_for_transaction_receipt(web3.eth.send_raw_transaction(raw), timeout=5)
    return (perf_counter() - begun) / len(raws)


def main() -> int:
    rows = []
    for repeat in range(REPEATS):
        seconds, blocks, chain = end_to_end()
        setup = len(blocks) - 2 * HOURS
        transactions = sum(len(block.receipts) for block in blocks[setup:])
        each, alone, auto = seconds / transactions, bare(chain, blocks, setup) / transactions, automined(chain, blocks, setup)
        rows.append({"end_to_end_ms": each * 1e3, "mine_all_ms": alone * 1e3, "auto_mining_ms": auto * 1e3})
        rows[-1] |= {"end_to_end/mine_all": each / alone, "end_to_end/auto_mining": each / auto}
        sys.stderr.write(f"repeat {repeat + 1} of {REPEATS}\n")
    medians = {key: round(median(row[key] for row in rows), 3) for key in rows[0]}
    Path("runs").mkdir(exist_ok=True)
    Path("runs/bench.json").write_text(json.dumps({"hours": HOURS, "repeats": REPEATS, "rows": rows, "median": medians}, indent=1))
    sys.stdout.write(json.dumps(medians, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
