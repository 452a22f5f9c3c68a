"""One real order, followed from `propose` to its row in Parquet: which files of the project hold it on the way.

A function holds the order where an argument or what it returns has the order in one of its forms: the `Offer`, a row of `Orders`, the word
in a transaction, a row of the book, `OrderResult`, a row of the table `orders`; or is a function that was made with one of them. Methods of
these forms' own classes are asked for their arguments only. What a contract does inside the chain is not seen from here.
"""

from __future__ import annotations

import inspect
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType, FrameType, FunctionType
from typing import Any
from unittest.mock import patch

import numpy as np
import pyarrow as pa

from shengdian.agents.strategies import roth_erev
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.sim.base.columns import Rows
from shengdian.sim.base.hour_result import OrderResult
from shengdian.sim.base.orders import Orders, pack
from shengdian.sim.base.types import Offer, Order, Segment
from shengdian.sim.solve.book import Book
from tests.docs.pages import ROOT

TRADER = "SX_coal_600_1"
KEYS: Mapping[str, Any] = {
    "run.chain": "eth-tester",
    "run.hours": 1,
    "run.compare": [],
    "run.design": "coupled",
    "region.zones": ["SX"],
    "users.count": {"industry": 1, "commerce": 1, "residential": 1},
    "strategies.plants": {"name": "roth_erev", "parameters": {}},
}
DEEPEST = 4
"""containers within containers that are looked into"""
LAST = "sim/record/tables.py"
"""the file that writes the row"""


@dataclass
class Walk:
    """What was seen of the order."""

    order: Order
    word: bytes
    received: set[str] = field(default_factory=set)
    """files with a function that got the order as an argument"""
    handed: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """by file, the files that it gave the order as an argument"""
    returned: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """by file, the files that it gave the order back to"""

    def carriers(self) -> set[str]:
        """Files that hand the order on, or back, towards its row; from the one that writes it backwards."""
        found: set[str] = {LAST}
        while more := {
            name for links in (self.handed, self.returned) for name, others in links.items() if others & found and name not in found
        }:
            found |= more
        return found

    def onlookers(self) -> set[str]:
        """Files that get the order, and neither hand it on nor give it back on the way to its row."""
        return (self.received | set(self.handed) | set(self.returned)) - self.carriers()

    def holds(self, value: Any, depth: int = 0) -> bool:
        """Whether the value is the order in one of its forms, or holds it."""
        if depth > DEEPEST:
            return False
        match value:
            case Order():
                return value.trader == TRADER
            case Orders():
                return TRADER in value.traders
            case bytes():
                return self.word in value
            case Book():
                first = self.order.segments[0]
                return bool(np.any((np.asarray(value.price) == first.price) & (np.asarray(value.quantity) == first.quantity)))
            case OrderResult():
                return value.trader == TRADER
            case Rows():
                return value.kind is OrderResult and TRADER in list(value.column("trader"))
            case pa.Table():
                return "order_id" in value.column_names and TRADER in value["trader"].to_pylist()
            case dict():
                if "order_id" in value:
                    return TRADER in list(value["trader"])
                return any(self.holds(each, depth + 1) for each in value.values())
            case FunctionType():
                return any(self.holds(cell.cell_contents, depth + 1) for cell in value.__closure__ or ())
            case list() | tuple():
                if value and isinstance(value[0], Segment):
                    return tuple(value) == self.order.segments
                return any(self.holds(each, depth + 1) for each in value)
        if is_dataclass(value) and not isinstance(value, type):
            return any(self.holds(getattr(value, each.name, None), depth + 1) for each in fields(value))
        return False


def walk() -> Walk:
    """Simulates an hour and follows the order of one plant."""
    begun: list[Walk] = []
    propose = roth_erev.Strategy.propose

    def watched(self: roth_erev.Strategy, me: Any, view: Any, *rest: Any) -> Offer | None:
        offer = propose(self, me, view, *rest)
        if offer and offer.trader == TRADER and not begun:
            word, _ = pack(offer, view.hour)
            begun.append(Walk(offer, word.to_bytes(32, "big")))
            begun[0].returned[_file(propose.__code__)].add("agents/trader.py")
            follow = _follower(begun[0])
            threading.setprofile(follow)
            sys.setprofile(follow)
        return offer

    try:
        with TemporaryDirectory() as folder, patch.object(roth_erev.Strategy, "propose", watched):
            run_config(override(load_config("base"), KEYS), Path(folder))
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return begun[0]


def _file(code: CodeType) -> str:
    """Path of the code within the repository; empty for code of others and of tests."""
    path = Path(code.co_filename)
    if not path.is_absolute() or not path.resolve().is_relative_to(ROOT) or "site-packages" in path.parts:
        return ""
    name = path.resolve().relative_to(ROOT).as_posix()
    return "" if name.startswith("tests/") else name


def _follower(seen: Walk) -> Any:
    files: dict[CodeType, str] = {}

    def name_of(frame: FrameType | None) -> str:
        if frame is None:
            return ""
        if frame.f_code not in files:
            files[frame.f_code] = _file(frame.f_code)
        return files[frame.f_code]

    def follow(frame: FrameType, event: str, value: Any) -> None:
        if event not in ("call", "return") or not (name := name_of(frame)):
            return
        caller = name_of(frame.f_back)
        if event == "return":
            if seen.holds(value):
                seen.returned[name].add(caller)
        elif any(seen.holds(each) for each in _arguments(frame)):
            seen.received.add(name)
            if caller:
                seen.handed[caller].add(name)

    return follow


def _arguments(frame: FrameType) -> Iterator[Any]:
    code = frame.f_code
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    for variable in code.co_varnames[:count]:
        if variable not in ("self", "cls"):
            yield frame.f_locals.get(variable)
