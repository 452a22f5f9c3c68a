"""The paper's design: each province balances itself first, then surplus and deficit trade in the region over the real lines."""

from shengdian.sim.designs.design import Design

DESIGN = Design(
    name="two_stage",
    uses_lines=True,
    stages=2,
    rank=1,
    label="two-stage",
    colour="#56B4E9",
)
