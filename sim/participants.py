"""Who takes part in a market: what the registry knows of everyone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

FIRST_NUMBER = 2
"""registry number of the first participant; accounts 0 and 1 of the ledger are the grid and the congestion rent"""
OPERATOR = "operator"
"""account name of the market operator"""


class Role(IntEnum):
    """What a participant is to the market, as in contracts/Types.sol."""

    PLANT = 1
    USER = 2
    SUPPLIER = 3
    EXCHANGE = 4


@dataclass(frozen=True, slots=True)
class Participant:
    id: str
    role: Role
    zone: int
    """index of the zone"""
    trades: bool = True
    """whether it is admitted to the auction; those who are come first"""
