"""What follows from the entries: questions that are answered by reading them, never by a second copy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, func, select

from reconciler.errors import JournalError
from reconciler.journal.records import (
    ANSWER,
    INTENT,
    RECEIPT,
    RETRY,
    SEEN,
    answer_of,
    intent_of,
    receipt_of,
    retry_of,
    task_of,
)
from reconciler.journal.tables import ENTRIES
from reconciler.model import AccountId, Role, ServiceId, Task
from reconciler.model.memory import CLOCK_TOLERANCE
from reconciler.ports.journal import Claim, Confirmation, Intent, Outcome, Receipt, Retry

_FEW = 500
_T = TypeVar("_T")


def unsettled(connection: Connection, endpoint: str) -> tuple[Intent, ...]:
    """Return the intents that no receipt but an UNKNOWN one answers, oldest first."""
    firm = ENTRIES.alias("firm")
    answered = (
        select(firm.c.seq)
        .where(
            firm.c.endpoint == ENTRIES.c.endpoint,
            firm.c.kind == RECEIPT,
            firm.c.subject == ENTRIES.c.subject,
            firm.c.state != Outcome.UNKNOWN.value,
        )
        .exists()
    )
    return tuple(_read(connection, _bodies(endpoint, INTENT).where(~answered), intent_of))


def claims(connection: Connection, endpoint: str) -> dict[int, Claim]:
    """Return every task that a receipt calls ours; where the endpoint gave an id out twice, the newest."""
    return {
        task: Claim(task, intent.service, intent.asker, intent.at, receipt.at)
        for task, (intent, receipt) in accepted(connection, endpoint).items()
    }


def accepted(connection: Connection, endpoint: str) -> dict[int, tuple[Intent, Receipt]]:
    """Return what made every task that a receipt calls ours; where an id was given out twice, the newest."""
    return {task: (intent, receipt) for task, intent, receipt in ever_accepted(connection, endpoint)}


def ever_accepted(connection: Connection, endpoint: str) -> Iterator[tuple[int, Intent, Receipt]]:
    """Yield every task that a receipt calls ours with what made it, oldest first."""
    chosen = _bodies(endpoint, RECEIPT).where(ENTRIES.c.state == Outcome.ACCEPTED.value)
    receipts = _read(connection, chosen, receipt_of)
    intents = _intents_of(connection, endpoint, receipts)
    for receipt in receipts:
        intent = intents.get(receipt.intent)
        if intent is not None:
            for task in receipt.tasks:
                yield task, intent, receipt


def unknown_accounts(connection: Connection, endpoint: str) -> dict[AccountId, str]:
    """Return the accounts that the newest answer about them called unknown, with the server's words.

    What an account was called is forgotten once a later request that moved a contact to it was accepted, or
    once leave was given to ask again for a contact that it had been refused for.
    """
    naming = _bodies(endpoint, RECEIPT).where(ENTRIES.c.account.is_not(None)).limit(1)
    if connection.execute(naming).first() is None:
        return {}
    events = _read_with_seq(connection, _bodies(endpoint, RECEIPT), receipt_of)
    intents = _intents_of(connection, endpoint, [receipt for _, receipt in events])
    lifts = _read_with_seq(connection, _bodies(endpoint, RETRY), retry_of)
    words: dict[AccountId, str] = {}
    refused_for: dict[AccountId, set[tuple[ServiceId, Role]]] = {}
    happened: list[tuple[int, Receipt | Retry]] = [*events, *lifts]
    for _, event in sorted(happened, key=lambda pair: pair[0]):
        if isinstance(event, Retry):
            lifted = [
                name for name, contacts in refused_for.items() if (event.service, event.role) in contacts
            ]
            for account in lifted:
                words.pop(account, None)
                del refused_for[account]
            continue
        intent = intents.get(event.intent)
        if event.unknown_account is not None:
            words[event.unknown_account] = event.message
            contacts = _contacts_towards(event.unknown_account, intent)
            refused_for.setdefault(event.unknown_account, set()).update(contacts)
        elif event.outcome is Outcome.ACCEPTED and intent is not None:
            for move in intent.moves:
                words.pop(move.to_account, None)
                refused_for.pop(move.to_account, None)
    return words


def settled_tasks(connection: Connection, endpoint: str) -> dict[int, Task]:
    """Return the tasks last seen in a final state, by id.

    A task that was requested before we asked for the task of the same id belongs to an endpoint that began
    anew (a fresh sandbox at the same address), so it is left out and read again.
    """
    tasks = _read(connection, _newest_seen(endpoint), task_of)
    ours = claims(connection, endpoint)
    return {
        task.id: task
        for task in tasks
        if not task.is_open and not _is_of_an_earlier_world(task, ours.get(task.id))
    }


def last_seen(connection: Connection, endpoint: str, ids: Collection[int]) -> dict[int, str]:
    """Return the bodies of the newest entries about these tasks, by id."""
    return {row.task: row.body for row in connection.execute(_newest_seen(endpoint, ids))}


def confirmations(connection: Connection, endpoint: str) -> tuple[Confirmation, ...]:
    """Return the answers that we gave, oldest first."""
    return tuple(_read(connection, _bodies(endpoint, ANSWER), answer_of))


def retries(connection: Connection, endpoint: str) -> tuple[Retry, ...]:
    """Return the leaves to ask again, oldest first."""
    return tuple(_read(connection, _bodies(endpoint, RETRY), retry_of))


def _bodies(endpoint: str, kind: str) -> Select[Any]:
    chosen = select(ENTRIES.c.seq, ENTRIES.c.body).where(
        ENTRIES.c.endpoint == endpoint, ENTRIES.c.kind == kind
    )
    return chosen.order_by(ENTRIES.c.seq)


def _newest_seen(endpoint: str, ids: Collection[int] | None = None) -> Select[Any]:
    """Return the newest entry about each task, or about each of `ids`.

    Ranked, not joined with the highest number of each task: a database without statistics of a table that has
    just grown runs that join as a loop within a loop.
    """
    age = func.row_number().over(partition_by=ENTRIES.c.subject, order_by=ENTRIES.c.seq.desc())
    entries = select(ENTRIES.c.seq, ENTRIES.c.body, ENTRIES.c.task, age.label("age")).where(
        ENTRIES.c.endpoint == endpoint, ENTRIES.c.kind == SEEN
    )
    if ids is not None and len(ids) <= _FEW:
        entries = entries.where(ENTRIES.c.subject.in_([str(id_) for id_ in ids]))
    ranked = entries.subquery()
    newest = select(ranked.c.seq, ranked.c.body, ranked.c.task).where(ranked.c.age == 1)
    return newest.order_by(ranked.c.seq)


def _intents_of(connection: Connection, endpoint: str, receipts: Iterable[Receipt]) -> Mapping[str, Intent]:
    wanted = {receipt.intent for receipt in receipts}
    chosen = _bodies(endpoint, INTENT)
    if len(wanted) <= _FEW:
        chosen = chosen.where(ENTRIES.c.subject.in_(wanted))
    return {intent.id: intent for intent in _read(connection, chosen, intent_of)}


def _contacts_towards(account: AccountId, intent: Intent | None) -> set[tuple[ServiceId, Role]]:
    moves = () if intent is None else intent.moves
    return {(intent.service, move.role) for move in moves if intent and move.to_account == account}


def _is_of_an_earlier_world(task: Task, claim: Claim | None) -> bool:
    return claim is not None and task.requested + CLOCK_TOLERANCE < claim.asked


def _read(connection: Connection, chosen: Select[Any], made: Callable[[str], _T]) -> list[_T]:
    return [value for _, value in _read_with_seq(connection, chosen, made)]


def _read_with_seq(
    connection: Connection, chosen: Select[Any], made: Callable[[str], _T]
) -> list[tuple[int, _T]]:
    return read_rows(connection, chosen, lambda row: (row.seq, made(row.body)))


def read_rows(connection: Connection, chosen: Select[Any], made: Callable[[Any], _T]) -> list[_T]:
    """Return what `made` makes of each row; each must have its number, as `seq`.

    Raises:
        JournalError: nothing can be made of one; it says which.
    """
    values: list[_T] = []
    for row in connection.execute(chosen):
        try:
            values.append(made(row))
        except (ValueError, KeyError, TypeError):
            raise JournalError(
                f"entry {row.seq} of the journal is not as this program wrote it",
                hint="reconciler history --verify tells what was changed; to go on, move the journal away: "
                "a lost journal costs history only, nothing is asked twice",
            ) from None
    return values
