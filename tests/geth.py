"""A node to test against: geth with a clock of its own, built with Go into the user's cache the first time (some minutes)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from evidence.consortium.network import Clients, clients, free_ports, genesis, waited
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import InputError
from shengdian.sim.chain import keys
from shengdian.sim.chain.port import OWN_CLOCK_FUNDS


def programs() -> Clients:
    """geth and the validator, or the test is skipped where there is no Go."""
    try:
        return clients()
    except InputError as missing:
        pytest.skip(str(missing))


@contextmanager
def started(period: int, folder: Path, names: Sequence[str]) -> Iterator[str]:
    """The URL of a `geth --dev` of its own with a block every `period` seconds; accounts of these names have money.

    Its first block is ours: with its own, geth is at forks newer than that of the contracts and the reference, where gas is another.
    """
    port, geth = free_ports(1)[0], programs().geth
    first = folder / "genesis.json"
    first.write_text(json.dumps(genesis(geth, {keys.address(name): OWN_CLOCK_FUNDS for name in names}, 0)))
    home = ["--datadir", str(folder / "geth")]
    subprocess.run([geth, *home, "init", str(first)], check=True, capture_output=True)
    command = [geth, *home, "--dev", "--dev.period", str(period), "--http", "--http.port", str(port), "--http.api", "eth,debug"]
    options = ["--miner.gaslimit", "1000000000", "--port", "0", "--authrpc.port", "0", "--ipcdisable"]
    with subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as node:
        url = f"http://127.0.0.1:{port}"
        try:
            waited(lambda: answers(url), "geth does not answer")
            yield url
        finally:
            node.terminate()


def answers(url: str) -> bool:
    """Whether a node that can be used is there."""
    try:
        open_chain(url)
    except InputError:
        return False
    return True
