"""Every service as the page lists it: who holds what, who should, in which tray a contact lies, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from reconciler.config import Config, Place
from reconciler.model import AccountId, Contacts, Observation, Role, ServiceId, UnknownRouteError, route_of
from reconciler.model.contacts import Desired
from reconciler.plan import Plan, Reason
from reconciler.render.observed import LIFT, standing_of
from reconciler.render.reasons import OWNERS_WAY, WORDINGS, is_domain, retry_command, why
from reconciler.render.wording import Accounts, Groups, standing, waits_for


class Tray(StrEnum):
    """Where the plan puts a contact, or a whole service."""

    REQUESTS = "requests"
    DEFERRED = "deferred"
    PENDING = "pending"
    BLOCKED = "blocked"
    CONTESTED = "contested"
    OBSERVED = "observed"
    ABSENT = "absent"
    UNKNOWN = "unknown"
    UNMANAGED = "unmanaged"
    IN_SYNC = "in_sync"


TRAY_WORDS: Mapping[Tray, str] = {
    Tray.REQUESTS: "to request",
    Tray.DEFERRED: "deferred",
    Tray.PENDING: "pending",
    Tray.BLOCKED: "blocked",
    Tray.CONTESTED: "contested",
    Tray.OBSERVED: "only observed",
    Tray.ABSENT: "absent",
    Tray.UNKNOWN: "could not be read",
    Tray.UNMANAGED: "not managed",
    Tray.IN_SYNC: "in sync",
}


class Note(NamedTuple):
    """What the plan says about one contact.

    Attributes:
        task: the request that it speaks of, if any.
        remedy: what a person can do, in whole sentences.
    """

    role: Role
    tray: Tray
    words: str
    task: int | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One service.

    Attributes:
        product: its route, such as `domain/zone`.
        live: None where no account sees it or it could not be read.
        desired: None where the file does not declare it.
        trays: in the order of `Tray`; empty where the file names nobody for it.
        notes: on each contact that is not simply as desired.
        why: why it could not be read.
        place: where the file declares it.
        sought: what a search looks in, case folded.
    """

    service: ServiceId
    product: str
    live: Contacts | None
    desired: Contacts | None
    trays: tuple[Tray, ...]
    notes: tuple[Note, ...]
    why: str | None
    place: Place | None
    sought: str

    def notes_on(self, role: Role) -> tuple[Note, ...]:
        """Return what the plan says about one contact."""
        return tuple(note for note in self.notes if note.role is role)


def service_lines(
    config: Config, observation: Observation, plan: Plan, before: Mapping[ServiceId, ServiceLine]
) -> tuple[ServiceLine, ...]:
    """Return every service that is declared or was seen, in the order of their keys.

    Args:
        config: the file.
        observation: what the endpoint showed.
        plan: what follows from both.
        before: the lines of an earlier look with the same file; those that still hold are taken over.
    """
    desired = config.desired(observation.at.date())
    names = {account.id: account.short for account in config.accounts}
    called = {account.id: f"{account.short} {account.name or ''} {account.id}" for account in config.accounts}
    notes: defaultdict[ServiceId, list[Note]] = defaultdict(list)
    for service, note in _notes(plan, Accounts(names)):
        notes[service].append(note)
    unknown = {row.service: row.detail for row in plan.unknown}
    absent = frozenset(plan.absent)
    maker = _Lines(config, observation, desired, called, absent, unknown, before)
    services = sorted({*desired, *observation.live, *unknown})
    return tuple(maker.line(service, tuple(notes.get(service, ()))) for service in services)


@dataclass(frozen=True, slots=True)
class _Lines:
    config: Config
    observation: Observation
    desired: Desired
    called: Mapping[AccountId, str]
    absent: frozenset[ServiceId]
    unknown: Mapping[ServiceId, str]
    before: Mapping[ServiceId, ServiceLine]

    def line(self, service: ServiceId, notes: tuple[Note, ...]) -> ServiceLine:
        live, wanted = self.observation.live.get(service), self.desired.get(service)
        trays = self._trays(service, wanted, notes)
        then = self.before.get(service)
        if then is not None and (then.live, then.desired, then.trays, then.notes) == (
            live,
            wanted,
            trays,
            notes,
        ):
            return then
        people = {account for row in (live, wanted) if row for account in row if account}
        words = " ".join([service, *(self.called.get(account, account) for account in sorted(people))])
        return ServiceLine(
            service=service,
            product=_product(service),
            live=live,
            desired=wanted,
            trays=trays,
            notes=notes,
            why=self.unknown.get(service),
            place=self.config.places.get(service),
            sought=words.casefold(),
        )

    def _trays(
        self, service: ServiceId, wanted: Contacts | None, notes: tuple[Note, ...]
    ) -> tuple[Tray, ...]:
        if service in self.absent:
            return (Tray.ABSENT,)
        if service in self.unknown:
            return (Tray.UNKNOWN,)
        if wanted is None:
            return (Tray.UNMANAGED,)
        if notes:
            found = {note.tray for note in notes}
            return tuple(tray for tray in Tray if tray in found)
        return (Tray.IN_SYNC,) if any(wanted) else ()


def _product(service: ServiceId) -> str:
    try:
        return route_of(service).key
    except UnknownRouteError:
        return ""


def _notes(plan: Plan, accounts: Accounts) -> Iterator[tuple[ServiceId, Note]]:
    """Yield what the plan says about each contact that is not simply as desired."""
    groups = Groups(accounts)
    for request in plan.requests:
        confirmers = {role: task.confirmers for task in request.tasks for role in task.roles}
        when = "held back by a guard; a later apply asks" if plan.stopped_by else "the next apply asks"
        for change in request.changes:
            words = f"{when}, as {accounts[request.asker]}; {groups[confirmers[change.role]]} must confirm"
            yield change.service, Note(change.role, Tray.REQUESTS, words)
    for later in plan.deferred:
        words = f"a later apply asks, as {accounts[later.asker]}; it waits for {waits_for(later.waits_for)}"
        yield later.change.service, Note(later.change.role, Tray.DEFERRED, words)
    for open_ in plan.pending:
        words = standing(open_.state, open_.waiting_for, groups)
        yield open_.change.service, Note(open_.change.role, Tray.PENDING, words, open_.task)
    for held in plan.blocked:
        words = f"{WORDINGS[held.reason].label}: {why(held)}"
        if held.could_ask:
            words += f"; could ask: {groups[held.could_ask]}"
        note = Note(
            held.change.role,
            Tray.BLOCKED,
            words,
            remedy=_remedy(held.change.service, held.change.role, held.reason),
        )
        yield held.change.service, note
    for other in plan.contested:
        by = "someone OVHcloud does not name" if other.asker is None else accounts[other.asker]
        words = f"an open request, asked by {by}, moves it to {accounts[other.towards]}"
        yield other.change.service, Note(other.change.role, Tray.CONTESTED, words, other.task)
    for seen in plan.observed:
        words = f"never requested; {standing_of(seen, accounts)}"
        yield seen.change.service, Note(seen.change.role, Tray.OBSERVED, words, seen.task, LIFT)


def _remedy(service: ServiceId, role: Role, reason: Reason) -> str:
    """Return what to do about one blocked contact."""
    text = WORDINGS[reason].remedy.replace("{retry}", retry_command(service, role))
    return f"{text} {OWNERS_WAY}" if reason is Reason.NOT_PERMITTED and is_domain(service) else text
