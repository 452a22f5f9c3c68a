"""Orders as they come in: in the hour, in envelopes, or a day ahead; and those that are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shengdian.audit.deployment import Broken
from shengdian.audit.market import Handlers, Market, Place
from shengdian.audit.order_book import Refused, Where, order_words
from shengdian.sim.base.roles import RENT
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.chain.abi import interface, refusal
from shengdian.sim.chain.port import Log, Receipt
from shengdian.sim.twins.envelopes import committed


def _order_placed(market: Market, place: Place, log: Log) -> None:
    word = int.from_bytes(log.data[:32], "big")
    market.orders.place(word, int.from_bytes(log.data[32:64], "big"), place.where)


def _order_withdrawn(market: Market, place: Place, log: Log) -> None:
    market.orders.withdraw(int.from_bytes(log.data, "big"))


def _day_orders_placed(market: Market, place: Place, log: Log) -> None:
    _, values = interface(place.contract).event(log)
    market.orders.place_day(values["number"], values["words"], place.where)


def _regional_markup(market: Market, place: Place, log: Log) -> None:
    _, values = interface(place.contract).event(log)
    market.orders.mark(values["number"], values["hour"], values["markup"])


def _order_committed(market: Market, place: Place, log: Log) -> None:
    market.hour.committed[_number(market, log.topics[1][-20:])] = committed(int.from_bytes(log.data, "big"))[1]


def _bond_forfeited(market: Market, place: Place, log: Log) -> None:
    """The trader's bond goes to the rent account, which gets all bonds of a transaction in one entry."""
    _, values = interface(place.contract).event(log)
    market.must_be_next(values["hour"], "takes a bond of")
    number, bond, where = _number(market, log.topics[1][-20:]), values["bond"], place.where
    here = market.hour
    due = (market.deployed.bond_rate or 0) * here.committed.get(number, 0)
    if bond != due:
        market.note(f"a bond of {bond} is taken; for what was committed it is {due}")
    here.forfeited.append(number)
    taken = [entry for entry in here.bonds if entry.role != "rent"] + [
        market.entry(number, "bond", -bond, 0, where.block, where.transaction)
    ]
    here.bonds = [*taken, market.entry(RENT, "bond", -sum(entry.money for entry in taken), 0, where.block, where.transaction)]


OWN_FAULT = (
    "SegmentCount",
    "QuantityZero",
    "PriceBelowFloor",
    "PriceAboveCap",
    "OfferAboveAudited",
    "OrderAboveCollateral",
    "HourNotCovered",
    "HourOutsideDay",
    "WordMissing",
    "MarkupTooLarge",
    "MarkupNotCovered",
    "BondUnpaid",
    "MoreThanCommitted",
)
"""errors that the order itself is the reason of; whoever gets another one did nothing wrong"""
SENT_AT: Mapping[str, Callable[[Timetable, int], int]] = {
    "submit": Timetable.orders,
    "amendRegional": Timetable.orders,
    "commit": Timetable.orders,
    "reveal": Timetable.reveals,
    "submitDay": Timetable.day_ahead,
}
"""block time at which a trader's transactions of an hour, or of a day, are carried out, by function"""


def check_time(market: Market, function: str, sender: bytes, timestamp: int, latest: int) -> None:
    """A trader's transaction stands in the block that is made for it, and in none that comes later; at most `latest` seconds later."""
    clock = market.deployed.timetable
    at, since = SENT_AT.get(function), timestamp - clock.start
    if at is not None and (since - (due := (at(clock, 0) - clock.start) % clock.length)) % clock.length > latest:
        name = market.names[_number(market, sender)]
        market.note(f"the order of {name} is carried {since % clock.length} seconds into an hour; its own block is made at {due}")


def refuse(market: Market, function: str, receipt: Receipt, where: Where) -> None:
    """Takes in an order that the auction did not take. A commitment that was refused leaves nothing."""
    number, said = _number(market, receipt.transaction.sender), refusal(receipt.output)
    data = receipt.transaction.data
    if function == "commit":
        market.hour.uncommitted.append(number)
    if _did_nothing_wrong(market, number, said.error):
        market.note(f"the order of {market.names[number]} for hour {market.hour.hour} is refused with {said}, and nothing is wrong with it")
    if function == "submitDay":
        _, (words,) = interface(market.deployed.auction).arguments(data)
        market.orders.refuse_day(number, words, said, where)
    elif function != "commit":
        market.orders.refuse(Refused(number, *order_words(data), said, where))


def _did_nothing_wrong(market: Market, number: int, error: str) -> bool:
    """Whether an order was refused for another reason than itself. What an auction of a user's own refuses it alone knows."""
    if market.deployed.own and error not in {entry["name"] for entry in interface("UniformAuction").errors.values()}:
        return False
    return error not in OWN_FAULT and not (error == "NotCommitted" and number in market.hour.uncommitted)


def check_forfeits(market: Market) -> None:
    """Whoever is bound by a commitment and has no order pays the bond, and nobody else."""
    here = market.hour
    silent = {number for number in here.committed if number not in here.placed}
    for number in sorted(silent ^ set(here.forfeited)):
        lapsed = "committed to an order that does not stand, but its bond was not taken"
        market.note(f"{market.names[number]} {lapsed if number in silent else 'lost its bond without reason'}")


def _number(market: Market, address: bytes) -> int:
    number = market.number_of.get(address)
    if number is None:
        raise Broken("is an order of nobody of this run")
    return number


HANDLERS: Handlers = {
    ("Auction", "OrderPlaced"): _order_placed,
    ("Auction", "LongOrderPlaced"): _order_placed,
    ("Auction", "OrderWithdrawn"): _order_withdrawn,
    ("Auction", "DayOrdersPlaced"): _day_orders_placed,
    ("Auction", "RegionalMarkup"): _regional_markup,
    ("Auction", "OrderCommitted"): _order_committed,
    ("Auction", "BondForfeited"): _bond_forfeited,
}
