"""The plan as JSON, version 1: the format that other programs build on.

A plan repeats the same few roles and accounts many thousand times. So every such fragment is encoded once and
kept, each name of a service goes through the standard library's C escaper, and the frame around them is
written here. That is several times faster than building a dict a row, and keeps nothing for the garbage
collector to walk.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from json.encoder import encode_basestring_ascii as quoted

from reconciler.plan import Beside, Plan, PlannedTask
from reconciler.render.narrowed import narrowed_object
from reconciler.render.time_boxes import time_box_objects
from reconciler.render.view import View
from reconciler.render.wording import counts

VERSION = 1

_ESCAPE = re.compile(r"\\(?:ud[89ab]..\\ud[c-f]..|(?P<half>ud[89a-f]..)|.)")
"""Any escape; a surrogate pair as one, and half of one by name."""


def json_of(view: View) -> str:
    """Return the plan as JSON."""
    return plan_json(view.plan)


def plan_json(plan: Plan) -> str:
    """Return the plan as JSON, a row a line, without a final line break.

    The same plan gives the same bytes. Everything that is not ASCII is escaped, so that a hostile name is
    inert in a terminal too. `schemas/plan.schema.json` describes it.
    """
    contacts = _Contacts()
    keys = {
        "version": str(VERSION),
        "fingerprint": quoted(plan.fingerprint),
        "summary": json.dumps(counts(plan).shown()),
        "requests": _listed(_requests(plan, contacts)),
        "deferred": _listed(_deferred(plan, contacts)),
        "pending": _listed(_pending(plan, contacts)),
        "blocked": _listed(_blocked(plan, contacts)),
        "contested": _listed(_contested(plan, contacts)),
        "absent": _listed(map(quoted, plan.absent)),
        "unmanaged": _listed(map(quoted, plan.unmanaged)),
        "unknown": _listed(
            f'{{"service": {quoted(u.service)}, "detail": {quoted(u.detail)}}}' for u in plan.unknown
        ),
        "stopped_by": _listed(
            f'{{"guard": {quoted(s.guard)}, "detail": {quoted(s.detail)}}}' for s in plan.stopped_by
        ),
    }
    if plan.observed or plan.watched:
        keys["observed"] = _listed(_observed(plan, contacts))
    if plan.time_boxes:
        keys["time_boxes"] = _listed(map(json.dumps, time_box_objects(plan)))
    if plan.beside is not None:
        keys["base"] = _base(plan.beside)
    if plan.narrowed is not None:
        keys["narrowed"] = json.dumps(narrowed_object(plan.narrowed))
    pieces = [piece for key, value in keys.items() for piece in (",\n ", quoted(key), ": ", value)]
    return _well_formed("".join(["{", *pieces[1:], "}"]))


def _base(beside: Beside) -> str:
    rows = [dict(zip(change._fields, change, strict=True)) | {"tray": tray} for change, tray in beside.wanted]
    named = {
        key: [{"service": service, "role": role} for service, role in contacts]
        for key, contacts in (("released", beside.released), ("contested", beside.contested))
    }
    return json.dumps({"name": beside.base, "wanted": rows, **named})


class _Contacts(dict[object, str]):
    """The last three keys of a contact, encoded, by (role, live, desired); fills itself."""

    def __missing__(self, key: tuple[str, str | None, str]) -> str:
        role, live, desired = key
        shown = self[key] = (
            f'"role": {quoted(role)}, "live": {json.dumps(live)}, "desired": {quoted(desired)}'
        )
        return shown


def _well_formed(document: str) -> str:
    """Return the document with U+FFFD for each half of a surrogate pair, which other JSON parsers refuse."""
    if "\\ud" not in document:
        return document
    return _ESCAPE.sub(lambda found: "\\ufffd" if found["half"] else found[0], document)


def _listed(rows: Iterable[str]) -> str:
    pieces = [*rows] or [""]
    pieces[0] = f"[{pieces[0]}"
    pieces[-1] += "]"
    return ",\n  ".join(pieces)


def _requests(plan: Plan, contacts: _Contacts) -> Iterator[str]:
    known: dict[object, str] = {}
    askers: dict[str, str] = {}
    for request in plan.requests:
        service = f'{{"service": {quoted(request.service)}, '
        asker = askers.get(request.asker) or askers.setdefault(request.asker, quoted(request.asker))
        changes = ", ".join([f"{service}{contacts[change[1:]]}}}" for change in request.changes])
        tasks = ", ".join([_task(task, known) for task in request.tasks])
        yield f'{service}"asker": {asker}, "changes": [{changes}], "tasks": [{tasks}]}}'


def _task(task: PlannedTask, known: dict[object, str]) -> str:
    key = task.from_account, task.to_account, task.roles, task.confirmers
    shown = known.get(key)
    if shown is None:
        names = "from", "to", "roles", "confirmers"
        shown = known[key] = json.dumps(dict(zip(names, key, strict=True)))
    return shown


def _deferred(plan: Plan, contacts: _Contacts) -> Iterator[str]:
    known: dict[object, str] = {}
    for row in plan.deferred:
        change = row.change
        key = row.asker, row.waits_for
        tail = known.get(key)
        if tail is None:
            tail = known[key] = f'"asker": {quoted(row.asker)}, "waits_for": {json.dumps(row.waits_for)}'
        yield f'{{"service": {quoted(change[0])}, {contacts[change[1:]]}, {tail}}}'


def _pending(plan: Plan, contacts: _Contacts) -> Iterator[str]:
    known: dict[object, str] = {}
    for row in plan.pending:
        change = row.change
        key = row.state, row.waiting_for
        tail = known.get(key)
        if tail is None:
            tail = known[key] = f'"state": {quoted(row.state)}, "waiting_for": {json.dumps(row.waiting_for)}'
        yield f'{{"service": {quoted(change[0])}, {contacts[change[1:]]}, "task": {row.task}, {tail}}}'


def _blocked(plan: Plan, contacts: _Contacts) -> Iterator[str]:
    known: dict[object, str] = {}
    for row in plan.blocked:
        change = row.change
        could_ask = known.get(row.could_ask)
        if could_ask is None:
            could_ask = known[row.could_ask] = json.dumps(row.could_ask)
        yield (
            f'{{"service": {quoted(change[0])}, {contacts[change[1:]]}, "reason": {quoted(row.reason)}, '
            f'"detail": {quoted(row.detail)}, "could_ask": {could_ask}}}'
        )


def _observed(plan: Plan, contacts: _Contacts) -> Iterator[str]:
    for row in plan.observed:
        change = row.change
        yield (
            f'{{"service": {quoted(change[0])}, {contacts[change[1:]]}, "task": {json.dumps(row.task)}, '
            f'"state": {json.dumps(row.state)}, "towards": {json.dumps(row.towards)}, '
            f'"ours": {json.dumps(row.ours)}}}'
        )


def _contested(plan: Plan, contacts: _Contacts) -> Iterator[str]:
    for row in plan.contested:
        change = row.change
        yield (
            f'{{"service": {quoted(change[0])}, {contacts[change[1:]]}, "task": {row.task}, '
            f'"asker": {json.dumps(row.asker)}, "towards": {quoted(row.towards)}, '
            f'"ours": {json.dumps(row.ours)}}}'
        )
