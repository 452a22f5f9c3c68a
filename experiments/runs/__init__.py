"""Simulations: one run, several side by side, sweeps, and clusters."""
