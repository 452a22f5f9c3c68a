"""One run: its config becomes a scenario, the scenario a model on a chain, the model a run directory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from shengdian import agents
from shengdian.ahead import table1
from shengdian.ahead.year import trade_year
from shengdian.experiments.results.metrics import summarise
from shengdian.experiments.runs import provenance, terms
from shengdian.experiments.scenario import build_scenario, made_scenario
from shengdian.experiments.schema import Config, MadeConfig, Rulebook
from shengdian.experiments.world.made_world import NAME as WORLD
from shengdian.experiments.world.made_world import World
from shengdian.sim.chain.port import Chain, Durable, OwnClock
from shengdian.sim.model import Model
from shengdian.sim.record.chain_record import hexadecimal
from shengdian.sim.record.run_folder import config_hash, run_id
from shengdian.sim.record.run_writer import RunWriter
from shengdian.sim.scenario import Scenario


def name_of(config: Rulebook) -> str:
    """The run id of a single run's config."""
    return run_id(config.name, config.run.design, config.run.seeds[0], config.resolved())


def run_single(
    config: Config | MadeConfig,
    out: Path,
    advance: Callable[[int, bool], None] = lambda hours, before: None,
    resume: bool = False,
    build_agents: Callable[[Model, Scenario], Sequence[Any]] = agents.build,
    world: World | None = None,
    chain: Chain | None = None,
) -> Path:
    """Simulates a single run's config and gives its finished directory; `advance` is called after every hour, as Progress is.

    Every simulated day ends with a checkpoint. `resume` goes on from the last one of an unfinished run in `out`, if there is any.
    `build_agents` gives those who decide. `world` is what a MadeConfig is of; the directory keeps it.
    `chain` is one that is open already, instead of the config's.
    """
    begun = perf_counter()
    design, seed = config.run.design, config.run.seeds[0]
    year = None
    if isinstance(config, MadeConfig):
        assert world is not None, "a scenario made in Python has a world"
        scenario = made_scenario(world, config, design, seed)
    else:
        year = trade_year(config, seed, config.run.chain) if config.medium_term.trade else None
        scenario = build_scenario(config, design, seed, year)
    bound = terms.of_run(config, scenario)
    scenario = replace(scenario, terms=bound.hashes())
    traded = perf_counter() - begun
    made_with = {**provenance.program(), "terms": [each.hex() for each in scenario.terms]}
    with RunWriter(out, name_of(config), config.resolved(), resume, made_with, scenario.currency) as writer:
        model = Model(scenario, build_agents=build_agents, on_block=writer.block, on_hour=writer.table_writer.hour, chain=chain)
        writer.begin_chain(
            model.chain.chain_id,
            {hexadecimal(address): wei for address, wei in model.chain.genesis.items()},
            {name: hexadecimal(address) for name, address in model.market.contracts.items()},
        )
        if writer.kept:
            begun -= writer.kept.seconds
            model.restore(writer.kept.model, writer.chain_state(), writer.recorded_blocks())
            if writer.resent:
                writer.keep(writer.kept.model, {}, writer.kept.seconds)
            advance(model.hour, True)
        while model.hour < scenario.hours:
            model.step_hour()
            whole = model.hour % scenario.day == 0
            if whole or model.hour == scenario.hours:
                learned = [row for agent in model.traders for row in agent.learned()]
                writer.table_writer.learned(model.hour - 1, scenario.time(model.hour - 1), learned)
            if whole:
                state = model.chain.state() if isinstance(model.chain, Durable) else {}
                writer.keep(model.state(), state, perf_counter() - begun)
            advance(1, False)
        summary = summarise(writer.tables(), scenario.hours, writer.facts())
        manifest: dict[str, Any] = {
            "name": config.name,
            "design": design,
            "seed": seed,
            "chain": scenario.chain,
            **({"start": model.scenario.start} if isinstance(model.chain, OwnClock) else {}),
            "config_hash": config_hash(config.resolved()),
            "deployments": model.deployments,
            **provenance.program(),
            "data_hashes": bound.data,
            **({"own_code": bound.own_code} if bound.own_code else {}),
            "seconds": {**model.seconds, **model.market.seconds, "all": perf_counter() - begun},
        }
        more: tuple[str, ...] = ()
        if world:
            more = (WORLD,)
            (writer.temporary / WORLD).write_bytes(world.to_json())
        if year:
            more = table1.write(writer.temporary, year)
            manifest["medium_term"] = {"gas": year.gas, "transactions": year.transactions}
            manifest["seconds"]["medium_term"] = traded
        return writer.finish(manifest, summary, more)
