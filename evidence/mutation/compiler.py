"""solc in a process of its own (compiler.js): sources in, bytecode out."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shengdian.contracts import sources

CONTRACTS = Path(__file__).parents[2] / "contracts"


class CompilerError(Exception):
    """The sources do not compile; the message is solc's."""


class Compiler:
    """solc without optimiser, for sources that are the repository's except for what is changed."""

    def __init__(self, folder: Path) -> None:
        """What is compiled unchanged is kept in `folder`."""
        script = Path(__file__).with_name("compiler.js")
        self._folder = folder
        self._sources = b"".join(path.read_bytes() for path in (script, *sources()))
        self._process = subprocess.Popen(["node", str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def trees(self, target: str) -> dict[str, Any]:
        """The syntax tree of every source that `target` imports, by path; raises CompilerError."""
        sources: dict[str, Any] = self._ask({"target": target, "name": "", "changed": {}, "wanted": "ast"})["sources"]
        return sources

    def bytecode(self, target: str, contract: str, changed: Mapping[str, str]) -> bytes:
        """Creation code of `contract` in the source `target`, where sources in `changed` (text by path) differ; raises CompilerError."""
        return bytes.fromhex(self._ask({"target": target, "name": contract, "changed": dict(changed), "wanted": "bytecode"})["bytecode"])

    def check(self, target: str, changed: Mapping[str, str]) -> bool:
        """Whether the sources compile, without the time that it takes to make code of them."""
        try:
            self._ask({"target": target, "name": "", "changed": dict(changed), "wanted": "check"})
        except CompilerError:
            return False
        return True

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        if question["changed"]:
            return self._compiled(question)
        key = hashlib.sha256(json.dumps(question).encode() + self._sources).hexdigest()[:16]
        path = self._folder / f"{question['target'].replace('/', '-')}-{key}.json"
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(self._compiled(question)), encoding="utf-8")
        answer: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return answer

    def _compiled(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        if "errors" in answer:
            raise CompilerError("\n".join(answer["errors"]))
        return answer

    def close(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
