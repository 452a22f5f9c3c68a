"""What a participant is to the market, and the numbers of the ledger's accounts, as contracts have them."""

from __future__ import annotations

from enum import IntEnum
from typing import Literal

GRID = 0
"""number of the grid's account of the ledger"""
RENT = 1
"""number of the account of congestion rent"""
FIRST_NUMBER = 2
"""registry number, and account of the ledger, of the first participant"""
RoleName = Literal["plant", "user", "supplier", "exchange"]
"""a role as tables and scenarios have it"""


class Role(IntEnum):
    """As in contracts/core/Types.sol."""

    PLANT = 1
    USER = 2
    SUPPLIER = 3
    EXCHANGE = 4
