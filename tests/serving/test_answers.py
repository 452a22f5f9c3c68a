"""A served run answers as the node that carried it, call by call."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from eth_tester.exceptions import TransactionFailed
from hexbytes import HexBytes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from web3 import EthereumTesterProvider, Web3
from web3.exceptions import ContractCustomError
from web3.providers.base import JSONBaseProvider

from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.serving.answers import METHOD, PARAMETERS, REQUEST, SERVER, Answers
from shengdian.serving.record import Record, record_of
from shengdian.serving.server import respond
from shengdian.serving.state import States
from shengdian.sim.adapters.eth_tester import EthTesterChain
from shengdian.sim.base.errors import InputError
from shengdian.sim.chain.abi import interface
from tests.experiments.audited import SMALL

METHODS = (
    *("eth_getBlockByNumber", "eth_getBlockByHash", "eth_getLogs", "eth_call", "eth_getBalance", "eth_getCode", "eth_getStorageAt"),
    *("eth_getTransactionCount", "eth_feeHistory", "eth_getBlockReceipts", "eth_getTransactionByHash", "eth_getTransactionReceipt"),
    *("eth_getTransactionByBlockNumberAndIndex", "eth_getTransactionByBlockHashAndIndex", "eth_getBlockTransactionCountByNumber"),
    *("eth_chainId", "eth_blockNumber"),
)


class Served(JSONBaseProvider):
    """web3's way to a served run, without HTTP."""

    def __init__(self, answers: Answers) -> None:
        super().__init__()
        self.answers = answers

    def make_request(self, method: Any, params: Any) -> Any:
        return self.decode_rpc_response(respond(self.answers, self.encode_rpc_request(method, params)))


@pytest.fixture(scope="module")
def answers(record: Record) -> Answers:
    return Answers(record, States(record), "shengdian/test")


@pytest.fixture(scope="module")
def served(answers: Answers) -> Web3:
    return Web3(Served(answers))


@pytest.fixture(scope="module")
def node(record: Record) -> Web3:
    """The node that carried the run: eth-tester with the same signed transactions in the same blocks, which gives the same hashes."""
    chain = EthTesterChain()
    chain._keys = dict.fromkeys(record.genesis)  # type: ignore[arg-type]
    for block in record.blocks.values():
        receipts = block.receipts
        chain.send_signed(receipts.transactions, receipts.raws, block.block.timestamp)
    return Web3(EthereumTesterProvider(chain._tester))


def same(found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """What both say of a field is equal, but for what eth-tester has its own way: it cuts zeros off a bloom filter, pads extra data, writes
    "" for nobody, and counts the logs of a transaction from 0. Logs of receipts are compared one by one."""
    fields = found.keys() & expected.keys() - {"extraData", "logsBloom", "logs", "logIndex"}
    assert {field: found[field] for field in fields} == {field: None if expected[field] == "" else expected[field] for field in fields}
    if "logsBloom" in expected:
        assert int.from_bytes(found["logsBloom"], "big") == int.from_bytes(expected["logsBloom"], "big")


def test_blocks_are_those_of_the_node(served: Web3, node: Web3, record: Record) -> None:
    assert served.eth.block_number == node.eth.block_number == record.last
    for number in record.numbers:
        found, expected = served.eth.get_block(number), node.eth.get_block(number)
        assert found["hash"] == expected["hash"]
        assert len(found.keys() & expected.keys()) >= 18
        same(found, expected)
        same(served.eth.get_block(found["hash"]), expected)


def test_transactions_and_receipts_are_those_of_the_node(served: Web3, node: Web3, record: Record) -> None:
    for name in list(record.transactions)[::7]:
        same(served.eth.get_transaction(name), node.eth.get_transaction(name))
        found, expected = served.eth.get_transaction_receipt(name), node.eth.get_transaction_receipt(name)
        same(found, expected)
        assert len(found.keys() & expected.keys()) >= 12
        assert len(found["logs"]) == len(expected["logs"])
        for mine, theirs in zip(found["logs"], expected["logs"], strict=True):
            same(mine, theirs)


def test_balances_nonces_code_and_storage_of_old_blocks_are_those_of_the_node(served: Web3, node: Web3, record: Record) -> None:
    tester: Any = node.provider.ethereum_tester  # type: ignore[attr-defined]
    accounts = [*list(record.genesis)[:6], *record.contracts.values(), bytes(20)]
    for number in (record.numbers[0], record.numbers[len(record.numbers) // 2], record.last):
        for account in map(Web3.to_checksum_address, accounts):
            for read in ("get_balance", "get_transaction_count", "get_code"):
                assert getattr(served.eth, read)(account, number) == getattr(node.eth, read)(account, number), (read, account, number)
            for slot in range(8):
                theirs = tester.get_storage_at(account, hex(slot), number)  # web3 would give the number as text, which eth-tester refuses
                assert served.eth.get_storage_at(account, slot, number) == HexBytes(theirs)


def test_calls_at_old_blocks_are_those_of_the_node(served: Web3, node: Web3, record: Record) -> None:
    """Balances of the ledger after every third block: an engine that is set back would give the newest."""
    changing = 0
    for account in range(0, 20, 3):
        call = asked(record, "Ledger", "balanceOf", account)
        known = []
        for number in record.numbers[3::3]:
            known.append(served.eth.call(call, number))
            assert known[-1] == node.eth.call(call, number)
        changing += len(set(known)) > 1
    assert changing > 2


def test_refused_call_gives_the_error_that_the_contract_gave(served: Web3, node: Web3, record: Record) -> None:
    call = asked(record, "Registry", "closeAfter", 1)
    with pytest.raises(ContractCustomError) as found:
        served.eth.call(call)
    with pytest.raises(TransactionFailed) as expected:
        node.eth.call(call)
    assert repr(bytes(HexBytes(str(found.value.data)))) in str(expected.value)


def asked(record: Record, contract: str, function: str, *arguments: Any) -> Any:
    """A call by somebody who has wei for its gas, which eth-tester asks for."""
    trader = list(record.genesis)[-1]
    return {
        "from": Web3.to_checksum_address(trader),
        "to": Web3.to_checksum_address(record.contracts[contract]),
        "data": interface(contract).call(function, *arguments),
    }


UNKNOWN = ("eth_sendRawTransaction", "eth_sendTransaction", "eth_sign", "evm_mine", "anvil_setBalance", "eth_getProof")


@pytest.mark.parametrize("method", UNKNOWN)
def test_whatever_writes_or_is_unknown_is_refused(answers: Answers, method: str) -> None:
    before = answers.answer({"id": 1, "method": "eth_blockNumber"})
    refused = answers.answer({"id": 7, "method": method, "params": ["0x00"]})
    assert refused is not None
    assert (refused["id"], refused["error"]["code"]) == (7, METHOD)
    assert answers.answer({"id": 1, "method": "eth_blockNumber"}) == before


def test_logs_by_filter_are_those_of_the_receipts(served: Web3, record: Record) -> None:
    every = [log for number in record.numbers for each in served.eth.get_block(number)["transactions"] for log in logs_of(served, each)]
    assert served.eth.get_logs({"fromBlock": "earliest", "toBlock": "latest"}) == every
    by_block = [[log["logIndex"] for log in every if log["blockNumber"] == number] for number in record.numbers]
    assert by_block == [list(range(len(indices))) for indices in by_block]
    auction = Web3.to_checksum_address(record.contracts["TwoStageAuction"])
    of_auction = [log for log in every if log["address"] == auction]
    assert served.eth.get_logs({"fromBlock": 1, "address": auction}) == of_auction != []
    first = of_auction[0]["topics"][0]
    kind = [log for log in every if log["topics"][0] == first]
    assert served.eth.get_logs({"fromBlock": 1, "topics": [first]}) == kind
    assert served.eth.get_logs({"fromBlock": 1, "topics": [[first, "0x" + "11" * 32]]}) == kind
    assert served.eth.get_logs({"fromBlock": 1, "topics": ["0x" + "11" * 32]}) == []
    block = kind[0]["blockNumber"]
    assert served.eth.get_logs({"fromBlock": block, "toBlock": block}) == [log for log in every if log["blockNumber"] == block]
    assert served.eth.get_logs({"blockHash": kind[0]["blockHash"]}) == [log for log in every if log["blockNumber"] == block]


def logs_of(served: Web3, name: Any) -> Any:
    return served.eth.get_transaction_receipt(name)["logs"]


NONSENSE: Any = [
    ({"method": "eth_getBlockByNumber", "params": ["12", False]}, PARAMETERS),
    ({"method": "eth_getBlockByNumber", "params": []}, PARAMETERS),
    ({"method": "eth_getBlockByNumber", "params": ["0x1", False, 3, 4]}, PARAMETERS),
    ({"method": "eth_getBlockByNumber", "params": {"number": 1}}, PARAMETERS),
    ({"method": "eth_getBlockByHash", "params": ["0x12", False]}, PARAMETERS),
    ({"method": "eth_getTransactionByHash", "params": [None]}, PARAMETERS),
    ({"method": "eth_getBalance", "params": ["0x1234", "latest"]}, PARAMETERS),
    ({"method": "eth_getBalance", "params": ["0x" + "00" * 20, "0xffffff"]}, SERVER),
    ({"method": "eth_getBalance", "params": ["0x" + "00" * 20, {"blockHash": "0x" + "00" * 32}]}, SERVER),
    ({"method": "eth_getStorageAt", "params": ["0x" + "00" * 20, "nothing", "latest"]}, PARAMETERS),
    ({"method": "eth_call", "params": [{"to": "0x12"}]}, PARAMETERS),
    ({"method": "eth_call", "params": [[], "latest"]}, PARAMETERS),
    ({"method": "eth_call", "params": [{"to": "0x" + "00" * 20}, "latest", {"balance": "0x1"}]}, PARAMETERS),
    ({"method": "eth_getLogs", "params": ["all"]}, PARAMETERS),
    ({"method": "eth_getLogs", "params": [{"fromBlock": "0x9", "toBlock": "0x1"}]}, PARAMETERS),
    ({"method": "eth_getLogs", "params": [{"topics": "0x1"}]}, PARAMETERS),
    ({"method": "eth_feeHistory", "params": ["0x2", "latest", ["much"]]}, PARAMETERS),
    ({"method": 3}, REQUEST),
    ("eth_blockNumber", REQUEST),
    (None, REQUEST),
]


@pytest.mark.parametrize(("request_", "code"), NONSENSE, ids=lambda value: str(value)[:60])
def test_nonsense_gets_an_error_of_json_rpc(answers: Answers, request_: Any, code: int) -> None:
    answer = answers.answer({**request_, "id": 1} if isinstance(request_, dict) else request_)
    assert answer is not None
    assert answer["error"]["code"] == code


@given(
    st.sampled_from(sorted(METHODS)),
    st.lists(
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.text(max_size=8)
            | st.sampled_from(["latest", "0x1", "0x" + "00" * 20, "0x" + "11" * 32]),
            lambda each: (
                st.lists(each, max_size=2)
                | st.dictionaries(st.sampled_from(["to", "fromBlock", "topics", "address", "blockHash", "data", "from"]), each, max_size=3)
            ),
        ),
        max_size=4,
    ),
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_parameters_give_a_result_or_an_error(answers: Answers, method: str, parameters: list[Any]) -> None:
    answer = answers.answer({"id": 1, "method": method, "params": parameters})
    assert answer is not None
    assert ("result" in answer) != ("error" in answer)


def test_first_questions_of_a_wallet_are_answered(answers: Answers, record: Record) -> None:
    for method, parameters in (
        ("eth_chainId", []),
        ("net_version", []),
        ("eth_blockNumber", []),
        ("eth_getBlockByNumber", ["latest", False]),
        ("eth_gasPrice", []),
        ("eth_feeHistory", ["0x5", "latest", [10, 50, 90]]),
        ("eth_accounts", []),
        ("eth_getBalance", ["0x" + "12" * 20, "latest"]),
    ):
        answer = answers.answer({"id": "a", "method": method, "params": parameters})
        assert answer is not None
        assert "result" in answer, answer


def test_fee_history_has_the_fees_of_the_headers(served: Web3, record: Record) -> None:
    found = served.eth.fee_history(3, "latest", [0, 100])
    last = [record.blocks[number] for number in record.numbers[-3:]]
    assert found["oldestBlock"] == last[0].block.number
    assert found["baseFeePerGas"][:3] == [block.base_fee for block in last]
    assert len(found["reward"]) == 3


def test_run_of_a_chain_that_signs_nothing_is_refused(tmp_path: Path) -> None:
    run = run_config(override(load_config("six-provinces-day"), {**SMALL, "run.hours": 1}), tmp_path)[0]
    with pytest.raises(InputError, match=r"chain 'mirror' signs nothing and makes no block hashes, .*; run it with --chain eth-tester"):
        record_of(run)
