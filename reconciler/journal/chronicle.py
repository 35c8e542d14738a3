"""What the entries tell about the past: how tasks came to be, and the states they went through."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, select

from reconciler.journal import lookups
from reconciler.journal.chain import instant
from reconciler.journal.records import INTENT, NOTICE, RUN, SEEN, STARTED, approved_of, task_of
from reconciler.journal.tables import ENTRIES
from reconciler.model import Asked, ServiceId, Sighting
from reconciler.ports.journal import CarriedOut


def asked(connection: Connection, endpoint: str) -> dict[int, Asked]:
    """Return for every task that a receipt calls ours what was asked; of two of one id, the newest."""
    return {row.task: row for row in ever_asked(connection, endpoint)}


def ever_asked(connection: Connection, endpoint: str) -> tuple[Asked, ...]:
    """Return for every task that a receipt calls ours what was asked, by whom and in which run."""
    runs = _runs(connection, endpoint)
    marks = lookups.read_rows(
        connection, _entries(endpoint, INTENT), lambda row: (row.subject, runs.get(row.run))
    )
    in_run = dict(marks)
    found = []
    for task, intent, receipt in lookups.ever_accepted(connection, endpoint):
        run = in_run.get(intent.id)
        found.append(
            Asked(
                task,
                intent.service,
                intent.asker,
                intent.moves,
                intent.at,
                run.id if run else None,
                run.user if run else None,
                run.commit if run else None,
                receipt.at,
            )
        )
    return tuple(found)


def sightings(connection: Connection, endpoint: str, task: int | None) -> tuple[Sighting, ...]:
    """Return every state in which tasks, or this one, were first seen, oldest first."""
    chosen = _entries(endpoint, SEEN, ENTRIES.c.at, ENTRIES.c.body)
    if task is not None:
        chosen = chosen.where(ENTRIES.c.subject == str(task))
    rows = lookups.read_rows(
        connection, chosen, lambda row: Sighting(task_of(row.body), datetime.fromisoformat(row.at))
    )
    return tuple(rows)


def told(connection: Connection, endpoint: str) -> frozenset[str]:
    """Return the keys of the notices that were delivered."""
    return frozenset(lookups.read_rows(connection, _entries(endpoint, NOTICE), lambda row: row.subject))


def carried_out(
    connection: Connection, endpoint: str, fingerprint: str, since: datetime | None
) -> CarriedOut | None:
    """Return what runs since a time made of the plan with this fingerprint; None: none has begun."""
    begun = _entries(endpoint, RUN, ENTRIES.c.body).where(
        ENTRIES.c.state == STARTED,
        ENTRIES.c.body.contains(f'"fingerprint":{json.dumps(fingerprint)}', autoescape=True),
    )
    if since is not None:
        begun = begun.where(ENTRIES.c.at >= instant(since))
    runs = dict(lookups.read_rows(connection, begun, lambda row: approved_of(row.body)))
    if not runs:
        return None
    accepted: defaultdict[ServiceId, tuple[int, ...]] = defaultdict(tuple)
    for row in ever_asked(connection, endpoint):
        if row.run in runs:
            accepted[row.service] += (row.task,)
    kept = (approved for approved in runs.values() if approved is not None)
    return CarriedOut(next(kept, None), dict(accepted))


class _Run(NamedTuple):
    id: str
    user: str
    commit: str | None


def _runs(connection: Connection, endpoint: str) -> dict[str, _Run]:
    """Return who ran what; a run's end repeats what its start said."""

    def run_of(row: Any) -> _Run:
        facts = json.loads(row.body)
        return _Run(facts["run"], facts["user"], facts["commit"])

    rows = lookups.read_rows(connection, _entries(endpoint, RUN, ENTRIES.c.body), run_of)
    return {row.id: row for row in rows}


def _entries(endpoint: str, kind: str, *columns: Any) -> Select[Any]:
    chosen = select(ENTRIES.c.seq, ENTRIES.c.subject, ENTRIES.c.run, *columns)
    return chosen.where(ENTRIES.c.endpoint == endpoint, ENTRIES.c.kind == kind).order_by(ENTRIES.c.seq)
