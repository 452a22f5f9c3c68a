"""A real browser on a real server: what the browser tests and the benchmark of the app stand on."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from urllib3 import PoolManager, Retry
from urllib3.exceptions import MaxRetryError

ROOT = Path(__file__).parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
APP = ("shengdian", "app")
DESKTOP, PHONE = (1280, 900), (390, 844)
"""pixels, width and height"""
PATIENCE = 60_000
"""milliseconds until something is given up"""


def missing() -> str:
    """Why there can be no browser here; empty where there can."""
    if find_spec("solara") is None or find_spec("playwright") is None:
        return "the extras viz and browser are not installed"
    return "" if CHROMIUM else "there is no Chromium"


def own_share() -> float:
    """The part of a core that this process gets when it wants a whole one: 1 where nobody else works."""
    begun, used = perf_counter(), process_time()
    while process_time() - used < 0.2:
        pass
    return (process_time() - used) / (perf_counter() - begun)


@contextmanager
def served(*arguments: str) -> Iterator[str]:
    """The address of the app, on a port of its own. `arguments` begin with what starts it; none: `shengdian app`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", *(arguments or APP), "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            assert server.stdout is not None
            for line in server.stdout:
                if "starting at" in line:
                    break
            address = f"http://127.0.0.1:{port}/"
            try:
                PoolManager(retries=Retry(total=200, backoff_factor=0.05, backoff_max=0.5)).request("GET", address)
            except MaxRetryError:
                server.terminate()
                raise AssertionError(server.communicate()[0]) from None
            yield address
        finally:
            server.terminate()
            server.communicate()


class Window:
    """A page that remembers what went wrong in it and whom it asked."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        self.problems: list[str] = []
        self.hosts: set[str] = set()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: self.problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("requestfailed", lambda request: self.problems.append(f"failed: {request.url}"))
        page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]) if "://" in request.url else None)
        page.goto(address)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def open(self, view: str) -> None:
        self.page.get_by_role("tab", name=view, exact=True).click()

    def wait(self, words: str) -> None:
        self.page.get_by_text(words).first.wait_for()

    def choose(self, label: str, value: str) -> None:
        """Takes another value of a drop-down list."""
        self.page.locator(".v-select", has=self.page.get_by_text(label, exact=True)).click()
        self.page.locator(".menuable__content__active").get_by_role("option", name=value, exact=True).click()
        self.page.locator(".menuable__content__active").wait_for(state="hidden")

    def search(self, wanted: str, answer: str) -> None:
        """Types into the chain explorer, and waits for what it says."""
        field = self.page.get_by_label("trader, order")
        field.fill(wanted)
        field.press("Enter")
        self.wait(answer)


@contextmanager
def window(address: str, size: tuple[int, int]) -> Iterator[Window]:
    """Chromium without a screen."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield Window(browser.new_page(viewport={"width": size[0], "height": size[1]}), address)
        finally:
            browser.close()


STEPS = 10
"""that are measured"""


def step_seconds(address: str) -> list[float]:
    """From each of ten clicks on Step to the hour on the map, in a window of its own."""
    spent = []
    with window(address, DESKTOP) as seen:
        seen.wait("0 of 24 hours · two-stage · seed 1 · chain revm")
        for hour in range(STEPS):
            begun = perf_counter()
            seen.press("Step")
            seen.page.get_by_role("img", name=f"map of hour {hour}").wait_for()
            spent.append(perf_counter() - begun)
    return spent
