"""What the entries tell about the past: how tasks came to be, and the states they went through."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from reconciler.journal import lookups
from reconciler.journal.records import INTENT, NOTICE, RUN, SEEN, task_of
from reconciler.journal.tables import ENTRIES
from reconciler.model import Asked, Sighting


def asked(connection: Connection, endpoint: str) -> dict[int, Asked]:
    """Return for every task that a receipt calls ours what was asked, by whom and in which run."""
    runs = {row.run: json.loads(row.body) for row in _entries(connection, endpoint, RUN)}
    in_run = {row.subject: row.run for row in _entries(connection, endpoint, INTENT)}
    found = {}
    for task, (intent, _) in lookups.accepted(connection, endpoint).items():
        run = in_run.get(intent.id)
        told: dict[str, Any] = runs.get(run, {})
        found[task] = Asked(
            task,
            intent.service,
            intent.asker,
            intent.moves,
            intent.at,
            run,
            told.get("user"),
            told.get("commit"),
        )
    return found


def sightings(connection: Connection, endpoint: str, task: int | None) -> tuple[Sighting, ...]:
    """Return every state in which tasks, or this one, were first seen, oldest first."""
    chosen = (
        select(ENTRIES.c.at, ENTRIES.c.body)
        .where(ENTRIES.c.endpoint == endpoint, ENTRIES.c.kind == SEEN)
        .order_by(ENTRIES.c.seq)
    )
    if task is not None:
        chosen = chosen.where(ENTRIES.c.subject == str(task))
    return tuple(
        Sighting(task_of(row.body), datetime.fromisoformat(row.at)) for row in connection.execute(chosen)
    )


def told(connection: Connection, endpoint: str) -> frozenset[str]:
    """Return the keys of the notices that were delivered."""
    return frozenset(row.subject for row in _entries(connection, endpoint, NOTICE))


def _entries(connection: Connection, endpoint: str, kind: str) -> Any:
    columns = (ENTRIES.c.subject, ENTRIES.c.run, ENTRIES.c.body)
    chosen = select(*columns).where(ENTRIES.c.endpoint == endpoint, ENTRIES.c.kind == kind)
    return connection.execute(chosen.order_by(ENTRIES.c.seq))
