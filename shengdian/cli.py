"""The command `shengdian`. Results go to stdout, progress and errors to stderr; exit 0 done, 2 bad input, 130 stopped, 1 anything else."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NoReturn

from shengdian.commands import COMMANDS
from shengdian.commands.output import Unheard, output, say
from shengdian.sim.base.errors import InputError, MarketError, NodeError


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message[:1].upper()}{message[1:]} (see {self.prog} --help)")


class Version(argparse.Action):
    """Says the version, which is looked up only then."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help="say the version and exit")

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option_string: str | None = None
    ) -> None:
        from importlib.metadata import version

        say(f"shengdian {version('shengdian')}")
        parser.exit()


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; gives the exit code."""
    utf8()
    verbose = False
    try:
        arguments = parser().parse_args(argv)
        verbose = getattr(arguments, "verbose", False)
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            from shengdian.experiments.runs.interrupts import interrupt

            signal.signal(signal.SIGTERM, interrupt)
        command: Callable[[argparse.Namespace], int] = arguments.command
        with warnings.catch_warnings():
            warnings.simplefilter("always", FutureWarning)
            warnings.showwarning = _told
            done = command(arguments)
        with output():
            sys.stdout.flush()
        return done
    except MarketError as error:
        if verbose:
            traceback.print_exc()
        for sentence in error.sentences:
            sys.stderr.write(f"shengdian: {sentence}\n")
        return 1 if isinstance(error, NodeError | Unheard) else 2
    except BrokenPipeError:  # whoever read the output has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt as stop:
        sys.stderr.write(f"shengdian: stopped; {str(stop) or 'nothing half-written is left'}\n")
        return 130


def _told(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, file: object = None, line: str | None = None
) -> None:
    """A warning as a line on standard error: what it says, and nothing of the program."""
    sys.stderr.write(f"shengdian: {message}\n")


def utf8() -> None:
    """Reads and writes UTF-8 whatever the system's own encoding is; what it cannot hold is written with a backslash."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="strict" if stream is sys.stdin else "backslashreplace")


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = Parser(
        prog="shengdian", description="Agent-based electricity markets between provinces, settled by smart contracts on a local EVM."
    )
    top.add_argument("--version", action=Version)
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    for name in COMMANDS:
        command = import_module(f"shengdian.commands.{name}")
        made = commands.add_parser(name, help=command.HELP, description=command.HELP[:1].upper() + command.HELP[1:] + ".")
        command.options(made)
        made.set_defaults(command=command.run)
    return top
