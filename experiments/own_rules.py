"""Rules of a user's own, as their files say them; a run keeps them in its config, so that nobody needs the files to check the run."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shengdian.experiments.table import Table
from shengdian.sim.base.types import Bids, Regional
from shengdian.sim.mechanisms import Given, Pays


class OwnDesign(Table):
    """A market design."""

    uses_lines: bool
    stages: Annotated[int, Field(ge=1, le=2)]
    regional: Regional
    day_ahead: bool
    bids: Annotated[tuple[Bids, ...], Field(strict=False)]
    rank: int


class OwnMechanism(Table):
    """An auction, with its compiled contract."""

    contract: str
    summary: str
    pays: Pays
    given: Given
    uses_lines: bool
    optimal: bool
    abi: str
    """JSON"""
    bytecode: str
    """creation code, 0x..."""
