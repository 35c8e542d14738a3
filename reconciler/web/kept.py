"""What must outlive one answer of the server, and no longer: kept in memory, found by a random name.

A sentence that came in an address could be anybody's, so the address holds only a name for one of ours. A
token must never stand in an address nor in a page, so a form holds only a name for it.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Kept(Generic[_T]):
    """Some values for some minutes. Safe to use from several threads.

    Args:
        seconds: how long one is kept.
        most: how many are kept at once; the oldest goes first.
    """

    def __init__(self, *, seconds: float, most: int) -> None:
        self._seconds = seconds
        self._most = most
        self._values: OrderedDict[str, tuple[float, _T]] = OrderedDict()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<{len(self._values)} kept>"  # a value may be a token

    def keep(self, value: _T) -> str:
        """Keep a value and return its name."""
        name = secrets.token_urlsafe(16)
        with self._lock:
            self._values[name] = (time.monotonic() + self._seconds, value)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return name

    def find(self, name: str) -> _T | None:
        """Return the value of that name, or None: there is none, or its time is over."""
        with self._lock:
            until, value = self._values.get(name, (0.0, None))
            return value if time.monotonic() < until else None

    def forget(self, name: str) -> None:
        """Drop a value before its time."""
        with self._lock:
            self._values.pop(name, None)
