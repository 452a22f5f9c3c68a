"""The reference chain behind its port."""

import pytest

from shengdian.sim.adapters.eth_tester import EthTesterChain
from shengdian.sim.chain.keys import created_address
from shengdian.sim.chain.port import Transaction

START = 1_467_302_400
STORE = bytes.fromhex("600c600c600039600c6000f3600035600055 60206000f3 0000".replace(" ", ""))
"""creation code of a contract that stores its first argument and returns a word of zeros"""


def two_blocks() -> tuple[EthTesterChain, list[bytes]]:
    chain = EthTesterChain()
    operator, trader = chain.account("operator"), chain.account("trader")
    store = created_address(operator, 0)
    first = chain.send_block([Transaction(operator, b"", STORE)], START)
    calls = [Transaction(trader, store, bytes(31) + b"\x07"), Transaction(operator, store, bytes(31) + b"\x08")]
    second = chain.send_block(calls, START + 60)
    return chain, [first.hash, second.hash]


def test_two_chains_with_the_same_transactions_have_the_same_block_hashes() -> None:
    assert two_blocks()[1] == two_blocks()[1]


def test_web3_reads_the_blocks_that_were_made() -> None:
    chain, hashes = two_blocks()
    block = chain.web3.eth.get_block(2)
    assert bytes(block["hash"]) == hashes[1]
    assert block["timestamp"] == START + 60
    assert len(block["transactions"]) == 2


def test_created_contract_stands_where_the_rule_of_create_says() -> None:
    chain, _ = two_blocks()
    assert chain.call(Transaction(chain.account("trader"), created_address(chain.account("operator"), 0), b"")) == bytes(32)


def test_account_is_refused_after_genesis() -> None:
    chain, _ = two_blocks()
    with pytest.raises(ValueError, match="latecomer"):
        chain.account("latecomer")
