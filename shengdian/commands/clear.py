"""`shengdian clear`: single hours of a market."""

from __future__ import annotations

import argparse
from typing import Any

from shengdian.commands.arguments import add_cases, key_and_value
from shengdian.commands.cases import carry_out
from shengdian.sim.base.errors import InputError

MECHANISMS = """mechanisms (key "mechanism" of a case; what all of them have in common is the orders):
  uniform        one price a zone, proven with the flows of the lines; k picks it inside the interval of supporting prices
  pay-as-bid     accepts what uniform accepts, everyone at the own price; "prices" are then what the marginal energy is worth
  one-price      one price of all zones as if no line were full; plants that are redispatched for the lines get or pay their own offer, and
                 "price" of an order is the mean of both
  matched-pairs  inside a zone, no lines: highest bid with lowest offer, then the next; price offer + k x (bid - offer); has "trades"
  listing        no lines: orders with "posted": true are listed in file order; then the others take, in file order and each in its own
                 block, the listings of their zone within their limit, earliest listing first, at the posted price; has "trades"
With "benchmark" (CNY/MWh; uniform, matched-pairs) prices of orders are differences from it, as in Guangdong 2016; results are prices.
"rebate" (0 to 1, matched-pairs) then takes the place of k: the share of each pair's gap that goes back to the seller.
The price of an order with several trades is their average."""
HELP = "clear single-hour market cases on a chain; JSON on stdout, an object for one case, a list for several"
FORMATS = ("json", "csv", "omie")


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    add_cases(parser, "a case or a list of cases in JSON, an order book in CSV, or curves of OMIE")
    parser.add_argument("--format", choices=FORMATS, help="of the file (default: csv where its name ends in .csv, else json)")
    parser.add_argument("--lines", metavar="FILE.csv", help="the lines of an order book in CSV, or of curves")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="another key of the case, as price_cap=5000; may be given again",
    )
    parser.add_argument("--period", metavar="P", help="of OMIE's curves: one period as the file names it, 18 or H18Q1 (default: all)")
    parser.epilog = MECHANISMS
    parser.formatter_class = argparse.RawDescriptionHelpFormatter


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    from shengdian.cases.clear import run_cases

    cases, several = _cases(arguments)
    return carry_out(arguments, cases, several, run_cases)


def _cases(arguments: argparse.Namespace) -> tuple[list[dict[str, Any]], bool]:
    """The cases, and whether they are several. Raises InputError for an option that the format does not have."""
    from shengdian.cases import book_file, omie_file
    from shengdian.cases.case_file import read_cases

    kind = arguments.format or ("csv" if arguments.cases.lower().endswith(".csv") else "json")
    if arguments.period is not None and kind != "omie":
        raise InputError(f"--period goes with --format omie; the format is {kind}")
    if kind == "json" and (arguments.lines is not None or arguments.set):
        raise InputError("--lines and --set go with order books in CSV; a case in JSON has the keys itself")
    keys = dict(map(key_and_value, arguments.set))
    if kind == "csv":
        return [book_file.case_of(arguments.cases, arguments.lines, keys)], False
    if kind == "omie":
        return omie_file.cases_of(arguments.cases, arguments.lines, arguments.period, keys), arguments.period is None
    return read_cases(arguments.cases)
