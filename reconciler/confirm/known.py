"""Everything that a verdict rests on: what we asked for, what the file wants, what the endpoint shows.

All of it is given, nothing is read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from reconciler.model import AccountId, Asked, Claim, Contacts, ServiceId, Task, TaskState
from reconciler.model.contacts import Desired, Marks
from reconciler.progress import Answers
from reconciler.progress.joining import is_claimed
from reconciler.render.wording import Accounts


@dataclass(frozen=True, slots=True)
class Known:
    """One fresh look at the endpoint, beside the journal and the file.

    Attributes:
        asked: what our journal asked for, by the task that it made.
        claims: when and for what each of these tasks was made.
        answers: what we answered, by task.
        tasks: the tasks of `asked` that were looked at, as the endpoint shows them now.
        foreign: ids of all other tasks that a configured account lists.
        unseen: tasks and services that could not be read, each with the reason.
        live: the contacts that the services of these tasks show now.
        desired: what the file wants.
        addresses: the configured accounts that could be read, each with the address in its profile.
        names: what people call the accounts.
        only: the one account that the run is for; None: all.
        observed: what the file only observes.
    """

    asked: Mapping[int, Asked]
    claims: Mapping[int, Claim]
    answers: Answers
    tasks: Mapping[int, Task]
    live: Mapping[ServiceId, Contacts]
    desired: Desired
    addresses: Mapping[AccountId, str | None]
    foreign: frozenset[int] = frozenset()
    unseen: Mapping[int | ServiceId, str] = field(default_factory=dict)
    names: Mapping[AccountId, str] = field(default_factory=dict)
    only: AccountId | None = None
    observed: Marks = field(default_factory=dict)

    @property
    def called(self) -> Accounts:
        """Return how accounts are shown."""
        return Accounts(self.names)

    def ours_that_wait(self) -> frozenset[int]:
        """Return the tasks that our journal made and that wait for people now."""
        return frozenset(
            number
            for number, task in self.tasks.items()
            if task.state is TaskState.VALIDATING and self.made(task)
        )

    def made(self, task: Task) -> bool:
        """Tell whether our journal made the task, going by its number and its time alone.

        A sandbox that starts afresh counts from anew, so the number proves nothing without the time.
        """
        claim = self.claims.get(task.id)
        return task.id in self.asked and claim is not None and is_claimed(_bare(task), claim)


def _bare(task: Task) -> Task:
    return replace(task, name=None, asker=None)
