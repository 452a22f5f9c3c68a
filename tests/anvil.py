"""A node to test against: Foundry's anvil, where it is installed (`npm ci --prefix tests`)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

ANVIL = shutil.which("anvil", path=f"{Path(__file__).parent / 'node_modules' / '.bin'}{os.pathsep}{os.environ.get('PATH', '')}")


@pytest.fixture(scope="module")
def anvil() -> Iterator[str]:
    """The URL of an anvil of its own."""
    if ANVIL is None:
        pytest.skip("anvil is not installed: npm ci --prefix tests")
    with started() as url:
        yield url


@contextmanager
def started(*options: str) -> Iterator[str]:
    """The URL of an anvil of its own with these options."""
    assert ANVIL is not None
    command = [ANVIL, "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as node:
        assert node.stdout is not None
        address = next(line.split()[-1] for line in node.stdout if line.startswith("Listening on"))
        Thread(target=node.stdout.read, daemon=True).start()
        try:
            yield f"http://{address}"
        finally:
            os.killpg(node.pid, signal.SIGTERM)
