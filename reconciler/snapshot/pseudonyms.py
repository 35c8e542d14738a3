"""A snapshot in which nobody and nothing can be recognised, to be shown to strangers, as in a bug report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from reconciler.model import AccountId, Contacts, Look, ServiceId, Task, route_of, service_name
from reconciler.model.memory import NO_TASK
from reconciler.model.routes import service_id
from reconciler.snapshot.kept import Memory, Snapshot

LEFT_OUT = "(left out)"
"""In place of every text of a server, which may name anybody."""


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """What stands for what: the same for the same in every place, so that all that depends on it stays."""

    accounts: Mapping[str, str]
    names: Mapping[str, str]
    tasks: Mapping[int, int]

    def account(self, account: AccountId) -> AccountId:
        """Return the pseudonym of an account."""
        return AccountId(self.accounts[account])

    def service(self, service: ServiceId) -> ServiceId:
        """Return a service's key with its product as it is; services of one name keep one name."""
        return service_id(route_of(service), self.names[service_name(service)])

    def snapshot(self, taken: Snapshot) -> Snapshot:
        """Return a snapshot of the same shape; its texts are left out, its times stay."""
        return replace(taken, look=self._look(taken.look), memory=self._memory(taken.memory))

    def _holder(self, account: AccountId | None) -> AccountId | None:
        return None if account is None else self.account(account)

    def _look(self, look: Look) -> Look:
        held = [replace(facts, id=self.account(facts.id), email=None) for facts in look.held.values()]
        return replace(
            look,
            held={facts.id: facts for facts in held},
            live={self.service(service): self._contacts(row) for service, row in look.live.items()},
            in_debt=frozenset(map(self.service, look.in_debt)),
            looked_for=frozenset(map(self.service, look.looked_for)),
            unknown={self.service(service): LEFT_OUT for service in look.unknown},
            tasks=tuple(map(self._task, look.tasks)),
            unreadable=self._without_words(look.unreadable),
            without_tasks=self._without_words(look.without_tasks),
            unlisted=self._without_words(look.unlisted),
            incomplete=self._without_words(look.incomplete),
        )

    def _contacts(self, row: Contacts) -> Contacts:
        return Contacts(*map(self._holder, row))

    def _task(self, task: Task) -> Task:
        return replace(
            task,
            id=self.tasks[task.id],
            asker=self._holder(task.asker),
            from_account=self.account(task.from_account),
            to_account=self.account(task.to_account),
            name=None if task.name is None else self.names[task.name],
        )

    def _memory(self, memory: Memory) -> Memory:
        return Memory(
            claims={
                self.tasks[task]: replace(
                    claim,
                    task=self.tasks[claim.task],
                    service=self.service(claim.service),
                    asker=self.account(claim.asker),
                )
                for task, claim in memory.claims.items()
            },
            confirmations=tuple(
                replace(row, task=self.tasks[row.task], account=self.account(row.account))
                for row in memory.confirmations
            ),
            retries=tuple(
                replace(row, service=self.service(row.service), task=self.tasks[row.task])
                for row in memory.retries
            ),
            unknown_accounts=self._without_words(memory.unknown_accounts),
        )

    def _without_words(self, words: Mapping[AccountId, str]) -> dict[AccountId, str]:
        return {self.account(account): LEFT_OUT for account in words}


def pseudonyms_of(taken: Snapshot, shuffle: Callable[[list[str]], None]) -> Pseudonyms:
    """Return a pseudonym for every account, every name and every task in a snapshot.

    Tasks are numbered in the order of their numbers, for the newest of them decides.

    Args:
        taken: the snapshot.
        shuffle: brings a list into an order that tells nothing, so that the numbers tell nothing either.
    """
    return Pseudonyms(
        accounts=_numbered(_accounts(taken), shuffle, "ac{:05}-ovh"),
        names=_names_numbered(_names(taken), shuffle),
        tasks={task: number for number, task in enumerate(sorted({NO_TASK, *_tasks(taken)}))},
    )


def _names_numbered(originals: Iterable[str], shuffle: Callable[[list[str]], None]) -> dict[str, str]:
    """Return a name for each name: those that differ in case only do so still, for tasks heed no case."""
    spellings: dict[str, list[str]] = {}
    for name in sorted(set(originals)):
        spellings.setdefault(name.casefold(), []).append(name)
    numbered = _numbered(spellings, shuffle, "name{:05}.example")
    return {
        name: numbered[folded][:place].upper() + numbered[folded][place:]
        for folded, names in spellings.items()
        for place, name in enumerate(names)
    }


def _numbered(originals: Iterable[str], shuffle: Callable[[list[str]], None], form: str) -> dict[str, str]:
    rows = sorted(set(originals))
    shuffle(rows)
    return {original: form.format(number) for number, original in enumerate(rows, 1)}


def _accounts(taken: Snapshot) -> Iterable[str]:
    look, memory = taken.look, taken.memory
    for row in look.live.values():
        yield from (holder for holder in row if holder is not None)
    for task in look.tasks:
        yield from (one for one in (task.asker, task.from_account, task.to_account) if one is not None)
    for accounts in (look.held, look.unreadable, look.without_tasks, look.unlisted, look.incomplete):
        yield from accounts
    yield from memory.unknown_accounts
    yield from (claim.asker for claim in memory.claims.values())
    yield from (row.account for row in memory.confirmations)


def _names(taken: Snapshot) -> Iterable[str]:
    look, memory = taken.look, taken.memory
    services = {*look.live, *look.looked_for, *look.unknown, *look.in_debt}
    services |= {claim.service for claim in memory.claims.values()}
    services |= {row.service for row in memory.retries}
    yield from map(service_name, services)
    yield from (task.name for task in look.tasks if task.name is not None)


def _tasks(taken: Snapshot) -> Iterable[int]:
    memory = taken.memory
    yield from (task.id for task in taken.look.tasks)
    yield from memory.claims
    yield from (row.task for row in memory.confirmations)
    yield from (row.task for row in memory.retries)
