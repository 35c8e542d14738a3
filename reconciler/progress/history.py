"""Who held what since when, as far as the journal knows: from what we asked, saw and answered.

Nothing here looks at the endpoint. A contact that was changed behind our back shows only where a later
request names another holder than the last one that the journal knew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from reconciler.model import (
    AccountId,
    Answer,
    Asked,
    Confirmation,
    Role,
    ServiceId,
    Sighting,
    TaskState,
    parties,
)
from reconciler.progress.episodes import Episode, episodes_of
from reconciler.progress.namesakes import Namesakes


class Handover(NamedTuple):
    """One role of one request: carried out, turned down, or still open when it was last seen.

    Attributes:
        service: the service it is about; None where that is not sure.
        name: OVHcloud's bare name; None where it gives none, or was not looked at yet.
        candidates: the known services that it may be about, where it is not sure.
        task: OVHcloud's number; None where one request made several tasks and none of them was looked at yet.
        maybe_tasks: the numbers that it may have, where it is not sure.
        ours: our journal made it.
        asker: the account that asked; None where OVHcloud does not say.
        requested: by OVHcloud's clock; just before we asked, where the task was not looked at yet.
        state: as it was last seen; None where it never was.
        seen: when that state was first seen.
        ended: when it reached a final state; None while open.
        ended_told: whether OVHcloud told when it ended; else `ended` is when we first saw that it had.
        held_until: when the next request that was carried out took the contact over; None: none did.
        lost_unseen: that next request took it from another holder, so it was lost before, nobody saw when.
        unseen_before: who held it last as far as the journal knew, where that is not `from_account`: somebody
            changed it in between.
        run: the run that asked, and with it the `user`, and the `commit` of the file's repository.
        answers: what we answered, oldest first.
        not_through_us: parties that have to confirm and did not do so through us. That a change was carried
            out means that they did, elsewhere.
    """

    service: ServiceId | None
    name: str | None
    candidates: tuple[ServiceId, ...]
    role: Role
    from_account: AccountId
    to_account: AccountId
    task: int | None
    maybe_tasks: tuple[int, ...]
    ours: bool
    asker: AccountId | None
    requested: datetime
    state: TaskState | None
    seen: datetime | None
    ended: datetime | None
    ended_told: bool
    held_until: datetime | None = None
    lost_unseen: bool = False
    unseen_before: AccountId | None = None
    run: str | None = None
    user: str | None = None
    commit: str | None = None
    answers: tuple[Confirmation, ...] = ()
    not_through_us: tuple[AccountId, ...] = ()

    @property
    def is_holder(self) -> bool:
        """Whether it surely made `to_account` the holder of one known contact."""
        return self.state is TaskState.DONE and self.service is not None


def history(
    asked: Iterable[Asked],
    sightings: Iterable[Sighting],
    confirmations: Iterable[Confirmation],
    declared: Collection[ServiceId] = (),
) -> tuple[Handover, ...]:
    """Return every change that the journal knows of, the newest request first, roles in their order.

    Args:
        asked: what our receipts call ours, also where an id came again in a world that began anew.
        sightings: the states of tasks, oldest first.
        confirmations: what we answered, oldest first.
        declared: the services of the file: what a bare name may be about, beside what we asked for.
    """
    asked = tuple(asked)
    namesakes = Namesakes((*(row.service for row in asked), *declared))
    rows = [
        row
        for episode in episodes_of(asked, sightings, confirmations)
        for row in _handovers(episode, namesakes)
    ]
    rows = list(_in_sequence(rows))
    rows.sort(key=lambda row: _ROLE_ORDER[row.role])
    rows.sort(key=lambda row: (row.requested, _number(row)), reverse=True)
    return tuple(rows)


def of_service(rows: Iterable[Handover], service: ServiceId, role: Role | None = None) -> Iterator[Handover]:
    """Yield the rows about a service or one contact of it, also those that are not sure to be."""
    return (
        row
        for row in rows
        if (row.service == service or service in row.candidates) and role in {None, row.role}
    )


def of_account(rows: Iterable[Handover], account: AccountId) -> Iterator[Handover]:
    """Yield what an account gained and lost, or was to."""
    return (row for row in rows if account in {row.from_account, row.to_account})


_ROLE_ORDER = {role: place for place, role in enumerate(Role)}


def _number(row: Handover) -> int:
    return row.task if row.task is not None else max(row.maybe_tasks, default=0)


def _handovers(episode: Episode, namesakes: Namesakes) -> Iterator[Handover]:
    task, asked = episode.task, episode.asked
    name = None if task is None else task.name
    service, candidates = namesakes.about(name) if asked is None else (asked.service, ())
    asker = asked.asker if asked is not None else task.asker if task is not None else None
    for move in episode.moves:
        must = parties(asker, move.to_account)
        accepted = {row.account for row in episode.answers if row.answer is Answer.ACCEPTED}
        yield Handover(
            service,
            name,
            candidates,
            move.role,
            move.from_account,
            move.to_account,
            episode.number,
            episode.maybe_numbers,
            asked is not None,
            asker,
            episode.requested,
            None if task is None else task.state,
            episode.seen,
            episode.ended,
            task is not None and task.settled is not None,
            None,
            False,
            None,
            asked.run if asked else None,
            asked.user if asked else None,
            asked.commit if asked else None,
            episode.answers,
            tuple(party for party in must if party not in accepted),
        )


def _in_sequence(rows: Iterable[Handover]) -> Iterator[Handover]:
    """Yield the rows, those that made a holder with what came after and before them on the same contact."""
    holders: list[Handover] = []
    for row in rows:
        if row.is_holder:
            holders.append(row)
        else:
            yield row
    holders.sort(key=lambda row: (row.service, row.role, _since(row), _number(row)))
    for _, contact in groupby(holders, key=lambda row: (row.service, row.role)):
        line = list(contact)
        for place, row in enumerate(line):
            before = line[place - 1].to_account if place else row.from_account
            after = line[place + 1] if place + 1 < len(line) else None
            yield row._replace(
                held_until=None if after is None else _since(after),
                lost_unseen=after is not None and after.from_account != row.to_account,
                unseen_before=None if before == row.from_account else before,
            )


def _since(row: Handover) -> datetime:
    return row.ended or row.requested
