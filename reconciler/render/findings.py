"""What a plan says of single contacts, each with its line of the file, for scanners and annotations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from reconciler.diff import Change
from reconciler.model import Role, ServiceId
from reconciler.model.time_box import Place
from reconciler.plan import Contested, Plan
from reconciler.render.narrowed import narrowed_rows
from reconciler.render.observed import standing_of
from reconciler.render.reasons import WORDINGS, why
from reconciler.render.safe import visible
from reconciler.render.time_boxes import time_box_words
from reconciler.render.view import View
from reconciler.render.wording import Accounts, Groups, moved, standing, waits_for

FIRST_LINE = 1


class Level(StrEnum):
    """How much a finding matters; the value is GitHub's word for it."""

    ERROR = "error"  # the run is stopped, or something is not known
    WARNING = "warning"  # wants a person
    NOTICE = "notice"  # goes its way


class Finding(NamedTuple):
    """One thing to show beside one line of the file; all texts are printable, on one line.

    Attributes:
        rule: what kind it is, such as `blocked/not_permitted`.
        tray: where the plan holds it, such as `blocked`.
        subject: the service, or the guard; of what is left out, the plan.
        role: None where it is about the whole subject.
        message: one sentence that stands alone, without a full stop.
        place: the line that causes it; None where the file has none.
        identity: what stays the same when lines move.
    """

    rule: str
    tray: str
    level: Level
    subject: str
    role: Role | None
    message: str
    place: Place | None
    identity: tuple[str, ...]

    @property
    def contact(self) -> str:
        """Return the service and, where it is about one, the role."""
        return f"{self.subject} {self.role}" if self.role else self.subject


def findings(view: View) -> list[Finding]:
    """Return what there is to show, the most important first, each kind in the order of the plan."""
    return [*_errors(view), *_wanting_a_person(view), *_going_their_way(view)]


def place_of(finding: Finding, view: View) -> Place:
    """Return the finding's line; the first of the main file where it has none."""
    return finding.place or Place(view.made.file if view.made else "contacts.yaml", FIRST_LINE, 1)


def identities(found: list[Finding]) -> list[str]:
    """Return a hexadecimal sha256 for each, none twice, which does not change when lines move."""
    seen: Counter[tuple[str, ...]] = Counter()
    hashes = []
    for finding in found:
        seen[finding.identity] += 1
        words = (*finding.identity, *([str(seen[finding.identity])] if seen[finding.identity] > 1 else []))
        hashes.append(sha256("\0".join(words).encode("utf-8", "backslashreplace")).hexdigest())
    return hashes


def _errors(view: View) -> Iterator[Finding]:
    for stop in view.plan.stopped_by:
        guard = visible(stop.guard)
        message = f"{guard} stops the run, nothing will be requested: {visible(stop.detail)}"
        yield Finding(
            f"stopped/{guard}", "stopped_by", Level.ERROR, guard, None, message, None, ("stopped", stop.guard)
        )
    for row in view.plan.unknown:
        message = f"{visible(row.service)} could not be read: {visible(row.detail)}"
        yield _about_service(view, "unknown", Level.ERROR, row.service, message)


def _wanting_a_person(view: View) -> Iterator[Finding]:
    words = _Words(view)
    for contested in view.plan.contested:
        change = contested.change
        task = str(contested.task)
        yield words.finding("contested", "contested", Level.WARNING, change, words.contested(contested), task)
    for blocked in view.plan.blocked:
        detail = f"blocked, {WORDINGS[blocked.reason].label}: {visible(why(blocked))}"
        if blocked.could_ask:
            detail += f"; could ask: {words.groups[blocked.could_ask]}"
        rule = f"blocked/{blocked.reason}"
        yield words.finding(rule, "blocked", Level.WARNING, blocked.change, detail)
    for service in view.plan.absent:
        message = f"{visible(service)} is declared in the file but seen by no account"
        yield _about_service(view, "absent", Level.WARNING, service, message)
    yield from _beside(view)


def _beside(view: View) -> Iterator[Finding]:
    beside = view.plan.beside
    if beside is None:
        return
    base = visible(beside.base)
    for rule, contacts, words in (
        ("base/contested", beside.contested, f"changed here and in {base}, differently"),
        ("base/released", beside.released, "no longer managed once this is merged"),
    ):
        for service, role in contacts:
            message = f"{role} contact of {visible(service)}: {words}"
            place = view.where(service, role)
            identity = (rule, service, role)
            yield Finding(rule, "base", Level.WARNING, visible(service), role, message, place, identity)


def _going_their_way(view: View) -> Iterator[Finding]:
    plan, words = view.plan, _Words(view)
    if plan.narrowed and (left := [f"{what} ({visible(why)})" for what, why in narrowed_rows(plan.narrowed)]):
        message = f"this is a part of the plan; left out: {'; '.join(left)}"
        yield Finding("narrowed", "narrowed", Level.NOTICE, "the plan", None, message, None, ("narrowed",))
    for request in plan.requests:
        parties = {role: task.confirmers for task in request.tasks for role in task.roles}
        for change in request.changes:
            detail = (
                f"{'held back by a guard' if plan.stopped_by else 'to request'}; "
                f"asker: {words.accounts[request.asker]}; "
                f"must confirm: {words.groups[parties.get(change.role, ())]}"
            )
            yield words.finding("request", "requests", Level.NOTICE, change, detail)
    for deferred in plan.deferred:
        detail = f"deferred; waits for {waits_for(deferred.waits_for)}"
        yield words.finding("deferred", "deferred", Level.NOTICE, deferred.change, detail)
    for pending in plan.pending:
        stands = standing(pending.state, pending.waiting_for, words.groups)
        detail = f"pending; {stands}; task {pending.task}"
        yield words.finding("pending", "pending", Level.NOTICE, pending.change, detail)
    for seen in plan.observed:
        detail = f"only observed, never requested; {standing_of(seen, words.accounts)}"
        yield words.finding("observed", "observed", Level.NOTICE, seen.change, detail)


def _about_service(view: View, rule: str, level: Level, service: ServiceId, message: str) -> Finding:
    place = view.where(service, None)
    return Finding(rule, rule, level, visible(service), None, message, place, (rule, service))


class _Words:
    """The words for a contact, those that repeat made once."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._plan: Plan = view.plan
        self.accounts = Accounts(view.names)
        self.groups = Groups(self.accounts)

    def finding(self, rule: str, tray: str, level: Level, change: Change, detail: str, *more: str) -> Finding:
        """Return what there is to say about one contact."""
        service, role = change.service, change.role
        _, move = moved(change, self.accounts)
        box = self._plan.time_boxes.get((service, role))
        until = f"; {visible(time_box_words(box, change.desired, self._view.names))}" if box else ""
        message = f"{role} contact of {visible(service)}: {move}: {detail}{until}"
        place = self._view.where(service, role)
        identity = (rule, service, role, change.desired, *more)
        return Finding(rule, tray, level, visible(service), role, message, place, identity)

    def contested(self, row: Contested) -> str:
        """Return what an open request does to a contact."""
        asker = "someone OVHcloud does not name" if row.asker is None else self.accounts[row.asker]
        ours = ", through this program" if row.ours else ""
        towards = self.accounts[row.towards]
        return f"contested: open task {row.task} moves it to {towards}, asked by {asker}{ours}"
