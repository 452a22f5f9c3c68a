"""Hours of a market of four provinces on their four validators, held against the same hours on eth-tester."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from time import sleep
from typing import Any

from evidence.consortium.chain import ConsortiumChain
from evidence.consortium.network import Clients, Node, network, waited
from shengdian.audit import audit
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.one_run import run_single
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.adapters.rpc_answers import logs_of
from shengdian.sim.chain import keys
from shengdian.sim.chain.port import OWN_CLOCK_FUNDS
from shengdian.sim.market.participants import OPERATOR, participants
from shengdian.sim.record.chain_record import NAME, Digest, read_record

PROVINCES = ("SX", "SD", "SC", "GD")
"""one validator each; the operator sends to the first one's node"""
MARKET = {"region.zones": list(PROVINCES), "users.count": {"industry": 1, "commerce": 1, "residential": 1}}
AWAY = 2
"""place of the validator that is stopped"""
CLEARS = 1800
"""seconds into the hour at which the market is cleared: then it is away"""

UNDER_WAY, SILENCE = 5.0, 20.0
"""wall seconds for the block that is under way when two go, and in which a network that goes on makes about a dozen"""


def carry_out(folder: Path, programs: Clients, hours: int) -> dict[str, Any]:
    """Runs the hours on the validators and on eth-tester; what was found, as JSON has it."""
    plain = override(load_config("base"), {**MARKET, "run.hours": hours, "run.chain": "eth-tester", "run.compare": []})
    people = participants(build_scenario(plain, plain.run.design, plain.run.seeds[0]))
    homes = {keys.address(each.id): each.zone for each in people}
    funds = dict.fromkeys([*homes, keys.address(OPERATOR)], OWN_CLOCK_FUNDS)
    absence: dict[str, int] = {}
    with network(PROVINCES, funds, folder / "network", programs) as nodes:

        def around(since: int, before: bool) -> None:
            if since == CLEARS and before:
                nodes[AWAY].stop()
                absence["stopped_at_block"] = height(nodes[0])
            elif since == CLEARS:
                absence["back_at_block"] = height(nodes[0])
                nodes[AWAY].start()
                nodes[AWAY].meet(nodes)

        chain = ConsortiumChain([node.url for node in nodes], homes, around)
        run = run_single(override(plain, {"run.chain": nodes[0].url}), folder / "runs", chain=chain)
        blocks = list(read_record(run / NAME))[1:]
        last = max(block["number"] for block in blocks)
        for node in nodes:
            waited(lambda node=node: height(node) >= last, f"{node.name} does not reach block {last}")
        digests = {node.name: digest(node, [block["number"] for block in blocks]) for node in nodes}
        hashes = {node.ask("eth_getBlockByNumber", hex(last), False)["hash"] for node in nodes}
        makers = Counter(nodes[-1].ask("eth_getBlockByNumber", hex(number), False)["miner"] for number in range(1, last + 1))
        made_by = {node.name: makers[node.recipient] for node in nodes}
    manifest = json.loads((run / "manifest.json").read_text())
    reference = json.loads((run_single(plain, folder / "runs") / "manifest.json").read_text())
    return {
        "hours": hours,
        "provinces": list(PROVINCES),
        "transactions": manifest["transactions"],
        "sent_to": dict(zip(PROVINCES, chain.sent, strict=True)),
        "blocks": last,
        "blocks_of_the_run": len(blocks),
        "made_by": made_by,
        "away": PROVINCES[AWAY],
        **absence,
        "last_block_hashes": len(hashes),
        "digest": manifest["digest"],
        "digest_by_node": digests,
        "digest_on_eth_tester": reference["digest"],
        "gas": manifest["gas"],
        "gas_on_eth_tester": reference["gas"],
        "audit_differences": [each.sentence for each in audit(run, "pyevm").differences],
    }


def two_away(folder: Path, programs: Clients) -> dict[str, int]:
    """What comes of the network while half of it is away, and when one of them is back: blocks more than at the beginning."""
    with network(PROVINCES, {}, folder, programs) as nodes:
        for node in nodes[2:]:
            node.stop()
        sleep(UNDER_WAY)
        stopped = height(nodes[0])
        sleep(SILENCE)
        silent = height(nodes[0])
        nodes[2].start()
        waited(lambda: height(nodes[0]) > silent + 3, "no blocks come with three of four")
        return {"blocks_with_two_away": silent - stopped, "blocks_with_one_back": height(nodes[0]) - silent}


def height(node: Node) -> int:
    """Number of its last block."""
    return int(node.ask("eth_blockNumber"), 16)


def digest(node: Node, numbers: list[int]) -> str:
    """Of the logs in these blocks, as the node tells them."""
    found = Digest()
    for number in numbers:
        for receipt in node.ask("eth_getBlockReceipts", hex(number)):
            found.extend(logs_of(receipt))
    return found.hex()
