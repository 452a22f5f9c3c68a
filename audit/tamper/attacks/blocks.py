"""The record's blocks."""

from __future__ import annotations

from typing import Any

from shengdian.audit.tamper import Attack, Place
from shengdian.audit.tamper.attacks.transactions import BLOCK, CLEARING, edited, flip
from shengdian.audit.tamper.books import Books
from shengdian.sim.record.chain_record import NAME


def timestamp(block: dict[str, Any]) -> None:
    """The block's time, ten minutes (600 s) earlier."""
    block["timestamp"] -= 600


def gate(block: dict[str, Any]) -> None:
    """Behind the gate, so that orders would have come too late."""
    block["timestamp"] += 1700


def number(block: dict[str, Any]) -> None:
    """The block's number, one higher."""
    block["number"] += 1


def block_hash(block: dict[str, Any]) -> None:
    """One digit of the block's hash."""
    block["hash"] = flip(block["hash"], 20)


def header(block: dict[str, Any]) -> None:
    """The state root in the middle of the header."""
    block["header"] = flip(block["header"], 150)


def delete(books: Books) -> Place:
    """A block is taken out."""
    books.blocks(lambda lines: lines.__delitem__(BLOCK))
    return Place(NAME, block=BLOCK)


def duplicate(books: Books) -> Place:
    """A block stands there twice in a row."""
    books.blocks(lambda lines: lines.insert(BLOCK, lines[BLOCK]))
    return Place(NAME, block=BLOCK + 1)


def swap(books: Books) -> Place:
    """The order blocks of hours 1 and 2 change places."""

    def change(lines: list[dict[str, Any]]) -> None:
        lines[BLOCK], lines[BLOCK + 2] = lines[BLOCK + 2], lines[BLOCK]

    books.blocks(change)
    return Place(NAME, block=BLOCK)


def truncate(books: Books) -> Place:
    """The record ends before a block of orders."""
    books.blocks(lambda lines: lines.__delitem__(slice(BLOCK, None)))
    return Place(NAME)


def empty_block(books: Books) -> Place:
    """A block without transactions is put behind the last, 60 s later."""

    def change(lines: list[dict[str, Any]]) -> None:
        lines.append(lines[-1] | {"number": lines[-1]["number"] + 1, "timestamp": lines[-1]["timestamp"] + 60, "transactions": []})

    books.blocks(change)
    return Place(NAME)


def code(block: dict[str, Any]) -> None:
    """One byte of a contract's creation code: other rules."""
    raw = block["transactions"][0]["raw"]
    block["transactions"][0]["raw"] = flip(raw, len(raw) // 2)


def deployment(books: Books) -> Place:
    """The first line names another contract as the auction."""

    def change(lines: list[dict[str, Any]]) -> None:
        found = lines[0]["deployments"]
        name = next(iter(found))
        found[name] = flip(found[name], 10)

    books.blocks(change)
    return Place(NAME, word="first line")


def genesis(books: Books) -> Place:
    """Somebody begins with more."""

    def change(lines: list[dict[str, Any]]) -> None:
        who = next(iter(lines[0]["genesis"]))
        lines[0]["genesis"][who] += 10**18

    books.blocks(change)
    return Place(NAME, word="first line")


def chain_id(books: Books) -> Place:
    """The first line names chain id 1, Ethereum's main network."""
    books.blocks(lambda lines: lines[0].update(chain_id=1))
    return Place(NAME, word="chain id")


ATTACKS = (
    Attack("block-backdated", "record", "a block of orders is said to be ten minutes older", edited(timestamp)),
    Attack("block-behind-the-gate", "record", "a block of orders is said to have come after the gate", edited(gate)),
    Attack("clearing-backdated", "record", "the clearing is said to have come before the gate", edited(timestamp, CLEARING)),
    Attack("block-renumbered", "record", "a block has another number", edited(number)),
    Attack("block-hash", "record", "a block has another hash", edited(block_hash)),
    Attack("block-header", "record", "a header names another state", edited(header)),
    Attack("block-deleted", "record", "a block is taken out", delete),
    Attack("block-duplicated", "record", "a block stands there twice", duplicate),
    Attack("blocks-swapped", "record", "the orders of two hours change places", swap),
    Attack("record-cut", "record", "the record ends early", truncate),
    Attack("block-invented", "record", "an empty block is put behind the last", empty_block),
    Attack("code-replaced", "record", "a contract is said to have been deployed with other code", edited(code, 1)),
    Attack("deployment-moved", "record", "another address is said to be a contract", deployment),
    Attack("genesis-changed", "record", "an account is said to have begun with more", genesis),
    Attack("chain-id-changed", "record", "the run is said to be of the public main network", chain_id),
)
