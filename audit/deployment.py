"""What the chain itself says of the market: contracts, rules, participants, sellers. Nothing here is taken from the tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from eth_utils.address import to_canonical_address

from shengdian import contracts
from shengdian.sim.base.line_words import line_of
from shengdian.sim.base.roles import FIRST_NUMBER
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import READINGS, Rules, SurplusDeficit
from shengdian.sim.chain.abi import Interface, interface
from shengdian.sim.chain.abi_words import signed
from shengdian.sim.chain.keys import created_address
from shengdian.sim.chain.port import Log, Receipt
from shengdian.sim.market.market_rules import NODAL
from shengdian.sim.market.participants import OPERATOR
from shengdian.sim.mechanisms import MECHANISMS, UNIFORM, Mechanism
from shengdian.sim.record.chain_record import hexadecimal
from shengdian.sim.twins.ledger import POSTER_ROLE
from shengdian.sim.twins.nodal_auction import network_of_words
from shengdian.sim.twins.price_record import PRICED
from shengdian.sim.twins.sealed_book import SEALED

CORRIDORS = "corridor-matching"
"""how the second of two stages prices that matches over corridors"""


class Broken(Exception):
    """The chain does not say what it must for the market to be rebuilt; nothing after this can be."""


@dataclass(frozen=True, slots=True)
class Member:
    """A participant as the registry has it."""

    number: int
    address: bytes
    role: int
    zone: int
    """index"""


@dataclass(frozen=True, slots=True)
class Seller:
    """A seller of contract energy as its terms have it."""

    number: int
    capacity: int
    """kWh an hour"""
    minimum: int
    """kWh an hour"""
    ramp: int
    """kWh an hour"""
    price: int
    """fen/MWh"""
    flat: bool
    """a fixed import"""


@dataclass
class Deployed:
    """The market's contracts on one chain."""

    operator: bytes
    """address"""
    own: Mechanism | None = None
    """that of the config, where it is a user's own"""
    contracts: dict[bytes, str] = field(default_factory=dict)
    """name by address, in order of deployment"""
    auction: str = ""
    """name of the auction's contract"""
    ledger_closed: bool = False
    """whether nobody can let others post any more"""
    rules: Rules | None = None
    reading: SurplusDeficit | None = None
    """None where there is one stage"""
    bond_rate: int | None = None
    """fen/MWh committed; None where bids are open"""
    paths: tuple[int, ...] = ()
    """words of the paths that corridors are matched over"""
    deviation: tuple[int, ...] | None = None
    """what the settlement of deviations was born with; None where there is none"""
    closes_every: int | None = None
    """hours; None where accounts are never closed"""
    covered: bool = False
    """whether orders must be covered by collateral"""
    reference: bytes | None = None
    """address of whose prices contracts are settled against; None where they are delivered"""
    timetable: Timetable = field(default_factory=lambda: Timetable(0))
    """as the auction has it"""
    clocks: dict[str, int] = field(default_factory=dict)
    """the word of its timetable by contract that has one"""
    members: dict[int, Member] = field(default_factory=dict)
    """by number"""
    traders: list[int] = field(default_factory=list)
    """numbers of those admitted to the auction, in order"""
    renewables: set[int] = field(default_factory=set)
    """numbers of those declared to give wind, sun or water; 0 stands for one who is nobody of the run"""
    caps: dict[int, int] = field(default_factory=dict)
    """fen/MWh that an audited trader may ask at most, by number"""
    suppliers: list[int] = field(default_factory=list)
    """numbers by zone"""
    sellers: dict[int, list[Seller]] = field(default_factory=dict)
    """by zone"""
    settling: list[int] = field(default_factory=list)
    """numbers of those who settle deviations, in order"""
    lists: dict[int, tuple[int, int, int, int]] = field(default_factory=dict)
    """regulation by number: up price fen/MWh, kWh, down price, kWh"""

    tariffs: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    """numbers of a supplier and of those it bills, in order"""
    retailers: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    """numbers of a retailer and of those that it serves at first, in order"""
    charges: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    """rates of charges, fen/MWh, and numbers of those who pay, in order"""

    @property
    def addresses(self) -> dict[str, str]:
        """0x... by contract name."""
        return {name: "0x" + address.hex() for address, name in self.contracts.items()}

    @property
    def declared(self) -> Mechanism:
        """What the auction is; of two stages, the first."""
        if self.own and self.auction == self.own.contract:
            return self.own
        return next((each for each in MECHANISMS if each.contract == self.auction.removeprefix(SEALED).removeprefix(PRICED)), UNIFORM)

    @property
    def mechanism(self) -> str:
        """How the auction prices; of two stages, the last."""
        return CORRIDORS if self.corridors else self.declared.name

    @property
    def corridors(self) -> bool:
        """Whether the last of two stages matches over corridors."""
        return self.auction == "CorridorMatchingAuction"

    def kind(self, contract: str) -> str:
        """What a contract is to the market: `Auction` for the run's, whichever it is, `Allocation` also where contracts are financial."""
        return {self.auction: "Auction", "Differences": "Allocation"}.get(contract, contract)

    def known_rules(self) -> Rules:
        """Raises Broken before an auction is deployed."""
        if self.rules is None:
            raise Broken("no auction is deployed")
        return self.rules

    def create(self, receipt: Receipt, nonce: int) -> None:
        """Takes in a contract's creation. Raises Broken for code of no committed artifact, nor of the config's own mechanism."""
        code = receipt.transaction.data
        own = [interface(self.own.contract)] if self.own else []
        name = next((each.artifact.name for each in (*own, *_artifacts()) if code.startswith(each.artifact.bytecode)), None)
        if name is None:
            raise Broken("creates a contract whose code is none of the committed artifacts")
        if receipt.transaction.sender != self.operator:
            raise Broken(f"creates {name}, but the sender is not the {OPERATOR}")
        if name in self.contracts.values():
            raise Broken(f"creates a second {name}")
        self.contracts[created_address(receipt.transaction.sender, nonce)] = name
        self._born(name, interface(name).creation_arguments(code))

    def _born(self, name: str, arguments: tuple[Any, ...]) -> None:
        """Takes in what a contract was created with."""
        if name.endswith(("Auction", "Dispatch")) or (self.own and name == self.own.contract):
            _, _, (zones, floor, cap, k, clock), *more = arguments
            self.clocks[name], self.timetable = clock, Timetable.of(clock)
            self.auction = name
            self.bond_rate = more.pop() if name.startswith(SEALED) else None
            network = network_of_words(more.pop(), zones) if name == NODAL else None
            lines = more[0] if more else ()
            self.reading = READINGS[more[1]] if len(more) > 1 else None
            self.rules = Rules(zones, tuple(line_of(line) for line in lines), floor, cap, k, network)
            self.paths = tuple(more[2]) if len(more) > 2 else ()
        elif name in ("Allocation", "Differences"):
            self.clocks[name] = arguments[-1]
            self.reference = to_canonical_address(arguments[2]) if name == "Differences" else None
        elif name == "Deviation":
            *factors, self.clocks[name] = arguments[2]
            self.deviation = tuple(factors)
        elif name == "Collateral":
            self.closes_every, self.clocks[name] = arguments[3:]
        elif name in ("Tariffs", "Retail", "Reservations"):
            self.clocks[name] = arguments[-1]

    # --- logs -----------------------------------------------------------------------------------------------------------------

    def enrolled(self, log: Log) -> None:
        """Takes in the log Enrolled of the registry. Raises Broken for a number that is not the next."""
        _, values = interface("Registry").event(log)
        number = values["number"]
        if number != FIRST_NUMBER + len(self.members):
            raise Broken(f"number {number} is enrolled after {FIRST_NUMBER + len(self.members) - 1}")
        self.members[number] = Member(number, bytes.fromhex(values["participant"][2:]), values["role"], values["zone"])

    def suppliers_set(self, log: Log) -> None:
        """Takes in the log SuppliersSet: a registry number by zone."""
        _, values = interface("Allocation").event(log)
        self.suppliers = list(values["numbers"])

    def terms_set(self, log: Log) -> None:
        """Takes in the log TermsSet: a seller's terms, kWh an hour and fen/MWh."""
        zone, number = signed(log.topics[1]), signed(log.topics[2])
        word = int.from_bytes(log.data, "big")
        price = (word >> 96 & 0xFFFFFFFF ^ 1 << 31) - (1 << 31)
        terms = Seller(number, word & 0xFFFFFFFF, word >> 32 & 0xFFFFFFFF, word >> 64 & 0xFFFFFFFF, price, bool(word >> 152))
        self.sellers.setdefault(zone, []).append(terms)

    def role_granted(self, log: Log, contract: str) -> str:
        """A sentence where a role goes to whom it should not go; empty otherwise."""
        role, account = log.topics[1], log.topics[2][-20:]
        markets = [address for address, name in self.contracts.items() if name not in ("Registry", "Ledger")]
        if account in markets if (contract, role) == ("Ledger", POSTER_ROLE) else account == self.operator:
            return ""
        return f"{contract} gives a role to {hexadecimal(account)}, who should not have it"


@cache
def _artifacts() -> list[Interface]:
    return [interface(name) for name in contracts.names() if contracts.artifact(name).bytecode]
