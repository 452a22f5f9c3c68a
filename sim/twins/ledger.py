"""Twin of Ledger.sol: the money of every participant; it only takes postings that sum to zero."""

from __future__ import annotations

from collections.abc import Sequence

from shengdian.sim.twins import World
from shengdian.sim.twins.access_control import DEFAULT_ADMIN_ROLE, AccessControl, role

POSTER_ROLE = role("POSTER_ROLE")
_LIMIT = 2**127
"""1e-5 CNY; amounts are int128"""


class Ledger(AccessControl):
    """Balances in 1e-5 CNY by account number: 0 the grid, 1 the congestion rent, then participants."""

    def __init__(self, world: World, address: bytes, admin: bytes) -> None:
        super().__init__(world, address)
        self._balances: dict[int, int] = {}
        self._grant(DEFAULT_ADMIN_ROLE, admin)

    def post(self, amounts: Sequence[int]) -> None:
        """Adds an amount (1e-5 CNY) to every account from 0 on. Posters only.

        Refuses with Unbalanced or AmountOutOfRange; no balance is too large.
        """
        self._only(POSTER_ROLE)
        after = {}
        for number, amount in enumerate(amounts):
            if amount:
                if not -_LIMIT <= amount < _LIMIT:
                    self.revert("AmountOutOfRange", number, amount)
                after[number] = self.balance_of(number) + amount
        if sum(amounts):
            self.revert("Unbalanced", sum(amounts))

        self._balances |= after
        self.emit("Posted", self.sender, len(amounts), sum(amount for amount in amounts if amount > 0))

    def balance_of(self, number: int) -> int:
        """Balance of an account, 1e-5 CNY."""
        return self._balances.get(number, 0)

    def poster_role(self) -> bytes:
        """The role whose holders may post, 32 bytes."""
        return POSTER_ROLE
