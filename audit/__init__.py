"""The audit of a run directory: nothing in it is believed before it is recomputed.

The recorded chain is carried out again; every table is rebuilt from its logs; every clearing is held against an independent linear
program and every allocation against its rule. An audit proves that a directory is consistent with itself and with the program's rules.
Someone who simulates another run and writes all of its files makes another consistent directory: only a digest or block hash that was
published elsewhere, or running the config once more, tells the two apart.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any, Protocol

from shengdian.ahead.year import Year
from shengdian.audit import files, layout
from shengdian.audit.allocation import AllocationAudit
from shengdian.audit.anchor import Anchor, AnchorAudit
from shengdian.audit.clearing import ClearingAudit
from shengdian.audit.collateral import CoverAudit
from shengdian.audit.corridor_matching import CorridorAudit
from shengdian.audit.customers import CustomersAudit
from shengdian.audit.deployment import Broken, Deployed
from shengdian.audit.deployment_checks import check_deployed
from shengdian.audit.deviation import RegulationAudit
from shengdian.audit.dispatch import DispatchAudit
from shengdian.audit.events import HANDLERS
from shengdian.audit.hour import HourRebuilt
from shengdian.audit.rebuild import Rebuild
from shengdian.audit.record import RecordAudit
from shengdian.audit.rerun import Rerun, own_code_again, require_seeded
from shengdian.audit.retail import RetailAudit
from shengdian.audit.storages import StorageAudit
from shengdian.audit.tables import TableAudit
from shengdian.audit.terms import TermsAudit
from shengdian.audit.verdict import Difference, Verdict
from shengdian.audit.year_ahead import compare_year, files_of
from shengdian.experiments.config.loading import own_names
from shengdian.experiments.results.metrics import summarise
from shengdian.experiments.runs.terms import of_run
from shengdian.experiments.scenario import recorded
from shengdian.experiments.schema import Config, MadeConfig, Rulebook
from shengdian.experiments.world.made_world import NAME as WORLD
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.own_code import place
from shengdian.sim.base.parsing import json_of
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.keys import checksummed
from shengdian.sim.chain.port import late
from shengdian.sim.market.participants import OPERATOR
from shengdian.sim.mechanisms import Mechanism, mechanism_of
from shengdian.sim.record.chain_record import NAME, hexadecimal
from shengdian.sim.record.finished_run import Tables
from shengdian.sim.record.replay import WITHOUT_GAS
from shengdian.sim.record.run_folder import MANIFEST, SUMMARY, sha256_of
from shengdian.sim.record.tables import VERSION

__all__ = ["Difference", "Verdict", "audit"]

MOST_OF_A_KIND = 20
"""differences of one part of the audit that a verdict holds"""


class Check(Protocol):
    """One part of the rules, held against every hour."""

    differences: list[Difference]
    checked: int
    """how many things were"""

    def check(self, hour: HourRebuilt, deployed: Deployed) -> None:
        """Notes every rule that the hour breaks in `differences`; `deployed` is the market as the chain has it so far."""

    def finish(self) -> None:
        """Called after the last hour: checks what was put off until then."""


def audit(
    run_directory: str | PathLike[str],
    chain: str | None = None,
    published: Mapping[int, Anchor] | None = None,
    expected: str | None = None,
    rerun: bool = False,
    region: str | PathLike[str] = "",
) -> Verdict:
    """Audits a finished run, on `chain` (a name or the URL of a JSON-RPC node) instead of the run's own where given.

    `published` are the anchors that were kept elsewhere, by number of the block: with them an audit also proves that it is the same run.
    `expected`, the digest or last block hash that was kept, proves the same, but does not say from which block on a run is another.
    `rerun` decides everything again from the config, and so carries out strategies of a user's own that it names.
    `region` is the folder of the run's region, where it is not found from the run; the digest of its files has to be the run's.

    Raises InputError for what is no run directory, a config that cannot be read, a chain that cannot be opened, or a strategy of a user's
    own that is to decide again and is not the run's.
    """
    directory = Path(run_directory)
    begun = perf_counter()
    seconds: dict[str, float] = defaultdict(float)
    manifest = _manifest(directory)
    config, scenario, year = recorded(directory, fspath(region))
    recorded_on = config.run.chain
    on = chain or recorded_on
    if rerun:
        require_seeded(scenario)
    kept = manifest.get("own_code")
    own_code = kept if isinstance(kept, dict) else {}
    code = own_code_again(config, own_code) if rerun else []
    own = mechanism_of(scenario) if scenario.own_mechanism else None
    if own and on == WITHOUT_GAS:
        if chain:
            raise InputError(
                f"mechanism {own.name!r} has no twin of the package's: audit the run on pyevm or another chain that carries out code"
            )
        on = "pyevm"
    own_clock = "start" in manifest and recorded_on.startswith(("http://", "https://"))
    if own_clock and type(manifest["start"]) is int:
        scenario = replace(scenario, start=manifest["start"])

    bound = of_run(config, scenario, own_code)
    scenario = replace(scenario, terms=bound.hashes())
    rebuild = Rebuild(scenario, late(scenario.hour_seconds) - 1 if own_clock else 0)
    record = RecordAudit(directory / NAME, on, recorded_on, [*(person.id for person in rebuild.people), OPERATOR], own_clock)
    tables, anchors, terms = TableAudit(directory), AnchorAudit(published, expected), TermsAudit()
    clearings = ClearingAudit()
    checks: Mapping[str, Check] = {
        "clearings": clearings,
        "dispatches": DispatchAudit(scenario),
        "corridors": CorridorAudit(),
        "allocations": AllocationAudit(scenario),
        "deviations": RegulationAudit(scenario),
        "closes": CoverAudit(scenario),
        "bills": RetailAudit(scenario),
        "retailers": CustomersAudit(scenario),
        "storage": StorageAudit(scenario),
    }
    seconds["config"] = perf_counter() - begun

    mark = perf_counter()

    def lap(part: str) -> None:
        nonlocal mark
        now = perf_counter()
        seconds[part] += now - mark
        mark = now

    broken = False
    for block in record.blocks():
        anchors.check(block.number, record.counted.digest.hex(), hexadecimal(record.counted.last_hash))
        terms.see(block)
        lap("chain")
        try:
            for hour in [] if broken else rebuild.take(block):
                lap("rebuild")
                tables.add(hour)
                lap("tables")
                for part, check in checks.items():
                    check.check(hour, rebuild.deployed)
                    lap(part)
        except Broken as error:
            rebuild.differences.append(Difference(f"the transaction {error}; nothing after it can be rebuilt", *rebuild.at))
            broken = True
        lap("rebuild")
    whole = rebuild.hours == scenario.hours
    if not whole and not broken and not record.differences:
        rebuild.differences.append(Difference(f"the record ends after {rebuild.hours} of {scenario.hours} hours", table=NAME))
    for part, check in checks.items():
        check.finish()
        lap(part)
    anchors.finish()
    record.compare_first_line(rebuild.deployed.addresses)
    rules = check_deployed(scenario, rebuild.deployed) if rebuild.hours and not broken else []
    tables.finish(whole)
    lap("tables")

    again = Rerun(directory, scenario)
    if rerun:
        again.run()
        lap("rerun")

    facts = {
        "hours": rebuild.hours,
        **record.counted.facts(),
        "gas_by_phase": dict(rebuild.gas),
        "transactions_by_phase": dict(rebuild.transactions),
        "rows": tables.rows,
        "deployments": {name: checksummed(address) for address, name in rebuild.deployed.contracts.items()},
    }
    began = {"start": rebuild.deployed.timetable.start} if own_clock else {}
    of_files = compare_year(directory, year)
    traded = {"medium_term": _of_year(manifest, year)} if year else {}
    due_manifest = files.due_manifest(config, bound, {**facts, **began, **traded})
    of_files += files.compare(MANIFEST, manifest, due_manifest, (*files.NOT_HERE, files.CONTENTS))
    due: dict[str, Any] | None = None
    if whole and not tables.differences:
        due = summarise(Tables(directory), scenario.hours, facts)
        of_files += files.compare(SUMMARY, _json(directory / SUMMARY, required=False), due)
    later = (*(check.differences for check in checks.values()), tables.differences, again.differences, of_files)
    meanings = (record.differences, anchors.differences, terms.compare(bound, manifest), rebuild.differences, rules, *later)
    kinds = meanings if any(meanings) else (files.changed(directory, manifest),)
    if not any(kinds):
        more = (*((WORLD,) if isinstance(config, MadeConfig) else ()), *files_of(year))
        kinds = (layout.check(directory, config, more, due, scenario.currency),)
    lap("files")
    seconds["all"] = perf_counter() - begun
    return Verdict(
        run_id=str(manifest["run_id"]),
        recorded_on=recorded_on,
        chain=on,
        differences=tuple(difference for kind in kinds for difference in kind[:MOST_OF_A_KIND]),
        counted={
            "blocks": record.counted.blocks,
            "transactions": record.counted.transactions,
            "signatures": record.signatures,
            "logs": sum(rebuild.events.values()),
            "hours": rebuild.hours,
            "rows": sum(tables.rows.values()),
            **{part: check.checked for part, check in checks.items()},
            "decided": again.compared,
        },
        notes=(
            *_notes(record, whole, year is not None, own_clock, isinstance(config, MadeConfig)),
            *(
                _of_decisions(config, own_code)
                if not rerun
                else (f"{file} was carried out to decide again, because that was asked" for file in code)
            ),
            *(_of_own_mechanism(own, recorded_on) if own else ()),
        ),
        seconds=dict(seconds),
        choice=str(clearings.choice) if clearings.choice.stages else "",
    )


def _notes(record: RecordAudit, whole: bool, year: bool, own_clock: bool, made: bool) -> tuple[str, ...]:
    notes = []
    if not record.replay.checks_gas:
        notes.append("gas is not checked: the twins of chain mirror measure none")
    if not record.signatures:
        notes.append("there are no signatures and no block hashes: the run's chain makes none")
    elif not record.replay.checks_hashes:
        notes.append("block hashes are checked by header, transactions and receipts; their state roots only by an audit on eth-tester")
    if own_clock:
        notes.append("the node made blocks of its own between the run's, which are not recorded: the last hash does not lead to the first")
    if made:
        notes.append("the scenario was made in Python: its plants, users and lines are those of scenario.json, which no config makes anew")
    if year:
        notes.append("the year's agreements were traded again on twins: the chains that they were made on are not in the record")
    if not whole:
        notes.append("tables are compared for the hours that could be rebuilt; summary.json is not")
    return tuple(notes)


def _of_decisions(config: Rulebook, known: Mapping[str, str]) -> Iterator[str]:
    """What is open where nothing is decided again: only then an audit carries out code that a run names. `known` is SHA-256 by strategy."""
    yield "orders, lists and markups are those of the config's agents, in its ordering, and so is learning: not checked, use --rerun"
    if not isinstance(config, Config):
        return
    for name in own_names(config.resolved()):
        file = place(name, config.code_folder or "")
        now = "is gone" if file is None else "is another one now" if name in known and sha256_of(file) != known[name] else "is there"
        needed = f"the file with SHA-256 {known[name]}, which {now}" if name in known else "its module, of which no hash was kept"
        yield f"orders of strategy {name!r} are checked as recorded; to make them again takes {needed}"


def _of_own_mechanism(own: Mechanism, recorded_on: str) -> Iterator[str]:
    """What an auction of a user's own leaves open: its contract is carried out again from the run's data, its rule is not known."""
    if recorded_on == WITHOUT_GAS:
        yield f"the record was carried out again on pyevm: the twin of mechanism {own.name!r} is code of a user's own"
    if not own.optimal:
        yield f"whether trades and prices of mechanism {own.name!r} are right is not checked, because its contract alone knows the rule"
    if own.pays == "announced":
        yield (
            f"payments of mechanism {own.name!r} are checked against what its contract announces; whether that is right is not checked, "
            "because its contract alone knows the rule"
        )
    if others := sorted({entry["name"] for entry in interface(own.contract).events.values()} - {event for _, event in HANDLERS}):
        yield f"events {', '.join(others)} of mechanism {own.name!r} are not checked, because no table is made of them"


def _of_year(manifest: Mapping[str, Any], year: Year) -> dict[str, Any]:
    """What the manifest should say of the year: transactions as they are traded again, gas by chain as it says itself, which twins lack."""
    said = manifest.get("medium_term")
    gas = said.get("gas") if isinstance(said, dict) else None
    known = isinstance(gas, dict) and set(gas) == set(year.gas) and all(type(used) is int and used >= 0 for used in gas.values())
    return {"gas": gas if known else year.gas, "transactions": year.transactions}


def _manifest(directory: Path) -> dict[str, Any]:
    path = directory / MANIFEST
    if not path.is_file():
        raise InputError(f"{directory}: not a run directory (it has no manifest.json)")
    manifest = _json(path, required=True)
    if manifest.get("version") != VERSION:
        raise InputError(f"{path}: version is {manifest.get('version')!r}; this program audits version {VERSION}")
    if "run_id" not in manifest:
        raise InputError(f"{path}: run_id is missing")
    return manifest


def _json(path: Path, required: bool) -> dict[str, Any]:
    """The object in a file; an empty one for a file that cannot be read and need not be."""
    try:
        value = json_of(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        if required:
            raise InputError(f"{path}: missing or damaged ({cause})") from cause
        return {}
    if not isinstance(value, dict):
        if required:
            raise InputError(f"{path}: holds no object")
        return {}
    return value


class Room(ModuleType):
    """This package, which can be called as its function: `shengdian.audit(directory)` is `shengdian.audit.audit(directory)`."""

    __call__ = staticmethod(audit)


sys.modules[__name__].__class__ = Room
