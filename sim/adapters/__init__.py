"""The chains, one file each; these files alone know web3, eth-tester, py-evm or revm."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

from shengdian.sim.base.errors import InputError
from shengdian.sim.chain.port import Chain


def chain_names() -> list[str]:
    """Every chain that is opened by name: one a file in this folder, but for nodes (rpc), which are opened by URL.

    A file that adds words to another's name (rpc_node, revm_native) is a part of that one.
    """
    stems = {path.stem for path in Path(__file__).parent.glob("*.py")} - {"__init__"}
    parts = {stem for stem in stems if any(stem.startswith(f"{whole}_") for whole in stems)}
    return sorted(stem.replace("_", "-") for stem in stems - parts - {"rpc"})


def check_chain(name: str) -> None:
    """Raises InputError for a chain that cannot be opened: neither a name nor an http:// URL. Nothing is loaded for it."""
    known = chain_names()
    if name not in known and not name.startswith(("http://", "https://")):
        near = get_close_matches(name, known, 1, 0.5)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise InputError(f"chain {name!r} is unknown; known: {', '.join(known)}, or an http:// URL{hint}")


def open_chain(name: str) -> Chain:
    """A fresh chain by its name in the config, or the JSON-RPC node at an http:// URL.

    Raises InputError for an unknown name and for a node that cannot be used, MissingExtra where a chain's packages are not installed.
    """
    if name.startswith(("http://", "https://")):
        node: Chain = import_module(f"{__name__}.rpc").create(name)
        return node
    check_chain(name)
    chain: Chain = import_module(f"{__name__}.{name.replace('-', '_')}").create()
    return chain
