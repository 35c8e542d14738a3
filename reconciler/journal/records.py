"""The journal's records as entries, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reconciler.journal.chain import Draft, canonical, instant
from reconciler.model import AccountId, Contacts, Role, ServiceId, Task, TaskState
from reconciler.plan import Basis
from reconciler.ports.journal import (
    Answer,
    Confirmation,
    Intent,
    Move,
    Outcome,
    Receipt,
    Retry,
    RunRecord,
)

RUN, INTENT, RECEIPT, SEEN, ANSWER, RETRY, NOTICE = (
    "run",
    "intent",
    "receipt",
    "seen",
    "answer",
    "retry",
    "notice",
)
"""The kinds of entries."""

STARTED = "started"
"""The state of the entry that a run begins with."""

_LONGEST_MESSAGE = 2_000


def run_draft(run: RunRecord) -> Draft:
    """Return the entry of a run's start or end."""
    facts = {
        "at": instant(run.at),
        "command": run.command,
        "commit": run.commit,
        "exit_code": run.exit_code,
        "fingerprint": run.fingerprint,
        "lifted": None if run.lifted is None else dict(run.lifted),
        "run": run.run,
        "user": run.user,
        "version": run.version,
    }
    body = canonical(facts | {"approved": run.approved} if run.approved else facts)
    state = STARTED if run.exit_code is None else "ended"
    return Draft(run.at, RUN, run.run, body, state=state)


def approved_of(body: str) -> tuple[str, tuple[Basis, ...] | None]:
    """Return a run's id and the requests of its plan; None where an older version did not keep them."""
    facts = json.loads(body)
    if "approved" not in facts:
        return facts["run"], None
    rows = tuple(
        Basis(
            ServiceId(service),
            AccountId(asker),
            tuple((Role(role), holder, AccountId(new)) for role, holder, new in changes),
            Contacts(*live),
            tuple(tasks),
        )
        for service, asker, changes, live, tasks in facts["approved"]
    )
    return facts["run"], rows


def intent_draft(intent: Intent) -> Draft:
    """Return the entry of a POST that is about to be sent."""
    moves = [[move.role, move.from_account, move.to_account] for move in intent.moves]
    body = canonical(
        {
            "asker": intent.asker,
            "at": instant(intent.at),
            "id": intent.id,
            "moves": moves,
            "service": intent.service,
        }
    )
    return Draft(intent.at, INTENT, intent.id, body, service=intent.service, account=intent.asker)


def intent_of(body: str) -> Intent:
    """Return the intent that an entry's body holds."""
    facts = json.loads(body)
    return Intent(
        id=facts["id"],
        at=datetime.fromisoformat(facts["at"]),
        service=ServiceId(facts["service"]),
        asker=AccountId(facts["asker"]),
        moves=tuple(
            Move(Role(role), AccountId(holder), AccountId(new)) for role, holder, new in facts["moves"]
        ),
    )


def receipt_draft(receipt: Receipt) -> Draft:
    """Return the entry of what became of a POST, the server's words cut at 2,000 characters."""
    body = canonical(
        {
            "at": instant(receipt.at),
            "intent": receipt.intent,
            "message": receipt.message[:_LONGEST_MESSAGE],
            "outcome": receipt.outcome,
            "query_id": receipt.query_id,
            "status": receipt.status,
            "tasks": list(receipt.tasks),
            "unknown_account": receipt.unknown_account,
        }
    )
    return Draft(
        receipt.at,
        RECEIPT,
        receipt.intent,
        body,
        state=receipt.outcome.value,
        task=receipt.tasks[0] if len(receipt.tasks) == 1 else None,
        account=receipt.unknown_account,
    )


def receipt_of(body: str) -> Receipt:
    """Return the receipt that an entry's body holds."""
    facts = json.loads(body)
    unknown = facts["unknown_account"]
    return Receipt(
        intent=facts["intent"],
        at=datetime.fromisoformat(facts["at"]),
        outcome=Outcome(facts["outcome"]),
        tasks=tuple(facts["tasks"]),
        message=facts["message"],
        status=facts["status"],
        query_id=facts["query_id"],
        unknown_account=None if unknown is None else AccountId(unknown),
    )


def seen_draft(task: Task, at: datetime) -> Draft:
    """Return the entry of a task's state; its body holds the task alone, so that a change shows."""
    body = canonical(
        {
            "asker": task.asker,
            "from": task.from_account,
            "id": task.id,
            "name": task.name,
            "requested": instant(task.requested),
            "roles": list(task.roles),
            "settled": None if task.settled is None else instant(task.settled),
            "state": task.state,
            "to": task.to_account,
        }
    )
    return Draft(at, SEEN, str(task.id), body, state=task.state.value, task=task.id)


def task_of(body: str) -> Task:
    """Return the task that an entry's body holds."""
    facts = json.loads(body)
    asker, settled = facts["asker"], facts["settled"]
    return Task(
        id=facts["id"],
        asker=None if asker is None else AccountId(asker),
        from_account=AccountId(facts["from"]),
        to_account=AccountId(facts["to"]),
        roles=tuple(map(Role, facts["roles"])),
        name=facts["name"],
        state=TaskState(facts["state"]),
        requested=datetime.fromisoformat(facts["requested"]),
        settled=None if settled is None else datetime.fromisoformat(settled),
    )


def answer_draft(confirmation: Confirmation) -> Draft:
    """Return the entry of an answer that one of our accounts gave."""
    task, account, answer = confirmation.task, confirmation.account, confirmation.answer
    facts = {"account": account, "answer": answer, "at": instant(confirmation.at), "task": task}
    body = canonical({**facts, "user": confirmation.user})
    return Draft(confirmation.at, ANSWER, str(task), body, state=answer.value, task=task, account=account)


def answer_of(body: str) -> Confirmation:
    """Return the answer that an entry's body holds."""
    facts: Mapping[str, Any] = json.loads(body)
    at = datetime.fromisoformat(facts["at"])
    return Confirmation(
        facts["task"], AccountId(facts["account"]), Answer(facts["answer"]), at, facts.get("user")
    )


def notice_draft(key: str, at: datetime) -> Draft:
    """Return the entry of a notice that was delivered; its key tells what it was about and to whom."""
    return Draft(at, NOTICE, key, canonical({"at": instant(at), "key": key}))


def retry_draft(retry: Retry) -> Draft:
    """Return the entry of leave to ask again for one contact."""
    body = canonical(
        {"at": instant(retry.at), "role": retry.role, "service": retry.service, "task": retry.task}
    )
    subject = f"{retry.service}:{retry.role}"
    return Draft(retry.at, RETRY, subject, body, service=retry.service, task=retry.task)


def retry_of(body: str) -> Retry:
    """Return the leave to ask again that an entry's body holds."""
    facts: Mapping[str, Any] = json.loads(body)
    at = datetime.fromisoformat(facts["at"])
    return Retry(ServiceId(facts["service"]), Role(facts["role"]), facts["task"], at)
