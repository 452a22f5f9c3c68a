"""The headline day, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.independent.made import Made, made


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    """The July weekday of the six provinces by design."""
    return made("six-provinces-day", Path(tmp_path_factory.mktemp("day")))
