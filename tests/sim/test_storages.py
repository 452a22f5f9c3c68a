"""Storage in the record: what is held follows from what is traded, and the simulator and the audit reckon it alike."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shengdian.audit.storages import Held
from shengdian.sim.base.columns import Rows
from shengdian.sim.base.hour_result import Entry, StorageHour
from shengdian.sim.base.roles import Role
from shengdian.sim.base.storage_spec import StorageSpec
from shengdian.sim.base.units import PPM
from shengdian.sim.market.chain_market import ChainMarket
from shengdian.sim.market.outcome import Cleared
from shengdian.sim.market.participants import Participant, participants
from shengdian.sim.market.storages import Storages
from shengdian.sim.scenario import Scenario

energy = st.integers(-(10**9), 10**9)
losses = st.integers(1, PPM)
storages = st.lists(st.tuples(losses, losses, st.integers(0, 10**9)), min_size=1, max_size=3).map(
    lambda each: [StorageSpec(f"S{at}", "GD", "battery", 1, 1, 10**9, one, other, held, 0) for at, (one, other, held) in enumerate(each)]
)


def entries(net: dict[str, int]) -> list[Entry]:
    """A purchase or a sale at 2.00 a MWh each, and a bond that has nothing to do with it."""
    traded = [Entry(name, "regional", -200 * moved, moved, 1, "0x", "storage") for name, moved in net.items()]
    return [*traded, Entry("S0", "bond", -77, 0, 1, "0x", "storage")]


def simulated(specs: list[StorageSpec], hours: list[list[int]]) -> list[list[StorageHour]]:
    scenario = cast(Scenario, SimpleNamespace(storages=tuple(specs)))
    traders = tuple(Participant(spec.id, Role.EXCHANGE, 0, called="storage") for spec in specs)
    record = Storages(scenario, cast(ChainMarket, SimpleNamespace(traders=traders)))
    found = []
    for net in hours:
        paid = Rows.of(Entry, entries({spec.id: each for spec, each in zip(specs, net, strict=False)}))
        found.append(record.end_hour(cast(Cleared, SimpleNamespace(net=np.array(net, np.int64), entries=paid))))
    return found


traded = st.lists(st.lists(energy, min_size=3, max_size=3), min_size=1, max_size=30)


@given(storages, traded)
def test_audit_reckons_storage_as_the_simulator_does(specs: list[StorageSpec], hours: list[list[int]]) -> None:
    held = Held(cast(Scenario, SimpleNamespace(storages=tuple(specs))))
    nets = [{spec.id: each for spec, each in zip(specs, net, strict=False)} for net in hours]
    assert [held.rows(net, entries(net)) for net in nets] == simulated(specs, hours)


@given(storages, traded)
def test_what_is_left_is_what_all_trades_make_it_without_any_rounding(specs: list[StorageSpec], hours: list[list[int]]) -> None:
    for at, spec in enumerate(specs):
        rows = [hour[at] for hour in simulated(specs, hours)]
        bought, sold = sum(row.bought for row in rows), sum(row.sold for row in rows)
        both = spec.efficiency_charge * spec.efficiency_discharge
        assert rows[-1].left == spec.stored * spec.efficiency_discharge * PPM + both * bought - sold * PPM**2
        assert sum(row.money for row in rows) == 200 * (sold - bought)


def test_storage_is_an_exchange_in_the_registry_and_storage_in_tables() -> None:
    nobody = SimpleNamespace(zones=("GD",), plants=(), users=(), exchanges=(), retailers=(), contract_form="physical")
    nobody.storages = (StorageSpec("S", "GD", "battery", 1, 1, 1, PPM, PPM, 0, 0),)
    supplier, storage = participants(cast(Scenario, nobody))
    assert (supplier.role_name, storage.role_name, storage.role, storage.trades) == ("supplier", "storage", Role.EXCHANGE, True)
