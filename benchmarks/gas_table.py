"""Gas by contract and function, from the receipts of fixed small scenes: docs/evidence/gas.md, which changes only on purpose (`make gas`).

A scene is a function here that is given a `Watch`; whatever its chain carries out is counted.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median_low
from typing import Any, get_args

from benchmarks.gas import chain_with_gas
from shengdian import agents, contracts
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.roles import Role
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import Bid, Bids, Line, Offer, Rules, Segment
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.keys import created_address
from shengdian.sim.chain.port import Block, Chain, Transaction
from shengdian.sim.designs import ranked
from shengdian.sim.market.agreements import AgreementsMarket, Proposal
from shengdian.sim.market.curves import flat_energy, load_proportional
from shengdian.sim.market.listing import ListingMarket
from shengdian.sim.market.participants import Participant
from shengdian.sim.mechanisms import MECHANISMS
from shengdian.sim.model import Model

PATH = Path(__file__).parent.parent / "docs" / "evidence" / "gas.md"
HOURS = 3
START = 1_467_302_400
"""seconds since 1970 at hour 0 of the scenes without a config"""
RENEW = "make gas"
HEAD = f"""# Gas by function

From the receipts of fixed small scenes (`benchmarks/gas_table.py`): the six-province day for {HOURS} hours under every design that it has,
mechanism and way of bidding, deviations, collateral, listings and agreements. Calls that were refused are left out. `{RENEW}`
writes this file anew; a test compares it, so that gas changes only on purpose. [unchecked](unchecked.md)
says what blocks without overflow checks save, and what an hour of the golden runs costs since they were frozen first.

| contract | function | calls | least | median | most |
|---|---|---:|---:|---:|---:|
"""


class Watch:
    """Gas of every successful call of known contracts, by contract and function."""

    def __init__(self, chain: str) -> None:
        self.chain = chain
        self.used: dict[tuple[str, str], list[int]] = defaultdict(list)

    def begin(self) -> Callable[[Block], None]:
        """Takes the blocks of a fresh chain, one after the other."""
        nonces: dict[bytes, int] = defaultdict(int)
        names: dict[bytes, str] = {}

        def see(block: Block) -> None:
            for receipt in block.receipts:
                sent = receipt.transaction
                nonce, nonces[sent.sender] = nonces[sent.sender], nonces[sent.sender] + 1
                if not sent.to:
                    names[created_address(sent.sender, nonce)] = _created(sent.data)
                if receipt.success:
                    name = names[sent.to or created_address(sent.sender, nonce)]
                    self.used[name, _function(name, sent.data) if sent.to else "(creation)"].append(receipt.gas)

        return see

    def watched(self) -> Watched:
        """A fresh chain whose blocks are taken."""
        return Watched(open_chain(self.chain), self.begin())

    def table(self) -> str:
        """The whole file."""
        rows = [
            f"| {contract} | {function} | {len(gas):,} | {min(gas):,} | {median_low(gas):,} | {max(gas):,} |\n"
            for (contract, function), gas in sorted(self.used.items())
        ]
        return HEAD + "".join(rows)


class Watched:
    """A chain that shows every block that it makes."""

    def __init__(self, chain: Chain, see: Callable[[Block], None]) -> None:
        self._chain, self._see = chain, see

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chain, name)

    def send_block(self, transactions: Sequence[Transaction], timestamp: int) -> Block:
        block = self._chain.send_block(transactions, timestamp)
        self._see(block)
        return block


def _created(code: bytes) -> str:
    return next(name for name in contracts.names() if (own := interface(name).artifact.bytecode) and code.startswith(own))


def _function(contract: str, data: bytes) -> str:
    known = interface(contract)
    entry = known.by_selector[data[:4]]
    alike = [other for other in known.by_selector.values() if other["name"] == entry["name"]]
    return str(entry["name"]) if len(alike) == 1 else f"{entry['name']}, {len(entry['inputs'])} arguments"


# --- scenes -----------------------------------------------------------------------------------------------------------------------


def run(watch: Watch, config: str, design: str, **changes: Any) -> None:
    """Some hours of an experiment; `changes` by full key, `__` for the dot."""
    keys = {key.replace("__", "."): value for key, value in changes.items()}
    changed = override(load_config(config), {"run.chain": watch.chain, "run.hours": HOURS, "run.compare": (design,), **keys})
    model = Model(build_scenario(changed, design, 1), agents.build, watch.begin())
    for _ in range(HOURS):
        model.step_hour()


def designs(watch: Watch) -> None:
    for design in ranked():
        if design.regional != "nodal":  # whose networks are in nodal_gas.py
            run(watch, "six-provinces-day", design.name)


def mechanisms(watch: Watch) -> None:
    """Every mechanism and way of bidding that `designs` does not have, under the first design that allows it, and two stages sealed."""
    for mechanism in MECHANISMS:
        first = next(design.name for design in ranked() if design.takes(mechanism))
        for bids in get_args(Bids):
            if (mechanism.name, bids) != ("uniform", "open") and (bids == "open" or not mechanism.dispatches):
                run(watch, "six-provinces-day", first, market__mechanism=mechanism.name, market__bids=bids)
    run(watch, "six-provinces-day", "two_stage", market__bids="sealed")


def deviations(watch: Watch) -> None:
    run(watch, "deviations-day", "coupled")


def collateral(watch: Watch) -> None:
    run(watch, "collateral-day", "coupled", collateral__hours=2)


def listing(watch: Watch) -> None:
    """Two post, two take a part, the rest is shared at the gate."""
    names = ("first", "second", "third", "fourth")
    market = ListingMarket(watch.watched(), 0, 1000, 1, [Participant(name, Role.PLANT, 0) for name in names], Timetable(START))
    market.post([Offer("first", (Segment(300, 50),)), Offer("second", (Segment(310, 70),))])
    for name, energy in (("third", 60), ("fourth", 30)):
        market.take(Bid(name, (Segment(400, energy),)))
    market.share()


def agreements(watch: Watch) -> None:
    """Two annual agreements, one of them on a line, one bilateral refused, one more monthly; a day is delivered."""
    rules = Rules(2, (Line(0, 1, 100, 50, 20_000),), 0, 100_000, 500_000)
    people = [Participant("plant", Role.PLANT, 0), Participant("user", Role.USER, 0), Participant("away", Role.USER, 1)]
    desk = AgreementsMarket(watch.watched(), rules, ("N", "S"), people, START, [[100, 110], [90, 120, 100]])
    desk.set_capability("plant", [100_000, 100_000])
    desk.open_window("annual", 0, 2)
    annual = Proposal("plant", "user", "annual", 0, (4_800, 4_800), 30_000, load_proportional([1] * 12 + [3] * 12))
    over = Proposal("plant", "away", "annual", 0, (flat_energy(10, 2), flat_energy(10, 3)), 20_000, line=0)
    desk.agree([annual, over])
    desk.open_window("monthly", 0)
    refused = desk.propose([Proposal("plant", "user", "monthly", 0, (480,), 30_000)])
    desk.cancel([answer.id for answer in refused if answer.id is not None])
    desk.agree([Proposal("plant", "user", "monthly", 0, (480,), 31_000)])
    desk.wait_until(START)
    for hour in range(24):
        desk.settle(hour)


SCENES = (designs, mechanisms, deviations, collateral, listing, agreements)


def made() -> str:
    """The file as it should be; every EVM gives the same."""
    watch = Watch(chain_with_gas())
    for scene in SCENES:
        scene(watch)
    return watch.table()


def main() -> int:
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(made(), encoding="utf-8", newline="\n")
    sys.stderr.write(f"wrote {PATH.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
