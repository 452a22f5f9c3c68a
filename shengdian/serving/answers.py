"""The methods that a served run answers, and the errors of JSON-RPC."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any, Final

from eth_bloom.bloom import BloomFilter

from shengdian.serving import formats
from shengdian.serving.formats import quantity
from shengdian.serving.record import GAS_LIMIT, Record, Served
from shengdian.serving.state import States
from shengdian.sim.base.errors import Reverted
from shengdian.sim.chain.port import Transaction
from shengdian.sim.record.chain_record import hexadecimal
from shengdian.sim.record.recorded_blocks import Recorded

PARSE, REQUEST, METHOD, PARAMETERS, SERVER, REVERT = -32700, -32600, -32601, -32602, -32000, 3
"""codes of errors: no JSON, no request, no such method, bad parameters, refused here, reverted"""
BLOOM = 6
"""place of the bloom filter in a header"""
TAGS: Final = ("latest", "safe", "finalized", "pending")
"""names of the last block: nothing comes after it"""
MOST_LOGS = 100_000
"""that one answer gives"""
FEE_BLOCKS = 1024
"""that one fee history covers"""
WRITES: Final = frozenset(
    (
        *("eth_sendTransaction", "eth_sendRawTransaction", "eth_sign", "eth_signTransaction", "eth_signTypedData", "eth_signTypedData_v4"),
        *("personal_sign", "eth_submitWork", "eth_submitHashrate"),
    )
)
"""methods that would change or sign something"""


class RpcError(Exception):
    """What a client is told instead of a result."""

    def __init__(self, code: int, message: str, more: str | None = None) -> None:
        super().__init__(message)
        self.code, self.more = code, more


class Answers:
    """Answers requests about one record."""

    def __init__(self, record: Record, states: States, version: str) -> None:
        """`version` is what `web3_clientVersion` says."""
        self._record, self._states, self._lock = record, states, Lock()
        constants = {
            "web3_clientVersion": version,
            "net_version": str(record.chain_id),
            "eth_chainId": quantity(record.chain_id),
            "eth_syncing": False,
            "eth_accounts": [],
            "net_listening": False,
            "net_peerCount": "0x0",
            "eth_maxPriorityFeePerGas": "0x0",
        }
        self._methods: dict[str, Callable[..., Any]] = {name: (lambda value=value: value) for name, value in constants.items()}
        self._methods |= {
            "eth_blockNumber": lambda: quantity(record.last),
            "eth_gasPrice": self._gas_price,
            "eth_feeHistory": self._fee_history,
            "eth_getBlockByNumber": lambda number, whole=False: self._block(self._by_number(number), whole),
            "eth_getBlockByHash": lambda name, whole=False: self._block(self._by_hash(name), whole),
            "eth_getBlockTransactionCountByNumber": lambda number: _count(self._by_number(number)),
            "eth_getBlockTransactionCountByHash": lambda name: _count(self._by_hash(name)),
            "eth_getUncleCountByBlockNumber": lambda number: None if self._by_number(number) is None else "0x0",
            "eth_getUncleCountByBlockHash": lambda name: None if self._by_hash(name) is None else "0x0",
            "eth_getTransactionByHash": lambda name: self._transaction(name, formats.transaction),
            "eth_getTransactionReceipt": lambda name: self._transaction(name, formats.receipt),
            "eth_getTransactionByBlockNumberAndIndex": lambda number, index: _at(self._by_number(number), index),
            "eth_getTransactionByBlockHashAndIndex": lambda name, index: _at(self._by_hash(name), index),
            "eth_getBlockReceipts": self._receipts,
            "eth_getLogs": self._logs,
            "eth_getBalance": lambda account, block="latest": quantity(record.balances.at(_address(account), self._state(block))),
            "eth_getTransactionCount": self._nonce,
            "eth_getCode": lambda account, block="latest": hexadecimal(self._code(_address(account), self._state(block))),
            "eth_getStorageAt": lambda account, slot, block="latest": hexadecimal(
                states.storage(_address(account), _number(slot, "slot") % 2**256, self._state(block))
            ),
            "eth_call": self._call,
        }

    def add(self, recorded: Recorded) -> None:
        """One more block, of a run that is under way."""
        with self._lock:
            self._record.add(recorded)
            self._states.add(recorded.block.number)

    def answer(self, request: Any) -> dict[str, Any] | None:
        """The response to one request; None to a notification."""
        if not isinstance(request, Mapping) or not isinstance(request.get("method"), str):
            return _failed(None, RpcError(REQUEST, "not a request of JSON-RPC 2.0"))
        name = request.get("id")
        try:
            with self._lock:
                result = self._result(request["method"], request.get("params", []))
        except RpcError as error:
            return _failed(name, error) if "id" in request else None
        return {"jsonrpc": "2.0", "id": name, "result": result} if "id" in request else None

    def _result(self, method: str, parameters: Any) -> Any:
        if method in WRITES:
            raise RpcError(METHOD, f"{method} is not offered: a finished run is read-only")
        if method not in self._methods:
            raise RpcError(METHOD, f"the method {method[:80]} does not exist or is not available")
        if not isinstance(parameters, list):
            raise RpcError(PARAMETERS, "params should be a list")
        try:
            return self._methods[method](*parameters)
        except TypeError as cause:
            if "argument" not in str(cause) or cause.__traceback__ is None or cause.__traceback__.tb_next is not None:
                raise
            raise RpcError(PARAMETERS, f"{method} takes other parameters") from cause

    # --- which block ------------------------------------------------------------------------------------------------------------

    def _by_number(self, asked: Any) -> Served | None:
        return self._record.blocks.get(self._numbered(asked))

    def _by_hash(self, asked: Any) -> Served | None:
        number = self._record.by_hash.get(_bytes(asked, "block hash", 32))
        return None if number is None else self._record.blocks[number]

    def _numbered(self, asked: Any) -> int:
        if asked in TAGS:
            return self._record.last
        if asked == "earliest":
            return self._record.numbers[0] if self._record.numbers else 0
        return _number(asked, "block number")

    def _state(self, asked: Any) -> int:
        """The number of a block whose state is known."""
        if isinstance(asked, Mapping):
            found = self._by_hash(asked["blockHash"]) if "blockHash" in asked else self._by_number(asked.get("blockNumber"))
        else:
            found = self._by_number(asked)
        if found is None:
            raise RpcError(SERVER, "header not found: the record has no such block")
        return found.block.number

    # --- blocks and transactions ------------------------------------------------------------------------------------------------

    @staticmethod
    def _block(served: Served | None, whole: Any) -> Any:
        return None if served is None else formats.block(served, whole is True)

    def _transaction(self, name: Any, form: Callable[[Served, int], Any]) -> Any:
        place = self._record.transactions.get(_bytes(name, "transaction hash", 32))
        return None if place is None else form(self._record.blocks[place.block], place.transaction)

    def _receipts(self, asked: Any) -> Any:
        long = isinstance(asked, str) and len(asked) == 66
        served = self._by_hash(asked) if long else self._by_number(asked)
        return None if served is None else [formats.receipt(served, place) for place in range(len(served.receipts))]

    def _logs(self, asked: Any) -> list[dict[str, Any]]:
        if not isinstance(asked, Mapping):
            raise RpcError(PARAMETERS, "a filter of logs should be an object")
        addresses, topics = _addresses(asked.get("address")), _topics(asked.get("topics"))
        found: list[dict[str, Any]] = []
        for served in self._asked(asked):
            if not _may_have(served, addresses, topics):
                continue
            for place in range(len(served.receipts)):
                found += [log for log in formats.logs(served, place) if _matches(log, addresses, topics)]
            if len(found) > MOST_LOGS:
                raise RpcError(SERVER, f"more than {MOST_LOGS} logs; ask for fewer blocks")
        return found

    def _asked(self, asked: Mapping[str, Any]) -> Sequence[Served]:
        """The blocks that a filter names."""
        if "blockHash" in asked:
            if "fromBlock" in asked or "toBlock" in asked:
                raise RpcError(PARAMETERS, "a filter has a blockHash or a range, not both")
            served = self._by_hash(asked["blockHash"])
            if served is None:
                raise RpcError(SERVER, "unknown block")
            return [served]
        first, last = (self._numbered(asked.get(name) or "latest") for name in ("fromBlock", "toBlock"))
        if first > last:
            raise RpcError(PARAMETERS, "invalid block range: fromBlock is after toBlock")
        return list(self._record.between(first, last))

    # --- accounts and contracts -------------------------------------------------------------------------------------------------

    def _nonce(self, account: Any, block: Any = "latest") -> str:
        address, number = _address(account), self._state(block)
        sent = self._record.sent(address, number)
        return quantity(sent or int(bool(self._code(address, number))))

    def _code(self, address: bytes, number: int) -> bytes:
        return self._states.code(address, number)

    def _call(self, asked: Any, block: Any = "latest", *more: Any) -> str:
        if more:
            raise RpcError(PARAMETERS, "eth_call takes no overrides here")
        if not isinstance(asked, Mapping):
            raise RpcError(PARAMETERS, "a call should be an object")
        if _number(asked.get("value") or "0x0", "value"):
            raise RpcError(PARAMETERS, "value should be 0: no contract of a market takes wei")
        target = _address(asked["to"]) if asked.get("to") else b""
        if not target:
            raise RpcError(PARAMETERS, "to is missing")
        calldata = _bytes(asked.get("input") or asked.get("data") or "0x", "input")
        sender = _address(asked["from"]) if asked.get("from") else bytes(20)
        try:
            return hexadecimal(self._states.call(Transaction(sender, target, calldata), self._state(block)))
        except Reverted as refused:
            raise RpcError(REVERT, f"execution reverted: {refused}", hexadecimal(refused.output)) from refused

    # --- fees -------------------------------------------------------------------------------------------------------------------

    def _gas_price(self) -> str:
        last = self._record.blocks.get(self._record.last)
        return quantity(last.base_fee if last else 0)

    def _fee_history(self, count: Any, newest: Any, percentiles: Any = None) -> dict[str, Any]:
        last = self._state(newest)
        blocks = list(self._record.between(last - min(_number(count, "block count"), FEE_BLOCKS) + 1, last))
        limits = [int.from_bytes(served.header[GAS_LIMIT], "big") for served in blocks]
        history: dict[str, Any] = {
            "oldestBlock": quantity(blocks[0].block.number if blocks else last),
            "baseFeePerGas": [quantity(served.base_fee) for served in (*blocks, *blocks[-1:])],
            "gasUsedRatio": [sum(served.receipts.gas) / limit for served, limit in zip(blocks, limits, strict=True)],
        }
        if percentiles:
            history["reward"] = [[_tip(served, share) for share in percentiles] for served in blocks]
        return history


def _tip(served: Served, percentile: Any) -> str:
    """What a transaction at that share of the block's gas paid above the base fee; 0 in an empty block."""
    if not isinstance(percentile, int | float) or not 0 <= percentile <= 100:
        raise RpcError(PARAMETERS, "percentiles should be numbers from 0 to 100")
    paid = sorted(zip((signed.gas_price - served.base_fee for signed in served.signed), served.receipts.gas, strict=True))
    share, passed = percentile / 100 * sum(served.receipts.gas), 0
    for tip, gas in paid:
        passed += gas
        if passed >= share:
            return quantity(tip)
    return "0x0"


def _count(served: Served | None) -> str | None:
    return None if served is None else quantity(len(served.receipts))


def _at(served: Served | None, index: Any) -> Any:
    place = _number(index, "index")
    return None if served is None or place >= len(served.receipts) else formats.transaction(served, place)


# --- parameters -----------------------------------------------------------------------------------------------------------------


def _bytes(value: Any, what: str, length: int | None = None) -> bytes:
    if not isinstance(value, str) or not re.fullmatch(r"0x([0-9a-fA-F]{2})*", value):
        raise RpcError(PARAMETERS, f"{what} should be bytes in hexadecimal, 0x...")
    found = bytes.fromhex(value[2:])
    if length is not None and len(found) != length:
        raise RpcError(PARAMETERS, f"{what} should have {length} bytes")
    return found


def _address(value: Any) -> bytes:
    return _bytes(value, "address", 20)


def _number(value: Any, what: str) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"0x[0-9a-fA-F]{1,64}", value):
        raise RpcError(PARAMETERS, f"{what} should be a number in hexadecimal, 0x...")
    return int(value, 16)


def _addresses(value: Any) -> frozenset[str]:
    """Those of which a log may be; empty: of any."""
    if value is None:
        return frozenset()
    return frozenset(hexadecimal(_address(each)) for each in (value if isinstance(value, list) else [value]))


def _topics(value: Any) -> list[frozenset[str]]:
    """What every topic may be, in order; empty: anything."""
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > 4:
        raise RpcError(PARAMETERS, "topics should be a list of at most four")
    choices = [[] if each is None else each if isinstance(each, list) else [each] for each in value]
    return [frozenset(hexadecimal(_bytes(topic, "topic", 32)) for topic in each if topic is not None) for each in choices]


def _may_have(served: Served, addresses: frozenset[str], topics: Sequence[frozenset[str]]) -> bool:
    """Whether the block's bloom filter lets through what is asked."""
    bloom = BloomFilter(int.from_bytes(served.header[BLOOM], "big"))
    return all(not choice or any(bytes.fromhex(each[2:]) in bloom for each in choice) for choice in (addresses, *topics))


def _matches(log: Mapping[str, Any], addresses: frozenset[str], topics: Sequence[frozenset[str]]) -> bool:
    if (addresses and log["address"] not in addresses) or len(log["topics"]) < len(topics):
        return False
    return all(not choice or topic in choice for choice, topic in zip(topics, log["topics"], strict=False))


def _failed(name: Any, error: RpcError) -> dict[str, Any]:
    more = {} if error.more is None else {"data": error.more}
    return {"jsonrpc": "2.0", "id": name, "error": {"code": error.code, "message": str(error), **more}}
