"""A real mailbox: letters that are not marked yet, marks on those made use of, and waiting for new ones.

The folder is open for reading only: nothing is marked as seen, moved or deleted. Only `mark_done` writes, and
what it writes is one keyword. A message is known by its number and the folder's generation, so that a folder
that was made anew while we waited can never have the wrong message marked.
"""

from __future__ import annotations

import imaplib
import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reconciler.errors import ReconcilerError
from reconciler.mailbox.address import MailboxAddress
from reconciler.mailbox.fetching import Arrival, arrivals, batches, bodies, generation_of, mark, unmarked
from reconciler.mailbox.line import AwayError, Line
from reconciler.mailbox.mime import LARGEST, letter_of
from reconciler.mailbox.steady import SteadyLine
from reconciler.ports.letters import Letter
from reconciler.render import visible

log = logging.getLogger(__name__)

DAYS = 30
"""How far back letters are looked for, unless the caller knows better: four times what a token lives."""

FIRST_PAUSE, LONGEST_IDLE = 1.0, 60.0
"""Seconds of waiting before the folder is looked at again, whatever the server says; doubled each time."""

LOOK_EVERY = 5.0
"""Seconds between two looks at a server that does not tell of new messages by itself."""
AWAY_SECONDS = 300.0


@contextmanager
def open_mailbox(address: MailboxAddress, password: str, *, waits: bool = False) -> Iterator[ImapMailbox]:
    """Open a folder for reading, and close it again.

    Args:
        address: the folder.
        password: for its user.
        waits: the caller waits for mails: a server that drops the line is given time from the start.

    Raises:
        ReconcilerError: it cannot be opened, or imap-tools is not installed; the text holds no password.
    """
    require_imap_tools()
    mailbox = ImapMailbox(address, password, waits=waits)
    try:
        yield mailbox
    finally:
        mailbox.close()


def require_imap_tools() -> None:
    """Make sure that the package is there.

    Raises:
        ReconcilerError: it is not.
    """
    try:
        import imap_tools  # noqa: F401, PLC0415 - an extra: is it there?
    except ImportError:
        raise ReconcilerError(
            "a mailbox is read by the package imap-tools, which is not installed",
            hint="pip install 'contact-reconciler[mail]'",
        ) from None


class ImapMailbox:
    """An open folder: its letters, marks and news."""

    def __init__(self, address: MailboxAddress, password: str, *, waits: bool = False) -> None:
        self._address = address
        self._line = SteadyLine(address, password, patient=waits)
        self._read: dict[str, Letter] = {}
        self._told: set[str] = set()
        self._done: set[str] = set()
        self._since: datetime | None = None
        self._may_idle = True
        self._waits = waits
        self._away_since: float | None = None

    def letters(self, since: datetime | None = None) -> Iterator[tuple[str, Letter]]:
        """Yield every letter that is not marked, each with its key for `mark_done`; those known come first.

        A letter's `sent` is when it arrived at the server: the date in a mail is its writer's word.

        Where we wait, a server that is away for a while has no letters for that while.

        Args:
            since: what arrived on an earlier day is left aside; None: the last 30 days.

        Raises:
            ReconcilerError: they cannot be read.
        """
        self._since = since
        try:
            yield from self._unmarked_letters()
        except AwayError:
            if not self._is_worth_waiting_for():
                raise
        else:
            self._away_since = None

    def mark_done(self, keys: Iterable[str]) -> None:
        """Mark letters as made use of, where the server lets us; here they are not told again in any case.

        A server that is away is told of in the log only: what the letters were used for has happened.
        """
        done = set(keys)
        self._done |= done
        if not done:
            return
        try:
            self._line.take(lambda line: self._mark(line, done))
        except AwayError as error:
            log.warning(
                "letters used up are not marked, and will be looked at again (%d): %s", len(done), error
            )

    def wait(self, seconds: float) -> bool:
        """Wait until there is a letter that `letters` has not told yet; return False if none came in time.

        A server that is away for a while is waited for.

        Raises:
            ReconcilerError: it stayed away for five minutes, or does not let us in any more.
        """
        self._waits = True
        deadline = time.monotonic() + seconds
        pause = FIRST_PAUSE  # a message that comes between the look and the wait is told late by some
        while True:
            if self._has_news():
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._pause(min(left, pause))
            pause = min(2 * pause, LONGEST_IDLE)

    def close(self) -> None:
        """Close the line."""
        self._line.close()

    def _unmarked_letters(self) -> Iterator[tuple[str, Letter]]:
        generation, uids = self._unmarked()
        fresh: list[str] = []
        for uid in uids:
            key = _key(generation, uid)
            if key not in self._read:
                fresh.append(uid)
            elif key not in self._done:
                yield key, self._read[key]
        found = self._line.within(generation, lambda mailbox: list(arrivals(mailbox, fresh))) if fresh else []
        for lot in batches(found, LARGEST):
            for uid, letter in self._opened(generation, lot):
                key = _key(generation, uid)
                self._read[key] = letter
                yield key, letter
        self._told.update(_key(generation, uid) for uid in uids)

    def _unmarked(self) -> tuple[str, list[str]]:
        since = self._since or datetime.now(UTC) - timedelta(days=DAYS)
        day = since.astimezone(UTC).date() - timedelta(days=1)  # the server's day may begin earlier
        return self._line.take(lambda line: (line.generation, unmarked(line.mailbox, day)))

    def _opened(self, generation: str, lot: Sequence[Arrival]) -> Iterator[tuple[str, Letter]]:
        small = [one.uid for one in lot if one.size <= LARGEST]
        found = self._line.within(generation, lambda mailbox: bodies(mailbox, small)) if small else {}
        for one in lot:
            place = f"{self._address.folder}, message {one.uid}"
            if one.uid in found:
                yield one.uid, replace(letter_of(found[one.uid], place), sent=one.arrived)
            elif one.size > LARGEST:
                trouble = f"it is larger than {LARGEST // 2**20} MB"
                yield one.uid, Letter(visible(place), sent=one.arrived, trouble=trouble)

    def _mark(self, line: Line, keys: Iterable[str]) -> None:
        ours = [number for kind, _, number in (key.partition(".") for key in keys) if kind == line.generation]
        if not ours:
            return
        try:
            if not mark(line.mailbox, self._address.folder, sorted(ours, key=int), line.generation):
                log.info("%s took no marks: its letters will be looked at again", self._address)
        finally:
            line.mailbox.folder.set(self._address.folder, readonly=True)
            if generation_of(line.mailbox) != line.generation:  # made anew: its numbers are of other messages
                self._line.hang_up()

    def _has_news(self) -> bool:
        try:
            generation, uids = self._unmarked()
        except AwayError:
            if not self._is_worth_waiting_for():
                raise
            return False
        self._away_since = None
        return any(_key(generation, uid) not in self._told for uid in uids)

    def _is_worth_waiting_for(self) -> bool:
        """Tell whether a server that is away may come back while we wait; the first time it is told of."""
        now = time.monotonic()
        if self._waits and self._away_since is None:
            log.warning("the server of %s is away, trying again", self._address)
            self._away_since = now
        return self._away_since is not None and now - self._away_since <= AWAY_SECONDS

    def _pause(self, seconds: float) -> None:
        """Wait until the server says that something happened, or time is up; what, is looked at later."""
        from imap_tools.errors import MailboxTaggedResponseError  # noqa: PLC0415 - an extra

        line = self._line.now
        if line is None or not line.can_idle or not self._may_idle:
            time.sleep(min(seconds, LOOK_EVERY))
            return
        try:
            line.mailbox.idle.wait(timeout=seconds)
        except MailboxTaggedResponseError:  # it promised more than it does
            self._may_idle = False
            self._line.hang_up()
        except (imaplib.IMAP4.abort, OSError):
            self._line.hang_up()
            time.sleep(min(seconds, 1.0))  # a server that drops every line is not called in a loop


def _key(generation: str, uid: str) -> str:
    return f"{generation}.{uid}"
