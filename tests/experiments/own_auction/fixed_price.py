"""One fixed price for all who accept it; there is no twin, so that every chain but `mirror` can have it."""

from shengdian import Mechanism

MECHANISM = Mechanism(
    "fixed price",
    "FixedPriceAuction.json",
    "Everyone pays or gets one price that never moves.",
    given="nothing",
    uses_lines=False,
    optimal=False,
)
