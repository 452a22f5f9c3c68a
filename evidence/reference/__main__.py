"""`python -m evidence.reference`: writes docs/reference anew. A test holds every page to it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from evidence.reference import api, audited, commands, config, contracts, tables

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "reference"
PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "config": config.page,
    "commands": commands.page,
    "tables": tables.page,
    "api": api.page,
    "contracts": contracts.page,
    "audited": audited.page,
}
"""text by page"""


def main() -> int:
    """Writes every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in PAGES.items():
        (FOLDER / f"{name}.md").write_text(text(), encoding="utf-8", newline="\n")
    sys.stderr.write(f"docs/reference: {', '.join(PAGES)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
