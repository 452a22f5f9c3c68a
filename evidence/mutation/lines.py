"""`python -m evidence.mutation.lines contracts/lcov.info`: which lines that forge does not count the tests carry out.

The tool sees neither assembly nor what the optimiser merged with other statements. Here a revert, that only one number of a block's
`prevrandao` sets off, is put in front of each such line; the line is carried out where a test notices.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evidence.mutation.campaign import changed, texts_of, users_of
from evidence.mutation.compiler import Compiler
from evidence.mutation.corpus import KEPT, recorded
from evidence.mutation.judge import Judge
from evidence.mutation.mutants import Mutant

SOLIDITY = "if (block.prevrandao == NUMBER) revert(); "
YUL = "if eq(prevrandao(), NUMBER) { revert(0, 0) } "


def uncounted(lcov: str) -> dict[str, list[int]]:
    """Lines without a hit, by source below contracts/."""
    found: dict[str, list[int]] = {}
    source = ""
    for entry in lcov.splitlines():
        kind, _, rest = entry.partition(":")
        if kind == "SF":
            source = rest.removeprefix("contracts/")
        elif kind == "DA" and rest.split(",")[1] == "0":
            found.setdefault(source, []).append(int(rest.split(",")[0]))
    return found


def guards(source: str, text: bytes, tree: Mapping[str, Any], lines: list[int]) -> dict[int, Mutant]:
    """A revert, by line: at the first statement that begins there, or in the function that does; at the statement around it else."""
    places = sorted(set(_places(tree)))
    found = {}
    for line in lines:
        begun = [place for place in places if text.count(b"\n", 0, place[0]) + 1 == line]
        around = [place for place in places if place[0] <= _offset(text, line) < place[1]]
        _, _, at, switch = begun[0] if begun else max(around)
        found[line] = Mutant(source, "", line, at, at, "", "", switch, 0)
    return found


def _offset(text: bytes, line: int) -> int:
    start = sum(len(each) for each in text.splitlines(keepends=True)[: line - 1])
    return start + len(text[start:]) - len(text[start:].lstrip())


def _places(node: Any) -> Iterator[tuple[int, int, int, str]]:
    """Where a statement or a function begins and ends, where a revert is put, and which."""
    if isinstance(node, list):
        for each in node:
            yield from _places(each)
    elif isinstance(node, dict):
        switch = YUL if node.get("nodeType") == "YulBlock" else SOLIDITY
        for statement in node.get("statements", ()):
            start, length, _ = map(int, statement["src"].split(":"))
            yield start, start + length, start, switch
        if node.get("nodeType") == "FunctionDefinition" and node.get("body"):
            start, length, _ = map(int, node["src"].split(":"))
            yield start, start + length, int(node["body"]["src"].split(":")[0]) + 1, SOLIDITY
        for child in node.values():
            yield from _places(child)


def main() -> None:
    """Prints a line for each; exits with 1 where one is not noticed."""
    parser = argparse.ArgumentParser(prog="python -m evidence.mutation.lines", description=__doc__)
    parser.add_argument("lcov", type=Path, help="what `make contracts-coverage` wrote")
    parser.add_argument("--kept", type=Path, default=KEPT, help="folder of the corpus (runs/mutation)")
    asked = parser.parse_args()
    if not asked.lcov.is_file():
        parser.error(f"{asked.lcov}: no such file; `make contracts-coverage` writes it")
    scenarios = recorded(asked.kept / "corpus")
    compiler = Compiler(asked.kept / "compiled")
    judges: dict[str, Judge] = {}
    total = missed = 0
    for source, lines in uncounted(asked.lcov.read_text(encoding="utf-8")).items():
        open_ = set(lines)
        for target in users_of(source):
            if not open_:
                break
            trees = compiler.trees(target.source)
            texts = texts_of(trees)
            numbered = guards(source, texts[source], trees[source], sorted(open_))
            if target.contract not in judges:
                judges[target.contract] = Judge(target.contract, scenarios).kept(compiler.bytecode(target.source, target.contract, {}))
            judge = judges[target.contract]
            code = compiler.bytecode(target.source, target.contract, changed(texts, numbered))
            noticed = {line: judge.killed(code, line) for line in numbered}
            for line in sorted(open_):
                if noticed[line]:
                    print(f"{source}:{line} {noticed[line]}")  # noqa: T201
                    open_.remove(line)
        for line in sorted(open_):
            print(f"{source}:{line} NOT NOTICED")  # noqa: T201
        total, missed = total + len(lines), missed + len(open_)
    compiler.close()
    print(f"{total - missed} of {total} lines are carried out")  # noqa: T201
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
