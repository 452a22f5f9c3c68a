"""The browser app's page: `shengdian app`, or `solara run app/page.py`. It needs the extra `viz`."""

from __future__ import annotations

import os
from typing import Any, Final, get_args

import mesa.visualization
import solara
import solara.lab
from mesa.visualization.utils import force_update, update_counter
from solara.server import settings

from shengdian.agents import strategies
from shengdian.app.live import NONE, LiveModel, default_chain
from shengdian.app.serve import CONFIG
from shengdian.app.views.chain import Chain
from shengdian.app.views.over_time import Generation, Prices
from shengdian.app.views.region import Region
from shengdian.app.views.supply import Supply
from shengdian.app.views.traders import Traders
from shengdian.app.views.widgets import Look
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.schema import Config
from shengdian.experiments.world.network import free_share
from shengdian.regions.region import region_of
from shengdian.sim.adapters import chain_names
from shengdian.sim.base.types import Bids
from shengdian.sim.designs import ranked

VIEWS: Final = {"Map": Region, "Supply": Supply, "Prices": Prices, "Generation": Generation, "Traders": Traders, "Chain": Chain}
STYLE: Final = """
.pictures { display: flex; flex-wrap: wrap; gap: 8px; }
.pictures > * { flex: 1 1 340px; max-width: 820px; min-width: 0; }
img.picture { width: 100%; height: auto; max-height: max(300px, calc(100vh - 330px)); object-fit: contain; object-position: left top;
  display: block; background: white; }
img.picture.tall { max-height: none; max-width: 640px; }
.choices { display: flex; flex-wrap: wrap; gap: 0 24px; }
.choices > *:first-child { flex: 1 1 160px; } .choices > * { flex: 3 1 300px; }
.solara-autorouter-content > .v-sheet > .v-sheet:has(> div:empty) { display: none !important; }
.v-navigation-drawer .v-slider__thumb-label-container { display: block !important; }
.v-navigation-drawer .v-slider__thumb-label { background: none !important; color: inherit !important; font-size: 12px;
  width: auto !important; height: 20px !important; transform: translate(-50%, -4px) !important; }
.v-navigation-drawer .v-slider__thumb-label > * { transform: none !important; }
.status, .rules { font-variant-numeric: tabular-nums; }
.rules { opacity: 0.7; font-size: 13px; }
.table { overflow-x: auto; max-height: 60vh; overflow-y: auto; }
table.plain { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; white-space: nowrap; }
table.plain th, table.plain td { padding: 2px 10px; border-bottom: 1px solid #8884; text-align: right; }
table.plain th.words, table.plain td.words { text-align: left; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 700px) {
  html { overflow-y: auto !important; }
  .v-app-bar__nav-icon, .v-overlay { display: none !important; }
  .v-navigation-drawer { position: static !important; width: 100% !important; height: auto !important; max-height: 290px !important;
    transform: none !important; visibility: visible !important; overflow-y: auto; margin-top: 56px; border-bottom: 1px solid #ccc; }
  .v-navigation-drawer__content { width: 100vw; }
  .v-navigation-drawer__content > * { max-width: 100vw; padding: 4px !important; }
  .v-navigation-drawer .v-card:first-child .v-card__title, .v-navigation-drawer .v-card:first-child .v-input { display: none; }
  .v-main, .v-content { padding: 0 !important; }
  .v-tab { min-width: 0; padding: 0 7px; font-size: 12px; letter-spacing: 0; text-transform: none; }
  .v-application { max-width: 100vw; overflow-x: hidden; }
}
"""

settings.telemetry.mixpanel_enable = False  # this program talks to nobody
settings.theme.show_banner = False  # it covers what is below it


def parameters(config: Config) -> dict[str, Any]:
    """What Mesa shows in the side bar, with the config's values."""

    def choice(label: str, value: str, values: list[str]) -> dict[str, Any]:
        return {"type": "Select", "label": label, "value": value, "values": values}

    def share(label: str, value: float) -> mesa.visualization.Slider:
        return mesa.visualization.Slider(label, value=value, min=0.0, max=1.0, step=0.05, dtype=float)

    designs = [design.name for design in ranked()]
    return {
        "config": config,
        "on_change": force_update,
        "design": choice("design", config.run.design, designs),
        "beside": choice("beside it", NONE, [NONE, *designs]),
        "contract_share": share("contract share", config.contracts.share),
        "residual_share": share("residual line capacity", free_share(config, region_of(config), config.time.month)),
        "bids": choice("bids", config.market.bids, list(get_args(Bids))),
        "strategy": choice("plants' strategy", config.strategies.plants.name, strategies.names("plant")),
        "month": mesa.visualization.Slider("month", value=config.time.month, min=1, max=12, step=1),
        "seed": {"type": "InputText", "label": "seed", "value": str(config.run.seeds[0])},
        "chain": choice("chain", default_chain(), chain_names()),
    }


def first(asked: dict[str, Any]) -> LiveModel:
    """The model with the parameters as they stand at the start."""
    plain = {
        name: value.value if isinstance(value, mesa.visualization.Slider) else value["value"] if isinstance(value, dict) else value
        for name, value in asked.items()
    }
    return LiveModel(**plain)


@solara.component
def Page() -> None:
    """The whole page: mesa's controls for the parameters of the config that SHENGDIAN_CONFIG names, and the views."""
    asked = solara.use_memo(lambda: parameters(load_config(os.environ.get(CONFIG, "base"))), [])
    model = solara.use_reactive(solara.use_memo(lambda: first(asked), []))
    solara.use_effect(lambda: model.value.stop, [model.value])
    solara.Style(STYLE)
    solara.Title("Shengdian")
    mesa.visualization.SolaraViz(model, components=[], model_params=asked, name="Shengdian")
    Views(model.value)


@solara.component
def Views(model: LiveModel) -> None:
    """One line on how far it is, then the chosen page."""
    update_counter.get()
    look = Look(model, solara.use_reactive(""), solara.use_reactive(None))
    tab, set_tab = solara.use_state(0)
    with solara.Column(gap="8px"):
        if model.problem:
            solara.Error(f"{model.problem[:1].upper()}{model.problem[1:]}. Change the parameter and press Reset.")
        solara.Text(status(model), classes=["status"])
        if not model.problem:
            solara.Text(rules(model.config), classes=["rules"])
        with solara.v.Tabs(v_model=tab, on_v_model=set_tab, show_arrows=True):
            for name in VIEWS:
                solara.v.Tab(children=[name])
        if model.done:
            name = list(VIEWS)[tab]
            with solara.Column(classes=[f"view-{name.lower()}"]).key(name):
                VIEWS[name](look)
        elif not model.problem:
            solara.Info("Press Step for the first hour, or ▶ to play.")


def status(model: LiveModel) -> str:
    """How many hours are done, and of what."""
    if not model.worlds:
        return "The market is not set up." if model.problem else "Setting up the market…"
    words = " beside ".join(world.design.replace("_", "-") for world in model.worlds)
    scenario = model.worlds[0].scenario
    waiting = model.asked - model.done
    more = f"; {waiting} more asked for" if waiting else ""
    return f"{model.done} of {model.hours} hours{more} · {words} · seed {scenario.seed} · chain {scenario.chain}"


def rules(config: Config) -> str:
    """The parameters that the hours on the page were simulated with."""
    shares = f"contract share {config.contracts.share:.0%} · lines {free_share(config, region_of(config), config.time.month):.0%} free"
    return f"{shares} · {config.market.bids} bids · plants {config.strategies.plants.name} · month {config.time.month}"
