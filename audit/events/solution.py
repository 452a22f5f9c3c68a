"""What a solution of an hour says, whether orders were cleared or plants dispatched: of which market, kWh by segment, flows by line."""

from __future__ import annotations

from shengdian.audit.deployment import Broken
from shengdian.audit.market import Market, split
from shengdian.sim.chain.abi_words import unpack_lanes


def begin(market: Market, hour: int, does: str) -> None:
    """Raises Broken unless `hour` is the next one, one of the config's, and of all its participants; `does` is what is done, a verb."""
    market.must_be_next(hour, does)
    if hour >= market.scenario.hours:
        raise Broken(f"{does} hour {hour}; the config has {market.scenario.hours} hours")
    known = len(market.names) - 2
    if len(market.deployed.members) != known or known < len(market.people):
        raise Broken(f"{does} a market of {len(market.deployed.members)} participants; the config has {len(market.people)}")


def energy_of(words: bytes, segments: int, otherwise: str) -> tuple[int, ...]:
    """kWh by segment; raises Broken with the sentence `otherwise` where there are fewer, or where more have some."""
    found = unpack_lanes(words, 32)
    if len(found) < segments or found[segments:].any():
        raise Broken(otherwise)
    return tuple(found[:segments].tolist())


def flows_of(words: bytes) -> list[tuple[int, int]]:
    """kWh sent and received by line."""
    return [(int.from_bytes(word[:16], "big"), int.from_bytes(word[16:], "big")) for word in split(words)]
