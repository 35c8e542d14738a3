"""One value for what a reviewer approved: the requests, and all that they were concluded from."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from reconciler.model import AccountId, Contacts, Role, ServiceId
from reconciler.model.contacts import Live
from reconciler.plan.situation import Situation
from reconciler.plan.trays import Request
from reconciler.progress import Joined


class Basis(NamedTuple):
    """One request as it is approved: what is asked for, and what was seen of its service.

    Attributes:
        changes: role, holder and desired account of each contact in the request.
        live: the three contacts of the service.
        open_tasks: ids of the open tasks that are surely about the service, ascending.
    """

    service: ServiceId
    asker: AccountId
    changes: tuple[tuple[Role, AccountId | None, AccountId], ...]
    live: Contacts
    open_tasks: tuple[int, ...]


def bases(requests: Iterable[Request], live: Live, joined: Joined) -> tuple[Basis, ...]:
    """Return what each request is and was concluded from, in the order of the plan."""
    return tuple(
        Basis(
            request.service,
            request.asker,
            tuple((change.role, change.live, change.desired) for change in request.changes),
            live[request.service],
            tuple(task.id for task in joined.open_tasks(request.service)),
        )
        for request in requests
    )


def fingerprint(requests: Iterable[Request], situation: Situation) -> str:
    """Return the fingerprint of a plan that is being made."""
    return fingerprint_of(bases(requests, situation.live, situation.joined))


def fingerprint_of(approved: Iterable[Basis]) -> str:
    """Return a hexadecimal sha256 over requests, with live contacts and open tasks of their services."""
    return sha256(json.dumps([*approved], separators=(",", ":")).encode()).hexdigest()
