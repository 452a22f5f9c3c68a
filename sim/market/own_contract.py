"""An auction of a user's own: its declaration and its compiled contract become data that a run keeps; its twin stays a class."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from shengdian import contracts
from shengdian.sim.base import own_code
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.parsing import json_of
from shengdian.sim.chain.abi import signature_of
from shengdian.sim.mechanisms import Mechanism
from shengdian.sim.scenario import Scenario
from shengdian.sim.twins import Twin

WITH_LINES, WITHOUT_LINES = "UniformAuction", "MatchedPairsAuction"
"""the package's contracts that an own one is held against: what a market calls and reads, they have"""
CLEAR = {
    "proof": "clear(uint256,address[],uint256[],uint256[])",
    "sequence": "clear(uint256,address[],uint256[])",
    "nothing": "clear(uint256,address[])",
}
"""the function by what it is given"""
LINE_STRUCTS, LINE_WORDS = "(uint8,uint8,uint32,uint32,uint32)[]", "uint256[]"
"""lines as an auction may be created with them"""
SAYS = {
    "pair": "TradesMade(uint256,uint256[])",
    "redispatch": "MeritOrder(uint256,uint256[])",
    "announced": "PaymentsMade(uint256,int256[])",
}
"""the event by what trades pay, where fills and prices do not say it; its hour is indexed"""


def own_mechanism(name: str, folder: str | Path) -> dict[str, Any]:
    """The `MECHANISM` of the file in `folder` that `name` stands for, else of a module that Python finds by a name with a dot.

    By field, with ABI and creation code of its contract, as a run keeps it. Raises InputError where there is none, or it cannot be used.
    """
    try:
        found = own_code.find(name, "MECHANISM", folder)
        beside = own_code.folder_of(name, folder)
    except InputError as error:
        raise InputError(f"mechanism {name!r}: {error}") from error
    if type(found) is not Mechanism:
        raise InputError(f"mechanism {name!r}: its MECHANISM should be a shengdian.Mechanism")
    fields = {key: value for key, value in asdict(found).items() if key not in ("name", "every_design", "priced", "own_first", "sealed")}
    path = beside / found.contract
    try:
        abi, code = _compiled(json_of(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as cause:
        raise InputError(f"mechanism {name!r}: {path}: no compiled contract, a JSON file with abi and bytecode ({cause})") from cause
    return {**fields, "contract": path.stem, "abi": json.dumps(abi, separators=(",", ":")), "bytecode": code}


def check_contract(name: str, kept: Mapping[str, Any]) -> None:
    """Raises InputError with the first thing that a market needs of an auction and that the contract does not have."""
    where = f"mechanism {name!r}: the contract {kept['contract']}"
    if not kept["contract"].isidentifier():
        raise InputError(f"{where} has a name that is none; its file should be called as the contract is")
    try:
        entries = json_of(kept["abi"])
        said, many = {_entry(entry) for entry in entries}, Counter(entry.get("name") for entry in entries if entry["type"] != "error")
        bytes.fromhex(kept["bytecode"].removeprefix("0x"))
    except (ValueError, TypeError, LookupError, AttributeError) as cause:
        raise InputError(f"{where} has an ABI or a bytecode that cannot be read ({cause})") from cause
    needed = _needed(kept)
    for entry in needed:
        if entry not in said:
            raise InputError(f"{where} has no {' '.join(entry)}, which a market needs; contracts/interfaces/IAuction.sol says what it is")
    due = Counter(text.partition("(")[0] for kind, text in needed)
    for called, times in due.items():
        if called and many[called] != times:
            raise InputError(f"{where} has {called} {many[called]} times in its ABI; a market needs it {times} times")


def own_twin(scenario: Scenario) -> type[Twin]:
    """The class of its contract's name in the file of a scenario's own mechanism. Raises InputError where there is none."""
    contract = scenario.own_mechanism["contract"]
    try:
        found = own_code.find(scenario.mechanism, contract, scenario.code_folder or Path.cwd())
    except InputError as error:
        raise InputError(f"chain 'mirror' needs a twin of {contract}, which other chains do not: {error}") from error
    if not (isinstance(found, type) and issubclass(found, Twin)):
        raise InputError(f"chain 'mirror' needs a twin of {contract}: its class should be one of shengdian.sim.twins.Twin")
    return found


def _compiled(read: Any) -> tuple[list[Any], str]:
    """ABI and creation code as Hardhat, Forge or solc write them. Raises ValueError."""
    code = read.get("bytecode", read.get("evm", {}).get("bytecode")) if isinstance(read, dict) else None
    code = code.get("object") if isinstance(code, dict) else code
    if not isinstance(code, str) or not isinstance(read.get("abi"), list):
        raise ValueError("it has no abi or no bytecode")
    digits = code.removeprefix("0x")
    if "_" in digits:
        raise ValueError("a library is not linked in its bytecode")
    if not bytes.fromhex(digits):
        raise ValueError("its bytecode is empty, as that of an abstract contract or an interface is")
    return read["abi"], f"0x{digits}"


def _entry(entry: Mapping[str, Any]) -> tuple[str, str]:
    """Kind and types of what stands in an ABI: what must be equal for calls and logs to be understood."""
    kind = entry["type"]
    text = signature_of({"name": "", "inputs": [], **entry})
    if kind == "constructor":
        text = text.replace(LINE_STRUCTS, LINE_WORDS)
    if kind == "event":
        text += f" indexed {[field['indexed'] for field in entry['inputs']].count(True)}"
    return kind, text


def _needed(kept: Mapping[str, Any]) -> list[tuple[str, str]]:
    model = contracts.artifact(WITH_LINES if kept["uses_lines"] else WITHOUT_LINES).abi
    kinds = [entry for entry in model if entry["type"] in ("constructor", "function", "event")]
    entries = [_entry(entry) for entry in kinds if entry.get("name") not in ("clear", "TradesMade")]
    entries.append(("function", CLEAR[kept["given"]]))
    return entries + [("event", f"{said} indexed 1") for pays, said in SAYS.items() if pays == kept["pays"]]
