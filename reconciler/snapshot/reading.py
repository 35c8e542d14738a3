"""From bytes to a snapshot, or to words about why they are none. Nothing in the bytes is taken on trust."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from reconciler.errors import ReconcilerError
from reconciler.model import (
    AccountFacts,
    AccountId,
    Claim,
    Confirmation,
    Contacts,
    Look,
    Retry,
    ServiceId,
    Task,
)
from reconciler.model.text import visible
from reconciler.snapshot.kept import Memory, Snapshot

if TYPE_CHECKING:
    from pydantic import ValidationError

    from reconciler.snapshot.document import SnapshotDocument

LARGEST = 512 * 1024 * 1024
"""Bytes; some two million services. A larger file is not read."""

_SHOWN = 5
_AGAIN = "write one with reconciler snapshot --out FILE"


class NoSnapshotError(ReconcilerError):
    """The bytes are no snapshot that this program can plan from."""


def read_snapshot(data: bytes) -> Snapshot:
    """Return the snapshot that bytes hold.

    Raises:
        NoSnapshotError: they hold none, or one that contradicts itself.
    """
    from pydantic import ValidationError  # noqa: PLC0415  # only for who reads one

    from reconciler.snapshot.document import SnapshotDocument  # noqa: PLC0415

    if len(data) > LARGEST:
        raise NoSnapshotError(f"it is larger than {LARGEST // 1024**2} MiB, which no snapshot is")
    try:
        document = SnapshotDocument.model_validate_json(data)
    except ValidationError as error:
        raise NoSnapshotError(_problems(error), hint=_AGAIN) from None
    for what, keys in _identities(document):
        twice = _twice(keys)
        if twice is not None:
            raise NoSnapshotError(f"the {what} {visible(twice)} stands in it twice", hint=_AGAIN)
    return Snapshot(document.endpoint, document.region, _look(document), _memory(document))


def _problems(error: ValidationError) -> str:
    rows = error.errors(include_url=False, include_input=False)
    if rows[0]["type"] == "json_invalid":
        return f"it is not JSON: {visible(rows[0]['msg'])}"
    if any(row["loc"] == ("version",) for row in rows):
        return "it is no snapshot of version 1, which is what this program reads"
    shown = [
        f"{visible('.'.join(map(str, row['loc'])))[:200] or 'the document'}: {visible(row['msg'])[:300]}"
        for row in rows[:_SHOWN]
    ]
    more = [f"and {len(rows) - _SHOWN} more"] if len(rows) > _SHOWN else []
    return "\n  ".join(["it is not as this program writes it", *shown, *more])


def _identities(document: SnapshotDocument) -> Iterator[tuple[str, Iterable[str]]]:
    yield "account", (row.id for row in document.held)
    yield "task", (str(row.id) for row in document.tasks)
    yield "claim of task", (str(row.task) for row in document.claims)
    yield "service", (*(row.service for row in document.services), *document.looked_for)


def _twice(keys: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            return key
        seen.add(key)
    return None


def _look(document: SnapshotDocument) -> Look:
    seen = {
        ServiceId(row.service): Contacts(_id(row.admin), _id(row.technical), _id(row.billing))
        for row in document.services
    }
    return Look(
        at=document.at,
        held={
            AccountId(row.id): AccountFacts(
                AccountId(row.id), row.region, row.unpaid_invoices, row.payment_method
            )
            for row in document.held
        },
        live=seen,
        in_debt=frozenset(ServiceId(row.service) for row in document.services if row.in_debt),
        looked_for=frozenset(map(ServiceId, document.looked_for)),
        unknown={ServiceId(service): why for service, why in document.unknown.items()},
        tasks=tuple(
            Task(
                row.id,
                _id(row.asker),
                AccountId(row.from_account),
                AccountId(row.to_account),
                tuple(row.roles),
                row.name,
                row.state,
                row.requested,
                row.settled,
            )
            for row in sorted(document.tasks, key=lambda row: row.id)
        ),
        unreadable=_by_account(document.unreadable),
        without_tasks=_by_account(document.without_tasks),
        unlisted=_by_account(document.unlisted),
        incomplete=_by_account(document.incomplete),
        without_change=document.without_change,
    )


def _memory(document: SnapshotDocument) -> Memory:
    return Memory(
        claims={
            row.task: Claim(row.task, ServiceId(row.service), AccountId(row.asker), row.asked, row.answered)
            for row in document.claims
        },
        confirmations=tuple(
            Confirmation(row.task, AccountId(row.account), row.answer, row.at)
            for row in document.confirmations
        ),
        retries=tuple(Retry(ServiceId(row.service), row.role, row.task, row.at) for row in document.retries),
        unknown_accounts=_by_account(document.unknown_accounts),
    )


def _by_account(words: dict[str, str]) -> dict[AccountId, str]:
    return {AccountId(account): why for account, why in words.items()}


def _id(text: str | None) -> AccountId | None:
    return None if text is None else AccountId(text)
