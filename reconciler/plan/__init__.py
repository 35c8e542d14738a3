"""What would be asked of whom, what waits, what is blocked and why."""

from reconciler.plan.build import make_plan
from reconciler.plan.fingerprint import Basis, bases, fingerprint_of
from reconciler.plan.narrow import narrow
from reconciler.plan.selecting import select
from reconciler.plan.selection import Selection
from reconciler.plan.situation import Situation
from reconciler.plan.trays import (
    STAYING,
    Beside,
    Blocked,
    Contested,
    Deferred,
    LeftOut,
    Narrowed,
    Observed,
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
    "STAYING",
    "Basis",
    "Beside",
    "Blocked",
    "Contested",
    "Deferred",
    "LeftOut",
    "Narrowed",
    "Observed",
    "Pending",
    "Plan",
    "PlannedTask",
    "Reason",
    "Request",
    "Selection",
    "Situation",
    "Stop",
    "Unjoined",
    "Unknown",
    "bases",
    "fingerprint_of",
    "make_plan",
    "narrow",
    "select",
]
