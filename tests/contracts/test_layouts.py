"""The layout of every packed word is said once in Solidity, by constants that its accessors use, and is that of the Python codec."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import SimpleNamespace

import numpy as np
import pytest

from shengdian import contracts
from shengdian.sim.base.orders import pack, unpack
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import Bid, Dual, NodalSolution, Offer, Segment
from shengdian.sim.chain.abi_words import unpack_words
from shengdian.sim.market.agreements import AgreementsMarket
from shengdian.sim.solve.allocation import STATUSES
from shengdian.sim.solve.corridor_matching import Match, match_words, matches_of
from shengdian.sim.solve.pairing import Pair, pack_pair, unpack_pair
from shengdian.sim.solve.paths import Path, pack_path, unpack_path
from shengdian.sim.twins.allocation_records import Seller
from shengdian.sim.twins.allocation_words import Terms, allocate_arguments, purchase_lane, purchase_of
from shengdian.sim.twins.deviation import Deviation
from shengdian.sim.twins.nodal_auction import words_of_solution

Fields = Mapping[str, tuple[int, int]]
"""lowest bit and width by field"""
SOURCES = {path.stem: path.read_text(encoding="utf-8") for path in contracts.sources()}


def layouts() -> dict[str, Fields]:
    """By type, out of the source of its name; the second kind of word of one type has its name before its fields'."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for name, text in SOURCES.items():
        at = dict(re.findall(r"^uint256 constant (\w+)_AT = (\d+);", text, re.MULTILINE))
        bits = dict(re.findall(r"^uint256 constant (\w+)_BITS = (\d+);", text, re.MULTILINE))
        if re.search(rf"^type {name} is uint256;", text, re.MULTILINE):
            assert at.keys() == bits.keys(), f"{name}.sol says where a field is and not how wide, or the other way round"
            for field, mask in re.findall(r"^uint256 constant (\w+)_MASK = (\w+);", text, re.MULTILINE):
                assert int(mask, 0) == (1 << int(bits[field])) - 1
            for field in at:
                kind, rest = ("Part", field.removeprefix("PART_")) if field.startswith("PART_") else ("", field)
                found.setdefault(name + kind, {})[rest] = int(at[field]), int(bits[field])
        else:
            assert not at, f"{name}.sol has a layout and no type of its name"
    return found


LAYOUTS = layouts()


def test_every_type_that_is_a_word_has_a_file_of_its_name() -> None:
    types = {(name, each) for name, text in SOURCES.items() for each in re.findall(r"^type (\w+) is uint256;", text, re.MULTILINE)}
    assert {pair for pair in types if pair[0] != pair[1]} == {("Types", "Flow"), ("Types", "Bounds")}, "two halves of a word each"


@pytest.mark.parametrize("name", LAYOUTS)
def test_fields_lie_side_by_side_in_a_word(name: str) -> None:
    end = 0
    for at, bits in sorted(LAYOUTS[name].values()):
        assert at >= end, f"a field at bit {at} begins before bit {end}, where another ends"
        end = at + bits
    assert end <= 256


U32 = 2**32 - 1


def account(word: int) -> dict[str, int]:
    number, zone, hour, sells, segments = unpack(word)
    return {"NUMBER": number, "ZONE": zone, "HOUR": hour, "SELLS": int(sells), "COUNT": len(segments)}


def delivery(word: int) -> dict[str, int]:
    agreed = SimpleNamespace(price=1, line=None, seller="a", buyer="b")
    market = SimpleNamespace(proposals={word >> 128: agreed}, _zone_of={"a": 0, "b": 0}, _role_of={"a": "plant", "b": "user"})
    read = AgreementsMarket._delivery(market, word, 0, 0, "")
    return {"ID": read.id, "SENT": read.sent, "RECEIVED": read.received}


def match(word: int) -> dict[str, int]:
    (read,) = matches_of([word | 1 << 255])
    prices = {"PRICE": read.price & U32, "ASK": read.ask & U32, "BID": read.bid & U32}
    return {"PATH": read.path, **prices, "SENT": read.sent, "RECEIVED": read.received}


def match_part(word: int) -> dict[str, int]:
    ((row, energy),) = matches_of([1 << 255, word])[0].parts
    return {"ROW": row, "RECEIVED": energy}


def metered_energy(word: int) -> dict[str, int]:
    """Of account 2, the first participant's."""
    settlement = SimpleNamespace(_admitted=[(0, False)], _lists={})
    (party,) = Deviation._read(settlement, [0], unpack_words([word << 128], 32), [0] * 8)[0].parties
    return {"SCHEDULED": party.scheduled & U32, "METERED": party.scheduled + party.deviation & U32}


def path(word: int) -> dict[str, int]:
    legs = unpack_path(word)
    return {"COUNT": len(legs), "LEGS": sum(leg << 8 * place for place, leg in enumerate(legs))}


def purchase(word: int) -> dict[str, int]:
    zone, number, energy = (int(value[0]) for value in purchase_of(np.array([word], np.int64)))
    return {"ZONE": zone, "NUMBER": number, "ENERGY": energy}


def seller_terms(word: int) -> dict[str, int]:
    seller = Seller(word)
    figures = {"CAPACITY": seller.capacity, "MINIMUM": seller.minimum, "RAMP": seller.ramp, "PRICE": seller.price & U32}
    return {**figures, "NUMBER": seller.number, "FLAT": int(seller.flat)}


def timetable(word: int) -> dict[str, int]:
    read = Timetable.of(word)
    return {"START": read.start, "PARTS": read.parts, "LENGTH": read.length}


def trade(word: int) -> dict[str, int]:
    pair = unpack_pair(word)
    return {"PRICE": pair.price & U32, "SELLER": pair.seller, "BUYER": pair.buyer, "ENERGY": pair.quantity}


READERS: Mapping[str, Callable[[int], Mapping[str, int]]] = {
    "Account": account,
    "Delivery": delivery,
    "Match": match,
    "MatchPart": match_part,
    "MeteredEnergy": metered_energy,
    "Purchase": purchase,
    "SellerTerms": seller_terms,
    "Timetable": timetable,
    "Trade": trade,
}
UNREAD = {"Account": {"LIMIT", "SEGMENTS"}, "Match": {"WHOLE"}, "SellerTerms": {"ZONE"}}
"""fields that the reader does not give back"""


@pytest.mark.parametrize("name", READERS)
def test_python_reads_what_solidity_packs(name: str) -> None:
    read, unread = READERS[name], UNREAD.get(name, set())
    assert read(0).keys() == LAYOUTS[name].keys() - unread
    for field in read(0):
        at, bits = LAYOUTS[name][field]
        for value in (1, (1 << bits) - 1):
            assert {each: got for each, got in read(value << at).items() if got} == {field: value}


def plant_day(contracted: int, initial: int, status: int) -> int:
    case = SimpleNamespace(contract=contracted, initial=initial, available=(0,))
    plan = SimpleNamespace(plants=[SimpleNamespace(status=STATUSES[status], hours=(0,))])
    return allocate_arguments(plan, [case], [0], 0, 0, "per-plant", 0)[2][0]


def regulation_list(*listed: int) -> int:
    return Deviation.list_of(SimpleNamespace(_lists={2: listed}), 2)


MATCH = match_words([Match(7, -3, -5, 11, 13, ((17, 19),), -2)])
SOLUTION = words_of_solution(NodalSolution((-7,), (-5, 6), (Dual(9, 3, -4),), ((8,), (-9,))))
PACKED: Mapping[str, tuple[int, Mapping[str, int]]] = {
    "Account": (
        pack(Offer("", (Segment(-1, U32),) * 3), 0xFFFFFF)[0],
        {"HOUR": 0xFFFFFF, "SELLS": 1, "COUNT": 3, "SEGMENTS": 2**192 - 1},
    ),
    "Account of a long bid": (pack(Bid("", (Segment(0, 0),) * 5), 1)[0], {"HOUR": 1, "COUNT": 5}),
    "Dual": (SOLUTION[2][0], {"ROW": 9, "LOW": 3, "HIGH": 2**120 - 4}),
    "Levels": (SOLUTION[1], {"LOW": 2**128 - 5, "HIGH": 6}),
    "Match": (MATCH[0], {"WHOLE": 1, "PATH": 7, "PRICE": U32 - 1, "ASK": U32 - 2, "BID": U32 - 4, "SENT": 11, "RECEIVED": 13}),
    "MatchPart": (MATCH[1], {"ROW": 17, "RECEIVED": 19}),
    "Path": (pack_path(Path((255,) * 31, 0, 0, (), 0)), {"COUNT": 31, "LEGS": 2**248 - 1}),
    "PlantDay": (plant_day(2**64 - 1, U32, 4), {"CONTRACTED": 2**64 - 1, "INITIAL": U32, "STATUS": 4}),
    "Position": (SOLUTION[0][0], {"NET": 2**64 - 7, "LOW": 8, "HIGH": 2**96 - 9}),
    "Purchase": (purchase_lane(3, 5, 7), {"ZONE": 3, "NUMBER": 5, "ENERGY": 7}),
    "RegulationList": (regulation_list(-1, 3, -2, 5), {"UP_PRICE": U32, "UP": 3, "DOWN_PRICE": U32 - 1, "DOWN": 5}),
    "SellerTerms": (Terms(3, 5, 7, -1).word(), {"CAPACITY": 3, "MINIMUM": 5, "RAMP": 7, "PRICE": U32}),
    "Timetable": (Timetable(2**64 - 1, 2**32 - 1, 4).word, {"START": 2**64 - 1, "LENGTH": 2**32 - 1, "PARTS": 4}),
    "Trade": (pack_pair(Pair(3, 5, 7, -1)), {"SELLER": 3, "BUYER": 5, "ENERGY": 7, "PRICE": U32}),
}
"""words that Python packs, with what is in them"""


@pytest.mark.parametrize("name", PACKED)
def test_python_packs_what_solidity_reads(name: str) -> None:
    word, fields = PACKED[name]
    assert word == sum(value << LAYOUTS[name.split()[0]][field][0] for field, value in fields.items())


def test_legs_of_a_path_are_read_in_order() -> None:
    word = pack_path(Path((3, 5, 7), 0, 0, (), 0))
    assert path(word) == {"COUNT": 3, "LEGS": word >> LAYOUTS["Path"]["LEGS"][0]}
    assert unpack_path(word) == (3, 5, 7)


INSIDE = {
    "Entry": "memory, and between two contracts",
    "HourBand": "memory",
    "Identity": "storage",
    "Leg": "memory, and between two contracts",
    "Openings": "code, where immutables are",
    "Rate": "storage",
    "Row": "memory",
}
"""types that never leave the contracts, and where they are"""


def test_every_layout_is_compared_or_stays_inside() -> None:
    assert LAYOUTS.keys() == READERS.keys() | {name.split()[0] for name in PACKED} | INSIDE.keys()
