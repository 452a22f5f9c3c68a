"""One auction over all nodes with a price each; flows follow from net exports by Kirchhoff's laws."""

from shengdian.sim.designs.design import Design

DESIGN = Design(
    name="nodal",
    uses_lines=True,
    regional="nodal",
    bids=("open",),
    rank=5,
    colour="#CC79A7",
)
