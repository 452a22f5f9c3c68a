"""The contracts of a market as its rules ask for them: what each is created with, who may post, who is enrolled and admitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shengdian.sim.base.line_words import pack_line
from shengdian.sim.base.roles import Role
from shengdian.sim.base.types import READINGS
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Transaction
from shengdian.sim.market.deployment import ADMITTED_AT_ONCE, Deployment
from shengdian.sim.market.market_rules import MarketRules
from shengdian.sim.market.participants import Participant
from shengdian.sim.solve.paths import pack_path
from shengdian.sim.twins.nodal_auction import words_of_network

LINES_AT = 3
"""the place of the lines among the arguments of an auction: words, or structs in one of a user's own"""


def create_market(deployment: Deployment, rules: MarketRules, traders: Sequence[Participant]) -> None:
    """Creates the contracts in one block; enrols everybody and admits `traders` in the next. Raises Reverted with the first refusal."""
    arguments = creation_arguments(rules, deployment.contracts, deployment.operator)
    posters = [name for name in rules.contracts[2:] if name not in ("Reservations", "Terms")]
    deployment.create(arguments, posters, rules.timetable.created)
    enrolments = (*deployment.enrolments(), *_appointments(deployment, rules), *_admissions(deployment, rules, traders))
    deployment.carry_out([("enrol", transaction) for transaction in enrolments], rules.timetable.enrolled)


def creation_arguments(rules: MarketRules, addresses: Mapping[str, bytes], operator: bytes) -> dict[str, tuple[Any, ...]]:
    """The constructor's arguments by contract; `addresses` are the contracts' own by name."""
    base, registry, ledger = rules.auction, addresses["Registry"], addresses["Ledger"]
    clock = rules.timetable.word
    made: dict[str, tuple[Any, ...]] = {
        "Registry": (operator, base.zones),
        "Ledger": (operator,),
        rules.allocation: (registry, ledger, *_of_differences(rules, addresses), clock),
        rules.contract: (registry, ledger, (base.zones, base.floor, base.cap, base.k, clock), *_of_auction(rules)),
    }
    if due := rules.deviation:
        factors = (due.u1, due.u2, due.k1, due.k2, due.band, due.marginal)
        made["Deviation"] = (registry, ledger, (base.floor, base.cap, *factors, clock))
    if rules.closes_every:
        made["Collateral"] = (registry, ledger, addresses[rules.contract], rules.closes_every, clock)
    if rules.reserved:
        made["Reservations"] = (registry, clock)
    if rules.billed:
        made["Tariffs"] = (registry, ledger, clock)
    if rules.retailers:
        made["Retail"] = (registry, ledger, clock)
    if rules.terms:
        made["Terms"] = rules.terms
    return made


def _of_differences(rules: MarketRules, addresses: Mapping[str, bytes]) -> tuple[bytes, ...]:
    """Whose prices contracts are settled against, where they are financial."""
    return (addresses[rules.contract],) if rules.contract_form == "financial" else ()


def _of_auction(rules: MarketRules) -> tuple[Any, ...]:
    """What an auction is created with besides registry, ledger and rules."""
    lines, sealed = rules.auction.lines, (rules.bond_rate,) if rules.bids == "sealed" else ()
    if not rules.declared.uses_lines:
        return sealed
    if rules.auction.network is not None:
        return (words_of_network(rules.auction.network, rules.auction.zones),)
    if rules.matches_corridors:
        tariffs = [(line.source, line.target, line.capacity, line.tariff, line.loss) for line in lines]
        return (tariffs, READINGS.index(rules.surplus_deficit), [pack_path(path) for path in rules.paths])
    charges: list[Any] = [(line.source, line.target, line.capacity, line.charge, line.loss) for line in lines]
    if interface(rules.contract).created_with[LINES_AT] == "uint256[]":
        charges = [pack_line(*line) for line in charges]
    return (charges, *((READINGS.index(rules.surplus_deficit),) if rules.surplus_deficit else ()), *sealed)


def _appointments(deployment: Deployment, rules: MarketRules) -> list[Transaction]:
    """The collateral contract takes part in the ledger, and the auction asks it."""
    if not rules.closes_every:
        return []
    bank = deployment.contracts["Collateral"]
    enrol = deployment.operator_call("Registry", "enrol", bank, Role.EXCHANGE, 0)
    return [enrol, deployment.operator_call(rules.contract, "appointCollateral", bank)]


def _admissions(deployment: Deployment, rules: MarketRules, traders: Sequence[Participant]) -> list[Transaction]:
    """That the auction heeds what is reserved on lines; who may order; and who gives wind, sun or water, where that is asked."""

    def told(function: str, some: Sequence[Participant]) -> list[Transaction]:
        """Calls `function` of the auction with the addresses of `some`, so many at once."""
        batches = [some[first : first + ADMITTED_AT_ONCE] for first in range(0, len(some), ADMITTED_AT_ONCE)]
        return [deployment.operator_call(rules.contract, function, [deployment.address(each.id) for each in batch]) for batch in batches]

    heed = [deployment.operator_call(rules.contract, "honour", deployment.contracts["Reservations"])] if rules.reserved else []
    renewables = [trader for trader in traders if trader.renewable] if rules.surplus_deficit == "renewable" else []
    return [*heed, *told("admit", traders), *told("noteRenewables", renewables), *_audits(deployment, rules, traders)]


def _audits(deployment: Deployment, rules: MarketRules, traders: Sequence[Participant]) -> list[Transaction]:
    """What audited traders may ask at most, so many at once."""
    held = [(deployment.address(trader.id), trader.audited) for trader in traders if trader.audited is not None]
    batches = [held[first : first + ADMITTED_AT_ONCE] for first in range(0, len(held), ADMITTED_AT_ONCE)]
    return [deployment.operator_call(rules.contract, "audit", *map(list, zip(*batch, strict=True))) for batch in batches]
