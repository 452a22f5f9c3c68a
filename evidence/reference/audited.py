"""docs/reference/audited.md: how an audit checks every file and field of a run, from what it declares."""

from __future__ import annotations

from typing import Final

from evidence.reference.markdown import code, table
from shengdian.audit.fields import FIELDS, RERUN

HEAD: Final = f"""# Audited fields

Written by `python -m evidence.reference` from `audit/fields.py`. The first row that fits a field holds; `*` stands for anything.
`shengdian audit --fields DIR` says it of every field of a run. A test goes through the files of a run, changes every field that it finds,
and asks the audit: what it does not find stands here as not checked. With `{RERUN}`: see [Checking a run](../guide/checking.md).

"""


def page() -> str:
    """The text of the page."""
    rows = [[code(each.file), code(each.name), "yes" if each.checked else "no", each.how, each.rerun] for each in FIELDS]
    return HEAD + table(["file", "field", "checked", "how, or why not", f"with {RERUN}"], rows)
