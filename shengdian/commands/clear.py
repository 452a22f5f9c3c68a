"""`shengdian clear`: single hours of a market."""

from __future__ import annotations

import argparse

from shengdian.commands.arguments import add_cases
from shengdian.commands.cases import carry_out

MECHANISMS = """mechanisms (key "mechanism" of a case; what all of them have in common is the orders):
  uniform        one price a zone, proven with the flows of the lines; k picks it inside the interval of supporting prices
  pay-as-bid     accepts what uniform accepts, everyone at the own price; "prices" are then what the marginal energy is worth
  matched-pairs  inside a zone, no lines: highest bid with lowest offer, then the next; price offer + k x (bid - offer); has "trades"
  listing        no lines: orders with "posted": true are listed in file order; then the others take, in file order and each in its own
                 block, the listings of their zone within their limit, earliest listing first, at the posted price; has "trades"
With "benchmark" (CNY/MWh; uniform, matched-pairs) prices of orders are differences from it, as in Guangdong 2016; results are prices.
"rebate" (0 to 1, matched-pairs) then takes the place of k: the share of each pair's gap that goes back to the seller.
The price of an order with several trades is their average."""
HELP = "clear single-hour market cases on a chain; JSON on stdout, an object for an object, a list for a list"


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    add_cases(parser)
    parser.epilog = MECHANISMS
    parser.formatter_class = argparse.RawDescriptionHelpFormatter


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    from shengdian.cases.clear import run_cases

    return carry_out(arguments, run_cases)
