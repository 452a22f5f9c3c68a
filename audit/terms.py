"""What the first block says that the market was made from, against config.toml, the program's files and the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shengdian.audit.verdict import Difference
from shengdian.experiments.runs.terms import Terms
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Block
from shengdian.sim.record.chain_record import NAME
from shengdian.sim.record.run_folder import CONFIG, MANIFEST, config_hash

FIELDS = ("config", "data", "code", "ownCode")
"""of the event, in order"""


class TermsAudit:
    """`see` takes in the blocks; `compare` says what is not as they bind it."""

    def __init__(self) -> None:
        self._bound: Mapping[str, Any] | None = None
        self._number = 0

    def see(self, block: Block) -> None:
        """Takes in a block; only the first one binds."""
        self._number = self._number or block.number
        for receipt in block.receipts if block.number == self._number else ():
            for log in receipt.logs:
                if self._bound is None and log.topics and log.topics[0] in interface("Terms").events:
                    self._bound = interface("Terms").event(log)[1]

    def compare(self, due: Terms, manifest: Mapping[str, Any]) -> list[Difference]:
        """A difference for everything that the run directory or this program has otherwise; `due` are the terms that both make."""
        if not self._number:
            return []
        if self._bound is None:
            return [Difference("the first block does not bind the config that the market is made from", self._number, table=NAME)]
        wrong = [name for name, made in zip(FIELDS, due.hashes(), strict=True) if bytes(self._bound[name]) != made]
        return [self._difference(name, due, manifest) for name in wrong]

    def _difference(self, name: str, due: Terms, manifest: Mapping[str, Any]) -> Difference:
        """A sentence on one of the FIELDS, and the file that it is about."""
        if name == "config":
            return self._of(CONFIG, "it is not the config that the market's first block binds")
        if name == "data":
            return self._of(MANIFEST, self._of_figures(due.data, manifest.get("data_hashes")))
        if name == "code":
            return self._of(MANIFEST, "artifact_hashes: this program's contracts have another code than the market's first block binds")
        return self._of(MANIFEST, "own_code is not what the market's first block binds: a strategy of a user's own is another")

    def _of(self, file: str, sentence: str) -> Difference:
        return Difference(sentence, self._number, table=file)

    def _of_figures(self, due: Mapping[str, str], kept: Any) -> str:
        """Which file of figures is another than the run's; that is known where the manifest's own list is the one bound."""
        assert self._bound is not None
        if not isinstance(kept, dict) or bytes.fromhex(config_hash(kept)) != bytes(self._bound["data"]):
            return "data_hashes is not what the market's first block binds"
        name = next(name for name in [*due, *kept] if due.get(name) != kept.get(name))
        return f"the market was made from another {name} than this program reads"
