"""Bilateral agreements on a chain: deploys the contract, carries proposals and answers in, decodes what came of them.

Nothing above this file sees an address, calldata or a log. Months are numbered from 0 and begin with hour 0; block time runs on by itself,
one second a block, and `wait_until` moves it to the next hour or window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from shengdian.sim.base.hour_result import Agreement, Entry
from shengdian.sim.base.timetable import DAY, HOUR, Timetable
from shengdian.sim.base.types import Phase, Rules, Side
from shengdian.sim.base.units import HOURS_A_DAY, PPM
from shengdian.sim.chain.abi import interface, refusal
from shengdian.sim.chain.port import Chain, Receipt, Transaction
from shengdian.sim.market.curves import FLAT, KINDS, Curve
from shengdian.sim.market.deployment import Deployment
from shengdian.sim.market.participants import Participant
from shengdian.sim.twins.agreements import NO_LINE

Horizon = Literal["annual", "monthly", "within_month"]
State = Literal["proposed", "accepted", "cancelled"]
HORIZONS: tuple[Horizon, ...] = ("annual", "monthly", "within_month")
"""in the order of trading; one less than the contract's enum"""
STATES: tuple[State, ...] = ("proposed", "accepted", "cancelled")
OPENED = (800_000, 900_000, 950_000)
"""ppm of a line's capacity that may be reserved by horizon, with what was reserved before: lower bounds of NDRC/NEA [2020]889"""
NEVER = 2**64 - 1
"""seconds"""
_LANE = 2**64 - 1
LEAD = 366 * DAY
"""seconds before hour 0 at which the contract is there, so that a year can be traded ahead"""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a seller and a buyer may agree on."""

    seller: str
    """id"""
    buyer: str
    """id"""
    horizon: Horizon
    first_month: int
    quantities: tuple[int, ...]
    """kWh sent, by month from the first one; one month unless annual"""
    price: int
    """fen/MWh sent"""
    curve: Curve = FLAT
    line: int | None = None
    """index of the line, None inside a province; on a line every hour of a month has the same whole kWh (`curves.flat_energy`)"""
    first_day: int = 0
    """of the month, from 0; other than 0 only within the month"""
    by: Side = "sell"
    """the side that proposes"""
    expires: int = NEVER
    """block time from which it can no longer be accepted, seconds"""

    @property
    def proposer(self) -> str:
        """id"""
        return self.seller if self.by == "sell" else self.buyer

    @property
    def counterparty(self) -> str:
        """id"""
        return self.buyer if self.by == "sell" else self.seller


@dataclass(frozen=True, slots=True)
class Answer:
    """What the chain said to one proposal, acceptance or cancellation."""

    id: int | None
    """of the agreement; None for a proposal that was refused"""
    error: str = ""
    """name of the contract's error where it was refused"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One agreement's hour, as paid."""

    id: int
    """of the agreement"""
    hour: int
    """hours since the start"""
    sent: int
    """kWh"""
    received: int
    """kWh"""
    money: int
    """1e-5 CNY from the buyer to the seller"""
    charge: int
    """1e-5 CNY from the buyer to the grid"""
    row: Agreement
    """as the record of an hour has it"""
    entries: tuple[Entry, ...]
    """payments, summing to zero: seller, buyer and, on a line, the grid"""


@dataclass(frozen=True, slots=True)
class Position:
    """What a participant has sold of a month, net, and how much that may be."""

    net: int
    """kWh of the month sold less bought"""
    capability: int
    """kWh that `net` may be at most"""

    @property
    def left(self) -> int:
        """kWh that can still be sold."""
        return self.capability - self.net


class AgreementsMarket(Deployment):
    """The contract Agreements with its registry and ledger on a fresh chain."""

    def __init__(
        self,
        chain: Chain,
        rules: Rules,
        zones: Sequence[str],
        participants: Sequence[Participant],
        start: int,
        load: Sequence[Sequence[int]],
        opened: tuple[int, int, int] = OPENED,
    ) -> None:
        """`zones` are named by index; `start` is the block time of hour 0, seconds; `load` the forecast by month and day, 1 to
        2^32 - 1, in any unit; `opened` the ppm of lines by horizon. Raises Reverted for rules that are refused."""
        super().__init__(chain, participants, ("Registry", "Ledger", "Agreements"))
        self.rules, self.start, self.opened = rules, start, opened
        self.proposals: list[Proposal] = []
        """every proposal that stands or stood, by id"""
        self.accepted: list[int] = []
        """ids in the order of acceptance"""
        self.first_hours = [0]
        """by month; the last is the hour after the calendar"""
        for days in load:
            self.first_hours.append(self.first_hours[-1] + len(days) * HOURS_A_DAY)
        self._zone_of = {participant.id: zones[participant.zone] for participant in participants}
        self._role_of = {participant.id: participant.role_name for participant in participants}
        self._time = start - LEAD
        lines = [(line.source, line.target, line.capacity, line.charge, line.loss) for line in rules.lines]
        addresses = (self.contracts["Registry"], self.contracts["Ledger"])
        creations = {
            "Registry": (self.operator, rules.zones),
            "Ledger": (self.operator,),
            "Agreements": (*addresses, rules.floor, rules.cap, Timetable(start).word, lines, opened),
        }
        self.create(creations, ("Agreements",), self._next())
        self._require("deploy", [self.operator_call("Agreements", "addMonth", list(days)) for days in load])
        self._require("enrol", self.enrolments())

    # --- the operator ---------------------------------------------------------------------------------------------------------

    def wait_until(self, time: int) -> None:
        """The next block is made at block time `time`, seconds, unless that is past."""
        self._time = max(self._time, time - 1)

    def open_window(self, horizon: Horizon, first_month: int, months: int = 1, closes: int | None = None) -> None:
        """Trades `months` months at `horizon` until `closes` (block time): as long as it may be, up to the beginning of the first month,
        or its end for trading within the month. Raises Reverted where it is refused, as when a later horizon was open already."""
        if closes is None:
            ends = min(first_month + (horizon == "within_month"), len(self.first_hours) - 1)  # the contract knows unknown months
            closes = self.start + HOUR * self.first_hours[ends]
        self._require("orders", [self.operator_call("Agreements", "openWindow", _number(horizon), first_month, months, closes)])

    def set_capability(self, who: str, energy: Sequence[int], first_month: int = 0) -> None:
        """kWh that `who` can sell, by month from `first_month` on. Raises Reverted where less than is sold already."""
        calls = [("setCapability", self.address(who), first_month + offset, kwh) for offset, kwh in enumerate(energy)]
        self._require("orders", [self.operator_call("Agreements", *call) for call in calls])

    def settle(self, hour: int) -> tuple[Delivery, ...]:
        """Pays hour after hour what is agreed; in the order of acceptance. Raises Reverted for another hour than the next."""
        self.wait_until(self.start + hour * HOUR)
        block = self.carry_out([("settle", self.operator_call("Agreements", "settle", hour))], self._next())
        receipt = block.receipts[0]
        words = self._event(receipt, "DeliveryPaid")["deliveries"]
        return tuple(self._delivery(word, hour, block.number, f"0x{receipt.hash.hex()}") for word in words)

    # --- the parties ----------------------------------------------------------------------------------------------------------

    def propose(self, proposals: Sequence[Proposal]) -> tuple[Answer, ...]:
        """Proposes all in one block, each by its proposer; an answer a proposal, with an error where it was refused."""
        answers = []
        for proposal, receipt in zip(proposals, self._tried([self._proposed(one) for one in proposals]), strict=True):
            if receipt.success:
                self.proposals.append(proposal)
                answers.append(Answer(self._event(receipt, "AgreementProposed")["id"]))
            else:
                answers.append(Answer(None, refusal(receipt.output).error))
        return tuple(answers)

    def accept(self, ids: Sequence[int]) -> tuple[Answer, ...]:
        """Accepts all in one block, each by its counterparty; an answer an id, with an error where it was refused."""
        calls = [self.call(self.proposals[one].counterparty, "Agreements", "accept", one) for one in ids]
        answers = _answers(ids, self._tried(calls))
        self.accepted += [one for one, answer in zip(ids, answers, strict=True) if not answer.error]
        return answers

    def cancel(self, ids: Sequence[int]) -> tuple[Answer, ...]:
        """Cancels all in one block, each by its proposer; an answer an id, with an error where it was refused."""
        calls = [self.call(self.proposals[one].proposer, "Agreements", "cancel", one) for one in ids]
        return _answers(ids, self._tried(calls))

    def agree(self, proposals: Sequence[Proposal]) -> tuple[Answer, ...]:
        """Proposes all in one block and has those that stand accepted in the next: the answer that came last, in the order given."""
        answers = list(self.propose(proposals))
        standing = [index for index, answer in enumerate(answers) if answer.id is not None]
        accepted = self.accept([answer.id for answer in answers if answer.id is not None]) if standing else ()
        for index, answer in zip(standing, accepted, strict=True):
            answers[index] = answer
        return tuple(answers)

    # --- reading --------------------------------------------------------------------------------------------------------------

    def state(self, agreement: int) -> State:
        """Proposed, accepted or cancelled. Raises Reverted for an id that there is not."""
        return STATES[int(self._read("Agreements", "stateOf", agreement))]

    def energy(self, agreement: int, hour: int) -> int:
        """kWh sent in the hour where the agreement is accepted; its state is not looked at. Raises Reverted for an id that there is not."""
        return int(self._read("Agreements", "energyOf", agreement, hour))

    def position(self, who: str, month: int) -> Position:
        """A participant's net position in a month, and its limit, both kWh. Raises KeyError for a name that is not enrolled."""
        return Position(*self._read("Agreements", "positionOf", self.number[who], month))

    def reserved(self, line: int, month: int) -> int:
        """kWh an hour that agreements reserve on the line at the end of the month, when most is reserved."""
        return int(self._read("Agreements", "reserved", line, month))

    def room(self, line: int, month: int, horizon: Horizon) -> int:
        """kWh an hour of the line that `horizon` may still reserve."""
        return self.rules.lines[line].capacity * self.opened[HORIZONS.index(horizon)] // PPM - self.reserved(line, month)

    def balance(self, who: str) -> int:
        """The participant's balance on the ledger, 1e-5 CNY."""
        return int(self._read("Ledger", "balanceOf", self.number[who]))

    # --- the chain ------------------------------------------------------------------------------------------------------------

    def _proposed(self, proposal: Proposal) -> Transaction:
        terms = (
            self.address(proposal.counterparty),
            proposal.by == "sell",
            _number(proposal.horizon),
            KINDS.index(proposal.curve.kind),
            proposal.first_month,
            proposal.first_day,
            NO_LINE if proposal.line is None else proposal.line,
            proposal.price,
            proposal.expires,
            proposal.quantities,
            proposal.curve.weights,
        )
        return self.call(proposal.proposer, "Agreements", "propose", terms)

    def _delivery(self, word: int, hour: int, block: int, transaction: str) -> Delivery:
        agreement, received, sent = word >> 128, word >> 64 & _LANE, word & _LANE
        proposal = self.proposals[agreement]
        money = proposal.price * sent
        charge = 0 if proposal.line is None else self.rules.lines[proposal.line].charge * sent
        paid = Entry(proposal.seller, "agreement", money, -sent, block, transaction, self._role_of[proposal.seller])
        entries = [paid, replace(paid, trader=proposal.buyer, money=-money, energy=received, role=self._role_of[proposal.buyer])]
        if proposal.line is not None:
            entries.append(replace(entries[1], cause="wheeling", money=-charge, energy=0))
            grid = replace(paid, trader="grid", role="grid")
            entries.append(replace(grid, cause="wheeling", money=charge, energy=0))
            entries.append(replace(grid, cause="loss", money=0, energy=sent - received))
        zones = (self._zone_of[proposal.seller], self._zone_of[proposal.buyer])
        row = Agreement(f"agreement {agreement}", "bilateral", proposal.seller, proposal.buyer, *zones, proposal.price, sent)
        return Delivery(agreement, hour, sent, received, money, charge, row, tuple(entries))

    def _event(self, receipt: Receipt, name: str) -> dict[str, Any]:
        events = [interface("Agreements").event(log) for log in receipt.logs if log.address == self.contracts["Agreements"]]
        return next(event for emitted, event in events if emitted == name)

    def _read(self, contract: str, function: str, *args: int) -> Any:
        return interface(contract).returned(function, self.chain.call(self.operator_call(contract, function, *args)))

    def _require(self, phase: Phase, transactions: Sequence[Transaction]) -> None:
        self.carry_out([(phase, transaction) for transaction in transactions], self._next())

    def _tried(self, transactions: Sequence[Transaction]) -> Sequence[Receipt]:
        return self.send([("orders", transaction) for transaction in transactions], self._next()).receipts

    def _next(self) -> int:
        self._time += 1
        return self._time


def _number(horizon: Horizon) -> int:
    return 1 + HORIZONS.index(horizon)


def _answers(ids: Sequence[int], receipts: Sequence[Receipt]) -> tuple[Answer, ...]:
    return tuple(Answer(one, "" if receipt.success else refusal(receipt.output).error) for one, receipt in zip(ids, receipts, strict=True))
