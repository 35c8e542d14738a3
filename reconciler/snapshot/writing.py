"""From a snapshot to its JSON: every list in one order, so that the same look gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from reconciler.model import Look, Task
from reconciler.snapshot.kept import Memory, Snapshot


def snapshot_json(snapshot: Snapshot, *, version: str) -> str:
    """Return a snapshot as JSON, a line for each service, task and so on. Mail addresses are left out.

    Args:
        snapshot: what to write.
        version: of this program.
    """
    document = {
        "version": 1,
        "made_by": version,
        "endpoint": snapshot.endpoint,
        "region": snapshot.region,
        "at": _instant(snapshot.look.at),
        **_look(snapshot.look),
        **_memory(snapshot.memory),
    }
    return "{" + ",".join(_lines(document)) + "\n}"


def _look(look: Look) -> dict[str, Any]:
    held = (look.held[account] for account in sorted(look.held))
    return {
        "held": [
            {
                "id": facts.id,
                "region": facts.region,
                "unpaid_invoices": facts.unpaid_invoices,
                "payment_method": facts.payment_method,
            }
            for facts in held
        ],
        "services": [
            {
                "service": service,
                **look.live[service]._asdict(),
                **({"in_debt": True} if service in look.in_debt else {}),
            }
            for service in sorted(look.live)
        ],
        "looked_for": sorted(look.looked_for - look.live.keys()),
        "unknown": look.unknown,
        "tasks": [_task(task) for task in sorted(look.tasks, key=lambda task: task.id)],
        "unreadable": look.unreadable,
        "without_tasks": look.without_tasks,
        "unlisted": look.unlisted,
        "incomplete": look.incomplete,
        "without_change": look.without_change,
    }


def _task(task: Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "asker": task.asker,
        "from": task.from_account,
        "to": task.to_account,
        "roles": task.roles,
        "name": task.name,
        "state": task.state,
        "requested": _instant(task.requested),
        "settled": _instant(task.settled) if task.settled else None,
    }


def _memory(memory: Memory) -> dict[str, Any]:
    return {
        "claims": [
            {
                "task": claim.task,
                "service": claim.service,
                "asker": claim.asker,
                "asked": _instant(claim.asked),
                "answered": _instant(claim.answered),
            }
            for _, claim in sorted(memory.claims.items())
        ],
        "confirmations": [
            {"task": row.task, "account": row.account, "answer": row.answer, "at": _instant(row.at)}
            for row in memory.confirmations
        ],
        "retries": [
            {"service": row.service, "role": row.role, "task": row.task, "at": _instant(row.at)}
            for row in memory.retries
        ],
        "unknown_accounts": memory.unknown_accounts,
    }


def _instant(at: datetime) -> str:
    return at.isoformat()


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield each key with its value, which takes a line for each of its members."""
    for key, value in document.items():
        if isinstance(value, list):
            rows = [json.dumps(row) for row in value]
        elif isinstance(value, Mapping):
            rows = [f"{json.dumps(name)}: {json.dumps(value[name])}" for name in sorted(value)]
        else:
            yield f"\n {json.dumps(key)}: {json.dumps(value)}"
            continue
        opening, closing = "[]" if isinstance(value, list) else "{}"
        inside = "".join(f"\n  {row}," for row in rows)[:-1]
        yield f"\n {json.dumps(key)}: {opening}{inside}{closing}"
