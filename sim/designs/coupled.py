"""One auction over all provinces and the real lines between them."""

from shengdian.sim.designs.design import Design

DESIGN = Design(
    name="coupled",
    uses_lines=True,
    rank=3,
    colour="#0072B2",
)
