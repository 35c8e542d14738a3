"""One fresh look at everything that decides whether a mailed token may be used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.errors import ApiError
from reconciler.model import AccountId, Contacts, ServiceId
from reconciler.ports.letters import Letter
from reconciler.progress import by_task
from reconciler.session.session import Session

if TYPE_CHECKING:
    from reconciler.confirm.known import Known

_WORKERS = 16


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen, and the accounts that could not be read, each with the reason."""

    known: Known
    unreadable: Mapping[AccountId, str]


def look(
    letters: Iterable[Letter], session: Session, *, only: AccountId | None = None, waiting: bool = False
) -> Sight:
    """Return what is known of the requests that letters speak of.

    Args:
        letters: what was found in mails.
        session: the file, the endpoint and the journal.
        only: the one account that the run is for; None: all.
        waiting: whether all open requests of ours count, also those that no letter speaks of.
    """
    from reconciler.confirm.known import Known  # noqa: PLC0415 - only for the command that confirms
    from reconciler.observe.tasks import read_tasks  # noqa: PLC0415

    letters = tuple(letters)
    asked, readers = session.journal.asked(), tuple(session.readers.values())
    mentioned = _mentioned(letters)
    with ThreadPoolExecutor(_WORKERS) as pool:
        addresses = dict.fromkeys(session.readers)
        if mentioned and any(letter.owner is None and letter.finds for letter in letters):
            addresses = dict(
                zip(session.readers, pool.map(lambda one: one.facts().email, readers), strict=True)
            )
        seen = read_tasks(readers, session.journal.settled_tasks(), pool)
        now = readers[0].now()
        session.journal.saw(seen.tasks, now)
        ours = {task.id: task for task in seen.tasks if task.id in asked}
        viewers: dict[ServiceId, dict[AccountId | None, None]] = {}
        for number, task in ours.items():
            if task.is_open and (waiting or number in mentioned):
                parties = dict.fromkeys((task.asker, task.from_account, task.to_account))
                viewers.setdefault(asked[number].service, {}).update(parties)
        looks = pool.map(lambda service: _contacts(service, viewers[service], session), viewers)
        shown = dict(zip(viewers, looks, strict=True))
    unseen: dict[int | ServiceId, str] = {
        service: result for service, result in shown.items() if isinstance(result, str)
    }
    if seen.unreadable:
        why = "; ".join(f"{account}: {reason}" for account, reason in seen.unreadable.items())
        unseen |= dict.fromkeys(asked.keys() - ours.keys(), why)
    known = Known(
        asked=asked,
        claims=session.journal.claims(),
        answers=by_task(session.journal.confirmations()),
        tasks=ours,
        live={service: result for service, result in shown.items() if isinstance(result, Contacts)},
        desired=session.config.desired(now.date()),
        addresses=addresses,
        foreign=frozenset(task.id for task in seen.tasks if task.id not in asked),
        unseen=unseen,
        names=session.names,
        only=only,
    )
    return Sight(known, seen.unreadable)


def _mentioned(letters: Iterable[Letter]) -> frozenset[int]:
    finds = [find for letter in letters for find in letter.finds]
    return frozenset().union(
        (find.request for find in finds if find.request is not None), *(find.numbers for find in finds)
    )


def _contacts(service: ServiceId, viewers: Iterable[AccountId | None], session: Session) -> Contacts | str:
    """Return what a service shows now to the first of these accounts that sees it, or why none does."""
    why = "none of the parties is a configured account"
    for account in viewers:
        if account is None or account not in session.readers:
            continue
        try:
            return session.readers[account].service(service).contacts
        except ApiError as error:
            why = str(error)
    return why
