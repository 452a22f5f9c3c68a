"""Every chain of sim/adapters, and revm by either binding, does the same: whoever adds one has it compared here."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest
from eth_utils.crypto import keccak

from shengdian import agents, contracts
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.adapters import chain_names, mirror, open_chain, revm
from shengdian.sim.base.errors import InputError, MissingExtra, Reverted
from shengdian.sim.base.line_words import pack_line
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.chain import keys
from shengdian.sim.chain.abi import interface, refusal
from shengdian.sim.chain.keys import created_address
from shengdian.sim.chain.port import CHAIN_ID, TRANSACTION_GAS, Block, Chain, Receipt, Transaction
from shengdian.sim.model import Model
from shengdian.sim.record.chain_record import Digest

REFERENCE = "eth-tester"
MIRROR = "mirror"
BOUND = {f"revm by {module}": module for module in revm.BINDINGS}
EVMS = [*(name for name in chain_names() if name not in (REFERENCE, MIRROR, "revm")), *BOUND]
OTHERS = [*EVMS, MIRROR]
START = 1_467_302_400
"""block time of hour 0"""
NOBODY = b"\x77" * 20
"""an address without code"""
pytestmark = pytest.mark.filterwarnings("ignore:SELFDESTRUCT")
TRADERS = [f"trader {number}" for number in range(8)]


def opened(name: str) -> Chain:
    """A fresh chain, or the test is skipped where its packages are not installed."""
    if name in BOUND:
        pytest.importorskip(BOUND[name])
        return revm.BINDINGS[BOUND[name]]()
    try:
        return open_chain(name)
    except MissingExtra as missing:
        pytest.skip(str(missing))


def operator() -> bytes:
    return keys.address("operator")


def at(nonce: int) -> bytes:
    """Where the operator's creation with this nonce lives."""
    return created_address(operator(), nonce)


def send(chain: Chain, blocks: Sequence[Sequence[Transaction]]) -> list[Block]:
    for name in ("operator", "stranger", *TRADERS):
        chain.account(name)
    return [chain.send_block(block, START - 3600 + 60 * place) for place, block in enumerate(blocks)]


def seen(receipt: Receipt) -> dict[str, Any]:
    """What all chains agree on."""
    return {"success": receipt.success, "output": receipt.output, "logs": receipt.logs}


def receipts(blocks: Sequence[Block]) -> list[Receipt]:
    return [receipt for block in blocks for receipt in block.receipts]


# --- the market's contracts --------------------------------------------------------------------------------------------------------


def word(hour: int, sells: bool, price: int, quantity: int) -> int:
    """An order of one segment, as contracts/libraries/Account.sol lays it out."""
    return hour << 196 | sells << 195 | 1 << 192 | price << 32 | quantity


def story() -> list[list[Transaction]]:
    """Deployment, enrolment, orders and postings, and everything that can be refused on the way."""
    registry, ledger, auction = at(0), at(1), at(2)
    of = {name: interface(name) for name in ("Registry", "Ledger", "UniformAuction")}
    traders = [keys.address(name) for name in TRADERS]
    poster = keccak(text="POSTER_ROLE")
    rules = (2, 0, 100_000, 500_000, Timetable(START - 3600).word)

    def act(sender: str, to: bytes, data: bytes) -> Transaction:
        return Transaction(keys.address(sender), to, data)

    def call(contract: str, function: str, *args: Any, sender: str = "operator") -> Transaction:
        to = {"Registry": registry, "Ledger": ledger, "UniformAuction": auction}[contract]
        return act(sender, to, of[contract].call(function, *args))

    enrol = of["Registry"].call("enrol", traders[0], 1, 0)
    creations = [
        of["Registry"].creation(operator(), 2),
        of["Ledger"].creation(operator()),
        of["UniformAuction"].creation(registry, ledger, rules, [pack_line(0, 1, 1000, 0, 0)]),
        of["UniformAuction"].creation(registry, ledger, rules, [pack_line(0, 9, 1000, 0, 0)]),
    ]
    return [
        [
            *(Transaction(operator(), b"", code) for code in creations),
            call("Ledger", "grantRole", poster, operator()),
            call("Ledger", "grantRole", poster, auction),
        ],
        [
            *(call("Registry", "enrol", trader, 1, number % 2) for number, trader in enumerate(traders)),
            call("Registry", "enrol", traders[0], 1, 0),
            call("Registry", "enrol", NOBODY, 1, 2),
            call("Registry", "enrol", NOBODY, 1, 1, sender="stranger"),
            act("operator", registry, enrol[:4] + traders[1].rjust(32, b"\0") + (9).to_bytes(32, "big") + bytes(32)),
            act("operator", registry, enrol[:4] + b"\xff" * 32 + enrol[36:]),
            act("operator", registry, enrol[:-1]),
            act("stranger", registry, of["Ledger"].call("balanceOf", 0)),
            act("stranger", registry, b""),
            act("stranger", NOBODY, b"nobody is at home"),
            call("UniformAuction", "admit", traders[1:]),
            call("UniformAuction", "admit", traders[:-1]),
            call("UniformAuction", "admit", traders[-1:], sender="stranger"),
            call("UniformAuction", "admit", traders[-1:]),
        ],
        [
            call("UniformAuction", "submit(uint256)", word(0, number % 2 == 0, 1000 * number, 5000), sender=name)
            for number, name in enumerate(TRADERS)
        ],
        [
            call("UniformAuction", "submit(uint256)", word(0, True, 7, 1), sender=TRADERS[0]),
            call("UniformAuction", "submit(uint256)", word(0, True, 8, 1), sender=TRADERS[0]),
            call("UniformAuction", "submit(uint256)", word(1, True, 7, 1), sender=TRADERS[1]),
            call("UniformAuction", "submit(uint256)", word(0, True, 100_001, 1), sender=TRADERS[2]),
            call("UniformAuction", "submit(uint256)", word(0, True, 7, 0), sender=TRADERS[3]),
            call("UniformAuction", "submit(uint256)", word(0, True, 7, 1), sender="stranger"),
            call("UniformAuction", "withdraw", sender=TRADERS[4]),
            call("UniformAuction", "withdraw", sender=TRADERS[4]),
            call("Ledger", "post", [5, -5, 0, 0, 7, -7]),
            call("Ledger", "post", [5, -4]),
            call("Ledger", "post", [-5, 5, 0, 0, -7, 7]),
            call("Ledger", "post", [0] * 400),
            call("Ledger", "post", [2**200, -(2**200)]),
            call("Ledger", "post", [1, -1], sender="stranger"),
        ],
    ]


@cache
def reference() -> list[Block]:
    return send(open_chain(REFERENCE), story())


def test_the_story_has_successes_refusals_and_logs() -> None:
    told = receipts(reference())
    named = [refusal(receipt.output).error for receipt in told if not receipt.success and receipt.output]
    assert {"AlreadyEnrolled", "UnknownZone", "UnknownLineZone", "WrongNumber", "WrongHour", "Unbalanced", "NotAdmitted"} <= set(named)
    assert sum(not receipt.success and not receipt.output for receipt in told) == 5
    assert sum(bool(receipt.logs) for receipt in told) > 20


@pytest.mark.parametrize("name", OTHERS)
def test_a_chain_gives_the_statuses_outputs_and_logs_of_the_reference(name: str) -> None:
    blocks = send(opened(name), story())
    assert [(block.number, block.timestamp) for block in blocks] == [(block.number, block.timestamp) for block in reference()]
    for told, expected in zip(receipts(blocks), receipts(reference()), strict=True):
        assert seen(told) == seen(expected)
        assert told.transaction == expected.transaction


@pytest.mark.parametrize("name", EVMS)
def test_an_evm_uses_the_gas_of_the_reference(name: str) -> None:
    assert [receipt.gas for receipt in receipts(send(opened(name), story()))] == [receipt.gas for receipt in receipts(reference())]


def test_the_mirror_uses_no_gas() -> None:
    assert {receipt.gas for receipt in receipts(send(open_chain(MIRROR), story()))} == {0}


@pytest.mark.parametrize("name", [REFERENCE, *OTHERS])
def test_a_read_sees_the_last_block_and_changes_nothing(name: str) -> None:
    chain = opened(name)
    send(chain, story())
    of = interface("Registry")
    read = Transaction(keys.address("stranger"), at(0), of.call("participant", keys.address(TRADERS[3])))
    assert [of.returned("participant", chain.call(read)) for _ in range(2)] == [(5, 1, 1)] * 2
    chain.call(Transaction(operator(), at(0), of.call("enrol", NOBODY, 1, 1)))
    with pytest.raises(Reverted, match="NotEnrolled"):
        chain.call(read._replace(data=of.call("participant", NOBODY)))


@pytest.mark.parametrize("name", OTHERS)
def test_a_chain_gives_the_same_twice(name: str) -> None:
    assert send(opened(name), story()) == send(opened(name), story())


@pytest.mark.parametrize("name", [REFERENCE, *OTHERS])
def test_every_transaction_has_a_hash_of_its_own(name: str) -> None:
    hashes = [receipt.hash for receipt in receipts(send(opened(name), story()))]
    assert len(set(hashes)) == len(hashes)
    assert {len(one) for one in hashes} == {32}


@pytest.mark.parametrize("name", [REFERENCE, *OTHERS])
def test_accounts_are_the_same_on_every_chain(name: str) -> None:
    assert opened(name).account("trader 0").hex() == keys.address("trader 0").hex()


# --- what an EVM must get right, in contracts of a few bytes -----------------------------------------------------------------------


def creation(runtime: str) -> bytes:
    """Creation code of a contract that has `runtime`, at most 255 bytes, as its code."""
    code = bytes.fromhex(runtime)
    return bytes.fromhex(f"60{len(code):02x}600c60003960{len(code):02x}6000f3") + code


KEEP = creation("6000356000556020600060003760206000a000")
"""keeps its argument in slot 0 and logs it"""
CLOCK = creation("426000524360205246604052 60606000f3".replace(" ", ""))
"""returns time, block number and chain id"""
FORGET = creation("5f5c5f5260015f5d60205ff3")
"""returns what transient slot 0 holds, then puts 1 there"""
FACTORY = creation("6760015f5560015ff35f52600860185ff05f5260205ff3")
"""creates a contract of one byte that holds 1 in slot 0, returns its address"""
VAIN = creation("6132ff5f526002601e5ff05f5260205ff3")
"""creates a contract that destroys itself, returns its address"""
REVERT = creation("60015f5560aa5f5260205ffd")
"""writes slot 0 and reverts with a word that says 0xaa"""
INVALID = creation("fe")
DOUBLE = creation("60203560003555606035604035556080355460005260206000f3")
"""keeps its second argument in the slot that its first names, its fourth where its third says, and returns what its fifth holds"""

CHILD = bytes.fromhex("6133ff5f526002601ef3")
"""creation code of a contract that destroys itself when it is called"""
PHOENIX = creation("69" + CHILD.hex() + "5f525f600a60165ff55f3515602357" + "5f5f5f5f5f855af1505b5f5260205ff3")
"""creates CHILD, always at one address, calls it where the argument is not 0, and returns its address"""
SIZE = creation("5f353b5f5260205ff3")
"""returns how much code the address in its argument has"""


def caller(to: bytes) -> bytes:
    """Calls `to` twice and returns whether the second call succeeded."""
    one = "5f5f5f5f5f73" + to.hex() + "5af1"
    return creation(f"{one}50{one}5f5260205ff3")


def bytecode() -> list[list[Transaction]]:
    def ask(nonce: int, word: int | None = None) -> Transaction:
        return Transaction(keys.address("stranger"), at(nonce), b"" if word is None else word.to_bytes(32, "big"))

    def double(*words: int) -> Transaction:
        return Transaction(keys.address("stranger"), at(11), b"".join(word.to_bytes(32, "big") for word in words))

    created = [KEEP, CLOCK, FORGET, FACTORY, VAIN, REVERT, INVALID, caller(at(5)), caller(at(0)), b"\xfe", creation("ef"), DOUBLE]
    return [
        [Transaction(operator(), b"", code) for code in created],
        [ask(0, 3), ask(0, 7), ask(0, 8), ask(0, 8), ask(0, 0), ask(0, 2**256 - 1)],
        [ask(1), ask(2), ask(2), ask(3), ask(3), ask(4), ask(4), ask(5), ask(6), ask(7), ask(8), ask(8)],
        [Transaction(operator(), NOBODY, b"\xff" * 1000), Transaction(operator(), b"", KEEP), ask(1)],
        [
            *(double(1, 5, 2, 0, 1), double(1, 6, 2, 7, 2), double(1, 6, 2, 9, 2), double(3, 1, 1, 6, 2), double(1, 0, 2, 0, 3)),
            *(double(4, 1, 5, 1, 1), double(4, 2, 4, 1, 2), double(4, 1, 6, 2, 4), double(6, 0, 7, 1, 5), double(8, 1, 8, 0, 7)),
            *(double(8, 0, 8, 0, slot) for slot in range(9)),
        ],
        [Transaction(operator(), b"", PHOENIX), Transaction(operator(), b"", SIZE)],
        [ask(14, 1), ask(15, int.from_bytes(RISEN)), ask(14, 0), ask(15, int.from_bytes(RISEN))],
        [ask(15, int.from_bytes(RISEN)), ask(14, 0), Transaction(operator(), RISEN, b"")],
    ]


RISEN = keccak(b"\xff" + at(14) + bytes(32) + keccak(CHILD))[12:]
"""where PHOENIX creates CHILD (EIP-1014)"""


@cache
def reference_bytecode() -> list[Block]:
    return send(open_chain(REFERENCE), bytecode())


@pytest.mark.parametrize("name", EVMS)
def test_an_evm_carries_out_bytecode_as_the_reference_does(name: str) -> None:
    for told, expected in zip(receipts(send(opened(name), bytecode())), receipts(reference_bytecode()), strict=True):
        assert (seen(told), told.gas) == (seen(expected), expected.gas)


@pytest.mark.parametrize("name", [REFERENCE, *EVMS])
def test_a_slot_is_cold_and_clean_in_every_transaction(name: str) -> None:
    """26,804 = 21,000 + 140 of calldata + 5,000 to change a cold slot (EIP-2929) + 664 of the rest.

    The same value again: 2,200 instead of 5,000. Emptied: a zero byte is 12 cheaper, and 4,800 come back (EIP-3529).
    """
    second = send(opened(name), bytecode())[1].receipts
    assert [receipt.gas for receipt in second[1:5]] == [26_804, 26_804, 24_004, 21_992]


@pytest.mark.parametrize("name", [REFERENCE, *EVMS])
def test_what_one_function_kept_in_changing_slots_is_there_afterwards(name: str) -> None:
    last = send(opened(name), bytecode())[4].receipts[-9:]
    assert [int.from_bytes(receipt.output, "big") for receipt in last] == [0, 0, 0, 1, 1, 1, 0, 1, 0]


@pytest.mark.parametrize("name", [REFERENCE, *EVMS])
def test_calldata_sets_a_floor_under_gas(name: str) -> None:
    """EIP-7623: 1,000 bytes that are not zero cost 21,000 + 10 x 4,000 where nothing is executed."""
    assert send(opened(name), bytecode())[3].receipts[0].gas == 61_000


@pytest.mark.parametrize("name", [REFERENCE, *EVMS])
def test_a_contract_that_destroyed_itself_can_be_created_again_in_the_same_block(name: str) -> None:
    """EIP-6780: code goes only where it was created in the same transaction."""
    *_, block, after = send(opened(name), bytecode())
    assert [int.from_bytes(receipt.output) for receipt in block.receipts] == [int.from_bytes(RISEN), 0, int.from_bytes(RISEN), 2]
    assert [int.from_bytes(receipt.output) for receipt in after.receipts] == [2, 0, 0]


@pytest.mark.parametrize("name", [REFERENCE, *EVMS])
def test_transient_storage_is_empty_in_every_transaction(name: str) -> None:
    third = send(opened(name), bytecode())[2].receipts
    assert [receipt.output for receipt in third[1:3]] == [bytes(32)] * 2


@pytest.mark.parametrize("name", [REFERENCE, *EVMS])
def test_a_contract_counts_the_contracts_it_creates(name: str) -> None:
    third = send(opened(name), bytecode())[2].receipts
    assert [receipt.output[12:] for receipt in third[3:5]] == [created_address(at(3), 1), created_address(at(3), 2)]


@pytest.mark.parametrize("name", [REFERENCE, *EVMS])
def test_a_contract_sees_time_number_and_chain_id_of_its_block(name: str) -> None:
    blocks = send(opened(name), bytecode())
    output = blocks[3].receipts[2].output
    assert [int.from_bytes(output[start : start + 32], "big") for start in (0, 32, 64)] == [START - 3600 + 180, 4, CHAIN_ID]


@pytest.mark.long
@pytest.mark.parametrize("name", EVMS)
def test_memory_does_not_grow_with_blocks(name: str) -> None:
    chain = opened(name)
    send(chain, bytecode())

    def counted() -> tuple[int, int]:
        """Objects that Python holds after ten more blocks, and length of what pyrevm holds."""
        for block in range(10):
            chain.send_block([Transaction(operator(), at(0), (block + 1).to_bytes(32, "big"))] * 20, START + 60 * block)
        gc.collect()
        evm = getattr(chain, "_evm", None)
        return len(gc.get_objects()), len(evm.journal_str) + evm.journal_len + len(evm.db_accounts) if evm else 0

    counted()
    before, after = counted(), counted()
    assert after[0] - before[0] < 20, "200 transactions leave less than an object for every ten"
    assert after[1] == before[1]


# --- a whole run -------------------------------------------------------------------------------------------------------------------


@cache
def run(name: str, provinces: tuple[str, ...], hours: int) -> tuple[str, dict[str, int]]:
    """Digest over all logs, and gas by phase, of the first hours of the summer day."""
    config = override(load_config("six-provinces-day"), {"region.zones": provinces, "run.chain": name.split(" by ")[0]})
    if name == MIRROR:
        for contract in contracts.names():
            try:
                mirror.twin(contract)
            except KeyError as missing:
                pytest.skip(str(missing))
    opened(name)
    digest = Digest()

    def see(block: Block) -> None:
        for receipt in block.receipts:
            digest.extend(receipt.logs)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(revm, "create", lambda: opened(name))
        model = Model(build_scenario(config, "two_stage", 1), agents.build, see)
    for _ in range(hours):
        model.step_hour()
    return digest.hex(), {str(phase): gas for phase, gas in model.market.meter.gas.items()}


TWO = ("GD", "SC")
SIX = load_config("six-provinces-day").region.zones


@pytest.mark.parametrize("name", EVMS)
def test_a_run_leaves_the_same_digest_and_gas_on_every_evm(name: str) -> None:
    assert run(name, TWO, 2) == run(REFERENCE, TWO, 2)


def test_a_run_leaves_the_same_digest_on_the_mirror() -> None:
    assert run(MIRROR, TWO, 2)[0] == run(REFERENCE, TWO, 2)[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", EVMS)
def test_the_six_province_day_leaves_the_same_digest_and_gas_on_every_evm(name: str) -> None:
    assert run(name, SIX, 24) == run(REFERENCE, SIX, 24)


@pytest.mark.slow
def test_the_six_province_day_leaves_the_same_digest_on_the_mirror() -> None:
    assert run(MIRROR, SIX, 24)[0] == run(REFERENCE, SIX, 24)[0]


# --- the two bindings of revm ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("one", "other"), [tuple(BOUND), tuple(BOUND)[::-1]])
def test_state_that_one_binding_keeps_the_other_goes_on_from(one: str, other: str) -> None:
    before, after = opened(one), opened(other)
    send(before, bytecode()[:4])
    send(after, bytecode()[:1])
    after.restore(before.state())  # type: ignore[attr-defined]
    blocks = [chain.send_block(bytecode()[4], START) for chain in (before, after)]
    assert blocks[0] == blocks[1]
    assert blocks[0].number == 5


@pytest.mark.parametrize("name", BOUND)
def test_state_told_twice_holds_what_changed_in_between(name: str) -> None:
    chain: Any = opened(name)
    send(chain, bytecode()[:1])
    first = chain.state()
    chain.send_block([Transaction(keys.address("stranger"), at(0), (3).to_bytes(32, "big"))], START)
    changed = dict(chain.state().items() - first.items())
    assert changed == {
        b"number": (2).to_bytes(8, "big"),
        keys.address("stranger"): (1).to_bytes(8, "big"),
        at(0) + bytes(32): (3).to_bytes(32, "big"),
    }


@pytest.mark.parametrize("name", BOUND)
def test_a_creation_that_no_chain_takes_is_an_error_and_no_receipt(name: str) -> None:
    chain = opened(name)
    with pytest.raises((ValueError, RuntimeError), match=r"(?i)initcode"):
        send(chain, [[Transaction(operator(), b"", bytes(49_153))]])


def test_revm_is_carried_by_the_first_binding_that_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, chain in revm.BINDINGS.items():
        if revm.find_spec(module):
            assert type(revm.create()) is chain
        monkeypatch.setitem(sys.modules, module, None)  # as if it were not installed
    assert not revm.installed()
    with pytest.raises(MissingExtra, match="make native"):
        revm.create()


def test_columns_of_different_lengths_do_not_reach_the_engine() -> None:
    engine = pytest.importorskip("shengdian_native").Engine(1, 10**9, 1)
    with pytest.raises(ValueError, match="the ends do not divide 3 bytes"):
        engine.block(1, 2, bytes(20), bytes(20), b"\0", b"abc", (4).to_bytes(8, "little"), TRANSACTION_GAS)


# --- names -------------------------------------------------------------------------------------------------------------------------


def test_unknown_chain_names_the_nearest_one() -> None:
    with pytest.raises(InputError, match="did you mean 'mirror'"):
        open_chain("miror")


@pytest.mark.parametrize("name", chain_names())
def test_a_chain_opens_under_the_name_of_its_file(name: str) -> None:
    assert opened(name).name == name
