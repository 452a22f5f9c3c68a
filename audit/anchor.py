"""What is published while a market runs: digest of all logs and hash after every block. Who kept it can tell a run from one made later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shengdian.audit.verdict import Difference
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.parsing import json_of
from shengdian.sim.record.chain_record import NAME, Counted, hexadecimal
from shengdian.sim.record.recorded_blocks import read


@dataclass(frozen=True, slots=True)
class Anchor:
    """What was published after a block."""

    digest: str
    """over all logs so far, 0x..."""
    hash: str
    """of the block, 0x...; 0x on chains without block hashes"""


def anchors(directory: Path) -> dict[int, Anchor]:
    """The anchors of a finished run, by number of the block, as its record has them. Raises InputError where it cannot be read."""
    counted, found = Counted(), {}
    _, _, recorded = read(directory / NAME)
    for each in recorded:
        counted.add(each.block)
        found[each.block.number] = Anchor(counted.digest.hex(), hexadecimal(each.block.hash))
    return found


def write(path: Path, published: Mapping[int, Anchor]) -> None:
    """As JSON: [number, digest, hash] by block."""
    path.write_text(json.dumps([[number, each.digest, each.hash] for number, each in published.items()]) + "\n", encoding="utf-8")


def load(path: Path) -> dict[int, Anchor]:
    """What `write` wrote. Raises InputError for any other file."""
    try:
        return {int(number): Anchor(str(digest), str(block)) for number, digest, block in json_of(path.read_text(encoding="utf-8"))}
    except (OSError, ValueError, TypeError) as cause:
        raise InputError(f"{path}: not a file of anchors, [[block, digest, hash], ...] ({cause})") from cause


class AnchorAudit:
    """The audited chain against what was published. The first difference ends it: all later ones follow from it."""

    def __init__(self, published: Mapping[int, Anchor] | None, expected: str | None) -> None:
        """`expected`: digest or last block hash of the whole run."""
        self.differences: list[Difference] = []
        self._published, self._expected = dict(published or {}), expected
        self._seen = 0
        self._last = Anchor("", "")

    def check(self, number: int, digest: str, block_hash: str) -> None:
        """One more block as it was carried out, or where the audit's chain makes no hashes, as recorded."""
        self._seen, self._last = number, Anchor(digest, block_hash)
        due = self._published.get(number)
        if due is None or self.differences:
            return
        for what, found, made in (("digest of all logs", digest, due.digest), ("hash", block_hash, due.hash)):
            if found != made:
                self.differences.append(Difference(f"the {what} after this block is {found}; published was {made}", number, table=NAME))
                return

    def finish(self) -> None:
        """No more blocks."""
        missing = [number for number in self._published if number > self._seen]
        if missing and not self.differences:
            self.differences.append(Difference("this block was published, and the record does not have it", missing[0], table=NAME))
        if self._expected not in (None, self._last.digest, self._last.hash):
            sentence = f"the run ends with digest {self._last.digest} and block hash {self._last.hash}; expected was {self._expected}"
            self.differences.append(Difference(sentence, table=NAME))
