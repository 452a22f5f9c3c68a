"""Which changes are made to a source: every comparison, sign, bound, constant and check inside a function, by the compiler's own tree.

A comparison is moved by its boundary (< to <=) and turned round (< to >=); + and -, * and /, shifts, and/or change places; a sign or a `!`
goes; a number, or the use of a named one, is one more and one less; an `if (...) revert` never reverts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

COMPARISONS = {"<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"), "==": ("!=",), "!=": ("==",)}
OPERATORS = COMPARISONS | {
    "+": ("-",), "-": ("+",), "*": ("/",), "/": ("*",), "%": ("/",), "<<": (">>",), ">>": ("<<",),
    "&": ("|",), "|": ("&",), "^": ("&",), "&&": ("||",), "||": ("&&",),
}  # fmt: skip
ASSIGNMENTS = {"+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "<<=": ">>=", ">>=": "<<=", "|=": "&=", "&=": "|="}
ASSEMBLY = {
    "lt": ("gt",), "gt": ("lt",), "slt": ("sgt",), "sgt": ("slt",), "eq": ("xor",), "add": ("sub",), "sub": ("add",), "mul": ("div",),
    "div": ("mul",), "and": ("or",), "or": ("and",), "shl": ("shr",), "shr": ("shl",), "mod": ("div",),
}  # fmt: skip
NUMBER = re.compile(r"\b(0x[0-9A-Fa-f]+|\d+(?:e\d+)?)\b")
WHOLE = re.compile(r"u?int\d*")


@dataclass(frozen=True, slots=True)
class Mutant:
    source: str
    """path below contracts/"""
    function: str
    line: int
    start: int
    """byte of the source where the changed expression begins"""
    end: int
    """byte behind it"""
    before: str
    """source text that is changed"""
    after: str
    """what stands in its place"""
    switch: str
    """expression that is `before`, until NUMBER is the number of the mutant, with INNER for what is inside; empty where there is none"""
    place: int
    """how many mutants with the same function, `before` and `after` come before it in the source"""

    @property
    def key(self) -> str:
        """What a result is kept under; holds while the function does not change."""
        return f"{self.source} | {self.function} | {self.before} ~> {self.after} | {self.place}"


@dataclass(frozen=True, slots=True)
class _Found:
    function: str
    start: int
    end: int
    after: str
    switch: str


class _Walk:
    """One source's tree."""

    def __init__(self, text: bytes, tree: dict[str, Any], constants: dict[int, dict[str, Any]], texts: dict[int, bytes]) -> None:
        self.text, self.tree, self.constants, self.texts = text, tree, constants, texts
        self.function = ""
        self.found: list[_Found] = []

    def span(self, node: dict[str, Any]) -> tuple[int, int]:
        start, length, _ = map(int, node["src"].split(":"))
        return start, start + length

    def of(self, node: dict[str, Any]) -> str:
        start, end = self.span(node)
        return self.text[start:end].decode()

    def add(self, node: dict[str, Any], after: str, switch: str | None = None) -> None:
        start, end = self.span(node)
        default = f"(block.prevrandao == NUMBER ? ({after}) : (INNER))"
        self.found.append(_Found(self.function, start, end, after, default if switch is None else switch))

    def run(self) -> None:
        for node in self.tree["nodes"]:
            if node["nodeType"] == "ContractDefinition":
                for member in node["nodes"]:
                    self.definition(member)
            self.definition(node)

    def definition(self, node: dict[str, Any]) -> None:
        if node["nodeType"] in ("FunctionDefinition", "ModifierDefinition") and node.get("body"):
            self.function = node["name"] or node["kind"]
            for modifier in node.get("modifiers", ()):
                if modifier.get("kind") == "modifierInvocation":
                    self.add(modifier, "", "")
            self.visit(node["body"], "uint256")

    # --- statements and expressions; `wanted` is the type that a bare number has to be of --------------------------------------

    def visit(self, node: Any, wanted: str) -> None:
        if isinstance(node, list):
            for each in node:
                self.visit(each, wanted)
            return
        if not isinstance(node, dict) or "nodeType" not in node:
            return
        kind = node["nodeType"]
        if kind == "InlineAssembly":
            self.assembly(node["AST"])
            return
        if kind in ("ElementaryTypeName", "ArrayTypeName", "UserDefinedTypeName", "Mapping", "StructuredDocumentation"):
            return
        if _type(node).startswith(("int_const", "rational_const")):
            self.number(node, wanted)
            return
        named = node.get("referencedDeclaration")
        if kind in ("Identifier", "MemberAccess") and named in self.constants:
            self.constant(node, self.constants[named])
            return
        handler = getattr(self, kind, None)
        if handler:
            handler(node, wanted)
            return
        for name, child in node.items():
            if name not in ("typeDescriptions", "nameLocations", "documentation"):
                self.visit(child, wanted)

    def number(self, node: dict[str, Any], wanted: str) -> None:
        text = self.of(node)
        wanted = wanted if WHOLE.fullmatch(wanted) else "uint160" if wanted == "address" else "uint256"
        changes = ["+ 1"] if text in ("0", "0x0") else ["+ 1", "- 1"]
        for change in changes:
            self.add(node, f"{text} {change}", f"(block.prevrandao == NUMBER ? {wanted}({text} {change}) : {wanted}(INNER))")

    def constant(self, node: dict[str, Any], declared: dict[str, Any]) -> None:
        text, kind = self.of(node), declared["typeDescriptions"]["typeString"]
        if not WHOLE.fullmatch(kind):
            return
        for change in ("+ 1", "- 1"):
            self.add(node, f"{text} {change}")
        value = declared["value"]
        start, end = self.span(value)
        formula = self.texts[declared["id"]][start:end].decode()
        if value["nodeType"] != "Literal":
            for match in NUMBER.finditer(formula):
                for change in ("+ 1", "- 1"):
                    self.add(node, f"{kind}({formula[: match.start()]}({match[0]} {change}){formula[match.end() :]})")

    def BinaryOperation(self, node: dict[str, Any], wanted: str) -> None:
        left, right, operator = node["leftExpression"], node["rightExpression"], node["operator"]
        for other in OPERATORS.get(operator, ()):
            self.add(node, f"({self.of(left)}) {other} ({self.of(right)})")
        common = node["commonType"]["typeString"]
        self.visit(left, common)
        self.visit(right, "uint256" if operator in ("<<", ">>", "**") else common)

    def UnaryOperation(self, node: dict[str, Any], wanted: str) -> None:
        operator, inner = node["operator"], self.of(node["subExpression"])
        if operator in ("++", "--"):
            other = "--" if operator == "++" else "++"
            self.add(node, f"{other}{inner}" if node["prefix"] else f"{inner}{other}")
        elif operator in ("-", "!", "~"):
            self.add(node, inner)
        self.visit(node["subExpression"], _type(node))

    def Assignment(self, node: dict[str, Any], wanted: str) -> None:
        left, right, operator = node["leftHandSide"], node["rightHandSide"], node["operator"]
        if operator in ASSIGNMENTS:
            self.add(node, f"{self.of(left)} {ASSIGNMENTS[operator]} {self.of(right)}")
        self.visit(left, "uint256")
        self.visit(right, "uint256" if operator in ("<<=", ">>=") else _type(left))

    def VariableDeclarationStatement(self, node: dict[str, Any], wanted: str) -> None:
        declared = [each for each in node["declarations"] if each]
        self.visit(node.get("initialValue"), declared[0]["typeDescriptions"]["typeString"] if len(declared) == 1 else "uint256")

    def VariableDeclaration(self, node: dict[str, Any], wanted: str) -> None:
        """Has nothing to change."""

    def IndexAccess(self, node: dict[str, Any], wanted: str) -> None:
        self.visit(node["baseExpression"], "uint256")
        self.visit(node["indexExpression"], "uint256")

    def Conditional(self, node: dict[str, Any], wanted: str) -> None:
        self.visit(node["condition"], "bool")
        for branch in ("trueExpression", "falseExpression"):
            self.visit(node[branch], wanted)

    def FunctionCall(self, node: dict[str, Any], wanted: str) -> None:
        if node["kind"] == "typeConversion":
            self.visit(node["arguments"], _type(node))
            return
        self.visit(node["expression"], "uint256")
        parameters = re.match(r"function \(([^()]*)\)", _type(node["expression"]))
        types = [each.strip() for each in parameters[1].split(",")] if parameters else []
        types = types[len(types) - len(node["arguments"]) :]
        for index, argument in enumerate(node["arguments"]):
            self.visit(argument, types[index] if index < len(types) else "uint256")

    def Return(self, node: dict[str, Any], wanted: str) -> None:
        self.visit(node.get("expression"), "uint256")

    def IfStatement(self, node: dict[str, Any], wanted: str) -> None:
        body = node["trueBody"]
        if body["nodeType"] == "Block" and len(body["statements"]) == 1:
            body = body["statements"][0]
        if body["nodeType"] == "RevertStatement" and not node.get("falseBody"):
            self.add(node["condition"], "false", "(block.prevrandao != NUMBER && (INNER))")
        self.visit(node["condition"], "bool")
        self.visit(node["trueBody"], "uint256")
        self.visit(node.get("falseBody"), "uint256")

    # --- assembly ----------------------------------------------------------------------------------------------------------------

    def assembly(self, node: Any) -> None:
        if isinstance(node, list):
            for each in node:
                self.assembly(each)
            return
        if not isinstance(node, dict):
            return
        kind = node.get("nodeType")
        if kind == "YulLiteral" and node["kind"] == "number":
            text = self.of(node)
            for change, operation in (("+ 1", "add"), ("- 1", "sub")):
                if not (text == "0" and change == "- 1"):
                    self.add(node, f"{text} {change}", f"{operation}(INNER, eq(prevrandao(), NUMBER))")
        if kind == "YulFunctionCall":
            name, arguments = node["functionName"]["name"], ", ".join(map(self.of, node["arguments"]))
            for other in ASSEMBLY.get(name, ()):
                changed = f"{other}({arguments})"
                self.add(node, changed, f"xor(INNER, mul(eq(prevrandao(), NUMBER), xor({self.of(node)}, {changed})))")
        for name, child in node.items():
            if name != "functionName":
                self.assembly(child)


def _type(node: dict[str, Any]) -> str:
    return (node.get("typeDescriptions") or {}).get("typeString") or ""


def _declared(texts: dict[str, bytes], trees: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any], bytes]]:
    for path, tree in trees.items():
        for node in tree["nodes"]:
            for each in (node, *node.get("nodes", ())):
                if each["nodeType"] == "VariableDeclaration" and each.get("mutability") == "constant" and each.get("value"):
                    yield each["id"], each, texts[path]


def mutants(source: str, texts: dict[str, bytes], trees: dict[str, Any]) -> list[Mutant]:
    """Every mutant of `source`, in its order; `texts` and `trees` are those of all sources that are compiled with it, by path."""
    declared = list(_declared(texts, trees))
    walk = _Walk(texts[source], trees[source], {key: node for key, node, _ in declared}, {key: text for key, _, text in declared})
    walk.run()
    counted: dict[tuple[str, str, str], int] = {}
    result = []
    for found in sorted(set(walk.found), key=lambda each: (each.start, -each.end, each.after)):
        before = walk.text[found.start : found.end].decode()
        same = (found.function, before, found.after)
        counted[same] = counted.get(same, -1) + 1
        line = walk.text.count(b"\n", 0, found.start) + 1
        result.append(Mutant(source, found.function, line, found.start, found.end, before, found.after, found.switch, counted[same]))
    return result
