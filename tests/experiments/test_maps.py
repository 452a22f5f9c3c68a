"""Maps of a region with hubs, as the app draws them hour by hour."""

from __future__ import annotations

from shengdian.app.live import World
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.results.plots import price_map

CONFIG = override(load_config("reserved-lines"), {"run.chain": "mirror", "run.hours": 1})


def test_map_has_hubs_and_marks_legs_that_agreements_and_the_region_fill() -> None:
    world = World(CONFIG, "two_stage", 1)
    world.hour()
    scenario, (flows,) = world.scenario, [world.seen.tables["flows"]]
    assert any(hours[0] for hours in scenario.reserved)
    left = {
        (line.source, line.target): (line.capacity - hours[0]) / 1000 for line, hours in zip(scenario.lines, scenario.reserved, strict=True)
    }
    nodes = scenario.zones + scenario.hubs
    assert world.capacity(0) == {(nodes[source], nodes[target]): energy for (source, target), energy in left.items()}
    full = [row for row in flows.itertuples(index=False) if row.sent_mwh and row.sent_mwh == world.capacity(0)[row[1], row[2]]]
    texts = [text.get_text() for text in price_map(world.seen, 0, world.capacity(0)).axes[0].texts]
    assert sum(text.endswith(" full") for text in texts) == len(full) > 0
    assert set(texts) & set(scenario.hubs)
