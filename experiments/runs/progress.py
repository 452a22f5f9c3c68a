"""How far a computation is, on stderr: a bar on a terminal, plain lines otherwise, nothing when quiet."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from time import monotonic
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

MANY = 6
"""more runs than this are shown together"""


class Progress(Protocol):
    """Told by whoever computes."""

    def begin(self, labels: Sequence[str], hours: int | Sequence[int]) -> None:
        """There are these runs, of `hours` hours each, or of one number of hours for each."""

    def note(self, text: str) -> None:
        """Something that comes before the hours takes long."""

    def advance(self, place: int, hours: int, before: bool) -> None:
        """Run number `place` has `hours` hours more; `before`: they were simulated earlier, and say nothing of how long the rest takes."""

    def end(self) -> None:
        """All is done, or given up."""


class Quiet:
    """Says nothing."""

    def begin(self, labels: Sequence[str], hours: int | Sequence[int]) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""

    def advance(self, place: int, hours: int, before: bool) -> None:
        """Nothing."""

    def end(self) -> None:
        """Nothing."""


class Lines:
    """A line a run every quarter of its hours; of many runs, a line for each that is done."""

    def begin(self, labels: Sequence[str], hours: int | Sequence[int]) -> None:
        """Starts the clock; writes nothing."""
        self._labels, self._begun = labels, monotonic()
        self._hours = each(labels, hours)
        self._done, self._before = [0] * len(labels), 0

    def note(self, text: str) -> None:
        """Writes the text on a line of stderr."""
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def advance(self, place: int, hours: int, before: bool) -> None:
        """Writes a line where a run passes a quarter of its hours, or ends: hours, and seconds spent and left."""
        said, self._done[place] = self._done[place], self._done[place] + hours
        if before:
            self._before += hours
        all_hours, done = self._hours[place], self._done[place]
        step = all_hours if len(self._labels) > MANY else max(1, all_hours // 4)
        if not before and (done // step > said // step or done == all_hours):
            spent = monotonic() - self._begun
            left = spent * (sum(self._hours) - sum(self._done)) / (sum(self._done) - self._before)
            runs = ""
            if len(self._labels) > MANY:
                ended = sum(one == other for one, other in zip(self._done, self._hours, strict=True))
                runs = f" ({ended} of {len(self._labels)} runs)"
            sys.stderr.write(f"{self._labels[place]}: {done} of {all_hours} hours{runs}, {spent:.0f} s so far, about {left:.0f} s left\n")
            sys.stderr.flush()

    def end(self) -> None:
        """Nothing: every line is complete."""


class Bar:
    """A bar a run; one bar for many runs."""

    def begin(self, labels: Sequence[str], hours: int | Sequence[int]) -> None:
        """Draws a bar for each run, or one for all where they are many."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("hours"))
        self._bars = Bars(*columns, TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(), console=Console(stderr=True))
        if len(labels) > MANY:
            self._tasks = [self._bars.add_task(f"{len(labels)} runs", total=sum(each(labels, hours)), start=False)] * len(labels)
        else:
            self._tasks = [
                self._bars.add_task(label, total=total, start=False) for label, total in zip(labels, each(labels, hours), strict=True)
            ]
        self._bars.start()

    def note(self, text: str) -> None:
        """Writes the text above the bars."""
        self._bars.console.print(text)

    def advance(self, place: int, hours: int, before: bool) -> None:
        """Moves the run's bar; earlier hours move it without counting for its speed."""
        task = self._tasks[place]
        if before:
            self._bars.tasks[task].completed += hours  # without a sample of speed
            return
        if not self._bars.tasks[task].started:
            self._bars.start_task(task)
        self._bars.advance(task, hours)

    def end(self) -> None:
        """Stops drawing; the bars stay as they are."""
        self._bars.stop()


def each(labels: Sequence[str], hours: int | Sequence[int]) -> list[int]:
    """Hours by run, whether one number holds for all or each has its own."""
    return [hours] * len(labels) if isinstance(hours, int) else list(hours)


def progress(quiet: bool) -> Progress:
    """Quiet where `quiet`; else bars where stderr is a terminal, and lines where it is not."""
    if quiet:
        return Quiet()
    return Bar() if sys.stderr.isatty() else Lines()
