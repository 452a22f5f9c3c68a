"""revm, the Rust virtual machine: the reference's receipts at a hundredth of its time. Two bindings carry out the same blocks."""

from __future__ import annotations

from importlib.util import find_spec

from shengdian.sim.adapters.revm_native import NativeChain
from shengdian.sim.adapters.revm_pyrevm import PyrevmChain
from shengdian.sim.base.errors import MissingExtra

BINDINGS: dict[str, type[NativeChain] | type[PyrevmChain]] = {"shengdian_native": NativeChain, "pyrevm": PyrevmChain}
"""module and the chain that it carries; the first that is installed is taken"""


def installed() -> bool:
    """Whether one of the bindings is."""
    return any(map(find_spec, BINDINGS))


def create() -> NativeChain | PyrevmChain:
    """A fresh chain; raises MissingExtra where neither binding is installed."""
    for chain in BINDINGS.values():
        try:
            return chain()
        except ModuleNotFoundError:
            pass
    raise MissingExtra(
        "chain 'revm' needs pyrevm (CPython 3.11 and 3.12: pip install shengdian[fast]) or the crate in native/ (make native)"
    )
