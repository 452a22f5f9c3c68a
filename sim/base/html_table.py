"""Tables as HTML, for notebooks and reports: no script, no style but alignment, every text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def table(head: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "", texts: int = 1) -> str:
    """An HTML table whose first `texts` columns are words, to the left, and whose others are figures, to the right."""
    top = "".join(_cell("th", place, text, texts) for place, text in enumerate(head))
    body = "".join(f"<tr>{''.join(_cell('td', place, text, texts) for place, text in enumerate(row))}</tr>\n" for row in rows)
    above = f"<caption>{escape(caption)}</caption>\n" if caption else ""
    return f"<table>\n{above}<thead><tr>{top}</tr></thead>\n<tbody>{body}</tbody>\n</table>\n"


def _cell(tag: str, place: int, text: str, texts: int) -> str:
    return f'<{tag} style="text-align: {"left" if place < texts else "right"}">{escape(text)}</{tag}>'
