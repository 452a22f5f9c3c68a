"""Figures from tables, one idea a file; experiments.plots has them all."""
