"""`region.toml`: what a region is called, its currency and its clock."""

from __future__ import annotations

import re
from datetime import timedelta, timezone
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from shengdian.experiments.table import Table
from shengdian.regions.faults import RegionFault, TableFault, listed, near
from shengdian.regions.rows import LABEL
from shengdian.regions.text_table import text_of
from shengdian.sim.base.parsing import toml_of

OFFSET = re.compile(r"([+-])(\d\d):([0-5]\d)")


class Label(Table):
    """The keys of `region.toml`."""

    format: Literal[1]
    name: str = ""
    description: str = ""
    currency: Annotated[str, Field(min_length=1, max_length=12)] = "CNY"
    utc_offset: Annotated[str, Field(pattern=r"^[+-](0\d|1[0-4]):[0-5]\d$")] = "+00:00"
    year: Annotated[int, Field(ge=1970, le=2200)] | None = None
    areas: dict[str, str] = Field(default_factory=dict)

    @property
    def clock(self) -> timezone:
        """The region's fixed offset from UTC."""
        found = OFFSET.fullmatch(self.utc_offset)
        assert found is not None
        sign, hours, minutes = found.groups()
        return timezone((1 if sign == "+" else -1) * timedelta(hours=int(hours), minutes=int(minutes)))


def read(raw: bytes) -> Label:
    """The keys of the file. Raises RegionFault with what is wrong with it."""
    try:
        values = toml_of(text_of(LABEL, raw))
    except TableFault as cause:
        raise RegionFault(cause.sentences) from cause
    except ValueError as cause:
        raise RegionFault([f"{LABEL}: not a TOML file: {cause}"]) from cause
    known = sorted(Label.model_fields)
    if wrong := [key for key in values if key not in known]:
        raise RegionFault([f"{LABEL}: {key} is no key{listed(known)}{near(key, known)}" for key in wrong])
    try:
        return Label.model_validate(values)
    except ValidationError as cause:
        raise RegionFault(
            [_sentence(str(each["loc"][0]), each["input"], each["msg"]) for each in cause.errors(include_url=False)]
        ) from cause


def _sentence(key: str, given: object, message: str) -> str:
    due = {
        "format": "it should be 1, the format that this version reads",
        "utc_offset": 'it should be a fixed offset as "+08:00"',
        "areas": 'it should be a table of names, as NORTH = "Northern grid"',
        "currency": "it should have 1 to 12 letters",
    }.get(key, message.replace("Input should be", "it should be"))
    if message == "Field required":
        return f"{LABEL}: {key} is missing; {key} = 1 is what this version reads"
    return f"{LABEL}: {key} is {given!r}; {due}"
