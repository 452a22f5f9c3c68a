"""Peak memory of a run, each in a process of its own: a day, some days, a month. What grows with the hours is the scenario's own series."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.clock import now
from benchmarks.environment import ROOT
from benchmarks.sizes import Size
from benchmarks.table import Report, Row, ratios
from benchmarks.workload import scenario
from shengdian import agents
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import MissingExtra
from shengdian.sim.model import Model
from shengdian.sim.record.chain_record import hexadecimal
from shengdian.sim.record.run_writer import RunWriter

QUESTION = "peak memory of a day, of three and of thirty on revm: flat in the number of hours"
LIMIT = 1024
"""MiB, for a year"""
YEAR = 8_760
"""hours"""


def peak() -> float:
    """MiB that this process has held at most.

    `getrusage` also counts what its parent held when this process was started (Linux keeps the mark through exec); Linux's own mark of
    the address space does not.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / 2**20 if sys.platform == "darwin" else used / 1024


def run(size: Size, hours: int, chain: str) -> dict[str, float]:
    """Simulates and records in this process; peak MiB before the first hour, after a day and at the end, and seconds."""
    begun = now()
    world = scenario(size, chain, hours)
    with TemporaryDirectory() as directory, RunWriter(Path(directory), "memory", world.config) as writer:
        model = Model(world, agents.build, writer.block, writer.table_writer.hour)
        writer.begin_chain(model.chain.chain_id, {}, {name: hexadecimal(address) for name, address in model.market.contracts.items()})
        ready, before = now(), peak()
        for hour in range(hours):
            model.step_hour()
            if hour == min(hours, 24) - 1:
                day = peak()
        writer.tables()
        return {"before": before, "day": day, "end": peak(), "set_up_s": ready - begun, "hours_s": now() - ready}


def child(size: Size, hours: int, chain: str) -> dict[str, float]:
    """`run` in a process of its own."""
    given = json.dumps({"changes": size.changes, "hours": hours, "chain": chain})
    done = subprocess.run([sys.executable, "-m", "benchmarks.memory", given], cwd=ROOT, check=True, capture_output=True, text=True)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def fast_chain() -> str:
    """revm, or mirror where it is not installed."""
    try:
        open_chain("revm")
    except MissingExtra:
        return "mirror"
    return "revm"


def measure(size: Size) -> Report:
    chain = fast_chain()
    found: dict[int, list[dict[str, float]]] = {hours: [] for hours in size.memory_hours}
    for _ in range(min(size.repeats, 2)):  # memory repeats itself to the percent
        for hours, runs in found.items():
            runs.append(child(size, hours, chain))
    first, *_, longer, most = sorted(found) if len(found) > 2 else (min(found), *sorted(found))

    def peaks(hours: int) -> tuple[float, ...]:
        return tuple(one["end"] for one in found[hours])

    slope = [(high - low) / (most - longer) for low, high in zip(peaks(longer), peaks(most), strict=True)]
    year = tuple(end + by * (YEAR - most) for end, by in zip(peaks(most), slope, strict=True))
    rows = [
        Row(f"{chain}: peak memory, {hours} h", peaks(hours), "MiB", note=f"{runs[0]['before']:.0f} before the first hour")
        for hours, runs in found.items()
    ]
    rows += [
        Row(
            f"peak memory, {most} h / {first} h",
            ratios(peaks(most), peaks(first)),
            "x",
            "at most",
            1.25,
            note="flat: the limit of 1.25 is this benchmark's own",
        ),
        Row(
            "peak memory of a year, reckoned",
            year,
            "MiB",
            "at most",
            LIMIT,
            note=f"by the slope from {longer} to {most} h; `year` measures it",
        ),
    ]
    return Report(rows, {"chain": chain, "runs": {str(hours): runs for hours, runs in found.items()}})


def main() -> int:
    given: dict[str, Any] = json.loads(sys.argv[1])
    size = Size(changes=tuple((key, value) for key, value in given["changes"]))
    sys.stdout.write(json.dumps(run(size, given["hours"], given["chain"])) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
