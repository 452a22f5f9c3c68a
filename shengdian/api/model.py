"""A market to be stepped hour by hour, as a model of Mesa."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from os import PathLike
from typing import Any

from shengdian import agents
from shengdian.api.keys import full_keys
from shengdian.api.running import changed
from shengdian.api.scenario import Scenario
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario, made_scenario
from shengdian.experiments.schema import Config
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.html_table import table
from shengdian.sim.base.units import per_mwh
from shengdian.sim.chain.port import Block
from shengdian.sim.model import Model as Core

SOURCE = "shengdian.Model"


class Model(Core):
    """One design, one seed, hour by hour; nothing is written.

    Mesa's conventions hold: `step()` simulates an hour, `running` is False after the last one, `run_model()` ends, `datacollector` keeps
    prices by zone, welfare and gas, and `mesa.batch_run(shengdian.Model, {...})` works. `step_hour()` is `step()` that gives what the hour
    left, and keeps nothing in the datacollector.

    Parameters
    ----------
    config_or_scenario
        the name of an experiment, the path of a TOML file, or a Scenario
    overrides, more
        as of `shengdian.run`; `design` and `seed` are one each
    on_block
        called with every block that the chain makes

    Raises
    ------
    InputError
        as `shengdian.run`; and by `step` after the last hour

    Examples
    --------
    >>> import shengdian
    >>> model = shengdian.Model("six-provinces-day", design="coupled", seed=1, hours=2, chain="mirror")
    >>> model.step()
    >>> model
    Model of 'six-provinces-day': coupled, seed 1, 1 of 2 hours on mirror
    >>> model.run_model()
    >>> model.running, model.steps
    (False, 2)
    >>> model.datacollector.get_model_vars_dataframe().columns.tolist()[:2]
    ['price_per_mwh_GD', 'price_per_mwh_SD']
    """

    def __init__(
        self,
        config_or_scenario: str | PathLike[str] | Scenario = "six-provinces-day",
        overrides: Mapping[str, Any] | None = None,
        *,
        on_block: Callable[[Block], None] = lambda block: None,
        **more: Any,
    ) -> None:
        given = {"run.compare": [], **(overrides or {}), **more}
        for word in ("design", "seed"):
            if isinstance(given.get(word), list | tuple | range):
                raise InputError(f"{word} is {given[word]!r}; a model has one, several are for shengdian.run and mesa.batch_run")
        if isinstance(config_or_scenario, Scenario):
            made = changed(config_or_scenario, given)
            scenario = made_scenario(config_or_scenario.world, made, made.run.design, made.run.seeds[0])
        else:
            config = override(load_config(config_or_scenario), full_keys(Config, given, ("on_block",)), SOURCE)
            scenario = build_scenario(config, config.run.design, config.run.seeds[0])
        super().__init__(scenario, agents.build, on_block)

    def __repr__(self) -> str:
        scenario = self.scenario
        return (
            f"Model of {scenario.name!r}: {scenario.design}, seed {scenario.seed}, "
            f"{self.hour} of {scenario.hours} hours on {scenario.chain}"
        )

    def _repr_html_(self) -> str:
        """The prices of the last hour."""
        last = self.last_result
        prices = {zone: None if last is None else last.final_price(zone) for zone in self.scenario.zones}
        rows = [(zone, "-" if price is None else f"{per_mwh(price):,.2f}") for zone, price in prices.items()]
        return table(("zone", "price of the last hour (CNY/MWh)"), rows, repr(self))
