"""Four validators on loopback, one a province: each is a geth, which makes and carries out blocks, and a CometBFT, which agrees on them."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import requests

from shengdian.sim.adapters.rpc_node import text_of
from shengdian.sim.base.errors import InputError
from shengdian.sim.chain import keys
from shengdian.sim.chain.port import BLOCK_GAS

GETH = "github.com/ethereum/go-ethereum/cmd/geth@v1.17.10"
SOURCE = Path(__file__).parent / "validator"
DUE = (60, 1800, 3480, 3540, 3570)
"""seconds into an hour at which a block of the market is due; between them the network's clock is fast"""
CLOCK = ("--step", "4", "--stride", "600", "--due", ",".join(map(str, DUE)))
BEGINS = 1_800_000_000 - 600
"""time of the first block, ten minutes before a whole hour"""
WITHIN = 60.0
"""wall seconds in which a node answers and blocks come"""


@dataclass(frozen=True, slots=True)
class Clients:
    """The programs."""

    geth: str
    validator: str


def clients() -> Clients:
    """Both programs, built with Go where they are not yet in the user's cache: some minutes. Raises InputError where there is no Go."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "shengdian"
    geth, validator = cache / GETH.rpartition("@")[2] / "geth", cache / "validator"
    go = shutil.which("go")
    if go is None:
        raise InputError("geth and CometBFT are built with Go, which is not installed")
    if not geth.exists():
        geth.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([go, "install", GETH], env={**os.environ, "GOBIN": str(geth.parent)}, cwd=cache, check=True)
    cache.mkdir(parents=True, exist_ok=True)
    subprocess.run([go, "build", "-o", str(validator), "."], cwd=SOURCE, check=True)
    return Clients(str(geth), str(validator))


@dataclass
class Node:
    """A province's geth and CometBFT."""

    name: str
    home: Path
    clients: Clients
    ports: Mapping[str, int]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where its geth answers."""
        return f"http://127.0.0.1:{self.ports['http']}"

    @property
    def recipient(self) -> str:
        """Address that stands in the blocks that it makes, 0x..."""
        return text_of(keys.address(f"validator {self.name}"))

    def begin(self, genesis: Path) -> None:
        """Writes geth's first block."""
        command = [self.clients.geth, "--datadir", str(self.home / "geth"), "init", str(genesis)]
        subprocess.run(command, check=True, capture_output=True)
        (self.home / "secret").write_text(secrets.token_hex(32))

    def start(self) -> None:
        """Starts both, and waits until geth answers."""
        ports = self.ports
        options = f"--http --http.port {ports['http']} --http.api eth,debug,admin,net,txpool --authrpc.port {ports['engine']} "
        options += f"--port {ports['peers']} --nodiscover --nat none --txpool.pricelimit 1 --miner.gasprice 1 --miner.gaslimit {BLOCK_GAS} "
        options += (
            "--txpool.accountslots 1024 --txpool.accountqueue 1024 --ipcdisable --verbosity 2 --cache 128 --rpc.gascap 0 --syncmode full"
        )
        self._run("geth", self.clients.geth, "--datadir", self.home / "geth", "--authrpc.jwtsecret", self.home / "secret", *options.split())
        waited(lambda: self.ask("eth_chainId"), f"{self.name}: geth does not answer")
        engine = ("--engine", f"http://127.0.0.1:{ports['engine']}", "--secret", self.home / "secret")
        self._run("validator", self.clients.validator, "run", "--home", self.home, *engine, "--recipient", self.recipient, *CLOCK)

    def stop(self) -> None:
        """Stops both."""
        for process in reversed(self.running):
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            process.wait(WITHIN)
        self.running.clear()

    def meet(self, others: Sequence[Node]) -> None:
        """Connects its geth with the others', which pass transactions on."""
        for other in others:
            if other is not self and other.running:
                self.ask("admin_addPeer", other.ask("admin_nodeInfo")["enode"])

    def ask(self, method: str, *parameters: Any) -> Any:
        """What its geth answers."""
        body: Any = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        return requests.post(self.url, json=body, timeout=WITHIN).json()["result"]

    def _run(self, log: str, *command: str | Path) -> None:
        with (self.home / f"{log}.log").open("ab") as told:
            self.running.append(subprocess.Popen([str(each) for each in command], stdout=told, stderr=told))


@contextmanager
def network(names: Sequence[str], funds: Mapping[bytes, int], folder: Path, programs: Clients) -> Iterator[list[Node]]:
    """Nodes that make blocks. `funds` are wei by address before the first one."""
    free = iter(free_ports(4 * len(names)))
    nodes = [Node(name, folder / name, programs, {what: next(free) for what in ("http", "engine", "peers", "votes")}) for name in names]
    votes = ",".join(str(node.ports["votes"]) for node in nodes)
    subprocess.run([programs.validator, "init", "--out", str(folder), "--names", ",".join(names), "--ports", votes], check=True)
    first = folder / "genesis.json"
    first.write_text(json.dumps(genesis(programs.geth, funds)))
    for node in nodes:
        node.begin(first)
    try:
        for node in nodes:
            node.start()
        for node in nodes:
            node.meet(nodes)
        waited(lambda: int(nodes[0].ask("eth_blockNumber"), 16) > 1, "no blocks come")
        yield nodes
    finally:
        for node in nodes:
            node.stop()


def genesis(geth: str, funds: Mapping[bytes, int], begins: int = BEGINS) -> dict[str, Any]:
    """geth's own development genesis, at the fork that contracts are compiled for, with these balances."""
    told = subprocess.run([geth, "--dev", "dumpgenesis"], check=True, capture_output=True, text=True).stdout
    made: dict[str, Any] = json.loads(told)
    made["config"] = {key: value for key, value in made["config"].items() if key not in ("osakaTime", "bogotaTime")}
    made["alloc"] |= {address.hex(): {"balance": hex(wei)} for address, wei in funds.items()}
    return made | {"timestamp": hex(begins), "gasLimit": hex(BLOCK_GAS), "baseFeePerGas": "0x7"}


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody uses."""
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in taken]
    for each in taken:
        each.close()
    return ports


def waited(condition: Any, otherwise: str) -> None:
    """Returns as soon as `condition()` is true. Raises InputError with `otherwise` where it does not become so."""
    begun = monotonic()
    while monotonic() - begun < WITHIN:
        with suppress(requests.ConnectionError):
            if condition():
                return
        sleep(0.2)
    raise InputError(otherwise)
