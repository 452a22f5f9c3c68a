"""Pages whose numbers come from results: what stands between two markers is written anew, the rest is left as it is.

<!-- begin table -->
...
<!-- end table -->
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from shengdian.sim.base.errors import InputError


def filled(page: str, blocks: Mapping[str, str], name: str) -> str:
    """`page` with every block in its place; `name` stands for the page in an InputError for markers that are missing or not wanted."""
    known = re.findall(r"^<!-- begin (\S+) -->$", page, re.MULTILINE)
    for word in (*blocks, *known):
        if known.count(word) != 1 or word not in blocks:
            raise InputError(f"{name}: block {word!r} is there {known.count(word)} times; blocks, each once: {', '.join(blocks)}")
    for word, text in blocks.items():
        begin, end = f"<!-- begin {word} -->\n", f"<!-- end {word} -->"
        before, _, rest = page.partition(begin)
        _, found, after = rest.partition(end)
        if not found:
            raise InputError(f"{name}: block {word!r} has no line {end!r}")
        page = f"{before}{begin}\n{text}\n\n{end}{after}"
    return page
