"""Whether a request may be confirmed at all: it is ours, it is what the file wants, and it waits for people.

Everything is compared exactly, never by a prefix and never by likeness: what is not the same is left alone.
"""

from __future__ import annotations

from typing import NamedTuple

from reconciler.confirm.known import Known
from reconciler.confirm.verdicts import Kind
from reconciler.model import AccountId, Asked, ServiceId, Task, TaskState, service_name
from reconciler.progress import waiting_for
from reconciler.render.safe import visible
from reconciler.render.wording import listed, state_words

Slot = tuple[int, AccountId]
"""One account's answer to one request."""


class Objection(NamedTuple):
    """Why a request or a token is left alone."""

    kind: Kind
    detail: str


def objection_to(number: int, known: Known) -> Objection | None:
    """Return why the request of that number is left alone, or None: it may be confirmed."""
    task = known.tasks.get(number)
    if task is None:
        return _not_shown(number, known)
    if not known.made(task):
        return Objection(Kind.NOT_OURS, "our journal knows a request of that number, but not this one")
    asked = known.asked[number]
    return (
        _changed(task, asked, known)
        or _not_waiting(task)
        or _unwanted(task, asked.service, known)
        or _moved_on(task, asked.service, known)
    )


def still_to_confirm(known: Known) -> frozenset[Slot]:
    """Return which configured accounts have to confirm which requests of ours that the file wants.

    Those count too that OVHcloud still checks: their mails will come. And so does one whose service cannot be
    read just now: it may well be wanted.
    """
    return frozenset(
        (number, account)
        for number, task in known.tasks.items()
        if known.made(task) and _may_be_wanted(task, known)
        for account in waiting_for(task, known.answers)
        if account in known.addresses and known.only in {None, account}
    )


def _may_be_wanted(task: Task, known: Known) -> bool:
    asked = known.asked[task.id]
    if _changed(task, asked, known) or _unwanted(task, asked.service, known):
        return False
    moved = _moved_on(task, asked.service, known)
    return moved is None or moved.kind is Kind.NOT_SEEN


def _not_shown(number: int, known: Known) -> Objection:
    if number in known.unseen:
        return Objection(Kind.NOT_SEEN, f"request {number} cannot be read: {visible(known.unseen[number])}")
    if number in known.foreign:
        return Objection(Kind.NOT_OURS, "our journal did not make this request")
    memory = "though our journal knows it" if number in known.asked else "and our journal knows none"
    return Objection(Kind.UNKNOWN_REQUEST, f"no configured account sees a request {number}, {memory}")


def _changed(task: Task, asked: Asked, known: Known) -> Objection | None:
    """Return where the endpoint shows another request than the one that our journal asked for."""
    if task.name is None or not _same_name(task.name, service_name(asked.service)):
        shown = "no service" if task.name is None else visible(task.name)
        return Objection(
            Kind.OTHER_SERVICE, f"OVHcloud shows {shown}, our journal asked for {visible(asked.service)}"
        )
    called = known.called
    if task.asker != asked.asker:
        return Objection(
            Kind.OTHER_ASKER,
            f"OVHcloud shows that {called[task.asker]} asked, our journal that {called[asked.asker]} did",
        )
    wanted = {
        move.role
        for move in asked.moves
        if (move.from_account, move.to_account) == (task.from_account, task.to_account)
    }
    if not task.roles or wanted != set(task.roles):
        shown = f"{called[task.from_account]} -> {called[task.to_account]} ({', '.join(task.roles)})"
        return Objection(Kind.OTHER_MOVE, f"OVHcloud shows {shown}, which is not what our journal asked for")
    return None


def _same_name(shown: str, asked: str) -> bool:
    """Tell whether two bare names are the same; only ASCII letters may differ in case, as in the DNS."""
    return shown == asked or (shown.isascii() and asked.isascii() and shown.lower() == asked.lower())


def _not_waiting(task: Task) -> Objection | None:
    if task.state is TaskState.VALIDATING:
        return None
    return Objection(Kind.NOT_WAITING, f"it does not wait for people: {state_words(task.state)}")


def _unwanted(task: Task, service: ServiceId, known: Known) -> Objection | None:
    row = known.desired.get(service)
    if row is None:
        return Objection(Kind.UNDECLARED, f"the file does not declare {visible(service)}")
    unmanaged = [role for role in task.roles if row.of(role) is None]
    if unmanaged:
        return Objection(
            Kind.UNMANAGED, f"the file names nobody as {listed(unmanaged)} contact of {visible(service)}"
        )
    others = [role for role in task.roles if row.of(role) != task.to_account]
    if others:
        wants = listed(f"{known.called[row.of(role)]} as {role} contact" for role in others)
        return Objection(Kind.UNWANTED, f"the file wants {wants} of {visible(service)}")
    seen = [role for role in task.roles if role in known.observed.get(service, ())]
    if seen:
        return Objection(
            Kind.OBSERVED, f"the file only observes the {listed(seen)} contact of {visible(service)}"
        )
    return None


def _moved_on(task: Task, service: ServiceId, known: Known) -> Objection | None:
    live = known.live.get(service)
    if live is None or any(live.of(role) is None for role in task.roles):
        why = known.unseen.get(service, "no party of the request sees its contacts")
        return Objection(Kind.NOT_SEEN, f"{visible(service)} cannot be read: {visible(why)}")
    moved = [role for role in task.roles if live.of(role) != task.from_account]
    if moved:
        shows = listed(f"{known.called[live.of(role)]} as {role} contact" for role in moved)
        return Objection(
            Kind.MOVED_ON, f"{visible(service)} shows {shows}, no longer {known.called[task.from_account]}"
        )
    return None
