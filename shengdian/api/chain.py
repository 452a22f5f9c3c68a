"""What the chain of a finished run says, and proofs of it; single hours of a market."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any, overload

from shengdian.audit import proof as proofs
from shengdian.audit import verify as verifier
from shengdian.audit.query import Answer, Question
from shengdian.audit.query import query as ask
from shengdian.cases.clear import run_cases
from shengdian.sim.adapters import check_chain
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.html_table import table


def query(
    run: str | PathLike[str], *, trader: str | None = None, hour: int | None = None, order: str | None = None, block: int | None = None
) -> Answer:
    """What the chain of a run says, with block and transaction hash; `answer.records` are plain dicts.

    Parameters
    ----------
    run
        a Run, or its directory
    trader
        orders, fills, payments and agreements of a participant
    hour
        of it; alone, with prices and flows
    order
        `<hour>/<trader>/<segment>`, an order's whole life
    block
        a block's transactions; it stands alone

    Raises
    ------
    InputError
        for what is no run, and for whatever the run does not have
    """
    return ask(run, Question(trader, hour, order, block))


def prove(run: str | PathLike[str], *, hour: int | None = None, order: str | None = None, block: int | None = None) -> dict[str, Any]:
    """A proof of one transaction of a run for somebody who has one hash of it: an order's, an hour's clearing, or a block's only one.

    Raises InputError where that is not one transaction.
    """
    provable = ask(run, Question(None, hour, order, block)).provable
    if provable is None:
        raise InputError("a proof needs one transaction: order=ID, hour=H alone, or a block that holds one transaction")
    return proofs.prove(run, *provable)


def verify(proof: Mapping[str, Any], trusted: str) -> dict[str, Any]:
    """What a proof proves of the run whose hash is `trusted`: its last block hash or, without blocks, `logs_root` of its manifest.

    Raises ValueError where the proof does not lead there.
    """
    return verifier.verify(proof, trusted)


class Cleared(dict[str, Any]):
    """What `shengdian clear` prints of a case: plain values, and a table of its orders in a notebook."""

    def _repr_html_(self) -> str:
        """Orders as they were filled; of a refused case, why."""
        if "error" in self:
            return table(("refused", ""), [(str(self["error"]["type"]), str(self["error"]["message"]))], str(self["name"]), texts=2)
        orders = self["orders"]
        columns = list(orders[0]) if orders else []
        rows = [[str(order[name]) for name in columns] for order in orders]
        prices = ", ".join(f"{zone} {price}" for zone, price in self["prices"].items())
        return table(columns, rows, f"{self['name']}: prices {prices} per MWh")


@overload
def clear(cases: Mapping[str, Any], chain: str = "eth-tester") -> Cleared: ...
@overload
def clear(cases: Sequence[Mapping[str, Any]], chain: str = "eth-tester") -> list[Cleared]: ...
def clear(cases: Mapping[str, Any] | Sequence[Mapping[str, Any]], chain: str = "eth-tester") -> Cleared | list[Cleared]:
    """Clears single hours of a market on a chain, as `shengdian clear`: one case, or a list of them.

    A case that breaks a rule has `error` in its place. Raises InputError for an unknown chain.

    >>> import shengdian
    >>> orders = [
    ...     {"id": "coal", "zone": "N", "side": "sell", "price": 210.0, "quantity": 100.0},
    ...     {"id": "town", "zone": "N", "side": "buy", "price": 300.0, "quantity": 50.0},
    ... ]
    >>> shengdian.clear({"name": "one zone", "zones": ["N"], "orders": orders}, chain="mirror")["prices"]
    {'N': 210.0}
    """
    check_chain(chain)
    given = [cases] if isinstance(cases, Mapping) else cases
    results = [Cleared(result) for result in run_cases([dict(case) for case in given], chain)]
    return results[0] if isinstance(cases, Mapping) else results
