"""What every kind of log says, one kind a file. A log that no file takes in is a difference, not silence."""

from __future__ import annotations

from shengdian.audit.events import (
    allocation,
    clearing,
    collateral,
    customers,
    deviation,
    differences,
    dispatch,
    ledger,
    orders,
    registry,
    retail,
)
from shengdian.audit.market import Handlers

HANDLERS: Handlers = {
    **registry.HANDLERS,
    **ledger.HANDLERS,
    **orders.HANDLERS,
    **allocation.HANDLERS,
    **differences.HANDLERS,
    **clearing.HANDLERS,
    **dispatch.HANDLERS,
    **deviation.HANDLERS,
    **retail.HANDLERS,
    **customers.HANDLERS,
    **collateral.HANDLERS,
}
"""what takes in a log, by contract and event"""
