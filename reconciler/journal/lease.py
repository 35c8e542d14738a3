"""The lock of one endpoint: a lease that must be renewed, and a token that a later holder outdates."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from reconciler.errors import JournalError, LockHeldError
from reconciler.journal.chain import instant, storable
from reconciler.journal.ledger import Ledger
from reconciler.journal.process import ProcessMark, this_process

_LOG = logging.getLogger(__name__)
_POLL_SECONDS = 0.2
_RENEWALS_PER_LEASE = 5
_NOBODY = dict.fromkeys(("owner", "host", "machine", "pid", "started", "since", "until"))


class Lease:
    """The right to ask, held for one owner until it is given back, or is not renewed in time."""

    def __init__(self, ledger: Ledger, seconds: float) -> None:
        self._ledger = ledger
        self._seconds = seconds
        self._token: int | None = None

    @contextmanager
    def held(self, owner: str, timeout: float) -> Iterator[None]:
        """Hold the lease for the block, renewing it in the background.

        Raises:
            LockHeldError: another run still holds it after `timeout` seconds.
        """
        token = self._wait_for(owner, timeout)
        done = threading.Event()
        renewer = threading.Thread(
            target=self._keep_renewing, args=(token, done), name="journal-lease", daemon=True
        )
        try:
            self._token = token
            renewer.start()
            yield
        finally:
            done.set()
            self._token = None
            try:
                self._give_back(token)
            finally:
                if renewer.ident is not None:
                    renewer.join()

    def holder(self) -> str | None:
        """Return who holds the lease, since when; None: nobody who is alive. Takes nothing."""
        found = self._ledger.lease()
        if found is None or found[0]["owner"] is None or not _is_alive(*found):
            return None
        return _described(found[0])

    def check(self, row: Mapping[str, Any]) -> None:
        """Refuse a write whose lease another run has taken over; `row` is locked by the write's transaction.

        Raises:
            JournalError: the lease is lost.
        """
        if self._token is None or _is_held_with(row, self._token):
            return
        holder = f" to {_described(row)}" if row["owner"] is not None else ""
        raise JournalError(
            f"lease lost{holder}: this run stood still for too long, and asks for nothing more",
            hint="run the command again: what was asked is remembered, nothing is asked twice",
        )

    def _wait_for(self, owner: str, timeout: float) -> int:
        deadline = time.monotonic() + timeout
        while True:
            try:
                return self._take(owner)
            except LockHeldError:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise
                time.sleep(min(_POLL_SECONDS, left))

    def _take(self, owner: str) -> int:
        with self._ledger.writing() as write:
            now = self._ledger.now(write)
            if write.row["owner"] is not None and _is_alive(write.row, now):
                raise LockHeldError(_described(write.row))
            token = int(write.row["token"]) + 1
            me = this_process()
            write.change_lease(
                {
                    "token": token,
                    "owner": storable(owner),
                    "host": storable(me.host),
                    "machine": me.machine,
                    "pid": me.pid,
                    "started": me.started,
                    "since": instant(now),
                    "until": instant(now + timedelta(seconds=self._seconds)),
                }
            )
            return token

    def _keep_renewing(self, token: int, done: threading.Event) -> None:
        while not done.wait(self._seconds / _RENEWALS_PER_LEASE):
            try:
                if not self._renew(token) and not done.is_set():
                    _LOG.warning("the lease of the journal was taken over")
                    return
            except JournalError as error:  # it may pass; if not, the lease runs out and the next write tells
                _LOG.warning("the lease of the journal could not be renewed: %s", error)

    def _renew(self, token: int) -> bool:
        with self._ledger.writing() as write:
            if not _is_held_with(write.row, token):
                return False
            write.renew_lease(instant(self._ledger.now(write) + timedelta(seconds=self._seconds)))
            return True

    def _give_back(self, token: int) -> None:
        try:
            with self._ledger.writing() as write:
                if _is_held_with(write.row, token):
                    write.change_lease({**_NOBODY, "token": token})
        except JournalError as error:  # it runs out by itself; what the block did must not be lost to this
            _LOG.warning("the lease of the journal could not be given back: %s", error)


def _is_held_with(row: Mapping[str, Any], token: int) -> bool:
    return row["token"] == token and row["owner"] is not None


def _is_alive(row: Mapping[str, Any], now: datetime) -> bool:
    if datetime.fromisoformat(row["until"]) <= now:
        return False
    return not ProcessMark(row["host"], row["machine"], row["pid"], row["started"]).is_surely_dead()


def _described(row: Mapping[str, Any]) -> str:
    since = datetime.fromisoformat(row["since"]).strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"{row['owner']} (host {row['host']}, pid {row['pid']}, since {since})"
