"""One auction over all provinces and the real lines, with orders for the 24 hours of a day in one transaction the evening before."""

from shengdian.sim.designs.design import Design

DESIGN = Design(
    name="day_ahead",
    uses_lines=True,
    day_ahead=True,
    bids=("open",),
    rank=4,
    label="day-ahead",
    colour="#009E73",
)
