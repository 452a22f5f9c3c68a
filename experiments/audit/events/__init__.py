"""What every kind of log says, one kind a file. A log that no file takes in is a difference, not silence."""

from __future__ import annotations

from experiments.audit.events import allocated, cleared, closed, deviated, enrolled, ordered, posted
from experiments.audit.market import Handlers

HANDLERS: Handlers = {
    **enrolled.HANDLERS,
    **posted.HANDLERS,
    **ordered.HANDLERS,
    **allocated.HANDLERS,
    **cleared.HANDLERS,
    **deviated.HANDLERS,
    **closed.HANDLERS,
}
"""what takes in a log, by contract and event"""
