"""One fresh look at everything that decides whether a mailed token may be used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.config import Config
from reconciler.errors import ApiError
from reconciler.model import AccountId, Asked, Contacts, ServiceId, Task
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


class Looker:
    """Looks again and again; the addresses in the accounts' profiles are asked for once.

    Args:
        session: the endpoint and the journal.
        only: the one account that the run is for; None: all.
        waiting: whether all open requests of ours count, also those that no letter speaks of.
    """

    def __init__(self, session: Session, *, only: AccountId | None = None, waiting: bool = False) -> None:
        self._session = session
        self._only = only
        self._waiting = waiting
        self._addresses: dict[AccountId, str | None] | None = None

    def look(self, letters: Iterable[Letter], config: Config) -> Sight:
        """Return what is known by now of the requests that letters speak of; `config` tells what we want."""
        from reconciler.confirm.known import Known  # noqa: PLC0415 - only for the command that confirms
        from reconciler.observe.tasks import read_tasks  # noqa: PLC0415

        session, letters = self._session, tuple(letters)
        asked, readers = session.journal.asked(), tuple(session.readers.values())
        mentioned = _mentioned(letters) & asked.keys()
        with ThreadPoolExecutor(_WORKERS) as pool:
            addresses = self._profiles(letters, pool) if mentioned else dict.fromkeys(session.readers)
            seen = read_tasks(readers, session.journal.settled_tasks(), pool)
            now = readers[0].now()
            session.journal.saw(seen.tasks, now)
            ours = {task.id: task for task in seen.tasks if task.id in asked}
            wanted = [task for task in ours.values() if self._waiting or task.id in mentioned]
            shown = self._shown(wanted, asked, pool)
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
            desired=config.desired(now.date()),
            observed=config.observed,
            addresses=addresses,
            foreign=frozenset(task.id for task in seen.tasks if task.id not in asked),
            unseen=unseen,
            names=session.names,
            only=self._only,
        )
        return Sight(known, seen.unreadable)

    def _profiles(self, letters: Iterable[Letter], pool: Executor) -> Mapping[AccountId, str | None]:
        """Return each account's address, as far as a letter from outside of the histories needs it."""
        readers = self._session.readers
        if self._addresses is None and any(letter.owner is None and letter.finds for letter in letters):
            found = pool.map(lambda reader: reader.facts().email, readers.values())
            self._addresses = dict(zip(readers, found, strict=True))
        return self._addresses or dict.fromkeys(readers)

    def _shown(
        self, tasks: Iterable[Task], asked: Mapping[int, Asked], pool: Executor
    ) -> Mapping[ServiceId, Contacts | str]:
        """Return what the services of open requests show now, or why that cannot be read."""
        viewers: dict[ServiceId, dict[AccountId | None, None]] = {}
        for task in tasks:
            if task.is_open:
                parties = dict.fromkeys((task.asker, task.from_account, task.to_account))
                viewers.setdefault(asked[task.id].service, {}).update(parties)
        looks = pool.map(lambda service: _contacts(service, viewers[service], self._session), viewers)
        return dict(zip(viewers, looks, strict=True))


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
