"""`python -m tests.golden`: writes golden.json anew. What changes in it has to be meant, and said in the commit."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.golden.cases import CASES
from tests.golden.fingerprint import GOLDEN, fingerprint

CHAINS = ("mirror", "revm")


def main() -> None:
    """Every case on the twins and on the EVM."""
    found = {}
    for case in CASES:
        with TemporaryDirectory() as folder:
            found[case] = {chain: fingerprint(case, chain, Path(folder) / chain) for chain in CHAINS}
    GOLDEN.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
