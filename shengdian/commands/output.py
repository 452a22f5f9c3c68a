"""What commands say and write: whole, or a sentence on why not."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shengdian.sim.base.errors import InputError, MarketError
from shengdian.sim.record.durable import replace_with


class Unheard(MarketError):
    """Nobody takes the results: standard output is closed, or a file on a full disk."""


@contextmanager
def output() -> Iterator[None]:
    """Inside it, an error of standard output becomes Unheard, and what is still to be said goes nowhere."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as cause:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise Unheard(f"the results cannot be written to standard output ({cause.strerror})") from cause


def say(text: str) -> None:
    """A line on standard output."""
    with output():
        sys.stdout.write(text + "\n")


def say_json(value: Any) -> None:
    """JSON on standard output, indented."""
    say(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def say_table(table: Any) -> None:
    """A table of rich, as wide as the terminal; 160 columns where there is none."""
    from rich.console import Console

    console = Console()
    with output():
        Console(width=None if console.is_terminal else 160).print(table)


def write(path: Path, data: bytes) -> None:
    """A whole file, or a sentence."""
    try:
        replace_with(path, data)
    except OSError as cause:
        raise InputError(f"{path}: cannot be written ({cause.strerror})") from cause


def make_folder(path: Path) -> None:
    """The folder and those above it, or a sentence."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        raise InputError(f"{path}: cannot be written ({cause.strerror})") from cause
