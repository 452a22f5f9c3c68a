"""Figures from tables, one idea a file; shengdian.experiments.results.plots has them all."""
