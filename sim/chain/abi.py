"""From names and Python values to calldata, and from logs and revert data back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak

from shengdian import contracts
from shengdian.sim.base.errors import Reverted
from shengdian.sim.chain import abi_words
from shengdian.sim.chain.port import Log


def _type(field: Mapping[str, Any]) -> str:
    """The canonical ABI type of an input or output, tuples spelled out."""
    kind: str = field["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(_type(part) for part in field['components'])}){kind.removeprefix('tuple')}"


def _types(fields: list[dict[str, Any]]) -> list[str]:
    return [_type(field) for field in fields]


def signature_of(entry: Mapping[str, Any]) -> str:
    """Name and types of a function, event or error, such as `submit(uint256)`."""
    return f"{entry['name']}({','.join(_types(entry['inputs']))})"


class Interface:
    """What a contract understands and says, from its committed artifact."""

    def __init__(self, name: str) -> None:
        self.artifact = contracts.artifact(name)
        self.functions: dict[str, Mapping[str, Any]] = {}
        """by signature, and by bare name where that is unambiguous"""
        self.by_selector: dict[bytes, Mapping[str, Any]] = {}
        self.events: dict[bytes, Mapping[str, Any]] = {}
        """by topic"""
        self.errors: dict[bytes, Mapping[str, Any]] = {}
        """by selector"""
        self._selectors: dict[str, bytes] = {}
        self._layouts: dict[bytes, tuple[str, list[str], list[bool]]] = {}
        """name, plain arguments and which of them are lists, of each event by topic"""
        overloaded: set[str] = set()
        for entry in self.artifact.abi:
            kind = entry["type"]
            if kind == "function":
                signature = signature_of(entry)
                self.functions[signature] = entry
                self.by_selector[keccak(text=signature)[:4]] = entry
                if entry["name"] in self.functions:
                    overloaded.add(entry["name"])
                self.functions[entry["name"]] = entry
                self._selectors[entry["name"]] = self._selectors[signature] = keccak(text=signature)[:4]
            elif kind == "event":
                topic = keccak(text=signature_of(entry))
                self.events[topic] = entry
                plain = [field for field in entry["inputs"] if not field["indexed"]]
                self._layouts[topic] = (
                    entry["name"],
                    [field["name"] for field in plain],
                    [field["type"].endswith("[]") for field in plain],
                )
            elif kind == "error":
                self.errors[keccak(text=signature_of(entry))[:4]] = entry
        for name_ in overloaded:
            del self.functions[name_], self._selectors[name_]
        self._constructor: list[dict[str, Any]] = next(
            (entry["inputs"] for entry in self.artifact.abi if entry["type"] == "constructor"), []
        )

    @property
    def created_with(self) -> list[str]:
        """Types of the constructor's arguments."""
        return _types(self._constructor)

    def creation(self, *args: Any) -> bytes:
        """Creation code with the constructor's arguments."""
        return self.artifact.bytecode + encode(_types(self._constructor), args)

    def call(self, function: str, *args: Any) -> bytes:
        """Calldata; `function` is a name, or a signature such as `submit(uint256)` where the name is overloaded."""
        entry = self.functions[function]
        return selector(signature_of(entry)) + encode(_types(entry["inputs"]), args)

    def packed_call(self, function: str, *args: int | bytes) -> bytes:
        """Calldata of a function that takes numbers and lists; a list is given as its packed words, a tuple of numbers as its numbers."""
        return self._selectors[function] + abi_words.encode(args)

    def arguments(self, data: bytes) -> tuple[Mapping[str, Any], tuple[Any, ...]]:
        """The ABI entry and the arguments of calldata; KeyError for an unknown selector."""
        entry = self.by_selector[data[:4]]
        return entry, decode(_types(entry["inputs"]), data[4:])

    def creation_arguments(self, data: bytes) -> tuple[Any, ...]:
        """The constructor's arguments out of creation code."""
        return decode(_types(self._constructor), data[len(self.artifact.bytecode) :])

    def returned(self, function: str, output: bytes) -> Any:
        """The value of a call: one thing, or a tuple of them."""
        values = decode(_types(list(self.functions[function]["outputs"])), output)
        return values[0] if len(values) == 1 else values

    def encode_returned(self, entry: Mapping[str, Any], value: Any) -> bytes:
        """What a function that returned `value` puts on the wire."""
        outputs = entry["outputs"]
        if not outputs:
            return b""
        return encode(_types(outputs), value if len(outputs) > 1 else (value,))

    def event(self, log: Log) -> tuple[str, dict[str, Any]]:
        """Name and arguments of a log; KeyError for an unknown topic."""
        entry = self.events[log.topics[0]]
        indexed = [field for field in entry["inputs"] if field["indexed"]]
        plain = [field for field in entry["inputs"] if not field["indexed"]]
        values = {field["name"]: decode([_type(field)], topic)[0] for field, topic in zip(indexed, log.topics[1:], strict=True)}
        values |= dict(zip((field["name"] for field in plain), decode(_types(plain), log.data), strict=True))
        return entry["name"], values

    def packed_event(self, log: Log) -> tuple[str, dict[str, bytes]]:
        """Name of a log and its plain arguments as packed words; KeyError for an unknown topic. For events of numbers and lists of them."""
        name, fields, lists = self._layouts[log.topics[0]]
        return name, dict(zip(fields, abi_words.decode(log.data, lists), strict=True))

    def log(self, address: bytes, event: str, args: tuple[Any, ...]) -> Log:
        """The log that `emit event(args)` leaves; `args` in the order of the declaration."""
        topic, entry = next((topic, entry) for topic, entry in self.events.items() if entry["name"] == event)
        pairs = list(zip(entry["inputs"], args, strict=True))
        topics = (topic, *(encode([_type(field)], [value]) for field, value in pairs if field["indexed"]))
        plain = [(field, value) for field, value in pairs if not field["indexed"]]
        return Log(address, topics, encode([_type(field) for field, _ in plain], [value for _, value in plain]))

    def encode_error(self, error: str, args: tuple[Any, ...]) -> bytes:
        """The revert data of a custom error."""
        chosen, entry = next((chosen, entry) for chosen, entry in self.errors.items() if entry["name"] == error)
        return chosen + encode(_types(entry["inputs"]), args)


@cache
def selector(signature: str) -> bytes:
    """The four bytes that stand for a function or an error."""
    return keccak(text=signature)[:4]


@cache
def interface(name: str) -> Interface:
    """The interface of a contract, read once."""
    return Interface(name)


@cache
def _all_errors(names: tuple[str, ...]) -> dict[bytes, Mapping[str, Any]]:
    return {chosen: entry for name in names for chosen, entry in interface(name).errors.items()}


def refusal(output: bytes) -> Reverted:
    """The custom error in revert data, of whichever contract it came from."""
    entry = _all_errors(tuple(contracts.known())).get(output[:4])
    if entry is None:
        return Reverted("UnknownRevert", {"data": "0x" + output.hex()}, output)
    values = decode(_types(entry["inputs"]), output[4:])
    return Reverted(entry["name"], dict(zip((field["name"] for field in entry["inputs"]), values, strict=True)), output)
