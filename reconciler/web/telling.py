"""Tells people what each look showed, in a thread of its own: looks and pages wait for no slow channel."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from reconciler.model import Observation
from reconciler.plan import Plan
from reconciler.progress import Progress
from reconciler.web.snapshot import Snapshot

log = logging.getLogger(__name__)

Tell = Callable[[Observation, Plan, Sequence[Progress]], None]
"""Delivers what is new by the channels of the file, and warns of those that fail."""

_STOP_SECONDS = 2.0
"""How long the end of the server waits for a delivery; what no channel took is told by the next run."""


class Telling:
    """Hands every look on, one at a time. While one is being told, only the newest of the later ones waits.

    Args:
        tell: what tells people. It is called by one thread only, so that nothing is told twice.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._changed = threading.Condition()
        self._news: Snapshot | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._keep_telling, name="notices", daemon=True)

    def start(self) -> None:
        """Begin to tell."""
        self._thread.start()

    def stop(self) -> None:
        """End; a delivery that is under way has a moment to be remembered."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.join(_STOP_SECONDS)

    def hand_on(self, snapshot: Snapshot) -> None:
        """Have a look told as soon as the one before it is."""
        with self._changed:
            self._news = snapshot
            self._changed.notify_all()

    def _keep_telling(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._news is not None or self._stopped)
                news, self._news = self._news, None
            if self._stopped or news is None:
                return
            try:
                self._tell(news.observation, news.plan, [ask.progress for ask in news.requests.values()])
            except Exception:  # a bug must not end it for good; the log tells of it
                if not self._stopped:
                    log.exception("telling people failed")
