"""One look at the endpoint through every configured account, with as few calls as it can."""

from reconciler.observe.judging import judge, offered_here
from reconciler.observe.look import look_at, observe

__all__ = ["judge", "look_at", "observe", "offered_here"]
