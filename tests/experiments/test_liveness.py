"""No call of the operator keeps a stranger from clearing an hour: every function of every contract of a market is called ahead of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from shengdian import contracts
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.chain.abi import interface, refusal, signature_of
from shengdian.sim.chain.port import Block, Receipt, Transaction
from shengdian.sim.market.chain_market import ChainMarket
from shengdian.sim.twins.registry import OPERATOR_ROLE
from tests.experiments.test_every_contract_in_a_market import SCENES

GATE, OPEN_TO_ALL = Timetable(0).gate(0), Timetable(0).open_to_all(0)

MARKETS = sorted(name for name in SCENES if name.endswith("Auction") or name in ("Collateral", "Deviation", "Reservations"))
OF_THE_OPERATOR = ("NotOperator", "AccessControlUnauthorizedAccount")
LATECOMER = "latecomer"
BEFORE_THE_GATE = ("honour", "appointCollateral")
"""what must fail even while the book may change; who is admitted or renewable then is of the hour, and who clears reads it"""
OUTCOMES = {
    "admit": ("",),
    "appointCollateral": ("TooLateForCollateral",),
    "audit": ("TooLateToAudit",),
    "closeAfter": ("",),
    "credit": ("",),
    "enrol": ("",),
    "grantRole": ("",),
    "honour": ("AlreadyHonoured", "TooLateForReservations"),
    "noteRenewables": ("TooLateForRenewables",),
    "reserve": ("OutsideWindow",),
    "revokeRole": ("",),
}
"""what comes of the calls that are made with a purpose"""


def writes(contract: str) -> Iterator[Mapping[str, Any]]:
    """Every function that can change anything, from the ABI."""
    for entry in contracts.artifact(contract).abi:
        if entry["type"] == "function" and entry["stateMutability"] not in ("view", "pure"):
            yield entry


def value(field: Mapping[str, Any], most: bool, address: bytes) -> Any:
    """The least or the most that a type holds; one such value in a list of the most, none in one of the least."""
    kind: str = field["type"]
    if kind.endswith("]"):
        size = kind[kind.rindex("[") + 1 : -1]
        inner = {**field, "type": kind[: kind.rindex("[")]}
        return [value(inner, most, address)] * (int(size) if size else most)
    if kind.startswith("tuple"):
        return tuple(value(part, most, address) for part in field["components"])
    if kind == "address":
        return address
    if kind == "bool":
        return most
    if kind.startswith("bytes"):
        return (b"\xff" if most else b"\0") * int(kind.removeprefix("bytes"))
    bits, signed = int(kind.lstrip("uint")), kind.startswith("int")
    return 2 ** (bits - signed) - 1 if most else -(2 ** (bits - 1)) if signed else 0


def any_call(sender: bytes, to: bytes, contract: str, entry: Mapping[str, Any], most: bool) -> Transaction:
    arguments = [value(field, most, sender) for field in entry["inputs"]]
    return Transaction(sender, to, interface(contract).call(signature_of(entry), *arguments))


class Operator:
    """What the operator of a market may call."""

    def __init__(self, market: ChainMarket) -> None:
        self.market, self.sender = market, market.operator
        self.stranger, self.latecomer = market.chain.account("stranger"), market.chain.account(LATECOMER)

    def everything(self) -> list[Transaction]:
        """Every function of every contract, with the least and the most that its types hold; but not the auction's own `clear`, and no role
        of the registry, which is given up on purpose at the end."""
        calls = []
        for contract, to in self.market.contracts.items():
            for entry in writes(contract):
                if entry["name"] != "clear" and not (contract == "Registry" and entry["name"].endswith("Role")):
                    calls += [any_call(self.sender, to, contract, entry, most) for most in (False, True)]
        return calls

    def functions(self, calls: Sequence[Transaction]) -> set[tuple[str, str]]:
        """Contract and signature of what is called."""
        name = {address: contract for contract, address in self.market.contracts.items()}
        return {(name[call.to], signature_of(interface(name[call.to]).by_selector[call.data[:4]])) for call in calls}

    def on_purpose(self, last: bool) -> list[tuple[str, Transaction]]:
        """By name of the function: those that used to stop a clearing, and what comes closest to it elsewhere."""
        market, auction = self.market, self.market.rules.contract
        everybody = [market.address(each.id) for each in market.traders]
        made = []
        if last:
            others = [market.address(each.id) for each in market.participants[len(everybody) :]]
            bank = [market.contracts[name] for name in ("Collateral",) if name in market.contracts]
            made += [("enrol", "Registry", (self.latecomer, 1, 0)), ("admit", auction, ([*others, *bank, self.latecomer],))]
            made += [("closeAfter", "Registry", (2**15,))]
        made += [("honour", auction, (market.contracts.get("Reservations", market.contracts["Ledger"]),))]
        made += [("appointCollateral", auction, (market.contracts.get("Collateral", market.contracts["Ledger"]),))]
        if "Collateral" in market.contracts:
            made += [("credit", "Collateral", (everybody, [2**64 - 1] * len(everybody)))]
        if "Reservations" in market.contracts:
            made += [("reserve", "Reservations", (1, [2**256 - 1] * 32))]
        if "noteRenewables" in interface(auction).functions:
            made += [("noteRenewables", auction, (everybody,))]
        if "audit" in interface(auction).functions:
            made += [("audit", auction, (everybody, [market.rules.auction.floor] * len(everybody)))]
        if last:
            made += [("grantRole", "Registry", (OPERATOR_ROLE, self.latecomer)), ("revokeRole", "Registry", (OPERATOR_ROLE, self.sender))]
        return [(name, market.operator_call(contract, name, *arguments)) for name, contract, arguments in made]

    def refused_to(self, sender: bytes, timestamp: int) -> dict[tuple[str, str], str]:
        """How each function refuses a sender that is nobody; empty where it does not."""
        found = {}
        for contract, to in self.market.contracts.items():
            for entry in writes(contract):
                if entry["name"] != "renounceRole":
                    (receipt,) = self.send([any_call(sender, to, contract, entry, False)], timestamp)
                    found[contract, signature_of(entry)] = outcome(receipt)
        return found

    def send(self, transactions: Sequence[Transaction], timestamp: int) -> Sequence[Receipt]:
        return self.market.chain.send_block(transactions, timestamp).receipts


class Cleared(Exception):
    """The scene is over."""


def outcome(receipt: Receipt) -> str:
    return "" if receipt.success else refusal(receipt.output).error


def attacked(name: str, monkeypatch: pytest.MonkeyPatch, attack: Callable[[Operator, Transaction, int], None]) -> None:
    """Plays the contract's scene up to the clearing, which `attack` has in its hands, with the block time of the hour's beginning."""
    send = ChainMarket.send

    def watched(market: ChainMarket, phased: Sequence[tuple[Any, Transaction]], timestamp: int, *more: Any) -> Block:
        clearing = next((transaction for phase, transaction in phased if phase == "clear"), None)
        if clearing is None:
            return send(market, phased, timestamp, *more)
        attack(Operator(market), clearing, timestamp - GATE)
        raise Cleared

    monkeypatch.setattr(ChainMarket, "send", watched)
    with pytest.raises(Cleared):
        SCENES[name]("revm", lambda block: None)


@pytest.mark.parametrize("name", MARKETS)
def test_a_stranger_clears_whatever_the_operator_calls_ahead_of_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def attack(operator: Operator, clearing: Transaction, begins: int) -> None:
        early = [call for call in operator.on_purpose(False) if call[0] in BEFORE_THE_GATE]
        late = operator.on_purpose(True)
        everything = operator.everything()
        found = operator.send([call for _, call in early], begins + GATE - 1)
        operator.send(everything, begins + GATE)
        mine = Transaction(operator.stranger, clearing.to, clearing.data)
        receipts = operator.send([*everything, *(call for _, call in late), mine], begins + OPEN_TO_ALL)
        assert outcome(receipts[-1]) == ""
        done = zip([*early, *late], [*found, *receipts[len(everything) : -1]], strict=True)
        assert [(function, outcome(each)) for (function, _), each in done if outcome(each) not in OUTCOMES[function]] == []

    attacked(name, monkeypatch, attack)


@pytest.mark.parametrize("name", MARKETS)
def test_every_call_that_is_the_operators_alone_is_among_those_that_were_tried(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def attack(operator: Operator, clearing: Transaction, begins: int) -> None:
        called = operator.functions([*operator.everything(), *(call for _, call in operator.on_purpose(True))])
        refused = operator.refused_to(operator.stranger, begins + OPEN_TO_ALL)
        alone = {function for function, error in refused.items() if error in OF_THE_OPERATOR}
        assert alone <= called
        auction = operator.market.rules.contract
        assert {signature for contract, signature in alone if contract == auction} >= {"admit(address[])", "honour(address)"}

    attacked(name, monkeypatch, attack)
