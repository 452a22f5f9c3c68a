"""Everything decided again: the config's agents, and the operator, run once more, and whatever they send is held against the record.

Runs are deterministic, so that the same config sends the same transactions in the same order, on every chain. Strategies of a user's own
are carried out here, and nowhere else in an audit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from shengdian import agents
from shengdian.audit.deployment_checks import due_contracts
from shengdian.audit.tables import first_difference, sentence
from shengdian.audit.verdict import Difference
from shengdian.experiments.config.loading import own_names
from shengdian.experiments.schema import Config, Rulebook
from shengdian.sim.base.errors import InputError, MarketError
from shengdian.sim.base.orders import SEGMENTS_A_WORD, unpack
from shengdian.sim.base.own_code import place
from shengdian.sim.base.units import per_mwh, mwh
from shengdian.sim.chain import keys
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Block, Transaction
from shengdian.sim.market.participants import OPERATOR, participants
from shengdian.sim.model import Model
from shengdian.sim.record.chain_record import NAME, hexadecimal
from shengdian.sim.record.recorded_blocks import Unreadable, read
from shengdian.sim.record.replay import WITHOUT_GAS
from shengdian.sim.record.run_folder import sha256_of
from shengdian.sim.record.tables import learning_columns, to_arrow
from shengdian.sim.scenario import Scenario

CARRIES_CODE = "pyevm"
"""the chain for an auction of a user's own, whose contract is known and whose twin is code of the user's"""
LEARNING = "learning"
ORDERS = ("submit", "reveal")
"""functions that are given an order in words"""
CALLED: Mapping[str, str] = {
    "submit": "order",
    "reveal": "revealed order",
    "commit": "sealed order",
    "submitDay": "orders of the day",
    "amendRegional": "markup in the region",
    "listRegulation": "list of regulation",
    "allocate": "allocation",
    "clear": "clearing",
    "forfeit": "call of bonds",
    "settle": "settlement",
    "bill": "bill",
    "close": "close of accounts",
}
"""what a transaction is, by the function that it calls"""


class Differs(Exception):
    """The record is not what the config decides; all that follows may differ for that reason alone."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(difference.sentence)
        self.difference = difference


class Rerun:
    """A finished run decided again."""

    def __init__(self, directory: Path, scenario: Scenario) -> None:
        self.compared = 0
        """transactions"""
        self.differences: list[Difference] = []
        self._directory, self._scenario = directory, scenario
        self._names = {keys.address(name): name for name in (*(each.id for each in participants(scenario)), OPERATOR)}
        self._recorded: Iterator[Block] = iter(())

    def run(self) -> None:
        """Runs all hours and notes the first thing that differs."""
        scenario = self._scenario
        rows = []
        try:
            self._recorded = (each.block for each in read(self._directory / NAME)[2])
            model = Model(self._on_its_chain(), agents.build, on_block=self._compare)
            while model.hour < scenario.hours:
                model.step_hour()
                if model.hour % scenario.day == 0 or model.hour == scenario.hours:
                    learned = [row for agent in model.traders for row in agent.learned()]
                    rows.append(learning_columns(model.hour - 1, scenario.time(model.hour - 1), learned))
            if (more := next(self._recorded, None)) is not None:
                raise Differs(Difference("the config's run has ended; the record goes on", more.number, table=NAME))
            self._compare_learning(to_arrow(LEARNING, rows))
        except Differs as found:
            self.differences.append(found.difference)
        except Unreadable as cause:
            self.differences.append(Difference(f"cannot be decided again: {cause}", cause.block, table=NAME))
        except MarketError as cause:
            self.differences.append(Difference(f"the config cannot be run again: {cause}"))

    def _on_its_chain(self) -> Scenario:
        return replace(self._scenario, chain=CARRIES_CODE if self._scenario.own_mechanism else WITHOUT_GAS)

    def _compare_learning(self, due: pa.Table) -> None:
        """What agents remember, which no log holds."""
        try:
            found = pq.read_table(self._directory / f"{LEARNING}.parquet").cast(due.schema)
        except (OSError, ValueError, pa.ArrowException) as cause:
            raise Differs(Difference(f"the table is missing or damaged ({cause})", table=LEARNING)) from cause
        if found.equals(due):
            return
        row = first_difference(found, due)
        if row is None or row >= len(due):
            said = f"it has {len(found)} rows; the config's agents leave {len(due)}"
            raise Differs(Difference(said, table=LEARNING, row=min(len(found), len(due))))
        raise Differs(Difference(sentence(found, due, row, "the config's agents"), table=LEARNING, row=row))

    # --- blocks -----------------------------------------------------------------------------------------------------------------

    def _compare(self, due: Block) -> None:
        """The next block of the record should ask the same of the chain, in the same order. Raises Differs."""
        found = next(self._recorded, None)
        if found is None:
            raise Differs(Difference(f"the record ends; the config's run has a block {self._when(due)}", due.number, table=NAME))
        said = [receipt.transaction for receipt in found.receipts]
        made = [receipt.transaction for receipt in due.receipts]
        self.compared += len(said)
        at = next((at for at, (one, other) in enumerate(zip_longest(said, made)) if one != other), None)
        if at is not None:
            what, place = self._first(said, made, at, self._when(due))
            raise Differs(Difference(what, found.number, hexadecimal(found.receipts[place].hash) if place is not None else None, NAME))

    def _when(self, block: Block) -> str:
        hour = self._scenario.timetable.hour_at(block.timestamp)
        return f"of hour {hour}" if hour >= 0 else "before hour 0"

    def _first(self, said: list[Transaction], made: list[Transaction], at: int, when: str) -> tuple[str, int | None]:
        """What the record has otherwise, from place `at` on, and the place of its transaction: somebody's is missing, or another, or one
        too many; or all are there in another order."""
        for other in made:
            if other not in said:
                place = next((place for place, each in enumerate(said) if _of_one_kind(each, other) and each not in made), None)
                who = f"the {self._what(other)} of {self._who(other)} {when}"
                if place is None:
                    return f"{who} is missing; under the config it is {self._shown(other)}", None
                return f"{who} is {self._shown(said[place])}; the config decides {self._shown(other)}", place
        for place, one in enumerate(said):
            if one not in made:
                return f"the {self._what(one)} of {self._who(one)} {when} is {self._shown(one)}; nobody sends it under the config", place
        if at >= len(made) or at >= len(said):
            return f"the block {when} has {len(said)} transactions; under the config it has {len(made)}", None
        one, other = said[at], made[at]
        return (
            f"place {at} of the block {when} has the {self._what(one)} of {self._who(one)}; under the config's ordering it is the "
            f"{self._what(other)} of {self._who(other)}",
            at,
        )

    def _who(self, asked: Transaction) -> str:
        return self._names.get(asked.sender, hexadecimal(asked.sender))

    def _what(self, asked: Transaction) -> str:
        function = self._function(asked)
        return CALLED.get(function, f"transaction {function}") if function else "contract"

    def _function(self, asked: Transaction) -> str:
        """Name of the function that is called; empty where a contract is created."""
        if not asked.to:
            return ""
        named = (interface(name).by_selector.get(asked.data[:4]) for name in due_contracts(self._scenario))
        return next((str(entry["name"]) for entry in named if entry), hexadecimal(asked.data[:4]))

    def _shown(self, asked: Transaction) -> str:
        """An order by its segments, anything else by its last bytes."""
        if self._function(asked) in ORDERS:
            words = [int.from_bytes(asked.data[at : at + 32], "big") for at in (4, 36)]
            _, _, _, sells, segments = unpack(words[0], words[1] if (words[0] >> 192 & 7) > SEGMENTS_A_WORD else 0)
            shown = " and ".join(f"{mwh(each.quantity):g} MWh at {per_mwh(each.price):.2f} CNY/MWh" for each in segments)
            return f"{'to sell' if sells else 'to buy'} {shown}"
        return f"...{asked.data[-16:].hex()}"


def _of_one_kind(one: Transaction, other: Transaction) -> bool:
    """Whether the same sender calls the same function."""
    return (one.sender, one.to, one.data[:4]) == (other.sender, other.to, other.data[:4])


def require_seeded(scenario: Scenario) -> None:
    """Raises InputError for a run whose traders drew salts at random: nobody can seal the same orders again."""
    if scenario.bids == "sealed" and scenario.salts == "random":
        raise InputError(
            "the run's salts were drawn at random, so that its sealed orders cannot be decided again; audit it without --rerun"
        )


def own_code_again(config: Rulebook, known: Mapping[str, str]) -> list[str]:
    """The files of strategies of a user's own, which are to be carried out; each is the one that the run was made with, by SHA-256.

    Raises InputError for a file that is gone or another now: other code decides otherwise.
    """
    files = []
    for name in own_names(config.resolved()) if isinstance(config, Config) else ():
        assert isinstance(config, Config)
        file = place(name, config.code_folder or "")
        if name in known and (file is None or sha256_of(file) != known[name]):
            now = "is gone" if file is None else "is another one now"
            raise InputError(f"strategy {name!r} cannot decide again: that takes the file with SHA-256 {known[name]}, which {now}")
        files.append(str(file or f"module {name}"))
    return files
