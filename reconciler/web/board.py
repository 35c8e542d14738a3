"""What the page shows at the moment: looked at in the background, and right after each answer."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from reconciler.errors import ReconcilerError
from reconciler.session import Session
from reconciler.web.snapshot import Snapshot, take

log = logging.getLogger(__name__)

QUIET_FACTOR = 5
"""While nothing is open, looks are this many times rarer: only other people can begin something then."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The last look that succeeded, and what became of later ones.

    Attributes:
        snapshot: None as long as no look has succeeded.
        trouble: why the newest look failed, in words with its time; None if it succeeded.
    """

    snapshot: Snapshot | None = None
    trouble: str | None = None


class Board:
    """Keeps the last snapshot. Safe to use from several threads.

    Args:
        session: what to look with.
        refresh_seconds: pause between two looks while a request is open. A look that takes longer than that
            is followed by a pause as long as itself, so that the endpoint is never asked without a break.
    """

    def __init__(self, session: Session, refresh_seconds: float) -> None:
        self._session = session
        self._refresh = refresh_seconds
        self._seen = Seen()
        self._one_look = threading.Lock()
        self._stop = threading.Event()
        self._took = 0.0
        self._ended = 0.0
        self._looker = threading.Thread(target=self._keep_looking, name="looks", daemon=True)

    @property
    def seen(self) -> Seen:
        """Return what was seen last; it does not change while a page is made of it."""
        return self._seen

    @property
    def pause(self) -> float:
        """Return the seconds between two looks, as things are."""
        snapshot = self._seen.snapshot
        quiet = snapshot is not None and not snapshot.is_anything_open
        return max(self._refresh * (QUIET_FACTOR if quiet else 1), self._took)

    def start(self) -> None:
        """Look for the first time, then begin to look again and again."""
        self.look()
        self._looker.start()

    def stop(self) -> None:
        """End; a look that is under way is not waited for."""
        self._stop.set()

    def look(self) -> Seen:
        """Look now and return what is known then; a look that fails keeps what was seen before."""
        with self._one_look:
            began = time.monotonic()
            self._seen = self._looked()
            self._ended = time.monotonic()
            self._took = self._ended - began
            return self._seen

    def look_unless_fresh(self) -> Seen:
        """Look for something that may be newer than the last look, but never more often than by itself."""
        if time.monotonic() - self._ended < min(self._refresh, self.pause):
            return self._seen
        return self.look()

    def _looked(self) -> Seen:
        try:
            return Seen(take(self._session, self._seen.snapshot))
        except ReconcilerError as error:
            why = str(error)
        except Exception as error:  # a bug must not end the looks for good; the page and the log tell of it
            log.exception("a look failed")
            why = f"a bug of ours ({type(error).__name__}); the log of the server shows where"
        return Seen(self._seen.snapshot, f"The look of {datetime.now(UTC):%H:%M:%S} UTC failed: {why}")

    def _keep_looking(self) -> None:
        while not self._stop.wait(self.pause):
            self.look()
