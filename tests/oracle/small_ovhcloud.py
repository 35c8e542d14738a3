"""One service at a tiny OVHcloud: it takes requests by the role table, and people answer them or do not.

Written from the facts about the API, with nothing of the program's rules in it, so that it can say no.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from reconciler.model import ROLES, AccountFacts, AccountId, Contacts, Observation, Role, Task, TaskState
from tests.builders import NOW, SERVICE, contacts


class Refused(Exception):  # noqa: N818 (the server's answer, not a mistake of ours)
    """The server says no."""


class Cloud:
    """The service, its tasks, and who still has to confirm each."""

    def __init__(self, live: str) -> None:
        self.now: datetime = NOW
        self.contacts: Contacts = contacts(live)
        self.shown: Contacts = self.contacts
        self.tasks: dict[int, Task] = {}
        self.missing: dict[int, set[AccountId]] = {}
        self.asked: list[tuple[Role, AccountId]] = []

    def observe(self, held: Iterable[str]) -> Observation:
        """Return what accounts whose credentials are held see."""
        ours = frozenset(held)
        facts = {AccountId(who): AccountFacts(AccountId(who)) for who in ours}
        seen = [
            task for task in self.tasks.values() if ours & {task.asker, task.from_account, task.to_account}
        ]
        return Observation(at=self.now, held=facts, live={SERVICE: self.shown}, tasks=tuple(seen))

    def ask(self, asker: AccountId, wanted: dict[Role, AccountId]) -> list[int]:
        """Take one POST and return the tasks made, one for each from->to pair."""
        if self.open():
            raise Refused("A contact change task is already running on this service")
        pairs: dict[tuple[AccountId, AccountId], list[Role]] = {}
        for role in ROLES:
            if role not in wanted:
                continue
            holder = self.contacts.of(role)
            assert holder is not None
            if asker not in {self.contacts.admin, holder}:
                raise Refused(f"{asker} may not change {role}")
            if holder == wanted[role]:
                raise Refused(f"{role} is {holder} already")
            pairs.setdefault((holder, wanted[role]), []).append(role)
            self.asked.append((role, wanted[role]))
        made = []
        for (source, target), roles in pairs.items():
            number = len(self.tasks) + 1
            self.tasks[number] = Task(
                number, asker, source, target, tuple(roles), "shop.example", TaskState.VALIDATING, self.now
            )
            self.missing[number] = {asker, target}
            made.append(number)
        return made

    def open(self) -> list[Task]:
        """Return the tasks that still wait for somebody."""
        return [task for task in self.tasks.values() if task.is_open]

    def accept(self, number: int, who: AccountId) -> None:
        """Take one party's yes; the last one makes the change."""
        self.missing[number].discard(who)
        if self.missing[number]:
            return
        task = self.tasks[number]
        self._settle(number, TaskState.DONE)
        self.contacts = Contacts(
            *(task.to_account if role in task.roles else self.contacts.of(role) for role in ROLES)
        )

    def refuse(self, number: int) -> None:
        """Take one party's no, which ends the task."""
        self._settle(number, TaskState.REFUSED)

    def expire(self, number: int) -> None:
        """Let a task run out because nobody answered."""
        self._settle(number, TaskState.EXPIRED)

    def catch_up(self) -> None:
        """Let the service show what was done, as it does some minutes later."""
        self.shown = self.contacts
        self.now += timedelta(minutes=20)

    def _settle(self, number: int, state: TaskState) -> None:
        self.now += timedelta(seconds=30)
        self.tasks[number] = replace(self.tasks[number], state=state, settled=self.now)
