"""What the market refuses, as types. Everything that is not a MarketError is unexpected and propagates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class MarketError(Exception):
    """Root of everything that a rule of the market, a config or a case file refuses."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is wrong, a line each."""
        return (" ".join(str(self).split()),)


@dataclass  # not frozen: Python writes the traceback into an exception
class Reverted(MarketError):
    """A contract refused a transaction with one of its own errors."""

    error: str
    """name of the custom error, as in the Solidity interface"""
    args_: Mapping[str, Any] = field(default_factory=dict)
    """the error's arguments by name, integers as the contract has them"""
    output: bytes = field(default=b"", compare=False)
    """what the contract returned, as a node gives it on; empty where nothing was sent to a chain"""

    __hash__ = MarketError.__hash__

    def __str__(self) -> str:
        return f"{self.error}({', '.join(f'{name}={value}' for name, value in self.args_.items())})"


class InputError(MarketError):
    """A config, case file or data file cannot be used; the sentence names the file, the key and what is allowed."""


class NodeError(MarketError):
    """A JSON-RPC node failed the run: it does not answer, or answers what cannot be. What is finished stays, and can be gone on with."""


@dataclass  # not frozen, as above
class NoBlock(NodeError):
    """A node with a clock of its own makes no blocks."""

    url: str
    seconds: int
    """that no block came for"""

    __hash__ = NodeError.__hash__

    def __str__(self) -> str:
        return (
            f"chain {self.url!r}: the node made no block for {self.seconds} seconds; "
            "it must make blocks by itself, as geth --dev does with --dev.period 3, or let them be made"
        )


class MissingExtra(MarketError):
    """An optional package is needed; the sentence names the extra that installs it."""
