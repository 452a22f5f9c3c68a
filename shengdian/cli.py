"""The command `shengdian`. Results go to stdout, progress and errors to stderr; exit 0 done, 2 bad input, 130 stopped, 1 anything else."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NoReturn

from shengdian.commands import COMMANDS
from shengdian.commands.output import Unheard, output
from shengdian.sim.base.errors import InputError, MarketError, NodeError


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message[:1].upper()}{message[1:]} (see {self.prog} --help)")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; gives the exit code."""
    try:
        arguments = parser().parse_args(argv)
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            from shengdian.experiments.runs.interrupts import interrupt

            signal.signal(signal.SIGTERM, interrupt)
        command: Callable[[argparse.Namespace], int] = arguments.command
        done = command(arguments)
        with output():
            sys.stdout.flush()
        return done
    except MarketError as error:
        sys.stderr.write(f"shengdian: {' '.join(str(error).split())}\n")
        return 1 if isinstance(error, NodeError | Unheard) else 2
    except BrokenPipeError:  # whoever read the output has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt as stop:
        sys.stderr.write(f"shengdian: stopped; {str(stop) or 'nothing half-written is left'}\n")
        return 130


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = Parser(
        prog="shengdian", description="Agent-based electricity markets between provinces, settled by smart contracts on a local EVM."
    )
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    for name in COMMANDS:
        command = import_module(f"shengdian.commands.{name}")
        made = commands.add_parser(name, help=command.HELP, description=command.HELP[:1].upper() + command.HELP[1:] + ".")
        command.options(made)
        made.set_defaults(command=command.run)
    return top
