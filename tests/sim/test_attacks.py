"""Signed transactions are carried out once, and on the chain they were signed for."""

from __future__ import annotations

import pytest
from eth_utils.exceptions import ValidationError
from pair import START

from shengdian.sim.adapters.eth_tester import EthTesterChain, create
from shengdian.sim.base.errors import InputError
from shengdian.sim.chain import keys
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Transaction


def chain_with_registry() -> tuple[EthTesterChain, Transaction]:
    """A chain with a registry, and the operator's transaction that enrols somebody."""
    chain = create()
    operator = chain.account("operator")
    chain.send_block([Transaction(operator, b"", interface("Registry").creation(operator, 1))], START)
    registry = keys.created_address(operator, 0)
    return chain, Transaction(operator, registry, interface("Registry").call("enrol", bytes(19) + b"\x01", 1, 0))


def test_signed_transaction_is_not_carried_out_twice() -> None:
    chain, enrol = chain_with_registry()
    raw = chain.sign(enrol).encode()
    assert chain.send_signed([enrol], [raw], START + 1).receipts[0].success
    with pytest.raises(ValidationError, match="nonce"):
        chain.send_signed([enrol], [raw], START + 2)


def test_transaction_signed_for_another_chain_is_not_carried_out() -> None:
    chain, enrol = chain_with_registry()
    raw = keys.signed(keys.private_key("operator"), enrol, 1, chain.chain_id + 1)
    with pytest.raises(InputError, match="signed for chain id"):
        chain.send_signed([enrol], [raw], START + 1)
