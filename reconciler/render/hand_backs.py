"""The contacts whose time ends: how far their hand-back has come, and whether it will be in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from reconciler.model import AccountId, Role, ServiceId
from reconciler.model.time_box import TimeBox
from reconciler.render.safe import visible
from reconciler.render.time_boxes import box_object, why
from reconciler.render.wording import age, counted, listed


class Standing(StrEnum):
    """How far a hand-back has come."""

    NOT_ASKED = "not_asked"
    DEFERRED = "deferred"
    REQUESTED = "requested"
    TURNED_DOWN = "turned_down"
    BLOCKED = "blocked"
    OBSERVED = "observed"
    UNKNOWN = "unknown"


class HandBackRow(NamedTuple):
    """One contact that is to be handed back by now, and is not yet.

    Attributes:
        box: what the file says.
        standing: how far it has come.
        over: whether `then` should hold the contact already.
        late: whether it will probably not be done in time, or is overdue.
        takes_seconds: how long confirming takes; `late` follows from it.
        takes_learnt: earlier requests of ours showed it; else it is assumed, and said to be.
        task: the open request, None where there is none.
        waiting_for: the parties not known to have confirmed it.
        detail: why it waits or cannot be asked for; None where there is nothing to say.
        next_command: what to run next, ready to be pasted.
    """

    service: ServiceId
    role: Role
    box: TimeBox
    standing: Standing
    over: bool
    late: bool
    takes_seconds: float
    takes_learnt: bool
    task: int | None = None
    waiting_for: tuple[AccountId, ...] = ()
    detail: str | None = None
    next_command: str | None = None


def hand_back_lines(rows: Sequence[HandBackRow], names: Mapping[AccountId, str]) -> list[str]:
    """Return a heading and a line for each hand-back, safe to show; nothing where there is none."""
    if not rows:
        return []
    late = sum(row.late for row in rows)
    missed = f", {late} of them too late or nearly so" if late else ""
    heading = f"To be handed back by now: {counted(len(rows), 'contact')}{missed}"
    return [heading, *(f"  {visible(_line(row, names))}" for row in rows)]


def hand_back_objects(rows: Iterable[HandBackRow]) -> Iterator[dict[str, Any]]:
    """Yield each hand-back as programs get it."""
    for row in rows:
        yield {
            "service": row.service,
            "role": row.role,
            **box_object(row.box),
            "standing": row.standing,
            "late": row.late,
            "task": row.task,
            "waiting_for": row.waiting_for,
            "detail": row.detail,
            "next_command": row.next_command,
        }


def _line(row: HandBackRow, names: Mapping[AccountId, str]) -> str:
    warning = "late: " if row.late else ""
    return f"{warning}{row.service} {row.role}: {_time(row, names)}{why(row.box)}; {_standing(row, names)}"


def _time(row: HandBackRow, names: Mapping[AccountId, str]) -> str:
    account, then = (names.get(one, one) for one in (row.box.account, row.box.then))
    if row.standing is Standing.UNKNOWN:
        verb = "ended" if row.over else "ends"
        return f"{account}'s time {verb} on {row.box.until}, and whether {then} has taken over is not known"
    if row.over:
        return f"{account}'s time ended on {row.box.until}, and {then} has not taken over"
    if row.late:
        basis = "as earlier requests here did" if row.takes_learnt else "as we assume"
        return (
            f"{account}'s time ends on {row.box.until}, and it is probably too late for {then} to take over "
            f"by then: confirming takes about {age(row.takes_seconds)}, {basis}"
        )
    return f"{account}'s time ends on {row.box.until}, and {then} is to take over by then"


def _standing(row: HandBackRow, names: Mapping[AccountId, str]) -> str:
    if row.standing is Standing.REQUESTED:
        if row.waiting_for:
            missing = listed(names.get(one, one) for one in row.waiting_for)
            return f"requested, task {row.task} waits for {missing} to confirm"
        return f"requested, task {row.task} is not done yet"
    words = {
        Standing.NOT_ASKED: "ask now" if not row.detail else "not asked",
        Standing.DEFERRED: "to be asked later",
        Standing.TURNED_DOWN: "turned down",
        Standing.BLOCKED: "it cannot be asked for",
        Standing.OBSERVED: "only observed, never requested",
        Standing.UNKNOWN: "the service could not be read",
    }[row.standing]
    detail = f" ({row.detail})" if row.detail else ""
    command = f": {row.next_command}" if row.next_command else ""
    return f"{words}{detail}{command}"
