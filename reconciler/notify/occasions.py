"""What there is to tell of requests, as one entry of `notify` wants it. Pure: time is an argument.

Told are requests that our journal made, and contested ones, whoever made them. What settled longer ago than
`RECENT` is not news: switching notices on must not tell the whole past.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from reconciler.config.model import Notify, Occasion
from reconciler.model import ROLES, Role, TaskState
from reconciler.plan import Contested
from reconciler.progress import Progress, Validity, expires
from reconciler.progress.deadlines import BEFORE_CONSENT
from reconciler.render.notices import Notice

RECENT = timedelta(days=14)

_ENDS = {
    TaskState.REFUSED: Occasion.REFUSED,
    TaskState.ABORTED: Occasion.REFUSED,  # turned down as well, by OVHcloud
    TaskState.EXPIRED: Occasion.EXPIRED,
    TaskState.ERROR: Occasion.EXPIRED,  # ended without an answer as well
}
"""As the plan groups them: the first two are held until somebody says so, the others asked again."""

_ORDER = tuple(Occasion)


def due(
    rows: Iterable[Progress],
    contested: Iterable[Contested],
    validity: Validity,
    now: datetime,
    wanted: Notify,
) -> tuple[Notice, ...]:
    """Return all that `wanted` asks to be told of now, whether or not it was told before.

    Args:
        rows: the progress of requests, all open ones among them.
        contested: open tasks that move a managed contact elsewhere than the file wants.
        validity: how long a request may wait.
        now: by the endpoint's clock.
        wanted: the occasions and their days.
    """
    rows = tuple(rows)
    found = [
        _notice(occasion, row, row.task.roles, validity)
        for row in rows
        if row.ours and _is_news(row, now)
        for occasion in _occasions(row, validity, now, wanted)
    ]
    found += _contested(rows, contested, validity)
    chosen = [notice for notice in found if notice.occasion in wanted.on]
    return tuple(
        sorted(chosen, key=lambda notice: (_ORDER.index(notice.occasion), notice.service, notice.task))
    )


def key_of(notice: Notice, channel: str) -> str:
    """Return the name under which it is remembered that `notice` was told to a channel.

    The time of the request is part of it: a sandbox that starts afresh counts its tasks from anew.
    """
    return f"{notice.occasion}:{notice.task}@{notice.requested:%Y%m%dT%H%M%SZ}:{channel}"


def _is_news(row: Progress, now: datetime) -> bool:
    return row.task.is_open or (row.task.settled or row.task.requested) > now - RECENT


def _occasions(row: Progress, validity: Validity, now: datetime, wanted: Notify) -> Iterator[Occasion]:
    task = row.task
    yield Occasion.REQUESTED
    if task.state in BEFORE_CONSENT and now - task.requested > timedelta(days=wanted.waiting_days):
        yield Occasion.WAITING
    deadline = expires(task, validity)
    if deadline is not None and deadline.at - now <= timedelta(days=wanted.expiring_days):
        yield Occasion.EXPIRING
    if task.state in _ENDS:
        yield _ENDS[task.state]
    if task.state is TaskState.DONE and row.landed:
        yield Occasion.DONE


def _contested(
    rows: Sequence[Progress], contested: Iterable[Contested], validity: Validity
) -> Iterator[Notice]:
    """Yield one notice for each open task that is contested, with the contested ones of its roles."""
    roles: dict[int, set[Role]] = {}
    for entry in contested:
        roles.setdefault(entry.task, set()).add(entry.change.role)
    for row in rows:
        if row.task.id in roles:
            about = tuple(role for role in ROLES if role in roles[row.task.id])
            yield _notice(Occasion.CONTESTED, row, about, validity)


def _notice(occasion: Occasion, row: Progress, roles: tuple[Role, ...], validity: Validity) -> Notice:
    task = row.task
    deadline = expires(task, validity)
    return Notice(
        occasion=occasion,
        task=task.id,
        service=row.service or task.name or "(no name)",
        roles=roles,
        from_account=task.from_account,
        to_account=task.to_account,
        asker=task.asker,
        state=task.state,
        requested=task.requested,
        settled=task.settled,
        waiting_for=row.waiting_for,
        expires=deadline.at if deadline else None,
        expires_learnt=deadline.learnt if deadline else None,
        ours=row.ours,
    )
