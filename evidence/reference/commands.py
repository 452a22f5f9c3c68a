"""docs/reference/commands.md: every command and option, from the parser."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Final

from evidence.reference.markdown import code, table
from shengdian.cli import parser

HEAD: Final = """# Commands

Written by `python -m evidence.reference` from the parser of `shengdian`. Results go to standard output, progress and errors to
standard error. Exit codes: 0 done, 1 failed or a difference found, 2 bad input, 130 stopped.

"""


def page() -> str:
    """The text of the page."""
    parts = []
    for name, command in commands().items():
        arguments = [action for action in command._actions if not isinstance(action, argparse._HelpAction)]
        usage = " ".join(["shengdian", name, *map(short, sorted(arguments, key=lambda action: not action.option_strings))])
        rows = [[code(named(action)), words(action)] for action in arguments]
        more = f"\n```text\n{command.epilog.strip()}\n```\n" if command.epilog else ""
        parts.append(f"## {name}\n\n{command.description}\n\n```sh\n{usage}\n```\n\n{table(['argument', 'meaning'], rows)}{more}")
    return HEAD + "\n".join(parts)


def commands() -> Mapping[str, argparse.ArgumentParser]:
    """The parser of every command by name, in the order of `shengdian --help`; of one with actions, those of the actions."""
    found: dict[str, argparse.ArgumentParser] = {}
    for name, command in _inner(parser()).items():
        actions = _inner(command)
        found |= {f"{name} {action}": inner for action, inner in actions.items()} if actions else {name: command}
    return found


def _inner(outer: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    """The parsers of what stands at the first place of a parser's line, by name."""
    inner: Iterator[Mapping[str, argparse.ArgumentParser]] = (
        action.choices for action in outer._actions if isinstance(action, argparse._SubParsersAction)
    )
    return next(inner, {})


def value(action: argparse.Action) -> str:
    """What stands for the argument's value; nothing for a switch."""
    if action.nargs == 0:
        return ""
    return str(action.metavar or (action.dest if not action.option_strings else action.dest.upper()))


def named(action: argparse.Action) -> str:
    """An argument as it is typed."""
    several = " ..." if action.nargs in ("+", "*") else ""
    return f"{', '.join(action.option_strings)} {value(action)}".strip() + several


def short(action: argparse.Action) -> str:
    """An argument in the line of usage."""
    first = f"{action.option_strings[-1] if action.option_strings else ''} {value(action)}".strip()
    several = f"{first} ..." if action.nargs in ("+", "*") else first
    return several if not action.option_strings and action.nargs not in ("?", "*") else f"[{several}]"


def words(action: argparse.Action) -> str:
    """The help of an argument, its choices among it."""
    said = (action.help or "") % {**vars(action), "prog": "shengdian"}
    return f"{said} ({', '.join(map(str, action.choices))})" if action.choices else said
