"""The reference pages are what their command writes today."""

from __future__ import annotations

import pytest

from evidence.reference import tables
from evidence.reference.__main__ import FOLDER, PAGES
from evidence.reference.docstrings import markdown
from evidence.reference.natspec import declarations
from shengdian.sim.record.tables import SCHEMAS


@pytest.mark.parametrize("name", PAGES)
def test_page_is_what_the_program_says(name: str) -> None:
    page = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    assert page == PAGES[name](), f"docs/reference/{name}.md is not fresh: `python -m evidence.reference` writes it anew"


def test_every_table_and_column_is_there() -> None:
    page = tables.page()
    assert [name for name in SCHEMAS if f"\n## {name}\n" not in page] == []
    assert [column for schema in SCHEMAS.values() for column in schema.names if f"| `{column}` |" not in page] == []


def test_comments_of_a_contract_go_to_what_follows_them() -> None:
    found = declarations(
        """
        // SPDX
        /// @title A thing
        interface IThing {
            /// @notice It happened,
            /// twice.
            /// @param hour of the run
            event Happened(uint256 hour);
            error Quiet(address who);
            /// @dev Slow.
            function look(
                uint256 hour
            ) external view returns (uint256);
        }
        """
    )
    assert [(each.kind, each.text) for each in found] == [
        ("interface", "interface IThing"),
        ("event", "event Happened(uint256 hour)"),
        ("error", "error Quiet(address who)"),
        ("function", "function look( uint256 hour ) external view returns (uint256)"),
    ]
    assert found[0].comment.title == "A thing"
    assert found[1].comment.notice == ["It happened, twice."]
    assert found[1].comment.params == {"hour": "of the run"}
    assert found[2].comment.notice == []
    assert found[3].comment.dev == ["Slow."]


def test_packed_words_say_where_their_fields_stand() -> None:
    page = (FOLDER / "contracts.md").read_text(encoding="utf-8").partition("## Packed words")[2]
    assert "### Account\n" in page
    assert "| sells | 195 | 1 |" in page


def test_docstring_is_markdown() -> None:
    words = "Gives <n>.\n\n>>> give()\n1\n\nParameters\n----------\nfirst\n    what comes first\nlast : int\n    and last"
    said = "Gives &lt;n>.\n\n```pycon\n>>> give()\n1\n```\n\n**Parameters**\n\n- `first`:\n  what comes first\n- `last : int`:\n  and last"
    assert markdown(words) == said
    assert markdown("A:\n\n===  ====\nkey  unit\n===  ====\n\nB") == "A:\n\n```text\n===  ====\nkey  unit\n===  ====\n```\n\nB"
