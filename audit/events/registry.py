"""Who takes part, with which role, terms and lists: everything that is said before the first hour."""

from __future__ import annotations

from shengdian.audit.deployment import Broken
from shengdian.audit.market import Handlers, Market, Place
from shengdian.sim.base.roles import FIRST_NUMBER, Role
from shengdian.sim.chain import keys
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Log
from shengdian.sim.market.collateral import BANK
from shengdian.sim.market.deployment import ADMIN_ROLE
from shengdian.sim.scenario import supplier_id


def _role_granted(market: Market, place: Place, log: Log) -> None:
    if sentence := market.deployed.role_granted(log, place.contract):
        market.note(sentence)


def _role_revoked(market: Market, place: Place, log: Log) -> None:
    """The operator gives up to say who may post."""
    operator = bytes(12) + market.deployed.operator
    if log.topics[1:] != (ADMIN_ROLE, operator, operator):
        market.note("a role of the ledger is taken from somebody")
    market.deployed.ledger_closed = True


def _enrolled(market: Market, place: Place, log: Log) -> None:
    """Participants of the config in order, then the collateral itself where there is one."""
    market.deployed.enrolled(log)
    number = FIRST_NUMBER + len(market.deployed.members) - 1
    member = market.deployed.members[number]
    if number - FIRST_NUMBER < len(market.people):
        person = market.people[number - FIRST_NUMBER]
        if (member.address, member.role, member.zone) != (keys.address(person.id), person.role, person.zone):
            raise Broken(f"enrols number {number} otherwise than the config has {person.id}")
    elif market.deployed.contracts.get(member.address) == "Collateral" and len(market.names) == number:
        if (member.role, member.zone) != (Role.EXCHANGE, 0):
            raise Broken("enrols the collateral with another role or zone than every run does")
        market.names.append(BANK)
        market.role_of.append(BANK)
        market.zone_of.append(market.scenario.zones[0])
    else:
        raise Broken(f"enrols number {number}; the config has {len(market.people)} participants")


def _trader_admitted(market: Market, place: Place, log: Log) -> None:
    _, values = interface(place.contract).event(log)
    if market.hours_begun:
        market.note(f"{market.names[values['account'] >> 240]} is admitted to the auction after the hours have begun")
    market.deployed.traders.append(values["account"] >> 240)


def check_admission(market: Market) -> None:
    """Those who trade are admitted to the auction before hour 0, all of them, in order, and nobody else."""
    due = [FIRST_NUMBER + place for place, person in enumerate(market.people) if person.trades]
    found = market.deployed.traders
    missing = [market.names[number] for number in due if number not in found]
    if missing:
        more = f" and {len(missing) - 2} more" if len(missing) > 2 else ""
        market.note(f"{', '.join(missing[:2])}{more} were left out: of {len(due)} who trade, {len(due) - len(missing)} were admitted")
    elif found != due:
        market.note(f"{len(found)} were admitted to the auction; the config has {len(due)} who trade, in another order")


def _terms_bound(market: Market, place: Place, log: Log) -> None:
    """`audit/terms.py` holds them against the run directory."""


def _suppliers_set(market: Market, place: Place, log: Log) -> None:
    market.deployed.suppliers_set(log)
    named = [market.names[number] for number in market.deployed.suppliers]
    if named != [supplier_id(zone) for zone in market.scenario.zones]:
        market.note(f"the default suppliers are {', '.join(named)}")


def _terms_set(market: Market, place: Place, log: Log) -> None:
    market.deployed.terms_set(log)


def _collateral_required(market: Market, place: Place, log: Log) -> None:
    if market.deployed.contracts.get(log.data[-20:]) != "Collateral":
        market.note(f"limits of orders are set by 0x{log.data[-20:].hex()}, which is not the market's collateral")
    market.deployed.covered = True


def _reservations_honoured(market: Market, place: Place, log: Log) -> None:
    if market.deployed.contracts.get(log.topics[1][-20:]) != "Reservations":
        market.note(f"reservations of 0x{log.topics[1][-20:].hex()} are honoured, which is no contract of the market")


def _renewables_declared(market: Market, place: Place, log: Log) -> None:
    _, values = interface(place.contract).event(log)
    for address in values["traders"]:
        market.deployed.renewables.add(market.number_of.get(bytes.fromhex(address[2:]), 0))


def _offers_audited(market: Market, place: Place, log: Log) -> None:
    _, values = interface(place.contract).event(log)
    number = market.number_of.get(log.topics[1][-20:], 0)
    if market.hours_begun:
        market.note(f"what {market.names[number]} may ask is said after the hours have begun")
    market.deployed.caps[number] = values["cap"]


def _participant_admitted(market: Market, place: Place, log: Log) -> None:
    _, values = interface("Deviation").event(log)
    member = market.deployed.members.get(values["number"])
    if member is None or (member.zone, member.role == Role.PLANT) != (values["zone"], values["plant"]):
        market.note(f"number {values['number']} is admitted to the settlement of deviations otherwise than it is enrolled")
    market.deployed.settling.append(values["number"])


def _regulation_listed(market: Market, place: Place, log: Log) -> None:
    _, values = interface("Deviation").event(log)
    market.deployed.lists[values["number"]] = values["upPrice"], values["up"], values["downPrice"], values["down"]


HANDLERS: Handlers = {
    ("Registry", "RoleGranted"): _role_granted,
    ("Ledger", "RoleGranted"): _role_granted,
    ("Ledger", "RoleRevoked"): _role_revoked,
    ("Registry", "Enrolled"): _enrolled,
    ("Auction", "TraderAdmitted"): _trader_admitted,
    ("Auction", "RenewablesDeclared"): _renewables_declared,
    ("Auction", "OffersAudited"): _offers_audited,
    ("Auction", "CollateralRequired"): _collateral_required,
    ("Auction", "ReservationsHonoured"): _reservations_honoured,
    ("Allocation", "SuppliersSet"): _suppliers_set,
    ("Allocation", "TermsSet"): _terms_set,
    ("Deviation", "ParticipantAdmitted"): _participant_admitted,
    ("Deviation", "RegulationListed"): _regulation_listed,
    ("Terms", "TermsBound"): _terms_bound,
}
