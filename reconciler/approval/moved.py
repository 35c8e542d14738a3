"""What moved since a plan was approved, contact by contact, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.approval.judging import Present
from reconciler.model import ROLES, AccountId, Role, ServiceId, Task
from reconciler.plan import Basis, Blocked, Deferred, Pending
from reconciler.render.narrowed import options

Called = Callable[[AccountId], str]
"""Tells what people call an account."""

Trays = Mapping[tuple[ServiceId, Role], str]
"""Where a plan had the contacts that it did not ask for."""

_NOBODY = "nobody that can be seen"
_THEN = "when the plan was made"


def what_moved(
    approved: tuple[Basis, ...],
    present: Present,
    called: Called,
    trays: Trays,
) -> Iterator[str]:
    """Yield a line for each contact, open task and asker that is not as it was when the plan was made.

    Args:
        approved: the requests of the approved plan.
        present: what would be asked now.
        called: what people call an account.
        trays: those of the approved plan, as far as they are known.
    """
    then = {row.service: row for row in approved}
    now = {row.service: row for row in present.bases}
    words = _Words(present, called)
    for service in sorted(then.keys() | now.keys()):
        if service not in then:
            yield from words.new(now[service], trays)
        elif then[service] != now.get(service):
            yield from words.moved(then[service], now.get(service))


def what_is_asked(present: Present, called: Called) -> Iterator[str]:
    """Yield a line for each contact that would be asked for now."""
    for row in present.bases:
        for role, live, desired in row.changes:
            yield f"{row.service} {role}: {_name(live, called)} -> {called(desired)}"


@dataclass(frozen=True, slots=True)
class _Moves:
    """The places in which what is known of one service differs."""

    roles: frozenset[str]
    tasks_gone: frozenset[int]
    tasks_new: frozenset[int]
    asker: bool


def _compared(then: Basis, now: Basis | None, present: Present) -> _Moves:
    """Return where one service differs; only services that do differ are worth this."""
    from deepdiff import DeepDiff  # noqa: PLC0415 - half a second, for a refusal only

    live = present.observation.live.get(then.service)
    tree = DeepDiff(
        {
            "contacts": then.live._asdict(),
            "asked": _asked(then),
            "tasks": dict.fromkeys(then.open_tasks, True),
            "asker": then.asker,
        },
        {
            "contacts": live._asdict() if live is not None else {},
            "asked": _asked(now) if now else {},
            "tasks": {task.id: True for task in present.joined.open_tasks(then.service)},
            "asker": now.asker if now else then.asker,
        },
        view="tree",
        threshold_to_diff_deeper=0,
    )
    places = [(kind, level.path(output_format="list")) for kind, levels in tree.items() for level in levels]
    return _Moves(
        frozenset(path[1] for _, path in places if path[0] in {"contacts", "asked"}),
        _tasks(places, "dictionary_item_removed"),
        _tasks(places, "dictionary_item_added"),
        any(path[0] == "asker" for _, path in places),
    )


def _tasks(places: list[tuple[str, list[Any]]], kind: str) -> frozenset[int]:
    return frozenset(path[1] for found, path in places if found == kind and path[0] == "tasks")


def _asked(row: Basis) -> dict[str, AccountId]:
    return {role.value: desired for role, _, desired in row.changes}


class _Words:
    """Sentences about services, as they are now."""

    def __init__(self, present: Present, called: Called) -> None:
        self._present = present
        self._called = called
        self._tasks = {task.id: task for task in present.observation.tasks}
        plan = present.plan
        rows: list[Deferred | Pending | Blocked] = [*plan.deferred, *plan.pending, *plan.blocked]
        self._trays = {(row.change.service, row.change.role): row for row in rows}
        self._observed = {(row.change.service, row.change.role) for row in plan.observed}

    def new(self, now: Basis, trays: Trays) -> Iterator[str]:
        """Yield what is asked for now of a service that the approved plan asks nothing of."""
        for role, live, desired in now.changes:
            was = trays.get((now.service, role))
            before = f"was {was} {_THEN}" if was else "is not in the approved plan"
            move = f"{_name(live, self._called)} -> {self._called(desired)}"
            yield f"{now.service} {role}: {move} is asked for now and {before}"

    def moved(self, then: Basis, now: Basis | None) -> Iterator[str]:
        """Yield what moved of a service that the approved plan asks something of."""
        moves = _compared(then, now, self._present)
        service = then.service
        told = moves.roles if service in self._present.observation.live else _asked(then).keys()
        for role in ROLES:
            if role in told:
                yield f"{service} {role}: {self._role_then(then, role)}, {self._role_now(then, now, role)}"
        for number in sorted(moves.tasks_new):
            yield f"{service}: task {number} is open now{self._task(number)} and was not {_THEN}"
        for number in sorted(moves.tasks_gone):
            yield f"{service}: task {number} was open {_THEN} and is open no longer"
        if moves.asker and now:
            before, after = self._called(then.asker), self._called(now.asker)
            yield f"{service}: asked by {before} {_THEN}, by {after} now"

    def _role_then(self, then: Basis, role: Role) -> str:
        holder, desired = _name(then.live.of(role), self._called), _asked(then).get(role)
        return f"{holder} -> {self._called(desired)} {_THEN}" if desired else f"held by {holder} {_THEN}"

    def _role_now(self, then: Basis, now: Basis | None, role: Role) -> str:
        live = self._present.observation.live.get(then.service)
        if live is None:
            unknown = self._present.observation.unknown.get(then.service)
            return f"could not be read now: {unknown}" if unknown else "seen by no configured account now"
        parts = []
        if live.of(role) != then.live.of(role):
            parts.append(f"held by {_name(live.of(role), self._called)} now")
        wanted, asked = _asked(then).get(role), _asked(now).get(role) if now else None
        if asked != wanted:
            parts.append(self._instead(then.service, role, asked, wanted))
        return ", ".join(part for part in parts if part)

    def _instead(
        self, service: ServiceId, role: Role, asked: AccountId | None, wanted: AccountId | None
    ) -> str:
        """Return what is done about a contact now, where that is not what was approved."""
        if asked is not None:
            return f"to be handed to {self._called(asked)} now"
        row = self._trays.get((service, role))
        if isinstance(row, Pending):
            return f"requested meanwhile: task {row.task}{self._towards(row.change.desired, wanted)}"
        if isinstance(row, Deferred):
            return f"deferred now, waiting for {', '.join(map(str, row.waits_for))}"
        if isinstance(row, Blocked):
            return f"blocked now, {row.reason}: {row.detail}"
        return self._not_asked(service, role, wanted)

    def _not_asked(self, service: ServiceId, role: Role, wanted: AccountId | None) -> str:
        """Return why a contact that was to be asked for waits for nothing and nobody now."""
        if (service, role) in self._observed:
            return "only observed now, and never asked for"
        if self._present.observation.live[service].of(role) == wanted:
            return ""
        otherwise = "the file wants it otherwise"
        if narrowed := self._present.plan.narrowed:
            otherwise = f"it is left out by {options(narrowed)}, or {otherwise}"
        return f"not asked for any more: {otherwise}"

    def _towards(self, desired: AccountId, wanted: AccountId | None) -> str:
        return "" if desired == wanted else f", to {self._called(desired)}"

    def _task(self, number: int) -> str:
        task: Task | None = self._tasks.get(number)
        if task is None:
            return ""
        move = f"{self._called(task.from_account)} -> {self._called(task.to_account)}"
        return f" ({', '.join(task.roles)}: {move})"


def _name(account: AccountId | None, called: Called) -> str:
    return called(account) if account is not None else _NOBODY
