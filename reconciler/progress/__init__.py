"""How far requests have come: which service a task is about, who has confirmed, whether it landed."""

from reconciler.progress.joining import Joined, join
from reconciler.progress.requests import Answers, Progress, by_task, confirmed_by, follow, waiting_for

__all__ = ["Answers", "Joined", "Progress", "by_task", "confirmed_by", "follow", "join", "waiting_for"]
