"""Ratios measured within one run, on the same recorded blocks."""
