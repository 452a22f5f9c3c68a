"""revm in a process of its own: the same blocks, and a failure there is a failure here. The conformance suite compares the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pair import START
from tiny_books import tiny_rules

from shengdian.sim.adapters import open_chain
from shengdian.sim.base.orders import Orders
from shengdian.sim.base.roles import Role
from shengdian.sim.base.types import Bid, Offer, Segment
from shengdian.sim.chain import keys
from shengdian.sim.chain.port import Block, Transaction
from shengdian.sim.market.chain_market import ChainMarket
from shengdian.sim.market.market_rules import MarketRules
from shengdian.sim.market.participants import Participant

pytest.importorskip("pyrevm")
PEOPLE = [Participant(name, Role.PLANT, 0) for name in ("a", "b", "c")]
ORDERS = Orders.of([Offer("a", (Segment(3, 4),)), Bid("b", (Segment(7, 5),))])
DEAR = Orders.of([Offer("a", (Segment(3, 4),)), Bid("b", (Segment(99, 5),))])


def market(chain: str, idle: Callable[[], None] = lambda: None, **more: Any) -> tuple[ChainMarket, list[Block]]:
    blocks: list[Block] = []
    return ChainMarket(open_chain(chain), MarketRules(("A",), tiny_rules(zones=1), START, **more), PEOPLE, blocks.append, idle), blocks


def test_book_is_solved_while_its_block_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    apart, _ = market("revm-apart")
    apart.submit(0, ORDERS)
    monkeypatch.setattr(apart.clearing, "solutions", None)
    assert [row.filled for row in apart.clear(0).stages[0].orders] == [4, 4]


@pytest.mark.parametrize(("orders", "more"), [(ORDERS, {}), (DEAR, {}), (ORDERS, {"closes_every": 24})])
def test_blocks_are_those_of_one_process_also_where_orders_are_refused(orders: Orders, more: dict[str, Any]) -> None:
    made = []
    for chain in ("revm", "revm-apart"):
        one, blocks = market(chain, **more)
        refused, _ = one.submit(0, orders)
        one.clear(0)
        made.append((sorted(refused), blocks))
    assert made[0] == made[1]


def test_what_is_idle_is_called_while_a_block_is_made() -> None:
    calls: list[int] = []
    _, blocks = market("revm-apart", idle=lambda: calls.append(len(calls)))
    assert len(calls) == len(blocks)


def test_state_goes_over_to_another_process() -> None:
    apart, _ = market("revm-apart")
    apart.submit(0, ORDERS)
    other, _ = market("revm-apart")
    assert isinstance(apart.chain.state(), dict)  # type: ignore[attr-defined]
    other.chain.restore(apart.chain.state())  # type: ignore[attr-defined]
    other.submit(0, ORDERS)
    assert other.chain.state()[keys.address("a")] == (2).to_bytes(8, "big")  # type: ignore[attr-defined]


def test_failure_in_the_other_process_is_raised_here() -> None:
    with pytest.raises(RuntimeError, match="in the process of revm:"):
        open_chain("revm-apart").send_block([Transaction(b"\1", b"\2", b"")], START)


def test_end_of_the_other_process_is_said() -> None:
    chain: Any = open_chain("revm-apart")
    chain._child.kill()
    chain._child.wait()
    with pytest.raises(RuntimeError, match="has ended"):
        chain.state()
