"""The record's transactions: what was sent, by whom, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coincurve import PrivateKey

from shengdian.audit.tamper import Attack, Place
from shengdian.audit.tamper.books import Books
from shengdian.sim.base.keccak import keccak
from shengdian.sim.chain import keys
from shengdian.sim.chain.port import Transaction
from shengdian.sim.record.chain_record import NAME, hexadecimal

BLOCK, OTHER = 6, 4
"""blocks of orders: of hour 1 and of hour 0"""
CLEARING = 7
"""the block that clears hour 1"""
AT = 3
"""place of the transaction in its block"""


def edited(change: Callable[[dict[str, Any]], None], number: int = BLOCK) -> Callable[[Books], Place]:
    """An attack on one block."""

    def apply(books: Books) -> Place:
        books.block(number, change)
        return Place(NAME, block=number)

    return apply


def moved(change: Callable[[list[dict[str, Any]]], None], number: int) -> Callable[[Books], Place]:
    """An attack on several lines of the record, of which block `number` is the first that is wrong."""

    def apply(books: Books) -> Place:
        books.blocks(change)
        return Place(NAME, block=number)

    return apply


def flip(text: str, at: int) -> str:
    """Another digit at a place of a hexadecimal text."""
    return text[:at] + ("1" if text[at] == "0" else "0") + text[at + 1 :]


def payload(block: dict[str, Any]) -> None:
    """The last byte of an order's quantity, in the middle of the signed transaction."""
    sent = block["transactions"][AT]
    sent["raw"] = flip(sent["raw"], len(sent["raw"]) // 2)


def signature(block: dict[str, Any]) -> None:
    """One digit of an order's signature."""
    sent = block["transactions"][AT]
    sent["raw"] = flip(sent["raw"], len(sent["raw"]) - 10)


def resigned(block: dict[str, Any], key: PrivateKey) -> None:
    """Another order in the same place, signed with a key of the attacker's; hash and logs are made to look right."""
    sent = block["transactions"][AT]
    old = keys.opened(bytes.fromhex(sent["raw"][2:]))
    wanted = Transaction(old.transaction.sender, old.transaction.to, old.transaction.data)
    raw = keys.signed(key, wanted, old.nonce, old.chain_id)
    sent["raw"], sent["hash"] = hexadecimal(raw), hexadecimal(keccak(raw))


def impersonate(block: dict[str, Any]) -> None:
    """Another order, signed with a stranger's key."""
    resigned(block, PrivateKey(b"\x07" * 32))


def by_operator(block: dict[str, Any]) -> None:
    """Another order, signed with the operator's key."""
    resigned(block, keys.private_key("operator"))


def delete(block: dict[str, Any]) -> None:
    """An order's transaction is taken out of its block."""
    del block["transactions"][AT]


def duplicate(block: dict[str, Any]) -> None:
    """An order's transaction stands in its block twice."""
    block["transactions"].insert(AT, block["transactions"][AT])


def reorder(block: dict[str, Any]) -> None:
    """Two neighbouring transactions of a block change places."""
    sent = block["transactions"]
    sent[AT], sent[AT + 1] = sent[AT + 1], sent[AT]


def status(block: dict[str, Any]) -> None:
    """An accepted order is recorded as refused, without logs."""
    block["transactions"][AT]["status"] = 0
    block["transactions"][AT]["logs"].clear()


def gas(block: dict[str, Any]) -> None:
    """The gas that a transaction used, 1,000 less."""
    block["transactions"][AT]["gas_used"] -= 1000


def log_data(block: dict[str, Any]) -> None:
    """The last digit of a log's data."""
    log = block["transactions"][AT]["logs"][0]
    log["data"] = flip(log["data"], len(log["data"]) - 1)


def log_topic(block: dict[str, Any]) -> None:
    """One digit of a log's first topic."""
    log = block["transactions"][AT]["logs"][0]
    log["topics"][0] = flip(log["topics"][0], 10)


def log_address(block: dict[str, Any]) -> None:
    """One digit of the contract's address in a log."""
    log = block["transactions"][AT]["logs"][0]
    log["address"] = flip(log["address"], 10)


def log_deleted(block: dict[str, Any]) -> None:
    """The last log of a transaction is taken out."""
    block["transactions"][AT]["logs"].pop()


def log_invented(block: dict[str, Any]) -> None:
    """The first log of a transaction is there once more."""
    logs = block["transactions"][AT]["logs"]
    logs.append(dict(logs[0]))


def forged_clearing(block: dict[str, Any]) -> None:
    """Other price bounds in the operator's calldata, signed by the operator itself, with the logs that it would like to have."""
    sent = block["transactions"][0]
    old = keys.opened(bytes.fromhex(sent["raw"][2:]))
    data = bytearray(old.transaction.data)
    data[-1] ^= 1
    raw = keys.signed(
        keys.private_key("operator"), Transaction(old.transaction.sender, old.transaction.to, bytes(data)), old.nonce, old.chain_id
    )
    sent["raw"], sent["hash"] = hexadecimal(raw), hexadecimal(keccak(raw))


def forged_payment(block: dict[str, Any]) -> None:
    """The log of the postings says other sums; calldata and signature stay."""
    log = block["transactions"][0]["logs"][-1]
    log["data"] = flip(log["data"], len(log["data"]) - 3)


def replayed(lines: list[dict[str, Any]]) -> None:
    """A signed order of hour 0 once more in hour 1: the signature is right."""
    lines[BLOCK]["transactions"].append(lines[OTHER]["transactions"][-1])


def backdated(lines: list[dict[str, Any]]) -> None:
    """An order of hour 1 is moved to the block of hour 0."""
    lines[OTHER]["transactions"].append(lines[BLOCK]["transactions"].pop(AT))


def after_the_gate(lines: list[dict[str, Any]]) -> None:
    """An order is moved behind the gate, into the block of the clearing."""
    lines[CLEARING]["transactions"].append(lines[BLOCK]["transactions"].pop(AT))


ATTACKS = (
    Attack("transaction-payload", "record", "an order's quantity is changed inside the signed transaction", edited(payload)),
    Attack("transaction-signature", "record", "a signature is changed", edited(signature)),
    Attack("impersonated", "record", "a stranger signs an order in a trader's place", edited(impersonate)),
    Attack("impersonated-by-operator", "record", "the operator signs an order in a trader's place", edited(by_operator)),
    Attack("transaction-deleted", "record", "an order's transaction is taken out", edited(delete)),
    Attack("transaction-duplicated", "record", "an order's transaction stands there twice", edited(duplicate)),
    Attack("transactions-reordered", "record", "two transactions of a block change places", edited(reorder)),
    Attack("transaction-replayed", "record", "a signed order of an earlier hour is sent again", moved(replayed, BLOCK)),
    Attack("transaction-backdated", "record", "an order is moved to an earlier block", moved(backdated, OTHER)),
    Attack("transaction-after-the-gate", "record", "an order is moved behind the gate", moved(after_the_gate, BLOCK)),
    Attack("status-flipped", "record", "an accepted order is recorded as refused", edited(status)),
    Attack("gas-lowered", "record", "a transaction is said to have used less gas", edited(gas)),
    Attack("log-data", "record", "an order's log says another quantity", edited(log_data)),
    Attack("log-topic", "record", "a log names another trader", edited(log_topic)),
    Attack("log-address", "record", "a log is said to come from another contract", edited(log_address)),
    Attack("log-deleted", "record", "a log is taken out", edited(log_deleted)),
    Attack("log-invented", "record", "a log is there twice", edited(log_invented)),
    Attack("clearing-forged", "record", "the operator signs another solution of the hour", edited(forged_clearing, CLEARING)),
    Attack("payments-forged", "record", "the log of the hour's payments says other sums", edited(forged_payment, CLEARING)),
)
