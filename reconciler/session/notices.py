"""Telling people of requests by the channels that the file names, once each; the journal remembers what.

Remembered is what a channel took, after it took it: a crash in between may tell twice, and loses nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from reconciler.errors import JournalError
from reconciler.model import Observation
from reconciler.plan import Plan
from reconciler.progress import Progress
from reconciler.session.requests import validity
from reconciler.session.session import Session

if TYPE_CHECKING:
    from reconciler.notify import Parcel

_TOGETHER = 500
"""How many notices one webhook call holds; servers take no bodies of any size."""


def send_notices(
    session: Session,
    observation: Observation,
    plan: Plan,
    rows: Sequence[Progress],
    environ: Mapping[str, str] = os.environ,
) -> tuple[str, ...]:
    """Deliver what is new to every channel of the file, and return a warning for each that failed.

    What a channel did not take is tried again the next time. A failure never raises. The call takes as long
    as the slowest channel: a webhook at most ten seconds, anything thirty.

    Args:
        session: what the command works with.
        observation: the look that `plan` and `rows` follow from.
        plan: tells which open requests are contested.
        rows: requests, all open and lately settled ones among them.
        environ: where the addresses are looked up that the file only names.
    """
    if not session.config.notify:
        return ()
    from reconciler.notify import deliver  # noqa: PLC0415

    try:
        parcels = tuple(_parcels(session, observation, plan, rows))
        if not parcels:
            return ()

        def remember(parcel: Parcel) -> None:
            session.journal.tell(parcel.keys, observation.at)

        failures = deliver(parcels, environ, delivered=remember)
    except JournalError as error:
        return (f"the journal cannot tell or keep who was told of what, so some may be told again: {error}",)
    words = dict.fromkeys(f"{failure.parcel.channel.name}: {failure.reason}" for failure in failures)
    return tuple(f"people were not told by {word}; it is tried again next time" for word in words)


def _parcels(
    session: Session, observation: Observation, plan: Plan, rows: Sequence[Progress]
) -> Iterator[Parcel]:
    from reconciler.notify import Parcel, channel_of, due, key_of  # noqa: PLC0415
    from reconciler.render.notices import notices_json, notices_text, notices_title  # noqa: PLC0415

    told = set(session.journal.told())
    span = validity(session, observation)
    endpoint, names, now = session.config.endpoint.name, session.names, observation.at
    for entry in session.config.notify:
        channel = channel_of(entry)
        found = due(rows, plan.contested, span, now, entry)
        news = {key_of(notice, channel.identity): notice for notice in found}
        fresh = [(key, notice) for key, notice in news.items() if key not in told]
        told.update(key for key, _ in fresh)  # two entries of one channel tell the same thing once
        size = _TOGETHER if entry.kind == "webhook" else len(fresh)  # a text for people is short anyway
        for some in (fresh[start : start + size] for start in range(0, len(fresh), size or 1)):
            notices = [notice for _, notice in some]
            yield Parcel(
                channel,
                notices_title(notices, endpoint),
                notices_text(notices, names, endpoint, now),
                notices_json(notices, names, endpoint, now),
                tuple(key for key, _ in some),
            )
