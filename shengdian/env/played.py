"""A strategy that plays a table of actions: how what was learnt in an environment runs, and is audited, in `shengdian run`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from shengdian.agents.strategy import Kind, Me, Parameter, Room
from shengdian.env.orders import Actions, order
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.types import Order
from shengdian.sim.market.view import View

if TYPE_CHECKING:
    from shengdian.env.parallel import MarketEnv


class Played:
    """Orders by the row of the hour, again from the first row after the last; a subclass holds the table."""

    kind: ClassVar[Kind]
    known: ClassVar[Mapping[str, Parameter]] = {}
    actions: ClassVar[Actions]
    table: ClassVar[Mapping[str, Sequence[Sequence[float]]]]
    """actions by id of a plant, user or storage, a row an hour"""

    def propose(self, me: Me, view: View, rng: np.random.Generator, room: int | Room) -> Order | None:
        """The order that the action of the hour says. Raises InputError for an agent that the table has not."""
        if me.spec.id not in self.table:
            raise InputError(f"{me.spec.id} has no actions in the table; it has those of {', '.join(self.table)}")
        rows = self.table[me.spec.id]
        return order(self.actions, rows[view.hour % len(rows)], me, view, room)


def save_strategy(path: str | Path, env: MarketEnv, actions: Mapping[str, Sequence[Sequence[float]]]) -> Path:
    """Writes a strategy that plays `actions`, by agent of `env` one row an hour, and gives its path.

    The file is one of a user's own strategies: a config names it, the chain binds its SHA-256, `shengdian audit --rerun` runs it again.
    It is of one kind: plants (and owners), users or storages. Raises InputError for agents of several kinds, for agents that `env` has not,
    and for rows that are no actions.
    """
    seats = {seat.name: seat for seat in env.seats}
    if unknown := [name for name in actions if name not in seats]:
        raise InputError(f"{unknown[0]} is no agent of the environment; it has {', '.join(seats)}")
    kinds = {seats[name].kind for name in actions}
    if len(kinds) != 1:
        raise InputError(f"a strategy is of one kind; the actions are of {', '.join(sorted(kinds)) or 'nobody'}")
    table = {member: [list(env.checked(name, row)) for row in rows] for name, rows in actions.items() for member in seats[name].members}
    if empty := [name for name, rows in table.items() if not rows]:
        raise InputError(f"{empty[0]} has no row of actions; it should have one or more")
    lines = [f"        {name!r}: {rows!r}," for name, rows in table.items()]
    text = f'''"""Actions that were learnt in an environment of shengdian.env, one row an hour."""

from shengdian.env.played import Played


class Strategy(Played):
    kind = {kinds.pop()!r}
    actions = {env.actions!r}
    table = {{
{chr(10).join(lines)}
    }}
'''
    written = Path(path)
    written.write_text(text, encoding="utf-8")
    return written
