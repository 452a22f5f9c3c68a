"""What a log says in the market's words and units: names instead of numbers and addresses, packed words unpacked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from shengdian.audit.order_book import day_words, hour_of
from shengdian.sim.base.orders import unpack, unpack_segment
from shengdian.sim.base.roles import Role
from shengdian.sim.base.schema import CURRENCY
from shengdian.sim.base.units import COVERS_RENT, FEN_PER_CNY, KWH_PER_MWH, MONEY_PER_CNY, NO_PRICE, RECOVERS
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.abi_words import unpack_words
from shengdian.sim.chain.port import Log
from shengdian.sim.market.deployment import ADMIN_ROLE
from shengdian.sim.market.participants import OPERATOR
from shengdian.sim.model import Model
from shengdian.sim.record.chain_record import hexadecimal
from shengdian.sim.scenario import Scenario
from shengdian.sim.solve.corridor_matching import matches_of
from shengdian.sim.solve.pairing import unpack_pair
from shengdian.sim.twins.ledger import POSTER_ROLE

PER_MWH: Final = f"{CURRENCY}/MWh"
"""unit of prices, until it gets the region's label"""
SHORT: Final = 160
"""characters of the arguments of an event that nobody put into words"""
NUMBERS: Final = ("number", "seller", "buyer")
"""arguments that are numbers of the registry"""
ROLES: Final = {ADMIN_ROLE: "admin", POSTER_ROLE: "poster"}
MONEY: Final = ("amount", "bond", "volume", "owed", "fromCollateral", "fromFund", "shared")
ENERGY: Final = ("quantity", "up", "down", "bidding")
PRICES: Final = ("price", "upPrice", "downPrice")


class Speaker:
    """Knows who is who in one live model."""

    def __init__(self, model: Model, scenario: Scenario) -> None:
        market = model.market
        self.people: Mapping[bytes, str] = {market.address(person.id): person.id for person in market.participants} | {
            market.operator: OPERATOR
        }
        self.contracts: Mapping[bytes, str] = {address: name for name, address in market.contracts.items()}
        self._names = {0: "grid", 1: "rent"} | {number: name for name, number in market.number.items()}
        self._nodes, self._currency = (*scenario.zones, *scenario.hubs), scenario.currency
        self._lines = [(self._nodes[line.source], self._nodes[line.target]) for line in market.rules.auction.lines]
        self._said: Mapping[str, Callable[[dict[str, Any]], str]] = {
            "OrderPlaced": lambda event: self._order(event["account"]),
            "LongOrderPlaced": lambda event: self._order(event["account"], event["more"]),
            "OrderWithdrawn": lambda event: self._name(event["account"] >> 240),
            "DayOrdersPlaced": self._day,
            "TraderAdmitted": lambda event: self._address(event["trader"]),
            "Enrolled": self._enrolled,
            "SuppliersSet": lambda event: ", ".join(map(self._name, event["numbers"])),
            "TariffSet": lambda event: f"{self._name(event['supplier'])} bills {', '.join(map(self._name, event['users']))}",
            "ChargeSet": self._charge_set,
            "Billed": self._billed,
            "TermsSet": self._terms,
            "DayAllocated": self._allocated,
            "AgreementsSettled": self._agreements,
            "DifferencesSettled": lambda event: f"hour {event['hour']}, settled against {self._by_zone(event['prices'])}",
            "HourCleared": self._cleared,
            "TradesMade": self._trades,
            "MatchesMade": self._matches,
            "DeviationsSettled": self._deviations,
            "AccountsClosed": lambda event: f"hour {event['hour']}, {sum(amount != 0 for amount in event['amounts'])} accounts",
        }

    def said(self, log: Log) -> str:
        """One line."""
        contract = self.contracts[log.address]
        name, event = interface(contract).event(log)
        words = self._said[name](event) if name in self._said else self._plain(event)
        return f"{contract}.{name}: {words.replace(PER_MWH, f'{self._currency}/MWh')}"

    def _name(self, number: int) -> str:
        return self._names.get(number, f"number {number}")

    def _address(self, address: bytes | str) -> str:
        data = bytes.fromhex(address.removeprefix("0x")) if isinstance(address, str) else address
        return self.people.get(data) or self.contracts.get(data) or hexadecimal(data)

    def _order(self, word: int, more: int = 0) -> str:
        number, _, hour, sells, segments = unpack(word, more)
        return f"{self._name(number)} {_side(sells)} in hour {hour}: {_steps(segments)}"

    def _day(self, event: Mapping[str, Any]) -> str:
        orders = [unpack(word, more) for word, more in day_words(event["words"])]
        hours = [hour_of(word) for word, _ in day_words(event["words"])]
        energy = sum(segment.quantity for *_, segments in orders for segment in segments)
        sides = " and ".join(dict.fromkeys(_side(sells) for *_, sells, _ in orders))
        return f"{self._name(event['number'])} {sides} in hours {min(hours)} to {max(hours)}: {_mwh(energy)} in all"

    def _enrolled(self, event: Mapping[str, Any]) -> str:
        who, role = self._address(event["participant"]), Role(event["role"]).name.lower()
        return f"{who} as number {event['number']}, {role} in {self._nodes[event['zone']]}"

    def _terms(self, event: Mapping[str, Any]) -> str:
        capacity, least, ramp, price = (event["terms"] >> 32 * lane & 0xFFFFFFFF for lane in range(4))
        terms = f"{_mwh(capacity)} an hour at most, {_mwh(least)} at least, ramp {_mwh(ramp)}"
        return f"{self._name(event['number'])} sells contract energy at {_price(unpack_segment(price << 32).price)}: {terms}"

    def _allocated(self, event: Mapping[str, Any]) -> str:
        energy, begin = sum(unpack_words(event["contracts"], 32)), f"day {event['day']} from its hour {event['fromHour']} on"
        return f"{self._nodes[event['zone']]}, {begin}: {_mwh(energy)} under contract, {_mwh(event['bidding'])} of the day left to bidding"

    def _agreements(self, event: Mapping[str, Any]) -> str:
        energy = sum(unpack_words(event["contracts"], 32))
        return f"hour {event['hour']}, {_mwh(energy)} under contract; buyers pay {self._by_zone(event['prices'])}"

    def _charge_set(self, event: Mapping[str, Any]) -> str:
        if event["rate"] == COVERS_RENT:
            return f"the rent is paid what it lacks by {', '.join(map(self._name, event['payers']))}"
        rate = "what the grid paid" if event["rate"] == RECOVERS else _price(event["rate"])
        return f"the grid is paid {rate} by {', '.join(map(self._name, event['payers']))}"

    def _billed(self, event: Mapping[str, Any]) -> str:
        rates = ", ".join("no rate" if rate == NO_PRICE else _price(rate) for rate in event["rates"])
        return f"up to hour {event['hour']}, {_mwh(sum(event['energy']))} in all, at {rates}"

    def _cleared(self, event: Mapping[str, Any]) -> str:
        filled = sum(1 for fill in unpack_words(event["fills"], 32) if fill)
        flows = [(ends, word >> 128) for ends, word in zip(self._lines, event["flows"], strict=False) if word]
        sent = ", ".join(f"{source} to {target} {_mwh(energy)}" for (source, target), energy in flows)
        stage = "regional" if event["stage"] and self._lines else "provincial"
        return f"hour {event['hour']}, {stage}: {self._by_zone(event['prices'])}; {filled} segments filled; sent: {sent or 'nothing'}"

    def _trades(self, event: Mapping[str, Any]) -> str:
        pairs = [unpack_pair(word) for word in event["trades"]]
        return f"hour {event['hour']}, {len(pairs)} pairs, {_mwh(sum(pair.quantity for pair in pairs))}"

    def _matches(self, event: Mapping[str, Any]) -> str:
        made = matches_of(event["matches"])
        return f"hour {event['hour']}, {len(made)} matches, {_mwh(sum(match.sent for match in made))} sent"

    def _deviations(self, event: Mapping[str, Any]) -> str:
        pairs = zip(self._nodes, event["prices"][::2], event["prices"][1::2], strict=False)
        return f"hour {event['hour']}, up and down price: " + ", ".join(f"{zone} {_price(up)}, {_price(down)}" for zone, up, down in pairs)

    def _by_zone(self, prices: Sequence[int]) -> str:
        """CNY/MWh of every zone; a dash where there is no price."""
        each = (f"{zone} {_number(price / FEN_PER_CNY, 2)}" if price != NO_PRICE else f"{zone} -" for zone, price in self._zones(prices))
        return f"{', '.join(each)} {PER_MWH}"

    def _zones(self, prices: Sequence[int]) -> Iterable[tuple[str, int]]:
        return zip(self._nodes, prices, strict=False)

    def _plain(self, event: Mapping[str, Any]) -> str:
        said = ", ".join(f"{key} {self._value(key, value)}" for key, value in event.items())
        return said[:SHORT] + ("…" if len(said) > SHORT else "")

    def _value(self, key: str, value: Any) -> str:
        if isinstance(value, str) or (isinstance(value, bytes) and len(value) == 20):
            return self._address(value)
        if isinstance(value, bytes):
            return ROLES.get(value) or hexadecimal(value)[:10] + ("…" if len(value) > 4 else "")
        if not isinstance(value, int):
            return f"{len(value)} values" if isinstance(value, Sequence) else str(value)
        if key in NUMBERS:
            return self._name(value)
        if key == "zone":
            return self._nodes[value]
        if key == "commitment":
            return hexadecimal(value.to_bytes(32, "big"))[:10] + "…"
        if key in MONEY:
            return f"{_number(value / MONEY_PER_CNY, 2)} {self._currency}"
        return _mwh(value) if key in ENERGY else _price(value) if key in PRICES else f"{value:,}"


def _side(sells: bool) -> str:
    return "offers" if sells else "bids"


def _steps(segments: Iterable[Any]) -> str:
    return ", ".join(f"{_mwh(segment.quantity)} at {_price(segment.price)}" for segment in segments)


def _mwh(kwh: int) -> str:
    return f"{_number(kwh / KWH_PER_MWH, 3)} MWh"


def _price(fen: int) -> str:
    return f"{_number(fen / FEN_PER_CNY, 2)} {PER_MWH}"


def _number(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}"
