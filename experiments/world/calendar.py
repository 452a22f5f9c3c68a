"""The months of 2016, the year of the region's figures."""

from __future__ import annotations

from calendar import monthrange

YEAR = 2016
DAYS = tuple(monthrange(YEAR, month)[1] for month in range(1, 13))
"""by month"""
MONTHS = range(1, 1 + len(DAYS))
