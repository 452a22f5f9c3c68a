"""A short run of the fuzzer: every kind of input, a few of each; `make fuzz` is the long one."""

from __future__ import annotations

import random

import pytest

from evidence.fuzz.targets import Target, targets

INPUTS = {
    "plot": 1,
    "report": 1,
    "audit": 5,
    "resume": 4,
    "config, carried out": 6,
    "profile CSV": 8,
    "region by hour": 100,
    "clear": 120,
    "allocate": 60,
    "config": 60,
}
OTHERS = 12


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Target]:
    return targets(tmp_path_factory.mktemp("fuzz"))


def test_changed_input_of_every_kind_is_answered_or_refused_in_a_sentence(every: dict[str, Target]) -> None:
    for name, target in every.items():
        for place in range(INPUTS.get(name, OTHERS)):
            target.attempt(random.Random(f"short/{name}/{place}"))


def test_shares_of_inputs_are_all_of_them(every: dict[str, Target]) -> None:
    assert sum(target.share for target in every.values()) == pytest.approx(1)
