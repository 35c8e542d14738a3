"""What an answer changed: the one request anew, at once; all else follows with the next whole look."""

from __future__ import annotations

from dataclasses import replace

from reconciler.errors import NotFoundError
from reconciler.model import AccountId, TaskState
from reconciler.model.contacts import Live
from reconciler.progress import Progress, by_task, follow
from reconciler.progress.joining import Joined
from reconciler.session import Session
from reconciler.session.requests import request_rows
from reconciler.web.snapshot import Ask, Snapshot, groups


def with_one_request_anew(before: Snapshot, session: Session, number: int, party: AccountId) -> Snapshot:
    """Return a snapshot with one request as it is now.

    Args:
        before: the last one.
        session: with which readers to look.
        number: of a request in `before`.
        party: one of our accounts that sees it.

    Raises:
        ApiError: the endpoint does not tell how the request stands.
    """
    then = before.requests[number].progress
    found = session.readers[party].tasks([number])
    task = found[0] if found else then.task
    live = before.observation.live
    if task.state is TaskState.DONE and then.service is not None:
        live = _with_service_anew(live, then, session, party)
    confirmations = session.journal.confirmations()
    joined = Joined({then.service: (task,)}) if then.service else Joined(loose=((task, then.candidates),))
    (now,) = follow([task], joined, live, session.journal.claims(), by_task(confirmations))
    (row,) = request_rows([now], session, before.observation, before.plan)
    requests = {**before.requests, number: Ask(now, row)}
    return replace(
        before,
        number=before.number + 1,
        requests=requests,
        confirmations=confirmations,
        **groups((ask.progress for ask in requests.values()), session.readers, before.observation.at),
    )


def _with_service_anew(live: Live, then: Progress, session: Session, party: AccountId) -> Live:
    assert then.service is not None
    try:
        record = session.readers[party].service(then.service)
    except NotFoundError:  # this account is no contact of it any more; the whole look asks others
        return live
    return {**live, then.service: record.contacts}
