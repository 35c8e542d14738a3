"""How far requests have come: which service a task is about, who has confirmed, whether it landed."""

from reconciler.progress.deadlines import Deadline, Validity, expires, learn
from reconciler.progress.joining import Joined, join
from reconciler.progress.requests import Answers, Progress, by_task, confirmed_by, follow, waiting_for

__all__ = [
    "Answers",
    "Deadline",
    "Joined",
    "Progress",
    "Validity",
    "by_task",
    "confirmed_by",
    "expires",
    "follow",
    "join",
    "learn",
    "waiting_for",
]
