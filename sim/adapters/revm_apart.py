"""revm in a process of its own: while it makes a block, this one solves, records and writes.

The child carries blocks out one after another with the chain `revm`; between the two go plain values over a pipe. It ends with its parent.
"""

from __future__ import annotations

import marshal
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO
from weakref import finalize

from shengdian.sim.adapters import revm
from shengdian.sim.adapters.revm import block_of
from shengdian.sim.base.errors import MissingExtra, Reverted
from shengdian.sim.chain import keys
from shengdian.sim.chain.port import Block, Transaction

LENGTH = 8
"""bytes of a message's length"""
ROOT = Path(__file__).parents[3]
"""where the child finds this package"""


class RevmApart:
    """The port to the child."""

    name = "revm-apart"
    chain_id = 0
    genesis: Mapping[bytes, int] = {}

    def __init__(self) -> None:
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        command = [sys.executable, "-m", __name__]
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path})
        self._sent: Sequence[Transaction] = ()
        """of the block under way"""
        self._timestamp = 0
        finalize(self, _end, self._child)

    def account(self, name: str) -> bytes:
        """The address of the development key `name`."""
        self._ask("account", name)
        return keys.address(name)

    def send_block(self, transactions: Sequence[Transaction], timestamp: int) -> Block:
        """Carries out `transactions` in order at `timestamp`."""
        self.begin_block(transactions, timestamp)
        return self.end_block()

    def begin_block(self, transactions: Sequence[Transaction], timestamp: int) -> None:
        """As `send_block`, without waiting; `end_block` comes next."""
        self._sent, self._timestamp = transactions, timestamp
        self._tell("make_block", [tuple(transaction) for transaction in transactions], timestamp)

    def end_block(self) -> Block:
        """The block that was begun, as soon as it is made."""
        number, results = self._answer()
        return block_of(number, self._timestamp, self._sent, results)

    def call(self, transaction: Transaction) -> bytes:
        """Return data of a read at the last block; raises Reverted when refused."""
        output: bytes = self._ask("call", tuple(transaction))
        return output

    def state(self) -> Mapping[bytes, bytes]:
        """As the chain `revm` gives it."""
        found: dict[bytes, bytes] = self._ask("state")
        return found

    def restore(self, state: Mapping[bytes, bytes]) -> None:
        """Takes it over."""
        self._ask("restore", dict(state))

    # --- the pipe ---------------------------------------------------------------------------------------------------------------

    def _ask(self, what: str, *arguments: Any) -> Any:
        self._tell(what, *arguments)
        return self._answer()

    def _tell(self, *message: Any) -> None:
        try:
            _write(self._child.stdin, message)
        except BrokenPipeError:
            raise self._ended() from None

    def _answer(self) -> Any:
        message = _read(self._child.stdout)
        if message is None:
            raise self._ended()
        kind, content = message
        if kind == "refused":
            raise Reverted(*content)
        if kind == "failed":
            raise RuntimeError(f"in the process of revm:\n{content}")
        return content

    def _ended(self) -> RuntimeError:
        return RuntimeError(f"the process of revm has ended (exit code {self._child.wait()})")


def _write(pipe: Any, message: Any) -> None:
    data = marshal.dumps(message)
    pipe.write(len(data).to_bytes(LENGTH, "little") + data)
    pipe.flush()


def _read(pipe: Any) -> Any:
    """The next message; None at the end."""
    head = pipe.read(LENGTH)
    return marshal.loads(pipe.read(int.from_bytes(head, "little"))) if len(head) == LENGTH else None


def _end(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe:
            with suppress(BrokenPipeError):
                pipe.close()
    child.wait()


def create() -> RevmApart:
    """A fresh chain in a fresh process; raises MissingExtra where pyrevm is not installed."""
    if find_spec("pyrevm") is None:
        raise MissingExtra("chain 'revm-apart' needs pyrevm (CPython 3.11 and 3.12): pip install shengdian[fast]")
    return RevmApart()


# --- the child ------------------------------------------------------------------------------------------------------------------


def _serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Does what it is asked, until nobody asks any more."""
    chain = revm.create()
    does: dict[str, Callable[..., Any]] = {
        "account": chain.account,
        "make_block": chain.make_block,
        "call": lambda transaction: chain.call(Transaction(*transaction)),
        "state": chain.state,
        "restore": chain.restore,
    }
    while (message := _read(asked)) is not None:
        what, *arguments = message
        try:
            answer = ("done", does[what](*arguments))
        except Reverted as refused:
            answer = ("refused", (refused.error, dict(refused.args_)))
        except BaseException:
            _write(answers, ("failed", traceback.format_exc()))
            raise
        _write(answers, answer)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    _serve(sys.stdin.buffer, sys.stdout.buffer)
