"""How far a computation is, on stderr: a bar on a terminal, plain lines otherwise, nothing when quiet."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from time import monotonic
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars


class Progress(Protocol):
    """Told by whoever computes."""

    def begin(self, labels: Sequence[str], hours: int) -> None:
        """There are these runs, of `hours` hours each."""

    def note(self, text: str) -> None:
        """Something that comes before the hours takes long."""

    def advance(self, place: int) -> None:
        """Run number `place` has finished one more hour."""

    def end(self) -> None:
        """All is done, or given up."""


class Quiet:
    """Says nothing."""

    def begin(self, labels: Sequence[str], hours: int) -> None: ...

    def note(self, text: str) -> None: ...

    def advance(self, place: int) -> None: ...

    def end(self) -> None: ...


class Lines:
    """A line a run every quarter of its hours."""

    def begin(self, labels: Sequence[str], hours: int) -> None:
        self._labels, self._hours, self._begun = labels, hours, monotonic()
        self._done = [0] * len(labels)

    def note(self, text: str) -> None:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def advance(self, place: int) -> None:
        self._done[place] += 1
        done, step = self._done[place], max(1, self._hours // 4)
        if done % step == 0 or done == self._hours:
            spent, all_hours = monotonic() - self._begun, self._hours * len(self._labels)
            left = spent * (all_hours - sum(self._done)) / sum(self._done)
            line = f"{self._labels[place]}: {done} of {self._hours} hours, {spent:.0f} s so far, about {left:.0f} s left\n"
            sys.stderr.write(line)
            sys.stderr.flush()

    def end(self) -> None: ...


class Bar:
    """A bar a run."""

    def begin(self, labels: Sequence[str], hours: int) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("hours"))
        self._bars = Bars(*columns, TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(), console=Console(stderr=True))
        self._tasks = [self._bars.add_task(label, total=hours, start=False) for label in labels]
        self._bars.start()

    def note(self, text: str) -> None:
        self._bars.console.print(text)

    def advance(self, place: int) -> None:
        task = self._tasks[place]
        if not self._bars.tasks[place].started:
            self._bars.start_task(task)
        self._bars.advance(task)

    def end(self) -> None:
        self._bars.stop()


def progress(quiet: bool) -> Progress:
    """What suits stderr."""
    if quiet:
        return Quiet()
    return Bar() if sys.stderr.isatty() else Lines()
