"""Electricity markets between provinces, simulated by agents and settled by smart contracts on a local EVM.

>>> import shengdian, tempfile
>>> runs = shengdian.run("six-provinces-day", hours=1, chain="mirror", out=tempfile.mkdtemp())
>>> [run.design for run in runs]
['provincial', 'two_stage', 'two_stage', 'two_stage', 'coupled']

`run` and `run_scenario` simulate, `load` and `load_all` open what they left; `compare`, `figures`, `report`, `query` and `audit` read it.
`Region` is a folder of files that a config may name. `Scenario` is a market of your own, of `Plant`, `User`, `Storage` and `Line`; `Model`
is one to be stepped. `Strategy` says what a strategy of your own must have; `Design` is a market design of your own, `Mechanism` an
auction; `env` has environments for learners. What is refused raises `InputError` with one sentence. Names load what they
need when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shengdian.agents.ladder import ladder
    from shengdian.agents.strategy import Me, Parameter, Strategy
    from shengdian.api.chain import Cleared, clear, prove, query, verify
    from shengdian.api.model import Model
    from shengdian.api.running import run, run_scenario
    from shengdian.api.runs import Figures, Runs, compare, figures, load, load_all, report
    from shengdian.api.scenario import Line, Plant, Scenario, User
    from shengdian.api.storage import Storage
    from shengdian.audit import audit
    from shengdian.audit.query import Answer
    from shengdian.audit.verdict import Verdict
    from shengdian.experiments.results.compare import Comparison
    from shengdian.regions.region import Region
    from shengdian.sim.base.errors import InputError
    from shengdian.sim.base.types import Bid, Offer, Segment
    from shengdian.sim.designs.design import Design
    from shengdian.sim.market.view import View
    from shengdian.sim.mechanisms import Mechanism
    from shengdian.sim.record.finished_run import Run

    __version__: str

_HOME = {
    "agents.ladder": ("ladder",),
    "agents.strategy": ("Me", "Parameter", "Strategy"),
    "api.chain": ("Cleared", "clear", "prove", "query", "verify"),
    "api.model": ("Model",),
    "api.running": ("run", "run_scenario"),
    "api.runs": ("Figures", "Runs", "compare", "figures", "load", "load_all", "report"),
    "api.scenario": ("Line", "Plant", "Scenario", "User"),
    "api.storage": ("Storage",),
    "audit.query": ("Answer",),
    "audit.verdict": ("Verdict",),
    "regions.region": ("Region",),
    "experiments.results.compare": ("Comparison",),
    "sim.base.errors": ("InputError",),
    "sim.base.types": ("Bid", "Offer", "Segment"),
    "sim.designs.design": ("Design",),
    "sim.market.view": ("View",),
    "sim.mechanisms": ("Mechanism",),
    "sim.record.finished_run": ("Run",),
}
_MODULE = {name: f"shengdian.{module}" for module, names in _HOME.items() for name in names}
_ROOMS = ("agents", "app", "audit", "contracts", "env", "experiments", "sim")
"""packages, which come by name, too; `audit` can be called: `shengdian.audit(directory)`"""

__all__ = [
    "Answer",
    "Bid",
    "Cleared",
    "Comparison",
    "Design",
    "Figures",
    "InputError",
    "Line",
    "Me",
    "Mechanism",
    "Model",
    "Offer",
    "Parameter",
    "Plant",
    "Region",
    "Run",
    "Runs",
    "Scenario",
    "Segment",
    "Storage",
    "Strategy",
    "User",
    "Verdict",
    "View",
    "audit",
    "clear",
    "compare",
    "figures",
    "ladder",
    "load",
    "load_all",
    "prove",
    "query",
    "report",
    "run",
    "run_scenario",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("shengdian")
    if name in _ROOMS:
        return import_module(f"shengdian.{name}")
    if name not in _MODULE:
        raise AttributeError(f"module 'shengdian' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_MODULE[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted([*__all__, *_ROOMS, "__version__"])
