"""A journal in memory that keeps what it is told, in order."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.model import AccountId, Claim, Confirmation, Retry, Task
from reconciler.ports.journal import Intent, Outcome, Receipt, RunRecord


@dataclass
class Notebook:
    """The journal's side of a run; what apply does not use stays empty."""

    intents: list[Intent] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)

    def intend(self, intent: Intent) -> None:
        """Keep a POST that is about to be sent."""
        self.intents.append(intent)

    def settle(self, receipt: Receipt) -> None:
        """Keep what became of a POST."""
        self.receipts.append(receipt)

    def unsettled(self) -> tuple[Intent, ...]:
        """Return the intents that no firm receipt answers."""
        firm = {receipt.intent for receipt in self.receipts if receipt.outcome is not Outcome.UNKNOWN}
        return tuple(intent for intent in self.intents if intent.id not in firm)

    def claims(self) -> Mapping[int, Claim]:
        """Return the tasks that receipts call ours."""
        intents = {intent.id: intent for intent in self.intents}
        return {
            task: Claim(task, about.service, about.asker, about.at, receipt.at)
            for receipt in self.receipts
            if (about := intents.get(receipt.intent))
            for task in receipt.tasks
        }

    def outcomes(self) -> list[Outcome]:
        """Return the outcomes in the order in which they were kept."""
        return [receipt.outcome for receipt in self.receipts]

    def record_run(self, run: RunRecord) -> None:
        """Forget it."""

    def unknown_accounts(self) -> Mapping[AccountId, str]:
        """Return none."""
        return {}

    def saw(self, tasks: Iterable[Task], at: datetime) -> None:
        """Forget it."""

    def settled_tasks(self) -> Mapping[int, Task]:
        """Return none."""
        return {}

    def confirm(self, confirmation: Confirmation) -> None:
        """Forget it."""

    def confirmations(self) -> tuple[Confirmation, ...]:
        """Return none."""
        return ()

    def retry(self, retries: Iterable[Retry]) -> None:
        """Forget it."""

    def retries(self) -> tuple[Retry, ...]:
        """Return none."""
        return ()

    def lock(self, owner: str, *, timeout: float = 0.0) -> AbstractContextManager[None]:  # noqa: ARG002
        """Return a lock that is always free."""
        return contextlib.nullcontext()

    def close(self) -> None:
        """Give nothing back."""
