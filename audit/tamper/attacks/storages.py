"""Storages: what they sell that they do not hold. The chain does not know what is in one."""

from __future__ import annotations

from unittest.mock import patch

from shengdian.audit.tamper import Attack, Place
from shengdian.audit.tamper.attacks.lies import made
from shengdian.audit.tamper.books import Books
from shengdian.sim.base.storage_spec import StorageSpec


def oversell(books: Books) -> Place:
    """Storages offer all that they could hold, in every hour in which they sell; their keys sign it, and the market takes it."""
    with patch.object(StorageSpec, "can_sell", lambda self, left: self.energy):
        made(books, {"strategies.storage": {"name": "spread", "parameters": {}}})
    return Place(word="it holds 0 to")


ATTACKS = (
    Attack(
        "storage-oversold", "lie", "storages sell more than they hold, with their own keys, and all that follows is made to fit", oversell
    ),
)
