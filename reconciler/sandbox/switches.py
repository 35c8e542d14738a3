"""The switches that are on right now, read from the state again only after something changed."""

from __future__ import annotations

import time
from collections import deque
from fnmatch import fnmatchcase
from typing import NamedTuple

from reconciler.sandbox.refusals import Refusal, gateway
from reconciler.sandbox.seed import faults_type, settings_type
from reconciler.sandbox.store import Store
from reconciler.sandbox.world import Fault, RateLimit, Settings


class LiveFault(NamedTuple):
    """A fault that may still hit; `counted` says that it has a number of hits left."""

    position: int
    fault: Fault
    counted: bool


class Switches:
    """Settings and faults of one state."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._version: tuple[int, int] | None = None
        self._settings = Settings()
        self._faults: tuple[LiveFault, ...] = ()

    @property
    def settings(self) -> Settings:
        """Return the settings that hold now."""
        self._refresh()
        return self._settings

    def hit(self, method: str, path: str, account: str | None) -> Fault | None:
        """Return the first fault that matches a call, and count the hit."""
        self._refresh()
        for live in self._faults:
            if _matches(live.fault, method, path, account) and (
                not live.counted or self._count(live.position)
            ):
                return live.fault
        return None

    def _count(self, position: int) -> bool:
        with self._store.change():
            left = self._store.row("SELECT remaining FROM faults WHERE position = ?", position)
            if left is None or not left["remaining"]:
                return False
            self._store.write("UPDATE faults SET remaining = remaining - 1 WHERE position = ?", position)
        return True

    def _refresh(self) -> None:
        version = self._store.version()
        if version == self._version:
            return
        self._version = version
        row = self._store.row("SELECT value FROM meta WHERE key = 'settings'")
        if row is not None:
            self._settings = settings_type().validate_json(row["value"])
        self._faults = tuple(
            LiveFault(
                row["position"], faults_type().validate_json(row["fault"])[0], row["remaining"] is not None
            )
            for row in self._store.rows(
                "SELECT * FROM faults WHERE remaining IS NULL OR remaining > 0 ORDER BY position"
            )
        )


def _matches(fault: Fault, method: str, path: str, account: str | None) -> bool:
    return (
        fault.method in {None, method} and fault.account in {None, account} and fnmatchcase(path, fault.path)
    )


class Quota:
    """Counts the signed calls of each consumer key in a sliding window. Kept in memory only."""

    def __init__(self) -> None:
        self._calls: dict[str, deque[float]] = {}

    def take(self, key: str, limit: RateLimit) -> Refusal | None:
        """Count one call, or return the refusal that says when to come back."""
        now = time.monotonic()
        calls = self._calls.setdefault(key, deque())
        while calls and calls[0] <= now - limit.per_seconds:
            calls.popleft()
        if len(calls) < limit.requests:
            calls.append(now)
            return None
        wait = max(1, -int(-(calls[0] + limit.per_seconds - now) // 1))
        return gateway(429, "QUOTA_EXCEEDED", "Too many requests", {"Retry-After": str(wait)})
