"""Runs side by side: what a variant is, what an interval says, and parts that add up."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from shengdian.experiments.results.compare import _caption, comparison
from shengdian.experiments.results.intervals import difference, interval
from shengdian.experiments.results.metrics import cost_of_losses, net_exports, tally
from shengdian.experiments.results.variants import by_variant
from shengdian.experiments.results.welfare import PARTS, cells, decomposition, parts_of
from shengdian.sim.base.errors import InputError
from shengdian.sim.record.finished_run import Run
from tests.tiny import write


def run(design: str, seed: int = 1, welfare: float = 0.0, hours: int = 24, **keys: Any) -> Run:
    """A run of which only the config and a summary are looked at."""
    config = {"name": "tiny", "run": {"design": design, "seeds": [seed], "chain": "mirror", "hours": hours}, **keys}
    return Run(Path(f"{design}-{seed}"), {"run_id": design, "design": design, "seed": seed, "gas": 0}, {"welfare": welfare}, config)


def test_designs_are_variants_in_their_order() -> None:
    assert list(by_variant([run("coupled"), run("provincial"), run("coupled", seed=2)])) == ["provincial", "coupled"]


def test_a_variant_is_named_by_every_key_that_differs() -> None:
    shares = [run("coupled", contracts={"share": 0.5}), run("coupled", contracts={"share": 0.8})]
    assert list(by_variant(shares)) == ["contracts.share=0.5", "contracts.share=0.8"]
    assert list(by_variant([*shares, run("provincial", contracts={"share": 0.5})])) == [
        "provincial, contracts.share=0.5",
        "coupled, contracts.share=0.5",
        "coupled, contracts.share=0.8",
    ]


def test_two_stages_are_named_by_their_reading_where_runs_differ_in_it() -> None:
    """A design of one stage reads nothing, whatever its config says, and stands in its place."""
    read = [run("two_stage", market={"surplus_deficit": reading}) for reading in ("economic", "physical")]
    others = [run(design, market={"surplus_deficit": "renewable"}) for design in ("coupled", "provincial")]
    assert list(by_variant([*others, *read])) == ["provincial", "two_stage, physical", "two_stage, economic", "coupled"]
    assert list(by_variant(read)) == ["two_stage, physical", "two_stage, economic"]
    assert list(by_variant([*others, read[0]])) == ["provincial", "two_stage, economic", "coupled"]


def test_readings_that_change_nothing_still_tell_runs_apart() -> None:
    """As a sweep over readings leaves them."""
    read = [run("provincial", market={"surplus_deficit": reading}) for reading in ("economic", "physical")]
    assert len(by_variant(read)) == 2


def test_parameters_of_another_strategy_do_not_name_a_variant() -> None:
    plain = {"plants": {"name": "marginal_cost", "parameters": {}}}
    marked_up = {"plants": {"name": "markup", "parameters": {"markup": 0.3}}}
    assert list(by_variant([run("coupled", strategies=plain), run("coupled", strategies=marked_up)])) == [
        "strategies.plants.name=marginal_cost",
        "strategies.plants.name=markup",
    ]


def test_runs_over_other_hours_are_not_comparable() -> None:
    with pytest.raises(InputError, match=r"not comparable: run\.hours differs"):
        by_variant([run("coupled"), run("coupled", hours=2)])


def test_the_same_variant_and_seed_twice_is_refused() -> None:
    with pytest.raises(InputError, match="the same variant and seed"):
        by_variant([run("coupled"), run("coupled")])


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(InputError, match="no run directory"):
        by_variant([])


def test_differences_are_paired_by_seed() -> None:
    runs = [run("provincial", seed, 100.0 * seed) for seed in range(1, 11)]
    runs += [run("coupled", seed, 101.0 * seed) for seed in range(1, 11)] + [run("coupled", 11, -7.0)]
    found = comparison(runs)["metrics"]["welfare"]["coupled"]
    assert found["mean"] == pytest.approx((5500 + 55 - 7) / 11)
    assert found["difference"] == 5.5
    half = 2.262157 * math.sqrt(82.5 / 9 / 10)  # differences 1 to 10, whose squares from the mean sum to 82.5; t of nine degrees
    assert found["interval"] == pytest.approx((5.5 - half, 5.5 + half))


def test_one_pair_has_no_interval() -> None:
    assert difference({1: 3.0}, {1: 1.0}, False) == {"mean": 3.0, "difference": 2.0, "interval": None}


def test_fewer_than_ten_values_have_no_interval() -> None:
    values = [float(value) for value in range(10)]
    assert [interval(values[:count]) for count in range(10)] == [None] * 10
    assert interval(values) is not None


@pytest.mark.parametrize("alike", [3, 9])
def test_values_at_a_bound_have_no_interval(alike: int) -> None:
    """Three that are alike or more, up to all of them."""
    assert interval([0.1 + 1e-6 * place for place in range(alike)] + [float(value) for value in range(1, 11 - alike)]) is None
    assert interval([0.1] * alike + [float(value) for value in range(1, 11 - alike)]) is None


def test_values_that_seeds_do_not_change_have_no_interval() -> None:
    assert interval([0.1] * 10) is None


def test_two_of_ten_values_that_are_alike_may_be_chance() -> None:
    assert interval([0.1, 0.1, *map(float, range(1, 9))]) is not None


@pytest.mark.parametrize("seeds", [1, 3, 9, 10])
def test_tables_say_whether_they_have_intervals(seeds: int) -> None:
    runs = [run(design, seed, float(seed % 4)) for design in ("provincial", "coupled") for seed in range(1, seeds + 1)]
    said = "95 % intervals (Student's t)" if seeds >= 10 else "no intervals: 10 seeds or more have one"
    assert _caption(comparison(runs), "provincial").endswith(f"; differences are from provincial, same seed; {said})")


def test_interval_is_that_of_the_normal_distribution_for_many_values() -> None:
    values = [float(value) for value in range(-200, 201)]  # variance (401^2 - 1) / 12, standard error 5.78
    assert interval(values) == pytest.approx((-11.379, 11.379), abs=0.001)  # 5.788 x 1.966, the t of 400 degrees


def test_welfare_parts_of_the_tiny_run_by_province(tmp_path: Path) -> None:
    totals = tally(write(tmp_path, hours=1).tables, 1)
    assert parts_of(totals, 213_000, Fraction(20)) == {
        ("consumers", "N"): 1500 * 60000 - 1000 * 10000 - 500 * 15000,
        ("consumers", "S"): 3300 * 100000 - 2800 * 20000 - 500 * 15000,
        ("producers", "N"): 3000 * 10000 + 500 * 15000 - 3500 * 8000,
        ("producers", "S"): 1000 * 20000 + 500 * 15000 + 200 * 9000 - 1700 * 18000,
        ("storages", "N"): 0,
        ("storages", "S"): 0,
        ("retailers", ""): 0,
        ("exchanges", "N"): 0,
        ("exchanges", "S"): 0,
        ("carbon", ""): 0,
        ("rent", ""): 20000 * 1800 - 10000 * 1800 - 3000 * 2000,
        ("losses", ""): -10000 * 200,
        ("charges", ""): 3000 * 2000,
        ("grid", ""): 0,
        ("transport", ""): -3000 * 2000,
        ("gas", ""): -426_000,  # 0.213 million gas at 20 CNY, in 1e-5 CNY
    }


def test_decomposition_ends_with_the_sum_of_its_parts(tmp_path: Path) -> None:
    tiny = write(tmp_path)
    found = decomposition([tiny])
    label = next(iter(found["all"][""]))
    parts = [entries[label]["mean"] or 0 for part in PARTS for entries in found[part].values()]
    assert found["all"][""][label]["mean"] == pytest.approx(sum(parts)) == pytest.approx(tiny.summary["welfare"])


def test_a_province_has_what_its_consumers_plants_and_exchange_have(tmp_path: Path) -> None:
    found = decomposition([write(tmp_path)])
    label = next(iter(found["all"][""]))
    assert list(found["provinces"]) == ["N", "S"]
    for zone, entries in found["provinces"].items():
        of_it = [found[part][zone][label]["mean"] or 0 for part in ("consumers", "producers", "exchanges")]
        assert entries[label]["mean"] == pytest.approx(sum(of_it))
    (*_, north, south) = cells(found)
    assert north[:2] == ["each province, all of these together", "N"]
    assert south[:2] == ["", "S"]


def test_losses_cost_what_exporters_get_in_the_hour_whatever_hub_energy_passes() -> None:
    """Hour 0: A sends 10 and C 30 over hub H, 4 are lost on the way; A gets 20, C 40 fen/MWh: 35 on average. Hour 1: nothing is lost."""
    flows = pd.DataFrame(
        [(0, "A", "H", 10, 9), (0, "C", "H", 30, 29), (0, "H", "B", 38, 36), (1, "B", "A", 5, 5)],
        columns=["hour", "from", "to", "sent_mwh", "received_mwh"],
    )
    flows[["sent_mwh", "received_mwh"]] /= 1000
    places = pd.MultiIndex.from_tuples([(0, "A"), (0, "B"), (0, "C"), (1, "B")], names=["hour", "zone"])
    assert cost_of_losses(net_exports(flows), pd.Series([20, 90, 40, 7], places)) == 4 * 35
