"""The keys under which exchange, lines and heating plants follow the months of 2016, and reservoirs keep water."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BY_MONTH: Mapping[str, Any] = {"region.exchange": "monthly", "region.residual_share": "monthly", "region.minimum_output": "seasonal"}
KEPT: Mapping[str, Any] = {"water.carry_over": True}
