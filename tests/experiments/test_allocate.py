"""`shengdian allocate`: the worked example of the domain notes in MW, verified on a chain."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shengdian.cases.allocate import run_cases
from shengdian.cli import main


def plant(
    id: str, most: float, least: float, ramp: float, initial: float, contract: float, availability: list[float] | None = None
) -> dict[str, Any]:
    return {
        "id": id,
        "max": most,
        "min": least,
        "ramp": ramp,
        "initial": initial,
        "availability": availability or [1, 1, 1, 1],
        "contract": contract,
    }


def example(reading: str = "per-plant") -> dict[str, Any]:
    """The worked example, section 6 of the domain notes."""
    return {
        "name": "day",
        "reading": reading,
        "share": 0.8,
        "load": [700, 900, 1000, 800],
        "plants": [
            plant("A", 600, 300, 120, 360, 1400),
            plant("B", 400, 160, 100, 200, 800),
            plant("C", 300, 0, 300, 0, 520, [1, 0.8, 0.6, 1]),
        ],
    }


def only(case: dict[str, Any], chain: str = "mirror") -> dict[str, Any]:
    (result,) = run_cases([case], chain)
    return result


@pytest.mark.parametrize(
    ("reading", "coe_all", "a", "energy", "bidding"),
    [
        ("province", 0.782955, [300.0, 340.964, 398.112, 300.0], [1339.1, 854.1, 526.8], 680.0),
        ("per-plant", 0.8, [300.0, 364.785, 425.926, 309.288], [1400.0, 800.0, 520.0], 680.0),
        ("literal", 0.837655, [300.0, 364.785, 425.926, 309.288], [1400.0, 913.8, 563.7], 522.6),
    ],
)
def test_worked_example_is_verified_on_the_reference_chain(
    reading: str, coe_all: float, a: list[float], energy: list[float], bidding: float
) -> None:
    case = example(reading)
    if reading == "province":
        for one in case["plants"]:
            del one["contract"]
    result = only(case, "eth-tester")
    assert result["name"] == "day"
    assert result["coe_all"] == pytest.approx(coe_all, abs=1e-6)
    assert result["plants"][0]["hours"] == pytest.approx(a, abs=0.0010001)
    assert [one["contract"] for one in result["plants"]] == pytest.approx(energy, abs=0.06)
    assert [one["status"] for one in result["plants"]] == ["ok"] * 3
    assert result["bidding_energy"] == pytest.approx(bidding, abs=0.06)
    assert sum(result["residual"]) == pytest.approx(result["bidding_energy"])
    assert result["gas"] > 21_000


@pytest.mark.parametrize(
    ("place", "contract", "status", "energy"),
    [(0, 1000, "below_min", 1200.0), (2, 1200, "above_max", 1020.0), (1, 1700, "above_max", 1500.0)],
)
def test_infeasible_contract_is_named_and_verified(place: int, contract: float, status: str, energy: float) -> None:
    case = example()
    case["plants"] = [case["plants"][place] | {"contract": contract}]
    (result,) = only(case)["plants"]
    assert (result["status"], result["contract"]) == (status, energy)


def test_empty_band_is_verified() -> None:
    case = example()
    case["plants"][0]["initial"] = 100
    assert [one["status"] for one in only(case)["plants"]] == ["band_empty", "ok", "ok"]


@pytest.mark.parametrize("chain", ["mirror", "eth-tester"])
def test_rolling_case_meets_every_contract(chain: str) -> None:
    case = example() | {"from_hour": 1}
    case["plants"][1]["availability"] = [1, 0.5, 0.5, 1]
    for one, delivered in zip(case["plants"], (300.0, 160.0, 124.835), strict=True):
        one["delivered"] = [delivered]
    result = only(case, chain)
    assert [one["status"] for one in result["plants"]] == ["ok"] * 3
    assert [one["contract"] for one in result["plants"]] == [1400.0, 800.0, 520.0]
    assert result["plants"][0]["hours"] == pytest.approx([300.0, 363.3, 428.4, 308.4], abs=0.06)
    assert result["plants"][1]["hours"] == pytest.approx([160.0, 181.7, 200.0, 258.4], abs=0.06)


def test_delivered_energy_may_be_given_as_a_sum() -> None:
    case = example() | {"from_hour": 1}
    for one, delivered in zip(case["plants"], (300.0, 160.0, 124.835), strict=True):
        one["delivered"], one["initial"] = delivered, delivered
    assert [one["contract"] for one in only(case)["plants"]] == [1400.0, 800.0, 520.0]


def test_rolling_after_an_outage_and_a_derating_is_verified() -> None:
    case = example() | {"from_hour": 3}
    case["plants"] = [plant("A", 600, 300, 120, 360, 900, [1, 0, 1, 1]) | {"delivered": [380.0, 0.0, 300.0]}]
    assert only(case)["plants"][0] | {"factor": 0} == {
        "id": "A",
        "hours": [380.0, 0.0, 300.0, 300.0],
        "contract": 980.0,
        "factor": 0,
        "status": "below_min",
    }


@pytest.mark.parametrize(
    ("change", "kind", "sentence"),
    [
        ({"reading": "guess"}, "UnknownReading", "reading is 'guess'; allowed: province, per-plant, literal"),
        ({"share": 1.2}, "InputError", "share is 1.2; it should be less than or equal to 1"),
        ({"colour": 1}, "InputError", "unknown key colour; allowed here: name, reading, share, load, plants, from_hour"),
        ({"load": []}, "InputError", "load is []; List should have at least 1 item after validation, not 0"),
        ({"load": [700] * 25}, "InputError", "load is"),
        ({"from_hour": 4}, "InputError", "from_hour is 4; allowed: 0 to 3, the hours of load"),
        ({"plants": "A"}, "InputError", "plants is 'A'; it should be a valid list"),
        ({"reading": "province", "share": None}, "InputError", "share is missing; the reading province needs it"),
    ],
)
def test_wrong_case_is_refused_with_a_sentence(change: dict[str, Any], kind: str, sentence: str) -> None:
    error = only(example() | change)["error"]
    assert error["type"] == kind
    assert error["message"].startswith(sentence)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"max": -1}, "plants[0].max is -1; it should be greater than or equal to 0"),
        ({"min": 700}, "plants[0].min is 700.0; it may not be above max, 600.0"),
        ({"availability": [1, 1, 1]}, "plants[0].availability has 3 hours; load has 4"),
        ({"availability": [1, 1.5, 1, 1]}, "plants[0].availability[1] is 1.5; it should be less than or equal to 1"),
        ({"ramps": 1}, "unknown key plants[0].ramps; allowed here: id, max, min"),
        ({"contract": None}, "plants[0].contract is missing; the reading per-plant needs it"),
        ({"delivered": [300]}, "plants[0].delivered has 1 hours; from_hour is 0"),
        ({"delivered": 300}, "plants[0].delivered is 300.0; before from_hour 0 nothing is delivered"),
        ({"delivered": "much"}, "plants[0].delivered is 'much'"),
        ({"initial": 601}, "plants[0].initial is 601.0; it may not be above max, 600.0"),
        ({"id": "B"}, "plants[1].id is 'B', as is that of plants[0]; ids are unique"),
    ],
)
def test_wrong_plant_is_refused_with_a_sentence(change: dict[str, Any], sentence: str) -> None:
    case = example()
    case["plants"][0] |= change
    assert only(case)["error"]["message"].startswith(sentence)


def test_refused_case_leaves_the_others_in_place() -> None:
    results = run_cases([example() | {"share": -1, "name": "bad"}, example()], "mirror")
    assert results[0]["name"] == "bad"
    assert "error" in results[0]
    assert results[1]["name"] == "day"
    assert "plants" in results[1]


def test_command_prints_results_and_exits_two_for_a_refused_case(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cases.json"
    path.write_text(json.dumps([example(), {"name": "bad"}]), encoding="utf-8")
    assert main(["allocate", str(path), "--chain", "mirror"]) == 2
    out = capsys.readouterr()
    assert [result["name"] for result in json.loads(out.out)] == ["day", "bad"]
    assert "'bad': load is missing" in out.err
