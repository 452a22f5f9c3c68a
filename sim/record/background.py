"""Work that nobody waits for: compressing and writing files, on a thread of its own, beside a simulation that goes on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

MOST_WAITING = 8
"""pieces of work; then whoever brings more waits, so that memory does not grow"""


class Background:
    """Does one piece of work after another, in the order given. What a piece raises, the next call or `wait` raises."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "background")
        self._waiting: deque[Future[Any]] = deque()

    def do(self, work: Callable[..., object], *arguments: Any) -> None:
        """Puts one more piece at the end."""
        while self._waiting and (len(self._waiting) >= MOST_WAITING or self._waiting[0].done()):
            self._waiting.popleft().result()
        self._waiting.append(self._thread.submit(work, *arguments))

    def wait(self) -> None:
        """Until everything is done."""
        while self._waiting:
            self._waiting.popleft().result()

    def stop(self) -> None:
        """Ends; what has not begun is dropped, and what it raised, too."""
        self._thread.shutdown(cancel_futures=True)
        self._waiting.clear()
