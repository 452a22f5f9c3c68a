"""The operator, with everybody's keys, puts another consistent run in the place of the first: only what was published helps."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from experiments.audit.anchor import anchors
from experiments.config import load_config, override
from experiments.run import run_config
from experiments.tamper import Attack, Place
from experiments.tamper.books import Books
from sim.record import NAME


def remade(keys: Callable[[Books], Mapping[str, Any]]) -> Callable[[Books], Place]:
    """The same experiment with other keys, in the place of the run; found at the first block that is not as published."""

    def apply(books: Books) -> Place:
        before = anchors(books.directory)
        config = override(load_config(books.directory / "config.toml"), dict(keys(books)))
        with TemporaryDirectory() as folder:
            made = run_config(config, Path(folder))[0]
            shutil.rmtree(books.directory)
            shutil.copytree(made, books.directory)
        after = anchors(books.directory)
        return Place(NAME, block=next(number for number, due in before.items() if after.get(number) != due))

    return apply


ATTACKS = (
    Attack("run-of-another-seed", "collusion", "the run is replaced by one with other draws", remade(lambda _: {"run.seeds": [2]})),
    Attack(
        "run-under-other-rules", "collusion", "the run is replaced by one that prices at the dear end", remade(lambda _: {"market.k": 1.0})
    ),
    Attack(
        "run-with-other-costs",
        "collusion",
        "the run is replaced by one in which plants ask for more",
        remade(lambda _: {"strategies.plants.name": "markup", "strategies.plants.parameters": {"markup": 0.1}}),
    ),
    Attack("run-of-another-month", "collusion", "the run is replaced by one of another month", remade(lambda _: {"time.month": 1})),
    Attack("run-made-shorter", "collusion", "the run is replaced by one that ends an hour earlier", remade(lambda _: {"run.hours": 2})),
)
