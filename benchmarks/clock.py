"""The clock of the benchmarks: wall time, or the process's own CPU time where neighbours on the machine would disturb it."""

from __future__ import annotations

import os
import time

VARIABLE = "SHENGDIAN_BENCH_CLOCK"
"""environment variable, `wall` (default) or `cpu`; child processes and peers obey it too"""


def now() -> float:
    """Seconds; only differences mean anything."""
    return time.process_time() if os.environ.get(VARIABLE) == "cpu" else time.perf_counter()
