"""Mutants: how they stand in one source, when one is noticed, and what is wrong with a reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from shengdian.contracts import artifact
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.keys import created_address
from shengdian.sim.chain.port import Log, Transaction

pytest.importorskip("pyrevm")

from evidence.mutation.campaign import SURVIVED, targets, users_of
from evidence.mutation.compiler import CONTRACTS, Compiler, CompilerError
from evidence.mutation.corpus import Scenario, Step, created
from evidence.mutation.equivalent import Equivalent, refuted
from evidence.mutation.judge import Judge
from evidence.mutation.lines import guards, uncounted
from evidence.mutation.mutants import Mutant
from evidence.mutation.schema import alone, together

SENDER = b"\x11" * 20
ROLE = (keccak(text="RoleGranted(bytes32,address,address)"), bytes(32), SENDER.rjust(32, b"\0"), SENDER.rjust(32, b"\0"))
TEXT = b"if (a < b) return 1;"
SWITCH = "(block.prevrandao == NUMBER ? ({}) : (INNER))"
OUTER = Mutant("S.sol", "f", 1, 4, 9, "a < b", "(a) <= (b)", SWITCH.format("(a) <= (b)"), 0)
INNER = Mutant("S.sol", "f", 1, 8, 9, "b", "b + 1", SWITCH.format("b + 1"), 0)
KNOWN = Equivalent("S.sol", "f", "b", "b + 1", None, "a is never b")


def scenario(name: str, balance: int) -> Scenario:
    """A ledger is created, and asked for a balance."""
    creation = Transaction(SENDER, b"", interface("Ledger").creation(SENDER))
    assert created(creation.data) == "Ledger"
    read = Transaction(SENDER, created_address(SENDER, 0), interface("Ledger").call("balanceOf", 7))
    granted = Log(read.to, ROLE, b"")
    steps = [Step(1, creation, False, True, b"", (granted,)), Step(1, read, True, True, balance.to_bytes(32, "big"), ())]
    return Scenario(name, steps, frozenset({"Ledger"}), name)


def test_mutants_stand_beside_the_original_and_inside_one_another() -> None:
    inner = "(block.prevrandao == 2 ? (b + 1) : (b))"
    assert together(TEXT, {1: OUTER, 2: INNER}) == f"if ((block.prevrandao == 1 ? ((a) <= (b)) : (a < {inner}))) return 1;"
    assert alone(TEXT, INNER) == "if (a < b + 1) return 1;"


def test_lines_without_a_hit_are_those_that_the_report_says() -> None:
    assert uncounted("TN:\nSF:S.sol\nDA:3,1\nDA:4,0\nend_of_record\nSF:T.sol\nDA:1,0\n") == {"S.sol": [4], "T.sol": [1]}


def test_line_is_guarded_before_its_first_statement_in_its_function_or_before_what_is_around_it() -> None:
    text = b"function f() {\n  a();\n  b(1,\n    2); assembly { c() } }"
    statements = [
        {"src": "17:3:0"},
        {"src": "24:11:0"},
        {"src": "37:16:0", "AST": {"nodeType": "YulBlock", "statements": [{"src": "48:3:0"}]}},
    ]
    body = {"nodeType": "Block", "src": "13:42:0", "statements": statements}
    found = guards("S.sol", text, {"nodes": [{"nodeType": "FunctionDefinition", "src": "0:55:0", "body": body}]}, [1, 2, 3, 4])
    guarded = {line: together(text, {line: found[line]}) for line in found}
    guard = "if (block.prevrandao == {}) revert(); "
    assert guarded[1].startswith("function f() {" + guard.format(1))
    assert guard.format(2) + "a();" in guarded[2]
    assert guard.format(3) + "b(1," in guarded[3]
    assert guard.format(4) + "assembly {" in guarded[4]
    yul = guards("S.sol", b"a\n  c()", {"nodeType": "YulBlock", "statements": [{"src": "4:3:0"}]}, [2])
    assert together(b"a\n  c()", {7: yul[2]}) == "a\n  if eq(prevrandao(), 7) { revert(0, 0) } c()"


def test_reason_of_a_mutant_that_was_killed_or_is_not_there_is_refuted() -> None:
    key = INNER.key
    assert refuted({"S.sol 1": {key: SURVIVED}}, [KNOWN]) == []
    assert refuted({"S.sol 1": {key: "a test"}}, [KNOWN]) == [f"not equivalent: {key}: a test"]
    assert refuted({"S.sol 1": {key: SURVIVED}}, [KNOWN, replace(KNOWN, after="b - 1")]) == ["S.sol: no such mutant in f: b to b - 1"]
    assert refuted({}, [KNOWN]) == []


def test_judge_notices_code_that_does_something_else() -> None:
    code, other = artifact("Ledger").bytecode, artifact("Reservations").bytecode
    right, wrong = scenario("right", 0), scenario("wrong", 1)
    judge = Judge("Ledger", [right, wrong]).kept(code)
    assert judge.digests == {"right"}
    assert judge.faithful(code)
    assert not judge.faithful(other)
    assert judge.killed(code, 1) == ""
    assert judge.killed(other, 1) == "right"


def test_every_source_is_tried_in_a_contract() -> None:
    sources = {source for target in targets() for source in target.sources if not source.startswith("interfaces/")}
    assert [source for source in sorted(sources) if not users_of(source)] == []


def test_survivor_is_tried_in_scenarios_that_are_new_alone() -> None:
    judge = Judge("Ledger", [scenario("old", 0), scenario("new", 0)])
    assert len(judge.without(frozenset())) == 2
    assert judge.without(frozenset({"old"})).digests == {"new"}


@pytest.mark.skipif(not (CONTRACTS / "node_modules" / "solc").is_dir(), reason="contracts/node_modules is not installed")
def test_compiler_takes_the_sources_with_what_is_changed_in_them(tmp_path: Path) -> None:
    compiler = Compiler(tmp_path)
    name, text = "core/Terms.sol", (CONTRACTS / "core" / "Terms.sol").read_text(encoding="utf-8")
    code = compiler.bytecode(name, "Terms", {})
    assert compiler.bytecode(name, "Terms", {name: text + "// more\n"}) == code != b""
    assert compiler.bytecode(name, "Terms", {name: text.replace("data = data_;", "data = code_;")}) != code
    assert not compiler.check(name, {name: text.replace("data_;", "nothing;")})
    with pytest.raises(CompilerError, match="nothing"):
        compiler.bytecode(name, "Terms", {name: text.replace("data_;", "nothing;")})
    compiler.close()
