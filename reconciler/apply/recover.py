"""What an earlier run left open: intents without a receipt, or with an unknown outcome."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.apply.evidence import SETTLING_TIME, tasks_made_by
from reconciler.errors import ApiError
from reconciler.model import AccountId, ServiceId
from reconciler.model.routes import service_name
from reconciler.ports.endpoint import Reader
from reconciler.ports.journal import Intent, Journal, Outcome, Receipt

Sleep = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Recovery:
    """What became of one intent of an earlier run; `receipt` is None where it is still not known, and why.

    Attributes:
        may_show: whether a later look may tell; False where nobody holds the asker's credentials any more.
    """

    intent: Intent
    receipt: Receipt | None
    detail: str
    may_show: bool = True

    def forbids(self, asker: AccountId, service: ServiceId) -> bool:
        """Tell whether this unknown outcome forbids a POST: one is in flight per asker and service name."""
        if self.receipt is not None or not self.may_show:
            return False
        same_name = service_name(service).casefold() == service_name(self.intent.service).casefold()
        return service == self.intent.service or (asker == self.intent.asker and same_name)


def recover(journal: Journal, readers: Mapping[AccountId, Reader], sleep: Sleep) -> tuple[Recovery, ...]:
    """Find out and journal what became of every unsettled intent, oldest first.

    Must run under the lock: the intent of a run that is still going on is not for us to judge.
    """
    claimed = set(journal.claims())
    found = []
    for intent in journal.unsettled():
        reader = readers.get(intent.asker)
        if reader is None:
            detail = f"no usable credentials of {intent.asker}, who asked"
            found.append(Recovery(intent, None, detail, may_show=False))
            continue
        try:
            receipt = settle(intent, reader, claimed, sleep, since=intent.at)
        except ApiError as error:
            found.append(Recovery(intent, None, str(error)))
            continue
        journal.settle(receipt)
        claimed.update(receipt.tasks)
        found.append(Recovery(intent, receipt, receipt.message))
    return tuple(found)


def settle(
    intent: Intent, reader: Reader, claimed: Container[int], sleep: Sleep, *, since: datetime
) -> Receipt:
    """Return what became of a POST that surely was not sent after `since`, by the endpoint's clock."""
    tasks = tasks_made_by(intent, reader, claimed)
    if not tasks:
        missing = since + SETTLING_TIME - reader.now()
        if missing > timedelta(0):
            sleep(missing.total_seconds())
        tasks = tasks_made_by(intent, reader, claimed)
    at = reader.now()
    if tasks:
        return Receipt(intent.id, at, Outcome.ACCEPTED, tasks, "its answer was lost; the task list shows it")
    return Receipt(intent.id, at, Outcome.NEVER_ARRIVED, (), "the task list shows that it never arrived")
