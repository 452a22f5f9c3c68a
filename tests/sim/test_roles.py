"""Who may call what: every function of a deployed market that only one role may call refuses everybody else."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from shengdian import agents, contracts
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.chain.abi import interface, refusal
from shengdian.sim.chain.port import Transaction
from shengdian.sim.model import Model

KEYS = {"region.zones": ["SX"], "run.hours": 2, "settlement.deviation": "pre_listed", "collateral.required": True}
TRADER, STRANGER = "SX_supplier", b"\x77" * 20
OF_THE_OPERATOR = [
    ("Registry", "enrol(address,uint8,uint8)", "AccessControlUnauthorizedAccount"),
    ("Registry", "grantRole(bytes32,address)", "AccessControlUnauthorizedAccount"),
    ("Ledger", "post(int256[])", "AccessControlUnauthorizedAccount"),
    ("Ledger", "grantRole(bytes32,address)", "AccessControlUnauthorizedAccount"),
    ("Allocation", "setSuppliers(address[])", "NotOperator"),
    ("Allocation", "setTerms(address[],uint256[])", "NotOperator"),
    ("Allocation", "settle(uint256,uint256[])", "NotOperator"),
    ("TwoStageAuction", "admit(address[])", "NotOperator"),
    ("TwoStageAuction", "appointCollateral(address)", "NotOperator"),
    ("TwoStageAuction", "honour(address)", "NotOperator"),
    ("TwoStageAuction", "coverUntil(address[],uint256[],uint256)", "NotCollateral"),
    ("Deviation", "admit(address[])", "NotOperator"),
    ("Deviation", "settle(uint256,int256[],uint256[],uint256[])", "NotOperator"),
    ("Collateral", "credit(address[],uint64[])", "NotOperator"),
    ("Tariffs", "setTariff(address,address[])", "NotOperator"),
    ("Tariffs", "bill(uint256,uint64[])", "NotOperator"),
]
"""contract, function and how it refuses; the ledger's two and `coverUntil` are the contracts' alone"""
OF_TRADERS = [
    ("TwoStageAuction", "submit(uint256)", "NotAdmitted"),
    ("TwoStageAuction", "withdraw()", "NotAdmitted"),
    ("Deviation", "listRegulation(int32,uint32,int32,uint32)", "NotEnrolled"),
    *(("Collateral", f"{name}(uint64)", "NotEnrolled") for name in ("deposit", "withdraw", "redeem", "contribute", "pay")),
]
WRITES = {
    "Registry": {"enrol", "closeAfter", "grantRole", "revokeRole", "renounceRole"},
    "Ledger": {"post", "grantRole", "revokeRole", "renounceRole"},
    "Allocation": {"setSuppliers", "setTerms", "allocate", "settle"},
    "Differences": {"setSuppliers", "setTerms", "allocate", "settle"},
    "Agreements": {"addMonth", "openWindow", "setCapability", "propose", "accept", "cancel", "settle"},
    "Listing": {"post", "take", "share", "cancel"},
    "Deviation": {"admit", "listRegulation", "settle"},
    "Collateral": {"credit", "redeem", "deposit", "withdraw", "contribute", "pay", "close"},
    "Reservations": {"reserve"},
    "Tariffs": {"setTariff", "setCharge", "bill"},
    "Auction": {"admit", "appointCollateral", "coverUntil", "honour", "submit", "withdraw", "clear"},
    "DayAheadAuction": {"submitDay"},
    "TwoStageAuction": {"noteRenewables", "amendRegional"},
    "SealedTwoStageAuction": {"noteRenewables", "amendRegional"},
    "CorridorMatchingAuction": {"noteRenewables", "amendRegional"},
    "LeastCostDispatch": {"dispatch"},
    "OwnFirstDispatch": {"dispatch"},
    "Retail": {"setRetailer", "post", "choose", "bill"},
    "AuditedUniformAuction": {"audit"},
    "Sealed": {"commit", "reveal", "forfeit"},
}
"""functions that change anything; every auction has those of Auction"""


@cache
def market(chain: str) -> Model:
    """A market with everything that has roles, after its first hour."""
    config = override(load_config("six-provinces-day"), KEYS | {"run.chain": chain})
    model = Model(build_scenario(config, "two_stage", 1), agents.build)
    model.step_hour()
    return model


def call(model: Model, sender: bytes, contract: str, signature: str) -> Transaction:
    """Zeros are numbers, addresses and empty lists alike."""
    name, _, types = signature.removesuffix(")").partition("(")
    values = [
        [] if kind.endswith("[]") else bytes(32) if kind == "bytes32" else "0x" + "00" * 20 if kind == "address" else 0
        for kind in types.split(",")
        if kind
    ]
    known = interface(contract).functions
    return Transaction(sender, model.market.contracts[contract], interface(contract).call(name if name in known else signature, *values))


def refused(model: Model, transaction: Transaction) -> str:
    """How the transaction is refused; empty where it is not."""
    assert model.last_block
    (receipt,) = model.market.send([("settle", transaction)], model.last_block.timestamp + 1).receipts
    return "" if receipt.success else refusal(receipt.output).error


@pytest.mark.parametrize("chain", ["mirror", "pyevm"])
@pytest.mark.parametrize("who", [TRADER, STRANGER], ids=["trader", "stranger"])
def test_only_the_operator_does_what_is_the_operators(chain: str, who: str | bytes) -> None:
    model = market(chain)
    sender = who if isinstance(who, bytes) else model.market.address(who)
    found = [(contract, function, refused(model, call(model, sender, contract, function))) for contract, function, _ in OF_THE_OPERATOR]
    assert found == OF_THE_OPERATOR


@pytest.mark.parametrize("chain", ["mirror", "pyevm"])
def test_only_participants_do_what_is_theirs(chain: str) -> None:
    model = market(chain)
    found = [(contract, function, refused(model, call(model, STRANGER, contract, function))) for contract, function, _ in OF_TRADERS]
    assert found == OF_TRADERS


@pytest.mark.parametrize("chain", ["mirror", "pyevm"])
def test_operator_can_neither_order_nor_set_limits_nor_spend_for_a_trader(chain: str) -> None:
    model = market(chain)
    operator = model.market.operator
    asked = [("TwoStageAuction", "submit(uint256)"), ("TwoStageAuction", "withdraw()"), ("Collateral", "withdraw(uint64)")]
    found = [refused(model, call(model, operator, *each)) for each in asked]
    assert found == ["NotAdmitted", "NotAdmitted", "NotEnrolled"]
    assert refused(model, call(model, operator, "TwoStageAuction", "coverUntil(address[],uint256[],uint256)")) == "NotCollateral"


@pytest.mark.parametrize("chain", ["mirror", "pyevm"])
def test_meters_of_an_hour_are_settled_once(chain: str) -> None:
    model = market(chain)
    again = call(model, model.market.operator, "Deviation", "settle(uint256,int256[],uint256[],uint256[])")
    assert refused(model, again) == "AlreadySettled"


@pytest.mark.parametrize("chain", ["mirror", "pyevm"])
def test_nobody_takes_more_cash_than_the_own(chain: str) -> None:
    model = market(chain)
    found = []
    for function in ("redeem", "deposit", "contribute"):
        data = interface("Collateral").call(function, 2**63)
        found.append(refused(model, Transaction(model.market.address(TRADER), model.market.contracts["Collateral"], data)))
    assert found == ["NotEnoughMoney"] * 3


@pytest.mark.parametrize("name", contracts.names())
def test_contract_has_no_way_to_change_its_rules_or_to_be_paused_or_replaced(name: str) -> None:
    abi = contracts.artifact(name).abi
    writes = {entry["name"] for entry in abi if entry["type"] == "function" and entry["stateMutability"] not in ("view", "pure")}
    auction = WRITES["Auction"] if name.endswith(("Auction", "Dispatch")) else set()
    auction = auction - {"clear"} if name.endswith("Dispatch") else auction
    sealed = WRITES["Sealed"] if name.startswith("Sealed") else set()
    assert writes == WRITES.get(name.replace("Priced", ""), set()) | auction | sealed
    assert not any(entry.get("stateMutability") == "payable" or entry["type"] in ("receive", "fallback") for entry in abi)


def test_no_contract_runs_the_code_of_another_in_its_place_or_destroys_itself() -> None:
    root = Path(contracts.__file__).parent
    own = sorted({each for name in contracts.names() for each in contracts.artifact(name).sources if not each.startswith("@")})
    assert len(own) > 20
    texts = {source: (root / source).read_text(encoding="utf-8") for source in own}
    assert [source for source, text in texts.items() if re.search("delegatecall|callcode|selfdestruct", text)] == []
