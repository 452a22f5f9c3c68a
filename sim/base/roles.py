"""What a participant is to the market, and the numbers of the ledger's accounts, as contracts have them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Final, Literal, get_args

GRID = 0
"""number of the grid's account of the ledger"""
RENT = 1
"""number of the account of congestion rent"""
FIRST_NUMBER = 2
"""registry number, and account of the ledger, of the first participant"""
RoleName = Literal["plant", "user", "supplier", "retailer", "exchange", "storage"]
"""a role as tables and scenarios have it; the registry has storage as an exchange, who brings energy in one hour and takes it in
another, and a retailer as a supplier, who buys for users"""
Nobodys = Literal["grid", "rent", "bank"]
"""accounts of the ledger that are nobody's; each is its own role"""
AccountName = RoleName | Nobodys
"""what an account of the ledger is to the market: the role of its participant, or one of the three that are nobody's"""
NOBODYS: Final[tuple[Nobodys, ...]] = get_args(Nobodys)


class Role(IntEnum):
    """As in contracts/core/Types.sol."""

    PLANT = 1
    USER = 2
    SUPPLIER = 3
    EXCHANGE = 4


ROLE_NAMES: Final[Mapping[Role, RoleName]] = {
    Role.PLANT: "plant",
    Role.USER: "user",
    Role.SUPPLIER: "supplier",
    Role.EXCHANGE: "exchange",
}
"""a role's name in tables, by its number in the registry"""
