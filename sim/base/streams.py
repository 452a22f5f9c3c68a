"""Named random streams: a draw depends on the seed and its name alone, never on what was drawn elsewhere."""

from __future__ import annotations

import hashlib
import json

import numpy as np


def stream(seed: int, *names: str) -> np.random.Generator:
    """The generator of `names` under `seed` (0 or more); the same numbers in every process, on every machine, whatever PYTHONHASHSEED is.

    The name enters a numpy SeedSequence (https://numpy.org/doc/stable/reference/random/parallel.html) as eight 32-bit words of its SHA-256.
    """
    digest = hashlib.sha256(json.dumps(names, ensure_ascii=True).encode()).digest()
    words = [int.from_bytes(digest[at : at + 4], "big") for at in range(0, len(digest), 4)]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))
