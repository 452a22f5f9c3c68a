"""Many mutants in one source: each stands beside the original, and the block's `prevrandao` says which of them runs (0: none).

Compiling takes most of the time, so that two hundred mutants a compilation are about as quick as one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from evidence.mutation.mutants import Mutant

PURE = re.compile(rb"\bpure\b")


def together(text: bytes, chosen: Mapping[int, Mutant]) -> str:
    """The source with all `chosen` mutants (by number) in it. Every one must have a switch."""
    return _render(text, 0, len(text), sorted(chosen.items(), key=lambda item: (item[1].start, -item[1].end, item[0])))


def alone(text: bytes, mutant: Mutant) -> str:
    """The source with one mutant in the place of the original."""
    return (text[: mutant.start] + mutant.after.encode() + text[mutant.end :]).decode()


def viewing(text: str) -> str:
    """The source with every `pure` function a `view` one, which may read the block."""
    return PURE.sub(b"view", text.encode()).decode()


def _render(text: bytes, start: int, end: int, chosen: Sequence[tuple[int, Mutant]]) -> str:
    """Bytes `start` to `end` - 1 with what is inside of them changed. `chosen` is sorted: outer before inner, left before right."""
    parts, at, index = [], start, 0
    while index < len(chosen):
        number, mutant = chosen[index]
        after = index + 1
        while after < len(chosen) and chosen[after][1].start < mutant.end:
            after += 1
        parts.append(text[at : mutant.start].decode())
        inner = _render(text, mutant.start, mutant.end, chosen[index + 1 : after])
        parts.append(mutant.switch.replace("NUMBER", str(number)).replace("INNER", inner))
        at, index = mutant.end, after
    parts.append(text[at:end].decode())
    return "".join(parts)
