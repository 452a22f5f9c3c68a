"""Finished runs: opened, listed, compared, drawn, reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, overload

from shengdian.sim.base.errors import InputError
from shengdian.sim.base.html_table import table
from shengdian.sim.record import finished_run
from shengdian.sim.record.durable import replace_with
from shengdian.sim.record.finished_run import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from shengdian.experiments.results.compare import Comparison

Where = str | PathLike[str]
"""a run directory, or a directory that holds several; a Run stands for its own"""


class Runs(Sequence[Run]):
    """Several finished runs, in order. `runs[0]` is a Run, `runs + others` are all of both."""

    def __init__(self, runs: Iterable[Run]) -> None:
        self._runs = tuple(runs)

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs)

    @overload
    def __getitem__(self, place: int) -> Run: ...
    @overload
    def __getitem__(self, place: slice) -> Runs: ...
    def __getitem__(self, place: int | slice) -> Run | Runs:
        return Runs(self._runs[place]) if isinstance(place, slice) else self._runs[place]

    def __add__(self, others: Iterable[Run]) -> Runs:
        return Runs([*self._runs, *others])

    def __repr__(self) -> str:
        return "\n".join([f"{len(self)} runs", *(f"  {run!r}" for run in self)])

    def _repr_html_(self) -> str:
        """A row a run."""
        rows = []
        for run in self:
            cost, welfare, price = (run.summary.get(key) for key in ("generation_cost", "welfare", "mean_price_per_mwh"))
            figures = (_shown(cost, 1e6), _shown(welfare, 1e6), _shown(price, 1))
            rows.append((run.design, str(run.seed), str(run.hours), *figures, str(run.directory)))
        head = ("design", "seed", "hours", "cost (million CNY)", "welfare (million CNY)", "mean price (CNY/MWh)", "directory")
        return table(head, rows, f"{len(self)} runs")


def _shown(value: float | None, scale: float) -> str:
    return "-" if value is None else f"{value / scale:,.2f}"


def load(directory: Where) -> Run:
    """Opens a finished run; its tables are read when they are asked for.

    Raises InputError where the directory is no run, or a file in it is missing or is not the one that was written.

    >>> import shengdian, tempfile
    >>> folder = tempfile.mkdtemp()
    >>> runs = shengdian.run("six-provinces-day", design="coupled", hours=1, chain="mirror", out=folder)
    >>> run = shengdian.load(runs[0].directory)
    >>> run.design, run.seed, run.hours
    ('coupled', 1, 1)
    >>> len(run.tables["prices"])
    6
    >>> len(shengdian.load_all(folder))
    1
    """
    return finished_run.load(directory, contents=True)


def load_all(*directories: Where) -> Runs:
    """Opens several finished runs; a directory that holds runs stands for all of them. Raises InputError as `load`."""
    return Runs(finished_run.load_all(directories, contents=True))


def runs_of(runs: Run | Where | Iterable[Run | Where]) -> Runs:
    """Runs given as such, or by directory."""
    several = [runs] if isinstance(runs, Run | str | PathLike) else list(runs)
    return Runs(run for each in several for run in ([each] if isinstance(each, Run) else load_all(each)))


def compare(runs: Run | Where | Iterable[Run | Where]) -> Comparison:
    """Runs side by side: every metric by variant, mean over seeds, with the paired difference from the first variant.

    Runs may be given as such or by directory. Raises InputError where they are not comparable: other hours, or another experiment.

    >>> import shengdian, tempfile
    >>> runs = shengdian.run(
    ...     "six-provinces-day", design=["provincial", "coupled"], hours=1, chain="mirror", out=tempfile.mkdtemp()
    ... )
    >>> compared = shengdian.compare(runs)
    >>> bool(compared.frame("difference").loc["generation_cost", "coupled"] < 0)
    True
    """
    from shengdian.experiments.results.compare import comparison

    return comparison(runs_of(runs))


class Figures(dict[str, "Figure"]):
    """Figures by name; a notebook shows all of them, or one: `figures(runs)["prices"]`."""

    def __repr__(self) -> str:
        return f"Figures {', '.join(self)}"

    def _repr_html_(self) -> str:
        """Every picture with its caption."""
        from shengdian.experiments.results.report import pictures

        return pictures(self)


def figures(runs: Run | Where | Iterable[Run | Where], zone: str | None = None, hour: int | None = None) -> Figures:
    """Every figure of the runs, as `shengdian plot` draws them.

    Parameters
    ----------
    zone, hour
        what figures of one zone and one hour show; None: those with most load

    Raises
    ------
    InputError
        for runs that are not comparable, and for a zone or an hour that they do not have
    """
    from shengdian.experiments.results import plots

    return Figures(plots.figures(runs_of(runs), zone, hour))


def report(runs: Run | Where | Iterable[Run | Where], out: str | PathLike[str]) -> Path:
    """Writes one HTML page on the runs to the file `out`, and gives its path. Raises InputError where it cannot be written."""
    from shengdian.experiments.results.report import report as page

    path = Path(out)
    text = page(runs_of(runs))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_with(path, text.encode())
    except OSError as cause:
        raise InputError(f"{path}: cannot be written ({cause.strerror})") from cause
    return path
