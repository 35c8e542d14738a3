"""One look at the endpoint through every configured account, with as few calls as it can."""

from reconciler.observe.look import observe

__all__ = ["observe"]
