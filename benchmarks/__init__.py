"""Measures what the simulator costs, always against something else in the same run: `python -m benchmarks --help`."""
