"""The endpoint's time, which signatures are checked against and by which all our records are dated."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class EndpointClock:
    """The endpoint's clock as a difference to ours, asked for once and again when a signature is refused."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._delta: int | None = None
        self._asked = 0

    def now(self) -> datetime:
        """Return the endpoint's time, aware, UTC; our own where it was never asked."""
        return datetime.now(UTC) + timedelta(seconds=self._delta or 0)

    def delta(self, ask: Callable[[], int]) -> tuple[int, int]:
        """Return the difference in seconds and how often it was asked for; `ask` fetches the time."""
        with self._lock:
            if self._delta is None:
                self._delta = ask() - int(time.time())
                self._asked += 1
            return self._delta, self._asked

    def doubt(self, asked: int) -> None:
        """Have the time asked for again, unless another thread has done so since `asked`."""
        with self._lock:
            if asked == self._asked:
                self._delta = None
