"""The journal that is not there yet, for those who only read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime

from reconciler.errors import JournalError
from reconciler.model import AccountId, Task
from reconciler.ports.journal import (
    Asked,
    Claim,
    Confirmation,
    Intent,
    Receipt,
    Retry,
    RunRecord,
    Sighting,
)


class EmptyJournal:
    """Knows nothing and takes nothing in."""

    def record_run(self, run: RunRecord) -> None:
        """Raise JournalError."""
        raise _reading_only(run)

    def intend(self, intent: Intent) -> None:
        """Raise JournalError."""
        raise _reading_only(intent)

    def settle(self, receipt: Receipt) -> None:
        """Raise JournalError."""
        raise _reading_only(receipt)

    def unsettled(self) -> tuple[Intent, ...]:
        """Return nothing."""
        return ()

    def claims(self) -> Mapping[int, Claim]:
        """Return nothing."""
        return {}

    def unknown_accounts(self) -> Mapping[AccountId, str]:
        """Return nothing."""
        return {}

    def saw(self, tasks: Iterable[Task], at: datetime) -> None:
        """Forget it."""

    def settled_tasks(self) -> Mapping[int, Task]:
        """Return nothing."""
        return {}

    def confirm(self, confirmation: Confirmation) -> None:
        """Raise JournalError."""
        raise _reading_only(confirmation)

    def confirmations(self) -> tuple[Confirmation, ...]:
        """Return nothing."""
        return ()

    def retry(self, retries: Iterable[Retry]) -> None:
        """Raise JournalError."""
        raise _reading_only(retries)

    def retries(self) -> tuple[Retry, ...]:
        """Return nothing."""
        return ()

    def asked(self) -> Mapping[int, Asked]:
        """Return nothing."""
        return {}

    def ever_asked(self) -> tuple[Asked, ...]:
        """Return nothing."""
        return ()

    def sightings(self, task: int | None = None) -> tuple[Sighting, ...]:  # noqa: ARG002
        """Return nothing."""
        return ()

    def carried_out(self, fingerprint: str, since: datetime | None = None) -> None:
        """Return None: nothing was ever asked."""

    def told(self) -> frozenset[str]:
        """Return nothing."""
        return frozenset()

    def tell(self, keys: Iterable[str], at: datetime) -> None:
        """Raise JournalError."""
        raise _reading_only(keys, at)

    def lock(self, owner: str, *, timeout: float = 0.0) -> AbstractContextManager[None]:
        """Raise JournalError."""
        raise _reading_only(owner, timeout)

    def holder(self) -> None:
        """Return None: nobody holds a lock that is not there."""

    def verify(self) -> int | None:
        """Return None: a chain without links is not broken."""
        return None

    def audit(self) -> None:
        """Return None: there is nothing to look at."""

    def close(self) -> None:
        """Do nothing."""


def _reading_only(*_refused: object) -> JournalError:
    return JournalError("the journal was opened for reading only")
