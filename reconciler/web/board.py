"""What the page shows at the moment: looked at in the background, and right after each answer."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from reconciler.errors import ReconcilerError
from reconciler.model import AccountId
from reconciler.session import Session
from reconciler.web.after_answers import with_one_request_anew
from reconciler.web.snapshot import Snapshot, take

log = logging.getLogger(__name__)

QUIET_FACTOR = 5
"""While nothing is open, looks are this many times rarer: only other people can begin something then."""

PATIENCE = 1.0
"""Seconds that a page waits for a look that was asked for; then it shows what is known by then."""


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

    All looks are made by one thread. One that began before an answer was given may show what was before it,
    so it is made again and not shown.

    Args:
        session: what to look with.
        refresh_seconds: pause between two looks while a request is open. A look that takes longer than that
            is followed by a pause as long as itself, so that the endpoint is never asked without a break.
        hand_on: is given each look that succeeded, by the thread that made it, and must return at once.
    """

    def __init__(self, session: Session, refresh_seconds: float, hand_on: Callable[[Snapshot], None]) -> None:
        self._session = session
        self._hand_on = hand_on
        self._refresh = refresh_seconds
        self._seen = Seen()
        self._changed = threading.Condition()
        self._wanted = 0  # looks asked for, by answers and by people
        self._made = 0  # of those, how many had been asked for when the last look began
        self._answers = 0
        self._ended = 0.0
        self._took = 0.0
        self._stopped = False
        self._looker = threading.Thread(target=self._keep_looking, name="looks", daemon=True)

    @property
    def seen(self) -> Seen:
        """Return what was seen last; it does not change while a page is made of it."""
        return self._seen

    def start(self) -> None:
        """Look for the first time, then begin to look again and again."""
        self._look()
        self._looker.start()

    def stop(self) -> None:
        """End; a look that is under way is not waited for."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def look(self) -> Seen:
        """Have a look begun now, and return what is known once it has ended or has taken too long."""
        with self._changed:
            self._wanted += 1
            mine = self._wanted
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._made >= mine or self._stopped, PATIENCE)
            return self._seen

    def look_unless_fresh(self) -> Seen:
        """Look for something that may be newer than the last look, but not more often than by itself."""
        if time.monotonic() - self._ended < min(self._refresh, self._pause()):
            return self._seen
        return self.look()

    def look_after_answer(self, task: int, party: AccountId) -> Seen:
        """Look at once at the one request that was answered, then have a whole look begun."""
        before = self._seen.snapshot
        if before is not None:
            try:
                newer = with_one_request_anew(before, self._session, task, party)
            except ReconcilerError as error:  # the whole look tells of it, if it lasts
                log.info("task %s could not be looked at: %s", task, error)
            else:
                with self._changed:
                    self._answers += 1
                    self._seen = Seen(newer, self._seen.trouble)
        return self.look()

    def _keep_looking(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wanted > self._made or self._stopped, self._pause())
                if self._stopped:
                    return
            self._look()

    def _look(self) -> None:
        with self._changed:
            began, wanted, answers = time.monotonic(), self._wanted, self._answers
        seen = self._looked()
        with self._changed:
            if self._answers == answers:
                self._seen = seen
                self._made = wanted
            self._ended = time.monotonic()
            self._took = self._ended - began
            self._changed.notify_all()
        if seen.snapshot is not None and seen.trouble is None:
            self._hand_on(seen.snapshot)

    def _looked(self) -> Seen:
        try:
            return Seen(take(self._session, self._seen.snapshot))
        except ReconcilerError as error:
            why = str(error)
        except Exception as error:  # a bug must not end the looks for good; the page and the log tell of it
            if self._stopped:  # what it looks with was closed below its feet
                return self._seen
            log.exception("a look failed")
            why = f"a bug of ours ({type(error).__name__}); the log of the server shows where"
        return Seen(self._seen.snapshot, f"The look of {datetime.now(UTC):%H:%M:%S} UTC failed: {why}")

    def _pause(self) -> float:
        snapshot = self._seen.snapshot
        quiet = snapshot is not None and not snapshot.is_anything_open
        return max(self._refresh * (QUIET_FACTOR if quiet else 1), self._took)
