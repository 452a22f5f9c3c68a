"""Options that several commands have, and what their values may be."""

from __future__ import annotations

import argparse
import re
import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Any

from shengdian.experiments.config.options import at_least
from shengdian.sim.base.errors import InputError

RUNS = Path("runs")
"""where runs are written if nothing else is said"""


class Seeds(argparse.Action):
    """Whole numbers. A word after the last of them is the config, which may stand before or after the options."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option_string: str | None = None
    ) -> None:
        numbers: list[str] = list(values)
        if len(numbers) > 1 and not numbers[-1].lstrip("-").isdecimal():
            namespace.config_after_seeds = numbers.pop()
        try:
            setattr(namespace, self.dest, [at_least(0)(text) for text in numbers])
        except argparse.ArgumentTypeError as cause:
            raise argparse.ArgumentError(self, str(cause)) from cause


def config_of(arguments: argparse.Namespace) -> str | None:
    """The CONFIG of a command line, wherever it stands; None where there is none. Raises InputError where there are two."""
    first: str | None = arguments.config
    after: str | None = getattr(arguments, "config_after_seeds", None)
    if first is not None and after is not None:
        raise InputError(f"--seed: {after!r} is not a whole number, and CONFIG is {first!r} already")
    return after if first is None else first


def add_changes(parser: argparse.ArgumentParser) -> None:
    """What is changed in the config for this time."""
    parser.add_argument("--chain", metavar="NAME_OR_URL", help="instead of the config's run.chain")
    parser.add_argument("--hours", type=at_least(1), metavar="N", help="instead of the config's run.hours")
    parser.add_argument("--seed", action=Seeds, nargs="+", metavar="N", help="instead of the config's run.seeds")
    parser.add_argument("--design", action="append", metavar="NAME", help="instead of the config's designs; may be given again")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="another value of a key, as contracts.share=0.5; may be given again"
    )


def changes(arguments: argparse.Namespace) -> dict[str, Any]:
    """Value by full key of what `add_changes` was given; later options win."""
    found = {"run.chain": arguments.chain, "run.hours": arguments.hours, "run.seeds": arguments.seed}
    if arguments.design is not None:
        from shengdian.experiments.config.designs import keys_of  # brings pydantic, which `--help` need not wait for

        several = len(arguments.design) > 1
        found |= {"run.compare": arguments.design} if several else {**keys_of(arguments.design[0]), "run.compare": []}
    return {key: value for key, value in found.items() if value is not None} | dict(map(key_and_value, arguments.set))


def key_and_value(text: str) -> tuple[str, Any]:
    """Key and value; a value that is no TOML is text."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise InputError(f"--set {text}: it should be KEY=VALUE, as contracts.share=0.5")
    try:
        return key.strip(), tomllib.loads(f"value = {value}")["value"]
    except ValueError:
        return key.strip(), value.strip()


def add_manners(parser: argparse.ArgumentParser) -> None:
    """How much is said."""
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress")
    parser.add_argument("-v", "--verbose", action="store_true", help="where in the program an error arose, too")


def add_runs(parser: argparse.ArgumentParser) -> None:
    """One or more finished runs."""
    parser.add_argument("runs", nargs="+", metavar="DIR", help="a run directory, or a directory that holds several")


def add_region(parser: argparse.ArgumentParser) -> None:
    """Where the region of a run is."""
    parser.add_argument("--region", default="", metavar="FOLDER", help="the run's region, where it is not found by the path in its config")


def add_figures(parser: argparse.ArgumentParser) -> None:
    """What figures of one hour or one province show."""
    parser.add_argument("--zone", metavar="CODE", help="province of the supply stack and the allocation (default: the one with most load)")
    parser.add_argument("--hour", type=at_least(0), metavar="H", help="hour of the supply stack (default: the one with most load)")


def add_cases(parser: argparse.ArgumentParser, what: str) -> None:
    """Cases in a file, and the chain that they are carried out on."""
    parser.add_argument("cases", metavar="CASES", help=f"{what}; - is stdin")
    parser.add_argument("--chain", default="eth-tester", metavar="NAME", help="default: eth-tester")


def hash_of_32_bytes(text: str) -> str:
    """A type of option: 0x and 64 hexadecimal digits."""
    if not re.fullmatch("0x[0-9a-f]{64}", text.lower()):
        raise argparse.ArgumentTypeError(f"{text!r} is no hash, 0x and 64 hexadecimal digits")
    return text.lower()


def price(text: str) -> Fraction:
    """A type of option: a price of 0 or more."""
    try:
        found = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise argparse.ArgumentTypeError(f"{text!r} is not a price") from None
    if found < 0:
        raise argparse.ArgumentTypeError(f"{text} is below 0")
    return found


def check_chain(name: str) -> None:
    """Raises InputError for a chain that cannot be opened, before anything is computed."""
    from shengdian.sim.adapters import check_chain as check

    check(name)
