"""Work that waits for a moment when there is nothing else to do, such as while another process makes a block."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

MOST_LATE = 3
"""pieces of work that wait: the blocks and the hour of one hour"""


class Later:
    """Keeps pieces of work, and does them in the order given."""

    def __init__(self) -> None:
        self._late: deque[Callable[[], None]] = deque()

    def soon(self, work: Callable[[], None]) -> None:
        """Puts one more piece at the end; what waits too long is done now."""
        self._late.append(work)
        while len(self._late) > MOST_LATE:
            self._late.popleft()()

    def catch_up(self) -> None:
        """Does all that has waited."""
        while self._late:
            self._late.popleft()()
