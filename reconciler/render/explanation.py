"""`explain`: which line decides each contact of a service, who holds it, and what the plan does with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.config import Manage
from reconciler.config.deciding import Decision, Layer
from reconciler.model import ROLES, AccountId, Contacts, Role, ServiceId, Task
from reconciler.model.time_box import Place, TimeBox
from reconciler.plan import Plan
from reconciler.render.fates import Fate, contested, contested_words, fate, open_words
from reconciler.render.safe import visible
from reconciler.render.time_boxes import box_object, time_box_words
from reconciler.render.wording import Accounts, listed, state_words

_VERSION = 1
_LAYERS = {
    Layer.SERVICE: "the service's own entry",
    Layer.ANCHOR: "what the service's entry is an alias of",
    Layer.INCLUDED_DEFAULTS: "`defaults` of the included file",
    Layer.DEFAULTS: "`defaults`",
    Layer.FILE: "`manage` of the file",
    Layer.ENTRY: "the service's entry",
}
_NO_FACTS: Mapping[str, Any] = {
    "asker": None,
    "confirmers": [],
    "waits_for": [],
    "task": None,
    "state": None,
    "waiting_for": [],
    "reason": None,
    "could_ask": [],
}
_TRAYS = {
    "requests": "to request",
    "in_sync": "in sync",
    "unmanaged": "not managed",
    "unknown": "not readable",
    "observed": "only observed",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A line of a file, as it is shown."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Explained:
    """All that there is to tell about one service.

    Attributes:
        declared: the line that declares it; None where no file does.
        decisions: for each managed role what decides it, with its line.
        management: for each managed role that a `manage` is about what it says, and the same.
        desired: who is to hold which role, today.
        live: who does; None where the service was not seen.
        boxes: the time boxes of its roles.
        plan: the whole plan.
        tasks: its open tasks.
        names: the short name of each account that has one.
    """

    service: ServiceId
    declared: Written | None
    decisions: Mapping[Role, tuple[Decision, Written]]
    desired: Contacts
    live: Contacts | None
    plan: Plan
    boxes: Mapping[Role, TimeBox] = field(default_factory=dict)
    tasks: tuple[Task, ...] = ()
    names: Mapping[AccountId, str] = field(default_factory=dict)
    management: Mapping[Role, tuple[Manage, Decision, Written]] = field(default_factory=dict)

    def fate(self, role: Role) -> Fate:
        """Return what the plan does with one of its contacts."""
        return fate(
            self.plan,
            self.service,
            role,
            desired=self.desired.of(role),
            live=self.live,
            declared=self.declared is not None,
            names=self.names,
        )


def explanation_text(told: Explained) -> str:
    """Return the explanation in words, without a final line break."""
    return "\n".join(visible(line) for line in _lines(told))


def explanation_json(told: Explained) -> str:
    """Return the explanation for programs."""
    document = {
        "version": _VERSION,
        "service": told.service,
        "declared": None if told.declared is None else _written(told.declared),
        "contacts": [_contact(told, role) for role in ROLES],
        "open": [_task(task) for task in told.tasks],
        "may_be_open": [row.task.id for row in told.plan.unjoined if told.service in row.services],
    }
    return json.dumps(document, indent=2)


def _lines(told: Explained) -> Iterator[str]:
    where = f"declared at {_at(told.declared.place)}" if told.declared else "not declared in the file"
    yield f"{told.service}, {where}"
    accounts = Accounts(told.names)
    for role in ROLES:
        yield ""
        yield from _role_lines(told, role, accounts)
    if told.tasks:
        yield ""
        yield "Open requests of this service:"
        for task in told.tasks:
            asker = "someone OVHcloud does not name" if task.asker is None else accounts[task.asker]
            yield (
                f"  task {task.id}: {listed(task.roles)}, {accounts[task.from_account]} -> "
                f"{accounts[task.to_account]}, asked by {asker}; {state_words(task.state)}"
            )
    for words in open_words(told.plan, told.service):
        yield f"Besides: {words}"


def _role_lines(told: Explained, role: Role, accounts: Accounts) -> Iterator[str]:
    live = "not seen" if told.live is None else accounts[told.live.of(role)]
    desired, outcome = told.desired.of(role), told.fate(role)
    yield f"{role}: {_TRAYS.get(outcome.tray, outcome.tray)}"
    yield f"  held by: {live}"
    if desired is not None:
        yield f"  wanted:  {accounts[desired]}"
    decided = told.decisions.get(role)
    if decided is not None:
        yield from _decided("decided: ", *decided)
    managed = told.management.get(role)
    if managed is not None:
        manage, decision, written = managed
        yield from _decided(f"manage:  {manage}, ", decision, written)
    box = told.boxes.get(role)
    if box is not None:
        words = time_box_words(box, desired, told.names)
        yield f"  time box: {words}; the hand-back is asked for from {box.due_from} on"
    yield f"  why:     {outcome.why}"
    for words, remedy in (contested_words(row, accounts) for row in contested(told.plan, told.service, role)):
        yield f"  contested: {words}"
        yield f"    {remedy}"
    for remedy in outcome.remedies:
        yield f"    {remedy}"


def _decided(lead: str, decision: Decision, written: Written) -> Iterator[str]:
    yield f"  {lead}{_at(decision.place)}, {_LAYERS[decision.layer]}"
    if written.text:
        yield f"    {decision.place.line} | {written.text.expandtabs(2)}"


def _contact(told: Explained, role: Role) -> dict[str, Any]:
    outcome, decided, box = told.fate(role), told.decisions.get(role), told.boxes.get(role)
    managed = told.management.get(role)
    return {
        "role": role.value,
        "live": told.live.of(role) if told.live else None,
        "desired": told.desired.of(role),
        "manage": None if managed is None else _managed(*managed),
        "decided": None if decided is None else {"by": decided[0].layer.value, **_written(decided[1])},
        "time_box": None if box is None else {**box_object(box), "due_from": box.due_from.isoformat()},
        "tray": outcome.tray,
        "why": outcome.why,
        "remedies": list(outcome.remedies),
        **_NO_FACTS,
        **outcome.facts,
        "contested": [
            {"task": row.task, "asker": row.asker, "towards": row.towards, "ours": row.ours}
            for row in contested(told.plan, told.service, role)
        ],
    }


def _managed(manage: Manage, decision: Decision, written: Written) -> dict[str, Any]:
    return {"value": manage.value, "by": decision.layer.value, **_written(written)}


def _written(written: Written) -> dict[str, Any]:
    return {**written.place._asdict(), "source": written.text}


def _task(task: Task) -> dict[str, Any]:
    return {
        "task": task.id,
        "state": task.state.value,
        "asker": task.asker,
        "from": task.from_account,
        "to": task.to_account,
        "roles": [role.value for role in task.roles],
    }


def _at(place: Place) -> str:
    return f"{place.file}:{place.line}"
