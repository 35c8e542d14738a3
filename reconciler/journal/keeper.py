"""The journal of one endpoint in a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from reconciler.errors import JournalError
from reconciler.journal import chronicle, lookups
from reconciler.journal.audit import Audit
from reconciler.journal.chain import Draft, linked
from reconciler.journal.lease import Lease
from reconciler.journal.ledger import Ledger
from reconciler.journal.records import (
    answer_draft,
    intent_draft,
    notice_draft,
    receipt_draft,
    retry_draft,
    run_draft,
    seen_draft,
)
from reconciler.model import AccountId, Task
from reconciler.ports.journal import (
    Asked,
    CarriedOut,
    Claim,
    Confirmation,
    Intent,
    Receipt,
    Retry,
    RunRecord,
    Sighting,
)

_T = TypeVar("_T")


class DatabaseJournal:
    """Entries that are only ever added, each durable before the method that wrote it returns."""

    def __init__(self, ledger: Ledger, lease: Lease, *, read_only: bool) -> None:
        self._ledger = ledger
        self._lease = lease
        self._read_only = read_only
        self._run: str | None = None

    def __repr__(self) -> str:
        return f"<journal of {self._ledger.endpoint} in {self._ledger.location.shown}>"

    def record_run(self, run: RunRecord) -> None:
        """Remember a run's start or end; what is written in between is marked with the run."""
        self._run = run.run
        self._append([run_draft(run)])
        if run.exit_code is not None:
            self._run = None

    def intend(self, intent: Intent) -> None:
        """Remember a POST before it is sent."""
        self._append([intent_draft(intent)])

    def settle(self, receipt: Receipt) -> None:
        """Remember what became of a POST."""
        self._append([receipt_draft(receipt)])

    def unsettled(self) -> tuple[Intent, ...]:
        """Return the intents without a receipt or with an UNKNOWN one, oldest first."""
        return self._look_up(lookups.unsettled)

    def claims(self) -> Mapping[int, Claim]:
        """Return every task that a receipt calls ours, by id; of two receipts for one id the newest."""
        return self._look_up(lookups.claims)

    def unknown_accounts(self) -> Mapping[AccountId, str]:
        """Return the accounts that the newest answer about them called unknown, with the server's words."""
        return self._look_up(lookups.unknown_accounts)

    def saw(self, tasks: Iterable[Task], at: datetime) -> None:
        """Remember the state of tasks that is not remembered yet; a journal for reading remembers nothing."""
        if self._read_only:
            return
        drafts = {task.id: seen_draft(task, at) for task in tasks}
        with self._ledger.reading() as connection:
            head = self._ledger.head(connection)
            news = _news(drafts, lookups.last_seen(connection, self._ledger.endpoint, drafts.keys()))
        if news:
            self._append(news.values(), unless_seen_since=head.seq)

    def settled_tasks(self) -> Mapping[int, Task]:
        """Return the tasks last seen in a final state, by id: they change no more and need no reading."""
        return self._look_up(lookups.settled_tasks)

    def confirm(self, confirmation: Confirmation) -> None:
        """Remember an answer that we gave."""
        self._append([answer_draft(confirmation)])

    def confirmations(self) -> tuple[Confirmation, ...]:
        """Return the answers that we gave, oldest first."""
        return self._look_up(lookups.confirmations)

    def retry(self, retries: Iterable[Retry]) -> None:
        """Remember leave to ask again."""
        self._append([retry_draft(retry) for retry in retries])

    def retries(self) -> tuple[Retry, ...]:
        """Return the leaves to ask again, oldest first."""
        return self._look_up(lookups.retries)

    def asked(self) -> Mapping[int, Asked]:
        """Return for every task that a receipt calls ours what was asked, by whom and in which run."""
        return self._look_up(chronicle.asked)

    def ever_asked(self) -> tuple[Asked, ...]:
        """Return the same, oldest first, also for tasks whose id came again in a world that began anew."""
        return self._look_up(chronicle.ever_asked)

    def sightings(self, task: int | None = None) -> tuple[Sighting, ...]:
        """Return every state in which tasks, or this one, were first seen, oldest first."""
        return self._look_up(lambda connection, endpoint: chronicle.sightings(connection, endpoint, task))

    def carried_out(self, fingerprint: str, since: datetime | None = None) -> CarriedOut | None:
        """Return what runs since a time made of the plan with this fingerprint; None: none has begun."""
        return self._look_up(
            lambda connection, endpoint: chronicle.carried_out(connection, endpoint, fingerprint, since)
        )

    def told(self) -> frozenset[str]:
        """Return the keys of the notices that were delivered."""
        return self._look_up(chronicle.told)

    def tell(self, keys: Iterable[str], at: datetime) -> None:
        """Remember that notices were delivered, each under a key of its own."""
        self._append([notice_draft(key, at) for key in keys])

    def lock(self, owner: str, *, timeout: float = 0.0) -> AbstractContextManager[None]:
        """Hold the lease of this endpoint, renewed in the background; writes of a lost lease fail."""
        self._refuse_if_read_only()
        return self._lease.held(owner, timeout)

    def holder(self) -> str | None:
        """Return who holds the lock, since when; None: it is free."""
        return self._lease.holder()

    def verify(self) -> int | None:
        """Return the number of the first entry that was changed, lost or moved; None if the chain holds."""
        audit = self.audit()
        return None if audit is None or audit.broken is None else audit.broken.seq

    def audit(self) -> Audit | None:
        """Return how many entries are as they were written, and where that ends; None if nothing ever was."""
        return self._ledger.audit()

    def close(self) -> None:
        """Give back files and connections."""
        self._ledger.close()

    def _look_up(self, question: Callable[[Connection, str], _T]) -> _T:
        with self._ledger.reading() as connection:
            return question(connection, self._ledger.endpoint)

    def _append(self, drafts: Iterable[Draft], *, unless_seen_since: int | None = None) -> None:
        """Continue the chain in one transaction, or write nothing.

        Args:
            drafts: what to write.
            unless_seen_since: leave out what others have written after this entry.
        """
        self._refuse_if_read_only()
        with self._ledger.writing() as write:
            self._lease.check(write.row)
            if unless_seen_since is not None and unless_seen_since != write.head.seq:
                seen = write.seen_since(unless_seen_since)
                drafts = [draft for draft in drafts if seen.get(draft.task or 0) != draft.body]
            rows, head = linked(drafts, write.head, endpoint=self._ledger.endpoint, run=self._run)
            if rows:
                write.add(rows, head)

    def _refuse_if_read_only(self) -> None:
        if self._read_only:
            raise JournalError("the journal was opened for reading only")


def _news(drafts: Mapping[int, Draft], remembered: Mapping[int, str]) -> dict[int, Draft]:
    return {id_: draft for id_, draft in drafts.items() if remembered.get(id_) != draft.body}
