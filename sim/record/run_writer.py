"""Writes a run day by day under a temporary name, with checkpoints to go on from; renamed when it is finished."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import tomli_w

from shengdian.sim.base.errors import InputError, MarketError, NodeError
from shengdian.sim.base.schema import CURRENCY
from shengdian.sim.chain.port import Block
from shengdian.sim.record.background import Background
from shengdian.sim.record.chain_record import NAME as CHAIN
from shengdian.sim.record.chain_record import ChainRecord, read_record
from shengdian.sim.record.checkpoint import CHAIN_STATE, RESENT, Checkpoint, Grown, StateFile, read_checkpoint, read_state
from shengdian.sim.record.checkpoint import NAME as CHECKPOINT
from shengdian.sim.record.day_batches import NAME as DAYS
from shengdian.sim.record.durable import replace_with, sole_writer
from shengdian.sim.record.finished_run import Tables
from shengdian.sim.record.run_folder import CONFIG, FILES, MANIFEST, SUMMARY, plain, sha256_of, to_its_place, to_json, unfinished
from shengdian.sim.record.tables import VERSION, TableWriter

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""no room: on the disk, in a quota, in a file"""


class RunWriter:
    """Writes one run. As a context manager it leaves either a finished run, or one that can go on from its last checkpoint, or nothing.

    Parameters
    ----------
    directory
        where run directories stand; made if need be
    run_id
        name of this run's directory; a finished run of that name is replaced when this one finishes
    config
        resolved, for `config.toml`
    resume
        go on from the checkpoint of an unfinished run of that name, if there is one; otherwise it is begun again
    made_with
        what a run must be gone on with: a checkpoint made with anything else is refused
    currency
        the label of money in the tables' units
    """

    def __init__(
        self,
        directory: Path,
        run_id: str,
        config: Mapping[str, Any],
        resume: bool = False,
        made_with: Mapping[str, Any] | None = None,
        currency: str = CURRENCY,
    ) -> None:
        self.run_id, self._currency = run_id, currency
        self.final = Path(directory) / run_id
        self.temporary = unfinished(Path(directory), run_id)
        if self.final.exists() and not (self.final / MANIFEST).is_file():
            raise InputError(f"{self.final}: exists and is not a run; move it away or choose another --out")
        self._over = False
        self._made_with = dict(made_with or {})
        with ExitStack() as stack:
            try:
                stack.enter_context(sole_writer(self.temporary))
                self.kept = read_checkpoint(self.temporary, self._made_with) if resume else None
                """the checkpoint that this run goes on from"""
                if self.kept is None:
                    for path in self.temporary.iterdir():
                        path.unlink()
                    (self.temporary / CONFIG).write_text(tomli_w.dumps(plain(config)), encoding="utf-8", newline="\n")
                self._open()
            except OSError as cause:
                if not (self.temporary / CHECKPOINT).exists():
                    shutil.rmtree(self.temporary, ignore_errors=True)
                raise InputError(f"{directory}: runs cannot be written here ({cause.strerror})") from cause
            self._lock = stack.pop_all()
        self._resumed, self._refused = self.kept is not None, False
        if self.kept:
            self.table_writer.go_on(self.kept.hours, self.kept.counted)

    def _open(self) -> None:
        self._background = Background()
        self.resent = self.kept is not None and not self.kept.sizes[CHAIN_STATE]
        """whether the chain's blocks are carried out and recorded again, because its state could not be kept"""
        record = f"{CHAIN}{RESENT}" if self.resent else CHAIN
        kept = self.kept.record if self.kept and not self.resent else None
        self.chain = ChainRecord(self.temporary / record, self._background, kept)
        self.table_writer = TableWriter(self.temporary, self._background, self._currency)
        """gets every hour"""
        self._state = (self.temporary / CHAIN_STATE).open("ab")
        self._state_file = StateFile(self._state, self.chain_state())
        self._grown = {name: Grown(self.temporary / name) for name in (CONFIG, DAYS, CHAIN_STATE)}
        self._grown[CHAIN] = Grown(self.temporary / record)

    def chain_state(self) -> dict[bytes, bytes]:
        """The chain's state at the checkpoint that this run goes on from."""
        return read_state(self.temporary / CHAIN_STATE)

    def recorded_blocks(self) -> Iterator[dict[str, Any]]:
        """The chain's blocks up to that checkpoint, as recorded."""
        return islice(read_record(self.temporary / CHAIN), 1, None)

    def begin_chain(self, chain_id: int, genesis: Mapping[str, int], deployments: Mapping[str, str]) -> None:
        """The first line of the chain's record; blocks may come before it."""
        self.chain.begin(chain_id, genesis, deployments)

    def block(self, block: Block) -> None:
        """Records a block of the chain."""
        self.chain.block(block)

    def keep(self, model: Mapping[str, Any], chain: Mapping[bytes, bytes], seconds: float) -> None:
        """A checkpoint: from here the run can go on. `chain` is the chain's state, empty where its blocks have to be carried out again."""
        self.table_writer.flush()
        self._background.wait()
        self._state_file.add(chain)
        sizes = {CONFIG: (self.temporary / CONFIG).stat().st_size, CHAIN: self.chain.keep()}
        for name, file in ((DAYS, self.table_writer.days), (CHAIN_STATE, self._state)):
            file.flush()
            os.fsync(file.fileno())
            sizes[name] = file.tell()
        counted = {"gas": self.table_writer.gas, "transactions": self.table_writer.transactions}
        sha256 = {name: self._grown[name].upto(size) for name, size in sizes.items()}
        made = Checkpoint(self.table_writer.hours, sizes, sha256, self.chain.counted.state(), counted, model, seconds, self._made_with)
        made.write(self.temporary)
        self.kept = made
        if self.resent:
            self._grown[CHAIN].moves_to(self.temporary / CHAIN)
            self.resent = False

    def tables(self) -> Tables:
        """Writes the tables and gives them back to read; no hour can be added after this."""
        self.table_writer.end()
        return Tables(self.temporary)

    # --- the end ----------------------------------------------------------------------------------------------------------------

    def facts(self) -> dict[str, Any]:
        """What the writer itself knows of the chain: blocks, transactions, gas, digest and last block hash."""
        return {
            **self.chain.counted.facts(),
            "gas_by_phase": dict(self.table_writer.gas),
            "transactions_by_phase": dict(self.table_writer.transactions),
        }

    def finish(self, manifest: Mapping[str, Any], summary: Mapping[str, Any], more: Sequence[str] = ()) -> Path:
        """Writes manifest and summary and moves the run to its final place; returns that place. `more` are files of others."""
        self.tables()
        self.chain.close()
        (self.temporary / SUMMARY).write_text(to_json(summary), encoding="utf-8", newline="\n")
        own = {"version": VERSION, "run_id": self.run_id, "hours": self.table_writer.hours, **self.facts(), "rows": self.table_writer.rows}
        self._background.stop()
        own["contents"] = {name: sha256_of(self.temporary / name) for name in (*FILES, *more)}
        replace_with(self.temporary / MANIFEST, to_json({**own, **manifest}).encode())
        self._state.close()
        final = to_its_place(self.final.parent, self.run_id)
        self._over = True
        self._lock.close()
        return final

    def abandon(self) -> None:
        """Closes files as they are; what cannot go on from a checkpoint, or was refused, is removed. After `finish` it does nothing."""
        if self._over:
            return
        self._over = True
        self._background.stop()
        self.table_writer.close()
        self.chain.drop()
        with suppress(OSError):
            self._state.close()
        goes_on = any((self.temporary / name).exists() for name in (CHECKPOINT, MANIFEST))
        if self._refused or not goes_on:
            shutil.rmtree(self.temporary, ignore_errors=True)
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if isinstance(error, MarketError) and not isinstance(error, NodeError) and not self._resumed:
            self.kept, self._refused = None, True  # it would be refused again
        self.abandon()
        what = "nothing is left of the run"
        if self.kept:
            goes_on = "but cannot be gone on with on such a node" if self.kept.only_once else "go on with --resume"
            what = f"its first {self.kept.hours} hours are kept, {goes_on}"
        if isinstance(error, NodeError):
            raise NodeError(f"{self.final}: {error}; {what}") from error
        if isinstance(error, OSError) and error.errno in FULL:
            raise InputError(f"{self.final}: cannot be written ({os.strerror(error.errno)}); {what}") from error
