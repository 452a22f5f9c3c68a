"""What the contracts were born with, against the config."""

from __future__ import annotations

from shengdian.audit.deployment import Deployed, Seller
from shengdian.audit.verdict import Difference
from shengdian.sim.base.roles import FIRST_NUMBER
from shengdian.sim.designs import design_of
from shengdian.sim.market.charges import charges
from shengdian.sim.market.market_rules import NODAL
from shengdian.sim.market.participants import participants
from shengdian.sim.mechanisms import mechanism_of
from shengdian.sim.scenario import Scenario, supplier_id
from shengdian.sim.solve.paths import list_paths, pack_path
from shengdian.sim.solve.ptdf import network_of
from shengdian.sim.twins.audited_uniform_auction import AUDITED
from shengdian.sim.twins.price_record import PRICED
from shengdian.sim.twins.sealed_book import SEALED


def check_deployed(scenario: Scenario, deployed: Deployed) -> list[Difference]:
    """What the contracts were born with against the config."""
    rules = deployed.known_rules()
    design = design_of(scenario)
    corridors = deployed.corridors
    used = design.lines(scenario)
    lines = [(line.source, line.target, line.capacity, line.tariff if corridors else line.charge, line.loss) for line in used]
    nodes = len(scenario.zones) + (len(scenario.hubs) if used else 0)
    network = network_of(used, nodes) if design.regional == "nodal" else None
    two_stage = design.two_stage(scenario)
    facts = (
        ("contracts", tuple(deployed.contracts.values()), due_contracts(scenario)),
        ("who may let others post to the ledger", "nobody" if deployed.ledger_closed else "its admin", "nobody"),
        ("zones", rules.zones, nodes),
        ("floor", rules.floor, scenario.floor),
        ("cap", rules.cap, scenario.cap),
        ("k", rules.k, scenario.k),
        ("lines", [(line.source, line.target, line.capacity, line.charge, line.loss) for line in rules.lines], [] if network else lines),
        ("network", rules.network, network),
        ("surplus and deficit", deployed.reading, two_stage),
        ("renewables", deployed.renewables, _renewables(scenario) if two_stage == "renewable" else set()),
        ("audited offers", deployed.caps, _caps(scenario)),
        ("participants", len(deployed.members), len(participants(scenario)) + (scenario.collateral is not None)),
        ("bond rate", deployed.bond_rate, scenario.bond_rate if scenario.bids == "sealed" else None),
        ("paths", deployed.paths, tuple(pack_path(path) for path in list_paths(used, len(scenario.zones))) if corridors else ()),
        ("rules of deviation", deployed.deviation, due_deviation(scenario)),
        ("hours between closes", deployed.closes_every, scenario.collateral.hours if scenario.collateral else None),
        ("prices of differences", deployed.contracts.get(deployed.reference or b""), _settled_against(scenario, deployed)),
        ("collateral", deployed.covered, scenario.collateral is not None),
        ("tariffs", deployed.tariffs, _tariffs(scenario)),
        ("charges", deployed.charges, _charges(scenario)),
        ("retailers", deployed.retailers, _retailers(scenario)),
    )
    wrong = [f"{deployed.auction} was deployed with other {what} than the config has" for what, found, due in facts if found != due]
    clock = scenario.timetable.word
    wrong += [f"{name} was deployed with another timetable than the config has" for name, word in deployed.clocks.items() if word != clock]
    sellers = {seller for those in deployed.sellers.values() for seller in those}
    wrong += [f"the terms of {name} are not the config's" for name, due_terms in _terms(scenario).items() if due_terms not in sellers]
    return [Difference(sentence) for sentence in wrong]


def _settled_against(scenario: Scenario, deployed: Deployed) -> str | None:
    """Name of the contract whose prices contracts are settled against; None where they are delivered."""
    return deployed.auction if scenario.contract_form == "financial" else None


def _renewables(scenario: Scenario) -> set[int]:
    """Numbers of those who give wind, sun or water and trade."""
    people = enumerate(participants(scenario))
    return {FIRST_NUMBER + place for place, person in people if person.trades and person.renewable}


def _caps(scenario: Scenario) -> dict[int, int]:
    """fen/MWh that audited traders may ask at most, by number."""
    people = enumerate(participants(scenario))
    return {FIRST_NUMBER + place: person.audited for place, person in people if person.audited is not None}


def _tariffs(scenario: Scenario) -> list[tuple[int, tuple[int, ...]]]:
    """Numbers of every supplier and of the users that it bills."""
    number = {person.id: FIRST_NUMBER + place for place, person in enumerate(participants(scenario))}
    return [(number[supplier_id(zone)], tuple(number[user.id] for user in users)) for zone, users in scenario.billed_users.items()]


def _retailers(scenario: Scenario) -> list[tuple[int, tuple[int, ...]]]:
    """Numbers of every retailer and of those that it serves at first: all who may choose are with the first of their zone."""
    number = {person.id: FIRST_NUMBER + place for place, person in enumerate(participants(scenario))}
    found, served = [], set()
    for each in scenario.retailers:
        users = () if each.zone in served else tuple(number[user.id] for user in scenario.users if user.chooses and user.zone == each.zone)
        found.append((number[each.id], users))
        served.add(each.zone)
    return found


def _charges(scenario: Scenario) -> list[tuple[int, tuple[int, ...]]]:
    """Rates of charges, and numbers of those who pay."""
    number = {person.id: FIRST_NUMBER + place for place, person in enumerate(participants(scenario))}
    return [(each.rate, tuple(number[payer] for payer in each.payers)) for each in charges(scenario)]


def _terms(scenario: Scenario) -> dict[str, Seller]:
    """What every seller of contract energy should be registered with: plants, then fixed imports."""
    number = {person.id: FIRST_NUMBER + place for place, person in enumerate(participants(scenario))}
    found = {
        plant.id: Seller(number[plant.id], plant.capacity, plant.minimum, max(plant.ramp, 1), plant.contract_price, False)
        for plant in scenario.plants
    }
    flat = [each for each in scenario.exchanges if each.imported > 0]
    return found | {each.id: Seller(number[each.id], each.imported, each.imported, 1, each.price, True) for each in flat}


def due_contracts(scenario: Scenario) -> tuple[str, ...]:
    """Names of the contracts that the config asks for, in order of deployment."""
    design = design_of(scenario)
    kind = mechanism_of(scenario).contract
    if design.two_stage(scenario):
        kind = "CorridorMatchingAuction" if design.regional == "corridor_matching" else "TwoStageAuction"
    elif design.day_ahead:
        kind = "DayAheadAuction"
    elif design.regional == "nodal":
        kind = NODAL
    more = {
        "Deviation": scenario.deviation is not None,
        "Collateral": scenario.collateral is not None,
        "Reservations": bool(scenario.reserved),
        "Tariffs": scenario.billed,
        "Retail": bool(scenario.retailers),
        "Terms": bool(scenario.terms),
    }
    financial = scenario.contract_form == "financial"
    kind = AUDITED + kind if scenario.audit_margin is not None else PRICED + kind if financial else kind
    auction = SEALED + kind if scenario.bids == "sealed" else kind
    return ("Registry", "Ledger", "Differences" if financial else "Allocation", auction, *(name for name, asked in more.items() if asked))


def due_deviation(scenario: Scenario) -> tuple[int, ...] | None:
    """What the settlement of deviations should be born with."""
    due = scenario.deviation
    if due is None:
        return None
    return (scenario.floor, scenario.cap, due.u1, due.u2, due.k1, due.k2, due.band, due.marginal)
