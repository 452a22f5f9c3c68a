"""Agreements and their twin at the quotas of a month: 128 a participant, 1,024 in all, of which 256 are for those who have none."""

from __future__ import annotations

import pytest
from desk import DAY, Desk
from pair import START

from shengdian.sim.adapters import revm

BUSY = 15
"""participants of whom six pairs fill what is not kept for newcomers, and the last three agree with them"""
NEWCOMERS = 256


class Crowd(Desk):
    """A desk with further participants of zone 0, who may sell 10,000 kWh each."""

    def __init__(self) -> None:
        super().__init__(evm=revm)
        self.names = [f"p{place}" for place in range(BUSY + NEWCOMERS)]
        self.address |= {name: self.account(name) for name in self.names}
        enrol = [self.to("Registry", "enrol", self.address[name], 1, 0) for name in self.names]
        able = [self.by("operator", "setCapability", self.address[name], 0, 10_000) for name in self.names]
        assert set(self.errors([*enrol, *able, self.open()], START - 10 * DAY)) == {""}
        self._proposed = 0

    def agree(self, seller: int, buyer: int, count: int = 1) -> list[str]:
        """Errors of `count` acceptances of 48 kWh by the buyer."""
        offered = [self.propose(self.names[seller], self.names[buyer], quantities=(48,))] * count
        first, self._proposed = self._proposed, self._proposed + count
        assert set(self.errors(offered, START - 5 * DAY)) == {""}
        return self.errors([self.by(self.names[buyer], "accept", first + place) for place in range(count)], START - 5 * DAY + 1)


@pytest.mark.long
def test_last_places_of_a_month_are_for_those_who_have_none() -> None:
    if not revm.installed():
        pytest.skip("revm is not installed")
    crowd = Crowd()
    for pair in range(6):
        assert crowd.agree(2 * pair, 2 * pair + 1, 129) == [""] * 128 + ["QuotaFull"]
    assert crowd.agree(12, 1) == crowd.agree(0, 12) == ["QuotaFull"]
    assert crowd.agree(12, 13, 2) == ["", "MonthFull"]
    assert crowd.agree(14, 12) == [""]
    newcomers = [crowd.agree(12 + place % 3, BUSY + place) for place in range(NEWCOMERS - 3)]
    assert newcomers == [[""]] * len(newcomers)
    assert crowd.agree(len(crowd.names) - 3, 12) == [""]
    assert crowd.agree(12, len(crowd.names) - 1) == ["MonthFull"]


def test_a_proposal_that_ends_now_has_ended() -> None:
    desk = Desk()
    ends = [desk.propose(expires=START - DAY + more) for more in (-1, 0, 1)]
    assert desk.errors([desk.open(), *ends], START - DAY) == ["", "AlreadyExpired", "AlreadyExpired", ""]
