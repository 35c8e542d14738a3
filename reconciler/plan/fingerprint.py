"""One value for what a reviewer approved: the requests, and all that they were concluded from."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256

from reconciler.plan.situation import Situation
from reconciler.plan.trays import Request


def fingerprint(requests: Iterable[Request], situation: Situation) -> str:
    """Return a hexadecimal sha256 over the requests, with live contacts and open tasks of their services."""
    rows = [
        [
            request.service,
            request.asker,
            [[change.role, change.live, change.desired] for change in request.changes],
            situation.live[request.service],
            [task.id for task in situation.joined.open_tasks(request.service)],
        ]
        for request in requests
    ]
    return sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()
