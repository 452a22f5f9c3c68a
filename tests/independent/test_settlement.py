"""Deviations and defaults of two shipped days, settled again by hand from the tables.

The rule of docs/design/formulation.md, for those beyond the free band of 2 % of their schedules: who took too much or gave too little
pays the price of what was called within the band, and 1.1 x it beyond, rounded up to the tick; who took too little or gave too much gets
the price, and 0.9 x it, rounded down.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

import pytest

from tests.independent.made import Made, made

pytestmark = pytest.mark.long
OVER, UNDER = Fraction(11, 10), Fraction(9, 10)
BAND = 2
"""% of a schedule"""


@dataclass(frozen=True)
class Party:
    """Whoever is metered in a zone's hour, kWh and 1e-5 CNY; `more` is what it took beyond its schedule or gave below it."""

    schedule: int
    more: int
    paid: int

    @property
    def band(self) -> int:
        """kWh."""
        return self.schedule * BAND // 100

    @property
    def within(self) -> bool:
        """Whether it stays inside the free band."""
        return abs(self.more) <= self.band

    def due(self, mean: Fraction) -> int:
        """1e-5 CNY that it pays beyond its band where the mean of what was called is `mean` fen/MWh."""
        pays = self.more > 0
        price = ceil(mean) if pays else floor(mean)
        beyond = abs(self.more) - self.band
        return self.band * price + beyond * ceil(mean * OVER) if pays else -(self.band * price + beyond * floor(mean * UNDER))


def parties(run: Made) -> dict[tuple[int, str], list[Party]]:
    """By hour and zone; those whom regulation was asked of are left out, as what they were asked is in no table."""
    ledger = run.ledger
    moved = ledger[ledger["cause"] == "deviation"].groupby(["hour", "trader"])[["money", "energy_mwh"]].sum()
    load = run.load[run.load["role"] == "user"]
    load = load.assign(taken=load["contracted_mwh"] + load["bought_mwh"])
    found: dict[tuple[int, str], list[Party]] = {}
    for row in load.itertuples():
        if (row.hour, row.user) in moved.index and "residential" not in row.user:
            more = int(moved.loc[(row.hour, row.user), "energy_mwh"])
            paid = -int(moved.loc[(row.hour, row.user), "money"])
            found.setdefault((row.hour, row.zone), []).append(Party(row.taken - more, more, paid))
    generation = run.generation
    for row in generation[(generation["role"] == "plant") & (generation["supply"] == "profile")].itertuples():
        if (row.hour, row.plant) in moved.index:
            paid = -int(moved.loc[(row.hour, row.plant), "money"])
            found.setdefault((row.hour, row.zone), []).append(Party(row.scheduled_mwh, row.scheduled_mwh - row.metered_mwh, paid))
    return found


def mean_of(beyond: list[Party]) -> Fraction | None:
    """fen/MWh, to a hundredth: the mean of what was called at which all of them pay what they paid; None where nothing fits all."""
    first = beyond[0]
    over = abs(first.more) - first.band
    factor = OVER if first.more > 0 else UNDER
    guess = Fraction(abs(first.paid)) / (first.band + over * factor)
    for hundredths in range(floor(100 * guess) - 300, floor(100 * guess) + 300):
        mean = Fraction(hundredths, 100)
        if all(each.due(mean) == each.paid for each in beyond):
            return mean
    return None


@pytest.fixture(scope="module")
def metered(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The day with forecast errors, provinces alone."""
    return made("deviations-day", Path(tmp_path_factory.mktemp("deviations")), "--design", "provincial")["provincial"]


def test_in_every_zones_hour_all_beyond_the_band_pay_one_price_and_get_one_price_with_the_factors_of_the_rule(metered: Made) -> None:
    settled = 0
    for (hour, zone), group in parties(metered).items():
        for takes_more in (True, False):
            beyond = [each for each in group if (each.more > 0) == takes_more and not each.within]
            if beyond:
                settled += 1
                assert mean_of(beyond) is not None, (hour, zone)
    assert settled > 200


def test_deviation_payments_of_every_zones_hour_sum_to_nothing_with_what_the_grid_keeps(metered: Made) -> None:
    ledger = metered.ledger
    paid = ledger[ledger["cause"] == "deviation"].groupby("hour")["money"].sum()
    assert len(paid) == 24
    assert (paid == 0).all()


@pytest.fixture(scope="module", params=["provincial", "coupled"])
def closed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Two days at whose ends all accounts are closed, and two participants never pay."""
    out = Path(tmp_path_factory.mktemp("collateral"))
    return made("collateral-day", out, "--design", request.param)[request.param]


def test_at_both_closes_a_default_takes_the_deposit_then_the_fund_then_what_others_are_owed(closed: Made) -> None:
    ledger, defaults = closed.ledger, closed.defaults
    traded = ledger[ledger["cause"] != "collateral"]
    fund, held = 100_000_000_000, {"GD_supplier": None, "GD_residential_1": 0}
    assert sorted(defaults["hour"].unique()) == [23, 47]
    for row in defaults.itertuples():
        since = traded[(traded["hour"] <= row.hour) & (traded["hour"] > row.hour - 24)]
        assert row.owed == -since[since["trader"] == row.trader]["money"].sum()
        assert row.owed == row.from_collateral + row.from_fund + row.shared
        if held[row.trader] == 0:
            assert row.from_collateral == 0
            assert row.from_fund == min(fund, row.owed)
            fund -= row.from_fund
    assert fund == 0


def test_after_both_closes_every_account_is_at_nothing(closed: Made) -> None:
    ledger = closed.ledger
    closes = ledger[ledger["role"].isin(["plant", "user", "supplier", "exchange"])]
    for hour in (23, 47):
        kept = closes[closes["hour"] <= hour].groupby("trader")["money"].sum()
        assert (kept == 0).all()
