"""A polite end of the process: SIGTERM is what Ctrl-C is."""

from __future__ import annotations

import signal
from types import FrameType


def interrupt(number: int, frame: FrameType | None) -> None:
    """Handles SIGTERM as Ctrl-C, once: raises KeyboardInterrupt, and heeds no SIGTERM while the program cleans up."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt
