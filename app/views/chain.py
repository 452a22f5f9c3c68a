"""The chain explorer: latest blocks, what is in them, what it cost, and a search."""

from __future__ import annotations

import pandas as pd
import solara

from shengdian.app.explorer import Explorer
from shengdian.app.live import World
from shengdian.app.views.widgets import Heading, Look, Table


@solara.component
def Chain(look: Look) -> None:
    """One design's chain at a time."""
    worlds = {world.design.replace("_", "-"): world for world in look.model.worlds}
    chosen, choose = solara.use_state(next(iter(worlds)))
    if len(worlds) > 1:
        solara.ToggleButtonsSingle(value=chosen, values=list(worlds), on_value=choose)
    Explored(worlds.get(chosen) or next(iter(worlds.values())), look.hours)


@solara.component
def Explored(world: World, hours: int) -> None:
    """Search, blocks, transactions with their events, and gas by phase and hour of one design's chain after `hours` hours."""
    text, set_text = solara.use_state("")
    block, set_block = solara.use_state("")
    hash_, set_hash = solara.use_state("")
    explorer = solara.use_memo(lambda: Explorer(world), [id(world)])
    solara.InputText("trader, order (hour/trader/segment), contract, 0x hash", value=text, on_value=set_text, continuous_update=False)
    if text:
        found = explorer.search(text)
        solara.Text(f"{len(found)} transaction{'s' if len(found) != 1 else ''} found for {text}, the newest first", classes=["found"])
        Table(found)
        outcome = explorer.outcome(text)
        if len(outcome):
            Heading("What became of the order")
            Table(outcome)
    else:
        latest = explorer.blocks()
        numbers = [str(number) for number in latest["block"]]
        solara.Select("block", values=numbers, value=block if block in numbers else numbers[0], on_value=set_block)
        found = explorer.transactions(int(block if block in numbers else numbers[0]))
        Table(found)
    if len(found):
        hashes = list(found["hash"])
        shown = hash_ if hash_ in hashes else hashes[0]
        solara.Select("events of transaction", values=hashes, value=shown, on_value=set_hash)
        solara.Preformatted("\n".join(explorer.events(shown)) or "(no events)")
    Heading("Latest blocks")
    Table(explorer.blocks())
    Heading("Gas by phase and hour")
    gas: pd.DataFrame = explorer.gas()
    Table(gas.reset_index())
