"""One look at the endpoint, worked out so far that a page only has to pick from it. It never changes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict

from reconciler.errors import ReconcilerError
from reconciler.model import AccountId, Asked, Confirmation, Observation, ServiceId, TaskState
from reconciler.model.text import visible
from reconciler.plan import Plan
from reconciler.progress import Progress
from reconciler.render.requests import RequestRow
from reconciler.session import Session
from reconciler.session.requests import RECENT, follow_requests, request_rows
from reconciler.web.service_lines import ServiceLine, Tray, service_lines


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: what is known of it, and the row that people are shown."""

    progress: Progress
    row: RequestRow


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one look showed.

    Attributes:
        number: grows whenever a look shows something else than the one before.
        requests: every request that was ever seen, by id.
        mine: ids of open requests that wait for an account whose keys we hold, the newest first.
        others: ids of the other open requests, the newest first.
        finished: ids of those that were settled lately, the newest first.
        of_service: ids of the requests of each service, the newest first.
        asked: how the requests that we made came to be.
        confirmations: what we answered, oldest first.
        tally: how many services have a contact in each tray.
        products: every product that occurs.
        accounts: every account that is listed or occurs as a contact: what it is called, by id.
    """

    number: int
    observation: Observation
    plan: Plan
    lines: tuple[ServiceLine, ...]
    services: Mapping[ServiceId, ServiceLine]
    requests: Mapping[int, Ask]
    mine: tuple[int, ...]
    others: tuple[int, ...]
    finished: tuple[int, ...]
    of_service: Mapping[ServiceId, tuple[int, ...]]
    asked: Mapping[int, Asked]
    confirmations: tuple[Confirmation, ...]
    tally: Mapping[Tray, int]
    products: tuple[str, ...]
    accounts: Mapping[AccountId, str]

    @property
    def is_anything_open(self) -> bool:
        """Whether a request is open, so that something may happen at any time."""
        return bool(self.mine or self.others)


def take(session: Session, before: Snapshot | None) -> Snapshot:
    """Look at the endpoint and return what it showed.

    Args:
        session: what to look with.
        before: the last look, whose number is kept while nothing has changed.

    Raises:
        ReconcilerError: no account could be read, or the journal could not.
    """
    observation = session.observe(everything=True)
    if observation.unreadable.keys() >= session.readers.keys():
        reasons = "; ".join(f"{visible(who)}: {why}" for who, why in observation.unreadable.items())
        raise ReconcilerError(f"no account could be read: {reasons}")
    plan = session.propose(observation)
    progress = follow_requests(session, observation, everything=True)
    found = _worked_out(session, observation, plan, progress, before)
    if before is not None and not _shows_the_same(before, found):
        return replace(found, number=before.number + 1)
    return found


def _shows_the_same(one: Snapshot, other: Snapshot) -> bool:
    return (
        one.lines == other.lines
        and one.finished == other.finished
        and one.confirmations == other.confirmations
        and one.observation.unreadable == other.observation.unreadable
        and one.plan.stopped_by == other.plan.stopped_by
        and [ask.progress for ask in one.requests.values()]
        == [ask.progress for ask in other.requests.values()]
    )


def _worked_out(
    session: Session,
    observation: Observation,
    plan: Plan,
    progress: tuple[Progress, ...],
    before: Snapshot | None,
) -> Snapshot:
    lines = service_lines(session.config, observation, plan, before.services if before else {})
    rows = request_rows(progress, session, observation, plan)
    of_service: defaultdict[ServiceId, list[int]] = defaultdict(list)
    for one in progress:
        for service in [one.service] if one.service else one.candidates:
            of_service[service].append(one.task.id)
    return Snapshot(
        number=before.number if before else 1,
        observation=observation,
        plan=plan,
        lines=lines,
        services={line.service: line for line in lines},
        requests={row.task: Ask(one, row) for one, row in zip(progress, rows, strict=True)},
        **groups(progress, session.readers, observation.at),
        of_service={service: tuple(ids) for service, ids in of_service.items()},
        asked=session.journal.asked(),
        confirmations=session.journal.confirmations(),
        tally=Counter(tray for line in lines for tray in line.trays),
        products=tuple(sorted({line.product for line in lines})),
        accounts=_accounts(session, lines),
    )


class Groups(TypedDict):
    """Whose turn it is: the ids of a snapshot's requests."""

    mine: tuple[int, ...]
    others: tuple[int, ...]
    finished: tuple[int, ...]


def groups(progress: Iterable[Progress], held: Collection[AccountId], now: datetime) -> Groups:
    """Return the ids of the requests by whose turn it is, in their order."""
    mine, others, finished = [], [], []
    for one in progress:
        if not one.task.is_open:
            if (one.task.settled or one.task.requested) > now - RECENT:
                finished.append(one.task.id)
        elif _is_ours_to_answer(one, held):
            mine.append(one.task.id)
        else:
            others.append(one.task.id)
    return {"mine": tuple(mine), "others": tuple(others), "finished": tuple(finished)}


def _is_ours_to_answer(one: Progress, held: Iterable[AccountId]) -> bool:
    return one.task.state is TaskState.VALIDATING and not set(one.waiting_for).isdisjoint(held)


def _accounts(session: Session, lines: Iterable[ServiceLine]) -> Mapping[AccountId, str]:
    seen = {
        account for line in lines for row in (line.live, line.desired) if row for account in row if account
    }
    listed = {account.id: account.short for account in session.config.accounts}
    return listed | {account: account for account in sorted(seen.difference(listed))}
