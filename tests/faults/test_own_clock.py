"""A node that makes its blocks by itself carries a run out in its own time; what it cannot do is one sentence, and no wait without end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from shengdian.audit import audit
from shengdian.audit.proof import prove
from shengdian.audit.query import Question, query
from shengdian.audit.verify import verify
from shengdian.cli import main
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.one_run import name_of, run_single
from shengdian.sim.adapters import rpc_own_clock
from shengdian.sim.adapters.rpc import CONSENT, create
from shengdian.sim.adapters.rpc_own_clock import OwnClockChain
from shengdian.sim.base.errors import InputError, NoBlock, NodeError
from shengdian.sim.base.timetable import HOUR
from shengdian.sim.chain import keys
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import OWN_CLOCK_FUNDS, Block, Transaction, late
from shengdian.sim.record.chain_record import NAME, read_record
from tests.anvil import ANVIL, started
from tests.experiments.audited import SMALL, VARIANTS, relines
from tests.experiments.audited import finished as elsewhere
from tests.faults.node import serving
from tests.faults.own_clock import BEGINS, FIRST_HOUR, PAYER, Behind, OwnClockNode
from tests.faults.runs import contents, hidden, results, small

SEND = "eth_sendRawTransaction"


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """These nodes make a block for every look at them."""
    monkeypatch.setattr(rpc_own_clock, "POLL", 0)


@pytest.fixture
def node() -> Iterator[tuple[OwnClockNode, str]]:
    """A node that works, and its URL."""
    made = OwnClockNode()
    with serving(made) as url:
        yield made, url


def block(url: str, change: Callable[[], None] = lambda: None, count: int = 3) -> Block:
    """The first block of a run, of `count` transactions; `change` happens just before it."""
    chain = create(url)
    assert isinstance(chain, OwnClockChain)
    operator = chain.account("operator")
    creation = Transaction(operator, b"", interface("Registry").creation(operator, 2))
    start = chain.first_hour(HOUR)
    chain.send_block([creation], start - 120)
    change()
    return chain.send_block([Transaction(operator, operator, b"")] * count, start - 60)


# --- a run ----------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The results of two hours on a chain whose clock is set."""
    folder: Path = tmp_path_factory.mktemp("undisturbed")
    return comparable(run_single(small(folder, "mirror", 2), folder / "runs"))


def comparable(run: Path) -> dict[str, object]:
    """Every table and the digest; of the ledger all but numbers of blocks and hashes of signed transactions."""
    ledger = pd.read_parquet(run / "ledger.parquet").drop(columns=["transaction", "block"])
    return results(run) | {"ledger.parquet": ledger.to_csv()}


@pytest.mark.long
@pytest.mark.skipif(ANVIL is None, reason="anvil is not installed: npm ci --prefix tests")
def test_hours_in_a_nodes_own_time_leave_the_results_of_any_chain_and_audit_clean(undisturbed: dict[str, object], tmp_path: Path) -> None:
    with started("--timestamp", str(BEGINS)) as anvil, serving(Behind(anvil)) as url:
        run = run_single(small(tmp_path, url, 2), tmp_path / "runs")
    assert comparable(run) == undisturbed
    manifest = json.loads((run / "manifest.json").read_text())
    assert manifest["start"] == FIRST_HOUR
    verdict = audit(run, "pyevm")
    assert verdict.differences == ()
    assert verdict.counted["signatures"] == manifest["transactions"]
    _, *blocks = read_record(run / NAME)
    due = [FIRST_HOUR + seconds for seconds in (-120, -60, -30, 60, 1800, 3660, 5400, 7140)]
    assert all(0 <= made["timestamp"] - at < late(HOUR) for made, at in zip(blocks, due, strict=True))


@pytest.mark.long
@pytest.mark.skipif(ANVIL is None, reason="anvil is not installed: npm ci --prefix tests")
def test_blocks_come_as_a_node_with_a_real_clock_makes_them() -> None:
    with started("--block-time", "1") as anvil, serving(Behind(anvil, clock=False)) as url:
        chain = create(url)
        assert isinstance(chain, OwnClockChain)
        operator = chain.account("operator")
        start = chain.first_hour(HOUR)
        assert start % 3600 == 0
        call = Transaction(operator, operator, b"")
        first = chain.send_block([call] * 40, chain.head().time + 1)
        second = chain.send_block([call] * 40, first.timestamp + 2)
        assert first.timestamp + 2 <= second.timestamp < first.timestamp + 2 + late(HOUR)
        assert chain.genesis == {operator: OWN_CLOCK_FUNDS}


@pytest.mark.long
@pytest.mark.parametrize("variant", ["sealed", "everything ahead", "everything in corridors"])
def test_every_kind_of_market_keeps_its_hours_on_such_a_node(variant: str, node: tuple[OwnClockNode, str], tmp_path: Path) -> None:
    config = override(load_config("base"), {**SMALL, **VARIANTS[variant], "run.chain": node[1]})
    run = run_single(config, tmp_path)
    verdict = audit(run, "mirror")
    assert (verdict.differences, verdict.counted["hours"]) == ((), config.run.hours)
    digests = [json.loads((each / "manifest.json").read_text())["digest"] for each in (run, elsewhere(variant))]
    assert digests[0] == digests[1]


def test_transaction_is_proven_by_the_hash_of_its_own_block(node: tuple[OwnClockNode, str], tmp_path: Path) -> None:
    run = run_single(small(tmp_path, node[1], 1), tmp_path)
    at = query(run, Question(hour=0)).provable
    assert at is not None
    hashes = {made["number"]: made["hash"] for made in list(read_record(run / NAME))[1:]}
    orders = sorted(hashes)[-3]
    assert verify(prove(run, *at), hashes[at[0]])["block"] == at[0]
    assert verify(prove(run, orders, 0), hashes[orders])["block"] == orders
    with pytest.raises(ValueError, match="not the trusted one"):
        verify(prove(run, orders, 0), hashes[at[0]])


# --- what an audit finds ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A run of one hour."""
    folder: Path = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patched, serving(OwnClockNode()) as url:
        patched.setattr(rpc_own_clock, "POLL", 0)
        yield run_single(small(folder, url, 1), folder / "runs")


def edited(line: int, change: Callable[[dict[str, Any]], None]) -> Callable[[list[str]], list[str]]:
    """A record with one line changed."""

    def edit(lines: list[str]) -> list[str]:
        value = json.loads(lines[line])
        change(value)
        return [*lines[:line], json.dumps(value, separators=(",", ":")), *lines[line + 1 :]]

    return edit


def poorer(first: dict[str, Any]) -> None:
    first["genesis"] = dict.fromkeys(first["genesis"], OWN_CLOCK_FUNDS - 1)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda lines: [*lines[:4], *lines[5:]], "the nonce is"),
        (edited(4, lambda made: made.update(number=made["number"] + 1)), "the header's number is"),
        (edited(4, lambda made: made.update(timestamp=made["timestamp"] + late(HOUR))), "no block of hour 0 is made then"),
        (edited(0, poorer), "the first line's genesis"),
    ],
    ids=["a block left out", "another number", "another time", "less money than a run begins with"],
)
def test_audit_of_such_a_run_finds(change: Callable[[list[str]], list[str]], sentence: str, finished: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    for path in finished.iterdir():
        (run / path.name).write_bytes(path.read_bytes())
    relines(run, change)
    assert any(sentence in each.sentence for each in audit(run, "mirror").differences)


def test_audit_finds_another_start_in_the_manifest(finished: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    for path in finished.iterdir():
        (run / path.name).write_bytes(path.read_bytes())
    manifest = json.loads((run / "manifest.json").read_text())
    (run / "manifest.json").write_text(json.dumps(manifest | {"start": manifest["start"] + 3600}))
    found = [each.sentence for each in audit(run, "mirror").differences]
    assert "UniformAuction was deployed with another timetable than the config has" in [
        each.replace("TwoStage", "Uniform") for each in found
    ]


# --- what such a node cannot do ---------------------------------------------------------------------------------------------------


def set_(**values: Any) -> Callable[[OwnClockNode], None]:
    def change(node: OwnClockNode) -> None:
        for name, value in values.items():
            setattr(node, name, value)

    return change


UNFIT: dict[str, tuple[Callable[[OwnClockNode], None], str]] = {
    "used before": (set_(used={"0x" + keys.address("operator").hex(): 3}), r"was used before .*has sent 3 transactions.*start it anew"),
    "small blocks": (set_(gas_limit=10**7), "has room for 10000000 gas in a block"),
    "dear gas": (set_(base_fee=10**10), "asks for 10000000000 wei a unit of gas"),
    "no traces": (set_(traces=False), "does not offer debug_traceTransaction.*--http.api"),
    "no account": (set_(accounts=[]), "1 accounts have less than the .* wei .*no account of its own to fund them from; start one such as"),
    "poor account": (set_(balances={PAYER: 5}), "has 5 of .* wei; start one such as geth"),
    "lost transfers": (set_(pays=False), "10 blocks later what was sent is not there"),
}


@pytest.mark.parametrize("kind", UNFIT)
def test_node_that_is_not_fit_for_a_run_is_refused_in_one_sentence(kind: str, node: tuple[OwnClockNode, str]) -> None:
    made, url = node
    change, sentence = UNFIT[kind]
    change(made)
    with pytest.raises(InputError, match=sentence) as refused:
        block(url)
    assert url in str(refused.value)
    assert "\n" not in str(refused.value)


def test_account_that_the_node_does_not_sign_for_funds_nobody(node: tuple[OwnClockNode, str]) -> None:
    made, url = node
    made.fault = lambda method, answer: (
        {"jsonrpc": "2.0", "id": answer["id"], "error": {"code": -32000, "message": "locked"}}
        if method == "eth_sendTransaction"
        else answer
    )
    with pytest.raises(InputError, match=r"the node sends them nothing .*locked"):
        block(url)


def test_refused_node_ends_a_run_with_2_and_leaves_nothing(
    node: tuple[OwnClockNode, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, url = node
    made.accounts = []
    small(tmp_path, url, 1)
    assert main(["run", str(tmp_path / "small.toml"), "--out", str(tmp_path / "runs"), "--quiet"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert list((tmp_path / "runs").iterdir()) == []


def test_accounts_that_have_enough_are_given_nothing(node: tuple[OwnClockNode, str]) -> None:
    made, url = node
    made.balances["0x" + keys.address("operator").hex()] = OWN_CLOCK_FUNDS
    block(url)
    assert "eth_sendTransaction" not in made.asked


def test_chain_id_that_no_development_node_has_needs_consent(node: tuple[OwnClockNode, str], monkeypatch: pytest.MonkeyPatch) -> None:
    made, url = node
    made.chain_id = 4711
    for consent in ("", "4712", "yes"):
        monkeypatch.setenv(CONSENT, consent)
        with pytest.raises(InputError, match=f"chain id 4711 is none .* set {CONSENT}=4711"):
            create(url)
    assert set(made.asked) == {"eth_chainId", "evm_setAutomine"}
    monkeypatch.setenv(CONSENT, "4711")
    assert create(url).chain_id == 4711


def test_public_network_needs_consent_to_its_own_chain_id(node: tuple[OwnClockNode, str], monkeypatch: pytest.MonkeyPatch) -> None:
    made, url = node
    made.chain_id = 11155111
    for consent in ("", "1"):
        monkeypatch.setenv(CONSENT, consent)
        with pytest.raises(InputError, match=f"is Sepolia .*a public network.*{CONSENT}"):
            create(url)
    assert set(made.asked) == {"eth_chainId"}
    monkeypatch.setenv(CONSENT, "11155111")
    assert create(url).chain_id == 11155111


def test_node_without_blocks_is_not_waited_for_without_end(node: tuple[OwnClockNode, str], monkeypatch: pytest.MonkeyPatch) -> None:
    made, url = node
    monkeypatch.setattr(rpc_own_clock, "PATIENCE", 0.2)
    made.mines_by_itself = False
    with pytest.raises(NoBlock, match="made no block for 0 seconds; it must make blocks by itself"):
        create(url).first_hour(HOUR)  # type: ignore[union-attr]


def test_only_runs_keep_hours_on_such_a_node(node: tuple[OwnClockNode, str], finished: Path, tmp_path: Path) -> None:
    _, url = node
    chain = create(url)
    with pytest.raises(InputError, match="has a clock of its own, by which only the hours of a run can go"):
        chain.send_block([], FIRST_HOUR)
    with pytest.raises(InputError, match="has a clock of its own, so that nothing can be carried out again there"):
        audit(finished, url)


# --- what goes wrong on the way ---------------------------------------------------------------------------------------------------


def once(node: OwnClockNode, method: str, count: int, what: Callable[[], None]) -> None:
    """Something happens after the `count`th request of a method from now on."""
    seen = 0

    def after(asked: str) -> None:
        nonlocal seen
        seen += asked == method
        if asked == method and seen == count:
            what()

    node.after = after


def stranger() -> bytes:
    """A signed transaction of somebody else."""
    sender = keys.address("stranger")
    return keys.signed(keys.private_key("stranger"), Transaction(sender, sender, b""), 0, 31337)


WRONG: dict[str, tuple[Callable[[OwnClockNode], None], str]] = {
    "two blocks": (lambda node: once(node, SEND, 2, node.tick), "3 transactions that belong into one block became 2 of 2 in block"),
    "another order": (lambda node: once(node, SEND, 3, lambda: node._waiting.reverse()), "came in another order; a node of its own"),
    "another program": (lambda node: once(node, SEND, 3, lambda: node._waiting.append(stranger())), "became 3 of 4 in block"),
    "left lying": (lambda node: once(node, SEND, 3, lambda: node._waiting.clear()), "did not come before .*at least every 5 seconds"),
    "rare blocks": (set_(following=lambda time: time + 65), "was not ready before .*, too late for its hour"),
    "one late block": (lambda node: once(node, SEND, 3, lambda: set_(following=lambda time: time + 30)(node)), "did not come before"),
    "set back": (lambda node: once(node, "eth_getBlockByNumber", 1, lambda: node._blocks.__delitem__(slice(-9, None))), "was set back"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_block_that_is_not_as_the_run_needs_it_is_refused_in_one_sentence(kind: str, node: tuple[OwnClockNode, str]) -> None:
    made, url = node
    fault, sentence = WRONG[kind]
    with pytest.raises(NodeError, match=sentence) as failed:
        block(url, lambda: fault(made))
    assert url in str(failed.value)
    assert "\n" not in str(failed.value)


@pytest.mark.long
def test_run_in_a_nodes_own_time_keeps_its_days_and_is_not_gone_on_with(
    node: tuple[OwnClockNode, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, url = node
    config, out = small(tmp_path, url, 26), tmp_path / "runs"
    command = ["run", str(tmp_path / "small.toml"), "--quiet"]
    made.fault = lambda method, answer: None if method == SEND and made._time > FIRST_HOUR + 24 * 3600 else answer
    assert main([*command, "--out", str(out)]) == 1
    assert "its first 24 hours are kept, but cannot be gone on with on such a node" in capsys.readouterr().err
    before = contents(hidden(out, config))
    assert main([*command, "--resume", str(out)]) == 2
    said = capsys.readouterr().err
    assert "a node with a clock of its own, whose time has passed; its first 24 hours stay there" in said
    assert said.count("\n") == 1
    assert contents(hidden(out, config)) == before
    assert name_of(config) in str(hidden(out, config))
