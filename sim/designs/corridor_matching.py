"""Each province balances itself first; then, by the inter-provincial spot rule, surplus meets demand over paths of lines."""

from shengdian.sim.designs.design import Design

DESIGN = Design(
    name="corridor_matching",
    uses_lines=True,
    stages=2,
    regional="corridor_matching",
    bids=("open",),
    rank=2,
    label="corridors",
    colour="#E69F00",
)
