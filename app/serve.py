"""Serves the browser app on the loopback address."""

from __future__ import annotations

import os
import socket
import warnings
from importlib.util import find_spec
from pathlib import Path

from shengdian.experiments.config.loading import load_config
from shengdian.sim.base.errors import InputError, MissingExtra

HOST = "127.0.0.1"
NEEDED = ("solara", "altair", "networkx")
"""of the extra `viz`; Mesa's page imports the last two without asking for them"""
CONFIG = "SHENGDIAN_CONFIG"
"""environment variable in which the page finds the config's file or name"""


def serve(config: str, port: int) -> None:
    """Serves until stopped. Raises MissingExtra without the extra `viz`, InputError for a bad config and a port that is taken."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise MissingExtra(f"the browser app needs {' and '.join(missing)}: pip install shengdian[viz]")
    load_config(config)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as cause:
            raise InputError(f"--port {port} cannot be used ({cause}); choose another") from cause
    os.environ[CONFIG] = config
    warnings.filterwarnings("ignore", module="solara.validate_hooks")  # on Mesa's source, not on ours
    from solara.__main__ import cli

    page = Path(__file__).with_name("page.py")
    options = ["--host", HOST, "--port", str(port), "--production", "--no-open", "--no-check-version"]
    cli.main(["run", str(page), *options], prog_name="shengdian app", standalone_mode=False)
