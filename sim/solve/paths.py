"""Paths between provinces: chains of lines, and what a buyer's bid is worth at the other end of one.

The inter-provincial spot rule: along legs r = 1..n with loss rho_r and tariff Pt_r on what a leg delivers, coe = prod(1 - rho_r),
price' = price x coe - sum_m Pt_m x prod_{r<=m}(1 - rho_r), quantity' = quantity / coe. All in whole numbers: shares are counted in 1e-18,
exact up to three legs and rounded down after that. Twin of contracts/libraries/Paths.sol.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shengdian.sim.base.types import Line
from shengdian.sim.base.units import PPM

SCALE = 10**18
"""parts of a whole in which shares of a path are counted"""
LONGEST = 4
"""legs of a path that is listed unless more are asked for: a fifth costs more than nearly any two provinces differ in price"""
MOST_LEGS = 31
"""that the word of a path can hold"""


@dataclass(frozen=True, slots=True)
class Path:
    """A chain of lines that passes no node twice."""

    legs: tuple[int, ...]
    """indices of the lines, in order"""
    source: int
    """index of the zone that sends"""
    target: int
    """index of the zone that receives"""
    kept: tuple[int, ...]
    """1e-18 of what is sent that leaves each leg; the last is coe"""
    fee: int
    """1e-18 fen per MWh sent: the tariffs of all legs"""

    @property
    def coe(self) -> int:
        """1e-18 of what is sent that arrives."""
        return self.kept[-1]

    def converted(self, price: int) -> int:
        """A bid of `price` (fen/MWh) seen from the seller's node, 1e-18 fen/MWh."""
        return price * self.coe - self.fee

    def landed(self, price: int) -> int:
        """What energy of `price` (fen/MWh) at the seller's node costs the buyer, fen/MWh, rounded up to the tick: price plus tariffs and
        losses. It is at most every bid whose conversion is at least `price`."""
        return -(-(price * SCALE + self.fee) // self.coe)

    def sent(self, received: int) -> int:
        """kWh to send so that `received` arrive: received / coe to the nearest kWh."""
        return (received * SCALE + self.coe // 2) // self.coe

    def received(self, sent: int) -> int:
        """The most kWh that may arrive where at most `sent` leave."""
        return ((sent + 1) * self.coe - self.coe // 2 - 1) // SCALE

    def flows(self, received: int) -> tuple[int, ...]:
        """kWh at every node of the path, from what is sent to what is `received`; to the nearest kWh."""
        sent = self.sent(received)
        return (sent, *((sent * kept + SCALE // 2) // SCALE for kept in self.kept))

    def room(self, room: Sequence[int]) -> int:
        """The most kWh that may be sent where each line has `room` (kWh by line)."""
        shares = (SCALE, *self.kept)
        return min(((room[leg] + 1) * SCALE - SCALE // 2 - 1) // share for leg, share in zip(self.legs, shares, strict=False))


def path_of(lines: Sequence[Line], legs: Sequence[int]) -> Path:
    """The path along `legs`, indices of lines, which must be a chain (the auction refuses others)."""
    share, fee, kept = SCALE, 0, []
    for leg in legs:
        share = share * (PPM - lines[leg].loss) // PPM
        fee += lines[leg].tariff * share
        kept.append(share)
    return Path(tuple(legs), lines[legs[0]].source, lines[legs[-1]].target, tuple(kept), fee)


def pack_path(path: Path) -> int:
    """The word of a path: how many legs, then each, 8 bits a piece, from the lowest."""
    return sum(part << 8 * place for place, part in enumerate((len(path.legs), *path.legs)))


def unpack_path(word: int) -> tuple[int, ...]:
    """The legs of a path's word."""
    return tuple(word >> 8 * (leg + 1) & 0xFF for leg in range(word & 0xFF))


def list_paths(lines: Sequence[Line], provinces: int, longest: int = LONGEST) -> tuple[Path, ...]:
    """Every path of at most `longest` legs between two of the first `provinces` zones over which something arrives, by ends, then the
    cheaper first.

    Cheaper is what the buyer pays above a price of 0 at the seller's node, then what is lost on the way, then the order of the lines.
    """
    leaving: dict[int, list[int]] = {}
    for index, line in enumerate(lines):
        leaving.setdefault(line.source, []).append(index)

    def chains(legs: tuple[int, ...], seen: frozenset[int]) -> Iterator[tuple[int, ...]]:
        if legs and lines[legs[-1]].target < provinces:
            yield legs
        if len(legs) < longest:
            here = lines[legs[-1]].target if legs else next(iter(seen))
            for leg in leaving.get(here, ()):
                target = lines[leg].target
                if target not in seen:
                    yield from chains((*legs, leg), seen | {target})

    paths = [path_of(lines, legs) for start in range(provinces) for legs in chains((), frozenset((start,)))]
    return tuple(
        sorted((path for path in paths if path.coe), key=lambda path: (path.source, path.target, path.landed(0), -path.coe, path.legs))
    )
