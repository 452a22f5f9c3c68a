"""The simulated world: markets on chains, hour by hour."""
