"""The clock of benchmarks/clock.py once more: the scripts beside this file run where nothing of this project is installed."""

import os
import time

now = time.process_time if os.environ.get("SHENGDIAN_BENCH_CLOCK") == "cpu" else time.perf_counter
