"""What would be asked of whom, what waits, what is blocked and why."""

from reconciler.plan.build import make_plan
from reconciler.plan.fingerprint import Basis, bases, fingerprint_of
from reconciler.plan.narrow import narrow
from reconciler.plan.situation import Situation
from reconciler.plan.trays import (
    Beside,
    Blocked,
    Contested,
    Deferred,
    Pending,
    Plan,
    PlannedTask,
    Reason,
    Request,
    Stop,
    Unjoined,
    Unknown,
)

__all__ = [
    "Basis",
    "Beside",
    "Blocked",
    "Contested",
    "Deferred",
    "Pending",
    "Plan",
    "PlannedTask",
    "Reason",
    "Request",
    "Situation",
    "Stop",
    "Unjoined",
    "Unknown",
    "bases",
    "fingerprint_of",
    "make_plan",
    "narrow",
]
