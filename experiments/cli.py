"""The command `shengdian`. Results go to stdout, progress and errors to stderr; exit 0 done, 2 bad input, 130 stopped, 1 anything else."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, NoReturn

from sim.durable import replace_with
from sim.errors import InputError, MarketError, NodeError

CLEAR_HELP = """mechanisms (key "mechanism" of a case; what all of them have in common is the orders):
  uniform        one price a zone, proven with the flows of the lines; k picks it inside the interval of supporting prices
  pay-as-bid     accepts what uniform accepts, everyone at the own price; "prices" are then what the marginal energy is worth
  matched-pairs  inside a zone, no lines: highest bid with lowest offer, then the next; price offer + k x (bid - offer); has "trades"
  listing        no lines: orders with "posted": true are listed in file order; then the others take, in file order and each in its own
                 block, the listings of their zone within their limit, earliest listing first, at the posted price; has "trades"
With "benchmark" (CNY/MWh; uniform, matched-pairs) prices of orders are differences from it, as in Guangdong 2016; results are prices.
"rebate" (0 to 1, matched-pairs) then takes the place of k: the share of each pair's gap that goes back to the seller.
The price of an order with several trades is their average."""

# Commands import what they need when they run: `shengdian --help` answers at once.


class Unheard(MarketError):
    """Nobody takes the results: standard output is closed, or a file on a full disk."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message[:1].upper()}{message[1:]} (see {self.prog} --help)")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; gives the exit code."""
    try:
        arguments = parser().parse_args(argv)
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            from experiments.workers import interrupt

            signal.signal(signal.SIGTERM, interrupt)
        command: Callable[[argparse.Namespace], int] = arguments.command
        done = command(arguments)
        with _output():
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

    def add(name: str, command: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text[:1].upper() + text[1:] + ".")
        made.set_defaults(command=command)
        return made

    listing = add("list", _list, "experiments, strategies, auctions, designs and chains that there are")
    listing.add_argument("--json", action="store_true", help="machine-readable")

    running = add("run", _run, "run a config: every design under `compare`, every seed; print one table and the run directories")
    running.add_argument("config", metavar="CONFIG", nargs="?", help="a TOML file, or the name of an experiment (see `shengdian list`)")
    running.add_argument("--out", type=Path, default=Path("runs"), metavar="DIR", help="where run directories are written (default: runs)")
    running.add_argument("--chain", metavar="NAME_OR_URL", help="instead of the config's run.chain")
    running.add_argument("--hours", type=_at_least(1), metavar="N", help="instead of the config's run.hours")
    running.add_argument("--seed", type=_at_least(0), nargs="+", metavar="N", help="instead of the config's run.seeds")
    running.add_argument("--workers", type=_at_least(1), default=1, metavar="N", help="runs simulated side by side (default: 1)")
    running.add_argument(
        "--resume",
        type=Path,
        metavar="DIR",
        help="write to DIR and go on there: keep what is finished, take up the rest from its last whole day; CONFIG may be left out",
    )
    running.add_argument("--json", action="store_true", help="print a machine-readable summary instead of the table")
    running.add_argument("--quiet", action="store_true", help="no progress")

    sweeping = add("sweep", _sweep, "run every point of a config's [sweep] under every design and seed; one row a run in runs.parquet")
    sweeping.add_argument("config", metavar="CONFIG", help="a TOML file, or the name of an experiment (see `shengdian list`)")
    sweeping.add_argument("--dask", metavar="ADDRESS", help="run on the Dask cluster of this scheduler, such as tcp://10.0.0.1:8786")
    sweeping.add_argument("--workers", type=_at_least(1), metavar="N", help="runs simulated side by side (default: 1)")
    sweeping.add_argument(
        "--out", type=Path, metavar="DIR", help="where run directories and runs.parquet are written (default: runs/<name>)"
    )
    sweeping.add_argument("--json", action="store_true", help="print the rows of runs.parquet")
    sweeping.add_argument("--quiet", action="store_true", help="no progress")
    sweeping.epilog = "What is finished in DIR is kept: the same command goes on after a stop, and tries again what failed."

    comparing = add("compare", _compare, "compare finished runs, paired by seed, and say who gains, with confidence intervals")
    _runs(comparing)
    comparing.add_argument("--gas-price", type=_price, default=Fraction(0), metavar="P", help="CNY a million gas (default: 0)")
    comparing.add_argument("--json", action="store_true", help="machine-readable")

    plotting = add("plot", _plot, "draw the figures of finished runs as PNG and SVG")
    _runs(plotting)
    _figure_options(plotting)
    plotting.add_argument("--out", type=Path, metavar="DIR", help="where figures are written (default: `figures` beside the runs)")

    reporting = add("report", _report, "write one self-contained HTML page on finished runs")
    _runs(reporting)
    _figure_options(reporting)
    reporting.add_argument("--out", type=Path, metavar="FILE", help="default: report.html beside the runs")

    auditing = add(
        "audit", _audit, "carry a run's recorded chain out again, rebuild every table from its logs and compare; exit 1 if anything differs"
    )
    auditing.add_argument("run", metavar="DIR", help="a run directory")
    auditing.add_argument("--chain", metavar="NAME_OR_URL", help="instead of the run's own chain")
    auditing.add_argument("--anchors", type=Path, metavar="FILE", help="what was published while it ran, as --write-anchors gave it")
    auditing.add_argument("--expect", type=_hash, metavar="HASH", help="digest or last block hash that was kept elsewhere, 0x...")
    auditing.add_argument("--write-anchors", type=Path, metavar="FILE", help="write digest and hash after every block, to keep elsewhere")
    auditing.add_argument("--json", action="store_true", help="machine-readable")

    asking = add("query", _query, "what the chain says of a trader, an order, an hour or a block, with block and transaction hash")
    asking.add_argument("run", metavar="DIR", help="a run directory")
    asking.add_argument("--trader", metavar="ID", help="orders, fills, payments and agreements of a participant")
    asking.add_argument("--hour", type=_at_least(0), metavar="H", help="an hour; alone, with its prices and flows")
    asking.add_argument("--order", metavar="ID", help="an order's whole life; ids are <hour>/<trader>/<segment>")
    asking.add_argument("--block", type=_at_least(1), metavar="N", help="a block's transactions")
    asking.add_argument("--proof", type=Path, metavar="FILE", help="also write a proof of the order's, or the hour's clearing, transaction")
    form = asking.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="machine-readable")
    form.add_argument("--csv", action="store_true", help="comma-separated, one row a record")

    showing = add("app", _app, "watch the market in the browser: map, supply and demand, prices, traders, chain (extra `viz`)")
    showing.add_argument("config", nargs="?", default="six-provinces-day", metavar="CONFIG", help="default: six-provinces-day")
    showing.add_argument("--port", type=_at_least(1), default=8765, metavar="N", help="of the loopback address (default: 8765)")

    for name, command, text in (
        ("clear", _clear, "clear single-hour market cases on a chain; JSON on stdout, an object for an object, a list for a list"),
        (
            "allocate",
            _allocate,
            "carry out contract allocation cases on a chain; JSON on stdout, an object for an object, a list for a list",
        ),
    ):
        made = add(name, command, text)
        made.add_argument("cases", metavar="CASES.json", help="one case or a list of cases; - is stdin")
        made.add_argument("--chain", default="eth-tester", metavar="NAME", help="default: eth-tester")
        if name == "clear":
            made.epilog = CLEAR_HELP
            made.formatter_class = argparse.RawDescriptionHelpFormatter
    return top


def _runs(command: argparse.ArgumentParser) -> None:
    command.add_argument("runs", nargs="+", metavar="DIR", help="a run directory, or a directory that holds several")


def _figure_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--zone", metavar="CODE", help="province of the supply stack and the allocation (default: the one with most load)")
    command.add_argument("--hour", type=_at_least(0), metavar="H", help="hour of the supply stack (default: the one with most load)")


def _at_least(least: int) -> Callable[[str], int]:
    def whole_number(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if number < least:
            raise argparse.ArgumentTypeError(f"{number} is below {least}")
        return number

    return whole_number


def _hash(text: str) -> str:
    if not re.fullmatch("0x[0-9a-f]{64}", text.lower()):
        raise argparse.ArgumentTypeError(f"{text!r} is no hash, 0x and 64 hexadecimal digits")
    return text.lower()


def _price(text: str) -> Fraction:
    try:
        price = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise argparse.ArgumentTypeError(f"{text!r} is not a price") from None
    if price < 0:
        raise argparse.ArgumentTypeError(f"{text} is below 0")
    return price


@contextmanager
def _output() -> Iterator[None]:
    """Inside it, an error of standard output becomes Unheard, and what is still to be said goes nowhere."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as cause:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise Unheard(f"the results cannot be written to standard output ({cause.strerror})") from cause


def _say(text: str) -> None:
    with _output():
        sys.stdout.write(text + "\n")


def _write(path: Path, data: bytes) -> None:
    """A whole file, or a sentence."""
    try:
        replace_with(path, data)
    except OSError as cause:
        raise InputError(f"{path}: cannot be written ({cause.strerror})") from cause


def _say_json(value: Any) -> None:
    _say(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def _say_table(table: Any) -> None:
    from rich.console import Console

    console = Console()
    with _output():
        Console(width=None if console.is_terminal else 160).print(table)


def _list(arguments: argparse.Namespace) -> int:
    from experiments.catalogue import catalogue

    found = catalogue()
    if arguments.json:
        _say_json(found)
        return 0
    for kind, names in found.items():
        _say(kind)
        for name, remark in names.items():
            _say(f"  {name:<24} {remark}".rstrip())
    return 0


def _run(arguments: argparse.Namespace) -> int:
    from experiments.config import load_config, override
    from experiments.progress import progress
    from experiments.run import resume_all, run_config
    from sim.chain import chain_names

    if arguments.config is None:
        if arguments.resume is None:
            raise InputError("CONFIG is missing; it may be left out only with --resume (see shengdian run --help)")
        given = [name for name in ("chain", "hours", "seed") if getattr(arguments, name) is not None]
        if given:
            raise InputError(f"--{given[0]} needs a CONFIG: unfinished runs go on as they began")
        return _say_runs(arguments, resume_all(arguments.resume, arguments.workers, progress(arguments.quiet)))
    wanted = {"run.chain": arguments.chain, "run.hours": arguments.hours, "run.seeds": arguments.seed}
    config = override(load_config(arguments.config), {key: value for key, value in wanted.items() if value is not None}, "the command line")
    _check_chain(config.run.chain, chain_names())
    out = arguments.resume or arguments.out
    paths = run_config(config, out, arguments.workers, progress(arguments.quiet), resume=arguments.resume is not None)
    return _say_runs(arguments, paths)


def _say_runs(arguments: argparse.Namespace, paths: Sequence[Path]) -> int:
    from experiments.compare import comparison, table
    from sim.results import load

    runs = [load(path) for path in paths]
    from experiments.medium_term import table1

    compared = {run.run_id: table1.read(run.directory) for run in runs}
    if arguments.json:
        keys = ("run_id", "design", "seed", "chain", "hours", "digest", "last_block_hash", "seconds")
        _say_json(
            {
                "runs": [
                    {
                        "directory": str(run.directory),
                        **{key: run.manifest[key] for key in keys},
                        "summary": run.summary,
                        **({"table1": compared[run.run_id]} if compared[run.run_id] else {}),
                    }
                    for run in runs
                ]
            }
        )
        return 0
    _say_table(table(comparison(runs)))
    for seed, run in {run.seed: run for run in runs}.items():
        if compared[run.run_id]:
            _say_table(table1.table(compared[run.run_id], f"Table 1: paper / simulated (seed {seed})"))
    for path in paths:
        _say(str(path))
    return 0


def _sweep(arguments: argparse.Namespace) -> int:
    from functools import partial

    import pyarrow.parquet as pq

    from experiments.config import load_config
    from experiments.dask_workers import on_cluster
    from experiments.progress import progress
    from experiments.sweep import local, run_sweep
    from sim.chain import chain_names

    config = load_config(arguments.config)
    _check_chain(config.run.chain, chain_names())
    out = arguments.out or Path("runs") / config.name
    if arguments.dask and arguments.workers is not None:
        raise InputError("--workers and --dask: give one of them; a Dask cluster has the workers it was started with")
    carrier = partial(on_cluster, arguments.dask) if arguments.dask else local(arguments.workers or 1)
    table, failures = run_sweep(config, out, carrier, progress(arguments.quiet))
    rows = pq.read_table(table).to_pylist()
    if arguments.json:
        _say_json(rows)
    else:
        _say(f"{len(rows)} runs, {len(failures)} failed")
        _say(str(table))
    for name, failure in failures.items():
        sys.stderr.write(f"shengdian: {name} failed: {failure.sentence} (see {out / name}.failed.txt)\n")
    return 1 if failures else 0


def _check_chain(name: str, known: Sequence[str]) -> None:
    """Raises InputError for a chain that cannot be opened, before anything is computed."""
    if name not in known and not name.startswith(("http://", "https://")):
        from experiments.sentences import nearest

        raise InputError(f"chain {name!r} is unknown; known: {', '.join(known)}, or an http:// URL{nearest(name, known)}")


def _compare(arguments: argparse.Namespace) -> int:
    from experiments import compare, welfare
    from sim.results import load_all

    runs = load_all(arguments.runs, contents=True)
    compared, parts = compare.comparison(runs), welfare.decomposition(runs, arguments.gas_price)
    if arguments.json:
        _say_json({**compared, "gas_price_cny_per_million": float(arguments.gas_price), "welfare_cny": parts})
    else:
        _say_table(compare.table(compared))
        _say_table(welfare.table(parts))
    return 0


def _plot(arguments: argparse.Namespace) -> int:
    from experiments.plots import figures, image
    from sim.results import load_all

    runs = load_all(arguments.runs, contents=True)
    out = arguments.out or runs[0].directory.parent / "figures"
    _folder(out)
    kinds: tuple[Literal["png", "svg"], ...] = ("png", "svg")
    for name, figure in figures(runs, arguments.zone, arguments.hour).items():
        for kind in kinds:
            path = out / f"{name}.{kind}"
            _write(path, image(figure, kind))
            _say(str(path))
    return 0


def _report(arguments: argparse.Namespace) -> int:
    from experiments.report import report
    from sim.results import load_all

    runs = load_all(arguments.runs, contents=True)
    out = arguments.out or runs[0].directory.parent / "report.html"
    _folder(out.parent)
    _write(out, report(runs, arguments.zone, arguments.hour).encode())
    _say(str(out))
    return 0


def _audit(arguments: argparse.Namespace) -> int:
    from experiments.audit import anchor, audit
    from experiments.audit.page import as_json, page
    from sim.chain import chain_names

    if arguments.chain is not None:
        _check_chain(arguments.chain, chain_names())
    published = None if arguments.anchors is None else anchor.load(arguments.anchors)
    verdict = audit(arguments.run, arguments.chain, published, arguments.expect)
    if arguments.write_anchors is not None:
        anchor.write(arguments.write_anchors, anchor.anchors(Path(arguments.run)))
    if arguments.json:
        _say_json(as_json(verdict))
    else:
        _say(page(verdict))
    return 0 if verdict.clean else 1


def _query(arguments: argparse.Namespace) -> int:
    from experiments.query import Question, as_csv, query

    question = Question(arguments.trader, arguments.hour, arguments.order, arguments.block)
    answer = query(arguments.run, question)
    if arguments.proof is not None:
        _write_proof(arguments.run, answer.provable, arguments.proof)
    if arguments.json:
        _say_json(list(answer.records))
    elif arguments.csv:
        _say(as_csv(answer.records).removesuffix("\n"))
    else:
        from experiments.query_tables import tables

        for table in tables(answer.records):
            _say_table(table)
    return 0


def _write_proof(run: str, place: tuple[int, int] | None, path: Path) -> None:
    from experiments.proof import prove

    if place is None:
        raise InputError("--proof needs one transaction: --order ID, --hour H alone, or a --block that holds one transaction")
    _write(path, (json.dumps(prove(run, *place), indent=1) + "\n").encode())


def _app(arguments: argparse.Namespace) -> int:
    from experiments.serve import serve

    serve(arguments.config, arguments.port)
    return 0


def _folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        raise InputError(f"{path}: cannot be written ({cause.strerror})") from cause


def _clear(arguments: argparse.Namespace) -> int:
    from experiments.clear import run_cases

    return _cases(arguments, run_cases)


def _allocate(arguments: argparse.Namespace) -> int:
    from experiments.allocate import run_cases

    return _cases(arguments, run_cases)


def _cases(arguments: argparse.Namespace, run_cases: Callable[[list[dict[str, Any]], str], list[dict[str, Any]]]) -> int:
    from experiments.cases import read_cases
    from sim.chain import chain_names

    cases, several = read_cases(arguments.cases)
    _check_chain(arguments.chain, chain_names())
    results = run_cases(cases, arguments.chain)
    _say_json(results if several else results[0])
    refused = [result for result in results if "error" in result]
    for result in refused:
        sys.stderr.write(f"shengdian: {arguments.cases}: case {result['name']!r}: {result['error']['message']}\n")
    return 2 if refused else 0
