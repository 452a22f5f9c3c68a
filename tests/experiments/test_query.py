"""What the chain says of a trader, an order, an hour and a block; and proofs that need nothing but one hash."""

from __future__ import annotations

import csv
import inspect
import io
import json
import re
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis.strategies import integers

from shengdian.audit.verify import verify
from shengdian.cli import main
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.sim.record.finished_run import load

TRADER = "SX_supplier"


@cache
def finished(chain: str) -> Path:
    """One hour of two provinces in two stages; made once in a process."""
    return made(chain, "two_stage", "open")


@cache
def made(chain: str, design: str, bids: str) -> Path:
    keys = {"run.chain": chain, "run.hours": 1, "run.compare": [], "run.design": design, "market.bids": bids}
    return run_config(override(load_config("six-provinces-day"), {**keys, "region.zones": ["SX", "SD"]}), Path(mkdtemp()))[0]


def life(capsys: pytest.CaptureFixture[str], run: Path, order: str) -> list[dict[str, Any]]:
    """All records of an order."""
    assert main(["query", str(run), "--order", order, "--json"]) == 0
    records: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return records


def asked(capsys: pytest.CaptureFixture[str], chain: str, *argv: str) -> list[dict[str, Any]]:
    assert main(["query", str(finished(chain)), *argv, "--json"]) == 0
    records: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return records


def of(records: list[dict[str, Any]], what: str) -> list[dict[str, Any]]:
    return [record for record in records if record["what"] == what]


def test_trader_has_orders_fills_payments_and_agreements_as_the_tables_have_them(capsys: pytest.CaptureFixture[str]) -> None:
    records = asked(capsys, "mirror", "--trader", TRADER)
    tables = load(finished("mirror")).tables
    ledger = tables["ledger"].query("trader == @TRADER")
    payments = of(records, "payment")
    assert [row["money"] for row in payments] == ledger["money"].tolist()
    assert [row["transaction"] for row in payments] == ledger["transaction"].tolist()
    assert [row["block"] for row in payments] == ledger["block"].tolist()
    orders = tables["orders"].query("trader == @TRADER")
    assert [row["order_id"] for row in of(records, "order")] == orders.query("stage == 'provincial'")["order_id"].tolist()
    assert [row["quantity_mwh"] for row in of(records, "fill")] == orders.query("filled_mwh > 0")["filled_mwh"].tolist()
    agreements = tables["agreements"].query("seller == @TRADER or buyer == @TRADER")
    assert [row["id"] for row in of(records, "agreement")] == agreements["id"].tolist()


def test_order_is_placed_in_the_first_block_of_its_hour_and_filled_in_the_second(capsys: pytest.CaptureFixture[str]) -> None:
    records = asked(capsys, "mirror", "--order", f"0/{TRADER}/0")
    (order,) = of(records, "order")
    (fill,) = of(records, "fill")
    assert (order["block"], fill["block"]) == (4, 5)
    assert order["transaction"] != fill["transaction"]


def test_order_lives_from_its_transaction_to_its_payment(capsys: pytest.CaptureFixture[str]) -> None:
    records = life(capsys, finished("mirror"), f"0/{TRADER}/0")
    sent = of(records, "transaction")
    assert [(row["block"], row["sender"], row["function"]) for row in sent] == [(4, TRADER, "submit"), (5, "operator", "clear")]
    (order,) = of(records, "order")
    assert order["transaction"] == sent[0]["transaction"]
    outcomes = of(records, "outcome")
    assert [row["stage"] for row in outcomes] == ["provincial"]
    assert outcomes[0]["transaction"] == sent[1]["transaction"]
    assert outcomes[0]["filled_mwh"] == of(records, "fill")[0]["quantity_mwh"]
    assert [row["transaction"] for row in of(records, "payment") if row["cause"] == "auction"] == [sent[1]["transaction"]]


def test_order_that_found_nobody_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    orders = load(finished("mirror")).tables["orders"]
    order = orders.query("status == 'unfilled' and side == 'sell' and stage == 'provincial'").iloc[0]
    records = life(capsys, finished("mirror"), order["order_id"])
    first = of(records, "outcome")[0]
    assert (first["status"], first["filled_mwh"]) == ("unfilled", 0.0)
    assert first["zone_price_per_mwh"] < order["price_per_mwh"]


def test_sealed_order_is_committed_revealed_and_cleared(capsys: pytest.CaptureFixture[str]) -> None:
    records = life(capsys, made("mirror", "coupled", "sealed"), f"0/{TRADER}/0")
    assert [row["function"] for row in of(records, "transaction")] == ["commit", "reveal", "clear"]


def test_order_of_the_day_before_begins_with_the_days_transaction(capsys: pytest.CaptureFixture[str]) -> None:
    records = life(capsys, made("mirror", "day_ahead", "open"), f"0/{TRADER}/0")
    assert [row["function"] for row in of(records, "transaction")] == ["submitDay", "clear"]


def test_hour_has_its_prices(capsys: pytest.CaptureFixture[str]) -> None:
    prices = of(asked(capsys, "mirror", "--hour", "0"), "price")
    table = load(finished("mirror")).tables["prices"]
    assert [(row["stage"], row["zone"], row["price_per_mwh"]) for row in prices] == list(
        zip(table["stage"], table["zone"], table["price_per_mwh"], strict=True)
    )


def test_block_has_its_transactions(capsys: pytest.CaptureFixture[str]) -> None:
    records = asked(capsys, "mirror", "--block", "5")
    assert [(row["function"], row["sender"], row["status"]) for row in records] == [("clear", "operator", 1), ("settle", "operator", 1)]


def test_csv_has_the_same_records_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    records = asked(capsys, "mirror", "--trader", TRADER)
    assert main(["query", str(finished("mirror")), "--trader", TRADER, "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["what"] for row in rows] == [record["what"] for record in records]
    assert all(str(record[key]) == row[key] for row, record in zip(rows, records, strict=True) for key in record)


def test_table_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", str(finished("mirror")), "--hour", "0", "--trader", TRADER]) == 0
    out = capsys.readouterr().out
    assert "Payments" in out
    assert "Fills" in out


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ((), "--trader"),
        (("--trader", "SX_suplier"), "did you mean SX_supplier"),
        (("--hour", "1"), "hours 0 to 0"),
        (("--order", "7"), "<hour>/<trader>/<segment>"),
        (("--order", f"0/{TRADER}/4"), "no such order"),
        (("--block", "99"), "blocks 1 to 6"),
        (("--block", "5", "--hour", "0"), "alone"),
        (("--trader", TRADER, "--proof", "x.json"), "--proof needs"),
    ],
)
def test_bad_question_is_refused_in_one_sentence(argv: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", str(finished("mirror")), *argv]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert words in err


# --- proofs ---------------------------------------------------------------------------------------------------------------------


def proof(chain: str, path: Path, *argv: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The proof and the manifest."""
    assert main(["query", str(finished(chain)), *argv, "--proof", str(path), "--json"]) == 0
    return json.loads(path.read_text()), load(finished(chain)).manifest


@pytest.mark.parametrize("argv", [("--order", f"0/{TRADER}/0"), ("--hour", "0")])
def test_receipt_proof_leads_to_the_last_block_hash(argv: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made, manifest = proof("eth-tester", tmp_path / "proof.json", *argv)
    record = next(row for row in json.loads(capsys.readouterr().out) if row["what"] in ("order", "price"))
    proven = verify(made, manifest["last_block_hash"])
    assert proven["block"] == record["block"]
    assert proven["status"] == 1
    assert proven["logs"]


@pytest.mark.parametrize("part", ["headers", "transaction_proof", "receipt_proof", "place"])
def test_forged_receipt_proof_is_refused(part: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made, manifest = proof("eth-tester", tmp_path / "proof.json", "--order", f"0/{TRADER}/0")
    if part == "place":
        made[part] += 1
    else:
        made[part][-1] = made[part][-1][:-1] + ("1" if made[part][-1][-1] == "0" else "0")
    with pytest.raises(ValueError, match="not"):
        verify(made, manifest["last_block_hash"])
    capsys.readouterr()


@pytest.mark.parametrize(("chain", "trusted"), [("eth-tester", "last_block_hash"), ("mirror", "logs_root")])
def test_no_flipped_bit_of_a_proof_proves_anything_else(
    chain: str, trusted: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, manifest = proof(chain, tmp_path / "proof.json", "--order", f"0/{TRADER}/0")
    text = json.dumps(whole).encode()
    proven = verify(whole, manifest[trusted])

    @settings(max_examples=400, deadline=None)
    @given(integers(0, len(text) - 1), integers(0, 7))
    def flipped(at: int, bit: int) -> None:
        forged = bytearray(text)
        forged[at] ^= 1 << bit
        try:
            assert verify(json.loads(forged), manifest[trusted]) == proven
        except ValueError:
            return

    flipped()
    capsys.readouterr()


def test_topic_of_a_log_cannot_be_passed_off_as_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forged, manifest = proof("mirror", tmp_path / "proof.json", "--order", f"0/{TRADER}/0")
    address, topics, data = forged["log"]
    forged["log"] = [address, topics[:-1], topics[-1] + data.removeprefix("0x")]
    with pytest.raises(ValueError, match="root"):
        verify(forged, manifest["logs_root"])
    forged["log"] = [address + topics[0][2:4], ["0x" + topics[0][4:] + data[2:4]], "0x" + data[4:]]
    with pytest.raises(ValueError, match="20 bytes"):
        verify(forged, manifest["logs_root"])
    capsys.readouterr()


@pytest.mark.parametrize("forged", [{}, {"kind": "receipt"}, {"kind": "receipt", "headers": []}, {"kind": "log", "log": []}])
def test_what_is_no_proof_is_refused_in_a_sentence(forged: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a proof as query --proof writes it"):
        verify(forged, "0x" + "11" * 32)


def test_verifier_needs_nothing_of_this_project() -> None:
    source = Path(inspect.getfile(verify)).read_text(encoding="utf-8")
    imported = set(re.findall(r"^(?:from|import) (\w+)", source, re.MULTILINE))
    assert imported == {"__future__", "collections", "typing", "rlp", "eth_utils", "trie"}


def test_proof_does_not_lead_to_another_hash(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made, _ = proof("eth-tester", tmp_path / "proof.json", "--hour", "0")
    with pytest.raises(ValueError, match="trusted"):
        verify(made, "0x" + "11" * 32)
    capsys.readouterr()


def test_log_proof_leads_to_the_root_of_all_logs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made, manifest = proof("mirror", tmp_path / "proof.json", "--order", f"0/{TRADER}/0")
    assert verify(made, manifest["logs_root"])["logs"] == [made["log"]]
    made["log"][2] = made["log"][2][:-1] + ("1" if made["log"][2][-1] == "0" else "0")
    with pytest.raises(ValueError, match="root"):
        verify(made, manifest["logs_root"])
    capsys.readouterr()


def test_root_of_all_logs_is_the_same_on_every_chain() -> None:
    assert load(finished("mirror")).manifest["logs_root"] == load(finished("eth-tester")).manifest["logs_root"]
