"""What the chain says of a trader, an order, an hour or a block. Read from the record and its logs, never from the tables."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from os import PathLike
from typing import Any

from shengdian.audit.deployment import Broken
from shengdian.audit.rebuild import HourRebuilt, Rebuild
from shengdian.experiments.scenario import recorded
from shengdian.sim.base import html_table
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.hour_result import OrderResult, StageResult
from shengdian.sim.base.units import FEN_PER_CNY, KWH_PER_MWH
from shengdian.sim.chain import keys
from shengdian.sim.chain.abi import interface, refusal
from shengdian.sim.chain.port import Block, Receipt
from shengdian.sim.market.participants import OPERATOR
from shengdian.sim.record.chain_record import NAME, hexadecimal
from shengdian.sim.record.finished_run import load
from shengdian.sim.record.recorded_blocks import read
from shengdian.sim.record.tables import DECLARED, statuses

Record = Mapping[str, Any]
"""one thing the chain says; `what` names the kind, `block` and `transaction` where it stands"""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; everything that is given must hold at once."""

    trader: str | None = None
    hour: int | None = None
    order: str | None = None
    """`<hour>/<trader>/<segment>`; asks for its whole life: every transaction that made it, and what every stage made of it"""
    block: int | None = None

    @property
    def orderer(self) -> str | None:
        """The trader of the order that is asked for."""
        return self.order.split("/")[1] if self.order and self.order.count("/") == 2 else None


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What the chain says, in words of its tables: energy in MWh, money in CNY."""

    records: tuple[Record, ...]
    provable: tuple[int, int] | None
    """block and place of the one transaction that answers: the order's, or the hour's clearing, or a block's only one"""

    def __repr__(self) -> str:
        kinds = Counter(record["what"] for record in self.records)
        return f"Answer: {', '.join(f'{count} of {kind}' for kind, count in kinds.items()) or 'nothing'}"

    def _repr_html_(self) -> str:
        """One table a kind of record."""
        text = ""
        for kind in dict.fromkeys(record["what"] for record in self.records):
            rows = [record for record in self.records if record["what"] == kind]
            columns = [name for name in rows[0] if name != "what"]
            cells = [["-" if row[name] is None else str(row[name]) for name in columns] for row in rows]
            text += html_table.table(columns, cells, kind, texts=len(columns))
        return text or "<p>nothing</p>"


def query(run_directory: str | PathLike[str], question: Question) -> Answer:
    """Answers from the run's record. Raises InputError for what is no run, and for whatever the run does not have."""
    run = load(run_directory, contents=True)
    _, scenario, _ = recorded(run.directory)
    rebuild = Rebuild(scenario)
    _check(question, run.hours, [person.id for person in rebuild.people])
    hour = _hour_of(question)
    found = _Found(rebuild, question)
    _, _, blocks = read(run.directory / NAME)
    try:
        for each in blocks:
            found.block(each.block)
            for rebuilt in rebuild.take(each.block):
                if hour is None or rebuilt.hour == hour:
                    found.hour(rebuilt)
            if (hour is not None and rebuild.hours > hour) or (question.block is not None and each.block.number >= question.block):
                break
    except Broken as error:
        raise InputError(
            f"{run.directory}: the record cannot be read on, transaction {rebuild.at[1]} {error}; see shengdian audit"
        ) from error
    if question.block is not None and not found.seen_block:
        raise InputError(f"--block {question.block}: the run has blocks 1 to {found.last_block}")
    if question.order is not None and not any(record["what"] == "order" for record in found.records):
        raise InputError(f"--order {question.order}: the chain has no such order; ids are <hour>/<trader>/<segment>")
    return Answer(tuple(found.records), found.provable)


def _check(question: Question, hours: int, names: Sequence[str]) -> None:
    if question == Question():
        raise InputError("query needs at least one of --trader, --hour, --order, --block")
    if question.block is not None and question != Question(block=question.block):
        raise InputError("--block stands alone: a block's transactions are listed whole")
    if question.hour is not None and not 0 <= question.hour < hours:
        raise InputError(f"--hour {question.hour}: the run has hours 0 to {hours - 1}")
    trader = question.trader or question.orderer
    if question.order and trader is None:
        raise InputError(f"--order {question.order}: ids are <hour>/<trader>/<segment>")
    if trader is not None and trader not in names:
        near = get_close_matches(trader, names, n=3, cutoff=0.4)
        raise InputError(f"{trader!r} takes no part in this run" + (f"; did you mean {' or '.join(near)}?" if near else ""))


def _hour_of(question: Question) -> int | None:
    if question.order is not None:
        text = question.order.split("/")[0]
        if not text.isdecimal():
            raise InputError(f"--order {question.order}: ids are <hour>/<trader>/<segment>")
        return int(text)
    return question.hour


def _columns(table: str, row: Any, *names: str) -> dict[str, Any]:
    """What a row says in some columns of its table, in the table's units."""
    found = {}
    for name in names:
        column = DECLARED[table][name]
        value = getattr(row, column.field)
        found[name] = value / column.kind.scale if column.kind.scale and value is not None else value
    return found


OF_ALL = ("clear", "forfeit")
"""functions that end the life of every order of an hour, whoever calls them"""


class _Found:
    """Collects what answers."""

    def __init__(self, rebuild: Rebuild, question: Question) -> None:
        self.records: list[Record] = []
        self.provable: tuple[int, int] | None = None
        self.seen_block, self.last_block = False, 0
        self._rebuild, self._question = rebuild, question
        self._name = {keys.address(name): name for name in [*(person.id for person in rebuild.people), OPERATOR]}
        self._sent: list[Record] = []
        """transactions to the auction that may belong to the life of the order that is asked for"""

    def block(self, block: Block) -> None:
        self.last_block = block.number
        if block.number == self._question.block:
            self.seen_block = True
            self.records += [self._transaction(block, place, receipt) for place, receipt in enumerate(block.receipts)]
            if len(block.receipts) == 1:
                self.provable = block.number, 0
        if self._question.order is not None:
            sent = [self._transaction(block, place, receipt) for place, receipt in enumerate(block.receipts)]
            auction = self._rebuild.deployed.auction
            self._sent += [
                record
                for record in sent
                if record["contract"] == auction and (record["sender"] == self._question.orderer or record["function"] in OF_ALL)
            ]

    def _transaction(self, block: Block, place: int, receipt: Receipt) -> Record:
        contract = self._rebuild.deployed.contracts.get(receipt.transaction.to, "")
        entry = interface(contract).by_selector.get(receipt.transaction.data[:4]) if contract else None
        return {
            "what": "transaction",
            "block": block.number,
            "place": place,
            "timestamp": block.timestamp,
            "block_hash": hexadecimal(block.hash),
            "transaction": hexadecimal(receipt.hash),
            "sender": self._name.get(receipt.transaction.sender, hexadecimal(receipt.transaction.sender)),
            "contract": contract,
            "function": entry["name"] if entry else "",
            "status": int(receipt.success),
            "error": "" if receipt.success else refusal(receipt.output).error,
            "gas": receipt.gas,
            "logs": len(receipt.logs),
        }

    def hour(self, rebuilt: HourRebuilt) -> None:
        assert rebuilt.result is not None
        assert rebuilt.settled is not None
        question, result = self._question, rebuilt.result
        cleared = {"block": rebuilt.block, "transaction": rebuilt.transaction}
        settled = {"block": rebuilt.settled.block, "transaction": rebuilt.settled.transaction}
        if question.hour is not None and question.order is None and question.trader is None and question.block is None:
            self.provable = rebuilt.block, rebuilt.place
            self._of_zones(rebuilt, cleared)
        if question.block is not None:
            return
        if question.order is not None:
            self._life(rebuilt)
        for number, stage in enumerate(result.stages):
            for row in stage.orders:
                if not self._asked(row.trader) or (question.order and row.order_id.removesuffix("/replaced") != question.order):
                    continue
                if number == 0:
                    self._order(rebuilt, row)
                if question.order is not None:
                    self._outcome(rebuilt.hour, stage, row, cleared)
                if row.filled:
                    self.records.append(
                        {
                            "what": "fill",
                            "hour": rebuilt.hour,
                            "stage": stage.stage,
                            "order_id": row.order_id,
                            "trader": row.trader,
                            "side": row.side,
                            "quantity_mwh": row.filled / KWH_PER_MWH,
                            "price_per_mwh": (row.paid_price or 0) / FEN_PER_CNY,
                            **cleared,
                        }
                    )
        trader = question.trader or question.orderer
        for entry in result.ledger:
            if (trader is None or entry.trader == trader) and not (question.order and entry.cause == "agreement"):
                said = _columns("ledger", entry, "trader", "cause", "money", "energy_mwh", "block", "transaction")
                self.records.append({"what": "payment", "hour": rebuilt.hour, **said})
        for each in result.agreements if not question.order else ():
            if trader is None or trader in (each.seller, each.buyer):
                said = _columns("agreements", each, "id", "seller", "buyer", "quantity_mwh", "price_per_mwh")
                self.records.append({"what": "agreement", "hour": rebuilt.hour, **said, **settled})

    def _life(self, rebuilt: HourRebuilt) -> None:
        """The trader's transactions to the auction in the hour, those of the day before with orders of the hour, and the clearing."""
        number = self._rebuild.number[self._question.orderer or ""]
        placed = [rebuilt.placed[number]] if number in rebuilt.placed else []
        known = {each.transaction for each in [*placed, *(refused.where for refused in rebuilt.refused if refused.number == number)]}
        begin, end = (self._rebuild.deployed.timetable.begins(rebuilt.hour + later) for later in (0, 1))
        for record in self._sent:
            here = begin <= record["timestamp"] < end and record["function"] != "submitDay"
            lapsed = record["function"] != "forfeit" or number in rebuilt.forfeited
            if (here and lapsed) or record["transaction"] in known:
                self.records.append(record)

    def _outcome(self, hour: int, stage: StageResult, row: OrderResult, cleared: Mapping[str, Any]) -> None:
        """What a stage made of the order; energy that is not filled found nobody at the zone's price."""
        price = stage.prices[row.zone]
        self.records.append(
            {
                "what": "outcome",
                "hour": hour,
                "stage": stage.stage,
                "order_id": row.order_id,
                "status": statuses([row.error], [row.filled], [row.quantity])[0],
                "filled_mwh": row.filled / KWH_PER_MWH,
                "zone_price_per_mwh": None if price is None else price / FEN_PER_CNY,
                **cleared,
            }
        )

    def _asked(self, trader: str) -> bool:
        return self._question.trader in (None, trader)

    def _order(self, rebuilt: HourRebuilt, row: Any) -> None:
        """The order, with the transaction that placed it, or that was refused."""
        number = self._rebuild.number[row.trader]
        refused = [each.where for each in rebuilt.refused if each.number == number]
        where = refused[-1] if row.error else rebuilt.placed[number]
        if self._question.order:
            self.provable = where.block, where.place
        said = _columns("orders", row, "order_id", "trader", "zone", "side", "quantity_mwh", "price_per_mwh", "error")
        placed = {"block": where.block, "transaction": where.transaction}
        self.records.append({"what": "order", "hour": rebuilt.hour, **said, **placed})

    def _of_zones(self, rebuilt: HourRebuilt, cleared: Mapping[str, Any]) -> None:
        assert rebuilt.result is not None
        for stage in rebuilt.result.stages:
            for zone, price in stage.prices.items():
                value = None if price is None else price / FEN_PER_CNY
                self.records.append(
                    {"what": "price", "hour": rebuilt.hour, "stage": stage.stage, "zone": zone, "price_per_mwh": value, **cleared}
                )
            for flow in stage.flows:
                said = _columns("flows", flow, "from", "to", "sent_mwh", "received_mwh")
                self.records.append({"what": "flow", "hour": rebuilt.hour, **said, **cleared})


def as_csv(records: Iterable[Record]) -> str:
    """All records under the columns of all kinds; what a kind does not have is empty."""
    rows = list(records)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
