"""Every province trades alone: the pilots of 2016, which stop at the provincial border."""

from shengdian.sim.designs.design import Design

DESIGN = Design(
    name="provincial",
    uses_lines=False,
    rank=0,
    colour="#999999",
)
