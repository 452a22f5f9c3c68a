"""A node to test against: geth with a clock of its own, built with Go into the user's cache the first time (some minutes)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from evidence.consortium.network import Clients, clients, free_ports, waited
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import InputError


def programs() -> Clients:
    """geth and the validator, or the test is skipped where there is no Go."""
    try:
        return clients()
    except InputError as missing:
        pytest.skip(str(missing))


@contextmanager
def started(period: int) -> Iterator[str]:
    """The URL of a `geth --dev` of its own with a block every `period` seconds."""
    port = free_ports(1)[0]
    command = [programs().geth, "--dev", "--dev.period", str(period), "--http", "--http.port", str(port), "--http.api", "eth,debug"]
    options = ["--dev.gaslimit", "1000000000", "--miner.gaslimit", "1000000000", "--port", "0", "--authrpc.port", "0", "--ipcdisable"]
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
