"""By which rules one market runs: everything about it that does not change from hour to hour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import Bids, ContractForm, DeviationRules, Regional, Rules, Salts, SurplusDeficit, without
from shengdian.sim.designs import design_of
from shengdian.sim.market.companies import fixed_costs
from shengdian.sim.mechanisms import UNIFORM, Mechanism, mechanism_named, mechanism_of
from shengdian.sim.scenario import Scenario
from shengdian.sim.solve.paths import Path, list_paths
from shengdian.sim.solve.ptdf import network_of
from shengdian.sim.twins.audited_uniform_auction import AUDITED
from shengdian.sim.twins.price_record import PRICED
from shengdian.sim.twins.sealed_book import SEALED

SECOND_STAGES: Mapping[Regional, str] = {"coupled": "TwoStageAuction", "corridor_matching": "CorridorMatchingAuction"}
"""contract of two stages by how the region clears"""
NODAL = "NodalAuction"


@dataclass(frozen=True, slots=True)
class MarketRules:
    """The rules of one market. Raises ValueError for rules that no contract has."""

    zones: tuple[str, ...]
    """codes; a zone's place is its number on the chain"""
    auction: Rules
    """what the auction is created with"""
    timetable: Timetable
    """when its blocks are made"""
    hubs: tuple[str, ...] = ()
    """nodes of the lines where nobody trades: the zones of `auction` after `zones`"""
    surplus_deficit: SurplusDeficit | None = None
    """what provinces offer to the region after clearing alone; None where everything clears at once"""
    regional: Regional = "coupled"
    """how the region clears"""
    mechanism: str = "uniform"
    """what trades pay"""
    own_mechanism: Mechanism | None = None
    """the declaration of `mechanism` where it is a user's own"""
    bids: Bids = "open"
    bond_rate: int = 0
    """fen/MWh that committed energy costs whose sealed order is not revealed or not valid"""
    seed: int = 0
    """of the salts in traders' envelopes"""
    salts: Salts = "seed"
    day_ahead: bool = False
    """whether a trader's orders for a whole day come in one transaction before it"""
    deviation: DeviationRules | None = None
    """by which meters are settled; None: they are not"""
    closes_every: int | None = None
    """hours after which all accounts are closed, and until which orders must be covered; None: never"""
    billed: bool = False
    """whether captive users pay what default suppliers pay for them, or anybody charges of the grid"""
    retailers: bool = False
    """whether users choose between retailers"""
    reserved: tuple[tuple[int, ...], ...] = ()
    """kWh by line and hour that the lines may not carry because others do; empty where there are none"""
    contract_form: ContractForm = "physical"
    audited: bool = False
    """whether plants' orders are held to audited cost"""
    fixed_costs: Mapping[int, int] = field(default_factory=dict)
    """1e-5 of the currency an hour by number of the plant, where companies dispatch"""
    terms: tuple[bytes, ...] = ()
    """what the market was made from, as `Scenario.terms`"""

    def __post_init__(self) -> None:
        if self.surplus_deficit and not self.declared.every_design:
            raise ValueError("two stages are uniform")
        if self.auction.lines and not self.declared.uses_lines:
            raise ValueError(f"{self.mechanism} is cleared without lines")
        if self.day_ahead and (not self.declared.every_design or self.surplus_deficit or self.bids == "sealed"):
            raise ValueError("a day ahead, one stage is uniform and open")
        if self.regional == "corridor_matching" and (not self.surplus_deficit or self.bids == "sealed"):
            raise ValueError("corridors are matched after provinces, openly")
        if self.contract_form == "financial" and (not self.declared.priced or self.regional != "coupled"):
            raise ValueError("differences need an auction that keeps its prices")
        if self.nodal and (not self.declared.every_design or self.bids == "sealed" or self.reserved or self.surplus_deficit):
            raise ValueError("nodal prices are uniform, of one stage, open and of a network of which nothing is reserved")
        if self.audited and (self.contract_without_form != UNIFORM.contract or self.bids == "sealed"):
            raise ValueError("audited offers are uniform, of one stage, in the hour and open")

    @classmethod
    def of(cls, scenario: Scenario) -> MarketRules:
        """The rules that a scenario's market has under its design."""
        design = design_of(scenario)
        lines = design.lines(scenario)
        hubs = scenario.hubs if lines else ()
        nodes = len(scenario.zones) + len(hubs)
        network = network_of(lines, nodes) if design.regional == "nodal" else None
        return cls(
            zones=scenario.zones,
            auction=Rules(nodes, lines, scenario.floor, scenario.cap, scenario.k, network),
            timetable=scenario.timetable,
            hubs=hubs,
            surplus_deficit=design.two_stage(scenario),
            regional=design.regional,
            mechanism=scenario.mechanism,
            own_mechanism=mechanism_of(scenario) if scenario.own_mechanism else None,
            bids=scenario.bids,
            bond_rate=scenario.bond_rate,
            seed=scenario.seed,
            salts=scenario.salts,
            day_ahead=design.day_ahead,
            deviation=scenario.deviation,
            closes_every=scenario.collateral.hours if scenario.collateral else None,
            billed=scenario.billed,
            retailers=bool(scenario.retailers),
            reserved=scenario.reserved if lines else (),
            contract_form=scenario.contract_form,
            audited=scenario.audit_margin is not None,
            fixed_costs=fixed_costs(scenario) if mechanism_of(scenario).dispatches else {},
            terms=scenario.terms,
        )

    @property
    def declared(self) -> Mechanism:
        """What its auction is, of one stage."""
        return self.own_mechanism or mechanism_named(self.mechanism)

    @property
    def contract_without_form(self) -> str:
        """Name of the auction's contract, were it open, its offers free and its prices not kept."""
        plain = SECOND_STAGES[self.regional] if self.surplus_deficit else self.declared.contract
        return "DayAheadAuction" if self.day_ahead else NODAL if self.nodal else plain

    @property
    def contract(self) -> str:
        """Name of the auction's contract. One of audited offers keeps its prices in any case."""
        plain = self.contract_without_form
        plain = AUDITED + plain if self.audited else PRICED + plain if self.contract_form == "financial" else plain
        return SEALED + plain if self.bids == "sealed" else plain

    @property
    def allocation(self) -> str:
        """Name of the contract that allocates and settles contract energy."""
        return "Differences" if self.contract_form == "financial" else "Allocation"

    @property
    def contracts(self) -> tuple[str, ...]:
        """Names of all contracts of the market, in the order in which they are created."""
        more = {
            "Deviation": self.deviation is not None,
            "Collateral": self.closes_every is not None,
            "Reservations": bool(self.reserved),
            "Tariffs": self.billed,
            "Retail": self.retailers,
            "Terms": bool(self.terms),
        }
        return ("Registry", "Ledger", self.allocation, self.contract, *(name for name, needed in more.items() if needed))

    @property
    def matches_corridors(self) -> bool:
        """Whether the region clears by the inter-provincial spot rule."""
        return self.regional == "corridor_matching"

    @property
    def nodal(self) -> bool:
        """Whether flows follow from net exports, and prices are of nodes."""
        return self.auction.network is not None

    @property
    def paths(self) -> tuple[Path, ...]:
        """The paths of lines that corridors are matched over; none under other rules."""
        return list_paths(self.auction.lines, len(self.zones)) if self.matches_corridors else ()

    def at(self, hour: int) -> Rules:
        """The auction's rules with what reservations leave of the lines in the hour."""
        return without(self.auction, [line[hour] for line in self.reserved]) if self.reserved else self.auction
