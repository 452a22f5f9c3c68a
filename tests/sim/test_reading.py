"""Files that others wrote: what is too deep is refused before a parser sees it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shengdian.sim.base.parsing import DEEPEST, json_of, toml_of


@pytest.fixture
def deep_stack() -> Iterator[None]:
    """As py-evm sets it; json's parser then runs out of the process's stack."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1024 * 12)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.usefixtures("deep_stack")
@pytest.mark.parametrize(("read", "text"), [(json_of, "[" * 100_000), (json_of, '{"a":' * 100_000), (toml_of, f"x = {'[' * 100_000}")])
def test_what_is_nested_without_end_is_refused(read: Callable[[str], Any], text: str) -> None:
    with pytest.raises(ValueError, match="in each other"):
        read(text)


def test_what_is_as_deep_as_allowed_is_read() -> None:
    assert json_of("[" * DEEPEST + "]" * DEEPEST)
    with pytest.raises(ValueError, match="in each other"):
        json_of("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))


def test_empty_text_is_no_json_and_an_empty_table() -> None:
    assert toml_of("") == {}
    with pytest.raises(ValueError, match="Expecting value"):
        json_of("")
