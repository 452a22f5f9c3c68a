"""`python -m evidence.consortium [--hours 2] [--out FILE]`: the market on four validators, one of which is away for a while."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from evidence.consortium.experiment import carry_out, two_away
from evidence.consortium.network import clients


def main() -> None:
    """Runs it and prints what was found."""
    parser = argparse.ArgumentParser(description=sys.modules[__name__].__doc__)
    parser.add_argument("--hours", type=int, default=2)
    parser.add_argument("--out", type=Path, help="file for what was found, JSON")
    asked = parser.parse_args()
    programs = clients()
    with tempfile.TemporaryDirectory() as folder:
        found = carry_out(Path(folder), programs, asked.hours) | two_away(Path(folder) / "two away", programs)
    text = json.dumps(found, indent=2) + "\n"
    if asked.out:
        asked.out.write_text(text)
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
