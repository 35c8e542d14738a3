"""The journal's history, put in order once for each change, however often a page shows a part of it."""

from __future__ import annotations

import threading

from reconciler.progress.history import Handover
from reconciler.session import Session
from reconciler.session.history import history_of
from reconciler.web.snapshot import Snapshot


class Remembered:
    """Keeps the history as of one snapshot. Safe to use from several threads."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._of: int | None = None
        self._rows: tuple[Handover, ...] = ()

    def rows(self, snapshot: Snapshot | None) -> tuple[Handover, ...]:
        """Return every change that the journal knows of, the newest first."""
        if snapshot is None:
            return history_of(self._session)
        with self._lock:
            if self._of != snapshot.number:
                self._rows = history_of(self._session)
                self._of = snapshot.number
            return self._rows
