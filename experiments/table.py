"""What every table of a config is."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, PrivateAttr


class Table(BaseModel):
    """A table of a config: no other keys, no other types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, populate_by_name=True)


class Placed(Table):
    """A table that names files."""

    _folder: str = PrivateAttr("")

    @property
    def folder(self) -> str:
        """Where the files are on this machine, which no resolved config says; empty where nobody has looked yet."""
        return self._folder

    def at(self, folder: str) -> Self:
        """The same table, with its files in `folder`."""
        found = self.model_copy()
        found._folder = folder
        return found
