"""Structures run the example that was reckoned by hand and by linear programs, without this package, to the tick and the kWh."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

import shengdian
from shengdian.sim.base.units import TICK_PRICE
from shengdian.sim.record.finished_run import Run
from tests.structures.worked import BENCHMARK, CAPACITY, COST, LINE, LOAD, finished, write

WORKED: Mapping[str, Any] = json.loads((Path(__file__).parent / "worked.json").read_text(encoding="utf-8"))
"""by structure: output, flow from A to B and prices of both hours, cost, and what every account has at the end"""
