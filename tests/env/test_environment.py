"""Environments keep the libraries' rules, pay what can be worked out by hand, and what is learnt in them runs and is audited."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import shengdian
from shengdian.cli import main
from shengdian.env import parallel_env, save_strategy, single_env
from shengdian.sim.base.errors import InputError
from tests.env.markets import HOURS, PAY_AS_BID, island

pytest.importorskip("pettingzoo")

CASES = [
    ("plants", "markup"),
    ("plants", "quantity"),
    ("users", "markup"),
    ("users", "ladder"),
    ("storages", "quantity"),
    (["hydro", "town", "lake"], "ladder"),
]
OWNERS: dict[str, Any] = {"design": "coupled", "strategies.owners": 2, "strategies.plants": "roth_erev", "region.zones": ["JX"], "hours": 2}


def rewards(env: Any, agent: str, actions: list[list[float]]) -> list[float]:
    """What the agent earns hour by hour with these actions."""
    env.reset()
    return [env.step({agent: action})[1][agent] for action in actions]


@pytest.mark.parametrize(("agents", "actions"), CASES)
def test_environment_passes_the_api_test_of_pettingzoo(agents: Any, actions: Any) -> None:
    from pettingzoo.test import parallel_api_test

    parallel_api_test(parallel_env(island(), agents=agents, actions=actions, design="coupled"), num_cycles=2 * HOURS)


@pytest.mark.parametrize(("agents", "actions"), [("plants", "markup"), (["hydro", "town", "lake"], "ladder")])
def test_environment_passes_the_seed_test_of_pettingzoo(agents: Any, actions: Any) -> None:
    from pettingzoo.test import parallel_seed_test

    parallel_seed_test(lambda: parallel_env(island(), agents=agents, actions=actions, design="coupled"), num_cycles=2 * HOURS)


@pytest.mark.filterwarnings("ignore:.*(Box action spaces|Box observation space).*")
@pytest.mark.parametrize(("agent", "actions"), [("hydro", "markup"), ("town", "quantity"), ("lake", "ladder")])
def test_wrapper_passes_the_check_of_gymnasium(agent: str, actions: Any) -> None:
    from gymnasium.utils.env_checker import check_env

    check_env(single_env(island(), agent=agent, actions=actions, design="coupled"), skip_render_check=True)


def test_a_plant_earns_its_markup_on_what_it_sells_until_it_is_undercut() -> None:
    env = parallel_env(island(), agents=["hydro"], markups=(0, 400), **PAY_AS_BID)
    assert rewards(env, "hydro", [[0], [100], [199], [201]]) == [0, 80 * 100, 80 * 199, 0]


def test_a_storage_pays_and_gets_what_it_bids_and_asks() -> None:
    env = parallel_env(island(), agents=["lake"], actions="ladder", **PAY_AS_BID)
    buys, sells, waits = [150.0] * 5 + [-0.2] * 5, [90.0] * 5 + [0.2] * 5, [0.0] * 10
    assert rewards(env, "lake", [buys, waits, sells, sells]) == [-20 * 150, 0, 20 * 90, 0]


def test_a_user_keeps_what_it_pays_less_than_the_cap() -> None:
    env = parallel_env(island(), agents=["town"], actions="quantity", design="coupled")
    cap = env.model.scenario.cap / 100
    assert rewards(env, "town", [[1], [0.5], [0], [1]]) == [80 * (cap - 100), 40 * (cap - 100), 0, 80 * (cap - 100)]


def test_a_ladder_of_shares_that_sum_to_more_than_the_room_is_scaled_down() -> None:
    env = parallel_env(island(), agents=["hydro"], actions="ladder", **PAY_AS_BID)
    env.reset()
    env.step({"hydro": [100, 110, 120, 130, 140] + [1.0] * 5})
    sold = [row.quantity for row in env.model.last_result.stages[-1].orders if row.trader == "hydro"]
    assert sold == [20_000] * 5


def test_observation_says_hour_load_last_price_availability_and_sales() -> None:
    env = parallel_env(island(), agents=["hydro", "town"], **PAY_AS_BID)
    first, _ = env.reset()
    assert first["hydro"].tolist() == [0, 80, env.model.scenario.floor / 100, 100, 0]
    observations, *_ = env.step({"hydro": [50], "town": [0]})
    assert observations["hydro"].tolist() == [1, 80, 150, 100, 80]
    assert observations["town"].tolist() == [1, 80, 150, 80, -80]


@pytest.mark.parametrize("design", ["coupled", "two_stage"])
def test_no_markup_is_a_run_of_marginal_cost(design: str) -> None:
    changes: dict[str, Any] = {"design": design, "hours": 3, "region.zones": ["JX", "SC"]}
    changes["strategies.plants"] = {"name": "marginal_cost", "parameters": {"unit_spread": 0}}
    plain = shengdian.Model("six-provinces-day", chain="mirror", **changes)
    env = parallel_env("six-provinces-day", agents="plants", **changes)
    env.reset()
    while env.agents:
        env.step({name: [0] for name in env.agents})
        plain.step_hour()
        assert plain.last_result is not None
        assert env.model.last_result.stages == plain.last_result.stages
        assert env.model.last_result.ledger == plain.last_result.ledger


def test_all_chains_give_the_same_rewards() -> None:
    pytest.importorskip("pyrevm")
    found = [rewards(parallel_env(island(), agents=["hydro"], chain=chain, **PAY_AS_BID), "hydro", [[70]]) for chain in ("mirror", "revm")]
    assert found[0] == found[1] == [80 * 70]


def test_an_owner_acts_for_all_of_its_plants() -> None:
    env = parallel_env("six-provinces-day", agents="owners", **OWNERS)
    assert len(env.possible_agents) == 2
    assert all(len(seat.members) > 1 for seat in env.seats)
    env.reset()
    _, earned, *_ = env.step({name: [200] for name in env.agents})
    for seat in env.seats:
        alone = sum(
            (row.paid_price - env.model.by_id[row.trader].me.spec.cost) * row.filled
            for stage in env.model.last_result.stages
            for row in stage.orders
            if row.trader in seat.members and row.filled
        )
        assert earned[seat.name] == pytest.approx(alone / 1e5)


def test_saved_actions_of_owners_are_played_by_their_plants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = parallel_env("six-provinces-day", agents="owners", **OWNERS)
    env.reset()
    env.step({name: [10.0 + 50 * place] for place, name in enumerate(env.agents)})
    save_strategy(tmp_path / "of_owners.py", env, {name: [[10.0 + 50 * place]] for place, name in enumerate(env.possible_agents)})
    monkeypatch.chdir(tmp_path)
    changes = {**OWNERS, "strategies.owners": 0, "strategies.plants": "of_owners"}
    played = shengdian.Model("six-provinces-day", chain="mirror", **changes)
    assert played.step_hour().stages == env.model.last_result.stages


def test_the_same_seed_is_the_same_episode_and_the_next_one_has_one_more() -> None:
    env = parallel_env(island(), agents="plants", design="coupled")
    seeds = []
    for seed in (7, None, 7, None):
        env.reset(seed=seed)
        seeds.append(env.model.scenario.seed)
    assert seeds == [7, 8, 7, 8]


def test_an_episode_ends_truncated_with_the_last_hour() -> None:
    env = parallel_env(island(), agents="plants", design="coupled", hours=2)
    env.reset()
    action = {name: [0] for name in env.agents}
    assert [list(env.step(action)[3].values()) for _ in range(2)] == [[False, False], [True, True]]
    assert env.agents == []
    with pytest.raises(InputError, match=r"the episode is over; reset\(\) begins another"):
        env.step(action)


def test_processes_side_by_side_give_what_one_gives() -> None:
    from gymnasium.vector import AsyncVectorEnv

    one = single_env(island(), agent="hydro", **PAY_AS_BID)
    one.reset(seed=3)
    expected = [one.step([float(markup)])[1] for markup in (50, 100)]
    side_by_side = AsyncVectorEnv([lambda: single_env(island(), agent="hydro", **PAY_AS_BID)] * 2)
    try:
        side_by_side.reset(seed=[3, 3])
        found = [side_by_side.step(np.array([[markup], [markup]]))[1].tolist() for markup in (50.0, 100.0)]
    finally:
        side_by_side.close()
    assert found == [[reward] * 2 for reward in expected]


@pytest.mark.parametrize(("agent", "actions"), [("hydro", "markup"), ("town", "quantity"), ("lake", "ladder")])
def test_saved_actions_run_as_a_strategy_and_are_audited(agent: str, actions: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = parallel_env(island(), agents=[agent], actions=actions, **PAY_AS_BID)
    env.reset(seed=1)
    taken, results = [], []
    env.action_space(agent).seed(5)
    while env.agents:
        taken.append(env.action_space(agent).sample().tolist())
        env.step({agent: taken[-1]})
        results.append(env.model.last_result)
    save_strategy(tmp_path / f"learnt_by_{agent}.py", env, {agent: taken})
    monkeypatch.syspath_prepend(tmp_path)
    learnt = import_module(f"learnt_by_{agent}").Strategy
    run = shengdian.run_scenario(with_strategy(agent, learnt), tmp_path / "runs", chain="mirror", seed=1, **PAY_AS_BID)
    assert shengdian.audit(run, rerun=True).clean
    played = shengdian.Model(with_strategy(agent, learnt), chain="mirror", seed=1, **PAY_AS_BID)
    for result in results:
        again = played.step_hour()
        assert (again.stages, again.storage) == (result.stages, result.storage)


def with_strategy(agent: str, strategy: type[Any]) -> shengdian.Scenario:
    """The island where one agent has a strategy of its own."""

    def own(name: str) -> dict[str, Any]:
        return {"strategy": strategy} if name == agent else {}

    return island(
        plants=[shengdian.Plant(name, "A", 100, cost, **own(name)) for name, cost in (("hydro", 100), ("diesel", 300))],
        users=[shengdian.User("town", "A", demand_mw=[80] * HOURS, **own("town"))],
        storages=[shengdian.Storage("lake", "A", charge_mw=20, discharge_mw=20, energy_mwh=40, benchmark_per_mwh=300, **own("lake"))],
    )


def test_saved_actions_of_a_config_run_and_are_audited_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes: dict[str, Any] = {"design": "coupled", "region.zones": ["JX"], "hours": 2}
    env = parallel_env("six-provinces-day", agents="plants", **changes)
    env.reset()
    taken: dict[str, list[list[float]]] = {name: [[20.0 + place], [5.0]] for place, name in enumerate(env.agents)}
    for hour in range(2):
        env.step({name: rows[hour] for name, rows in taken.items()})
    save_strategy(tmp_path / "learnt.py", env, taken)
    config = """question = "What was learnt?"
run = {hours = 2, design = "coupled", chain = "mirror"}
region = {zones = ["JX"]}
strategies = {plants = {name = "learnt"}}
"""
    (tmp_path / "mine.toml").write_text(config, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["run", "mine.toml", "--out", "runs", "--quiet"]) == 0
    (folder,) = (tmp_path / "runs").iterdir()
    assert main(["audit", str(folder), "--rerun"]) == 0
    prices = shengdian.load(folder).tables["prices"]
    assert prices["price_per_mwh"].iloc[-1] == env.model.last_result.final_price("JX") / 100


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"agents": ["hydra"]}, "there is no 'hydra'; there are hydro, diesel"),
        ({"agents": "owners"}, "the market has no owners that could decide"),
        ({"agents": []}, "none is named"),
        ({"agents": ["hydro", "hydro"]}, "a name stands twice"),
        ({"agents": ["lake"]}, "lake is a storage, which has no cost to mark up"),
        ({"agents": ["hydro"], "actions": "price"}, "actions is 'price'; allowed: markup, quantity, ladder"),
        ({"agents": ["hydro"], "markups": (5, 5)}, "a least and a greater number"),
        ({"agents": ["hydro"], "hour": 2}, "unknown word 'hour'"),
    ],
)
def test_what_cannot_be_is_refused(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        parallel_env(island(), design="coupled", **asked)


@pytest.mark.parametrize("name", ["JX_residential", "JX_supplier"])
def test_who_has_no_decision_to_make_is_no_agent(name: str) -> None:
    with pytest.raises(InputError, match=f"(there is no '{name}'|{name} has no decision to make)"):
        parallel_env("six-provinces-day", agents=[name], **{**OWNERS, "strategies.owners": 0})


def test_a_plant_of_an_owner_is_no_agent() -> None:
    (seat, *_) = parallel_env("six-provinces-day", agents="owners", **OWNERS).seats
    with pytest.raises(InputError, match=f"{seat.members[0]} is decided for by its owner; choose '{seat.name}'"):
        parallel_env("six-provinces-day", agents=[seat.members[0]], **OWNERS)


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ({"hydro": [1000]}, r"the action of hydro is \[1000.0\]; it should be numbers from \[0.0\] to \[200.0\]"),
        ({"hydro": [float("nan")]}, "the action of hydro is"),
        ({"hydro": [1, 2]}, "the action of hydro is"),
        ({}, "one action of every agent is needed, and of nobody else: hydro"),
        ({"hydro": [1], "town": [1]}, "and of nobody else: town"),
    ],
)
def test_an_action_outside_its_space_is_refused(action: dict[str, Any], said: str) -> None:
    env = parallel_env(island(), agents=["hydro"], design="coupled")
    env.reset()
    with pytest.raises(InputError, match=said):
        env.step(action)


def test_a_strategy_of_two_kinds_is_not_saved(tmp_path: Path) -> None:
    env = parallel_env(island(), agents=["hydro", "town"], design="coupled")
    for actions, said in (
        ({"hydro": [[1.0]], "town": [[1.0]]}, "of one kind; the actions are of plant, user"),
        ({"diesel": [[1.0]]}, "diesel is no agent of the environment"),
        ({"hydro": []}, "hydro has no row of actions"),
        ({"hydro": [[-1.0]]}, "the action of hydro is"),
    ):
        with pytest.raises(InputError, match=said):
            save_strategy(tmp_path / "learnt.py", env, actions)
    assert not (tmp_path / "learnt.py").exists()
