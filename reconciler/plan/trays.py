"""The trays of a plan: every wanted change lies in exactly one of the first five."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from reconciler.diff import Change
from reconciler.model import AccountId, Role, ServiceId, Task, TaskState
from reconciler.model.time_box import TimeBox
from reconciler.plan.selection import Selection

STAYING = frozenset({"blocked", "observed"})
"""The trays whose contacts stay where they are."""


class Reason(StrEnum):
    """Why a change cannot be asked for; where several hold, the first of this order is given."""

    CONFLICTING_REQUEST = "conflicting_request"
    TURNED_DOWN = "turned_down"
    UNSUPPORTED_SERVICE = "unsupported_service"
    OTHER_REGION = "other_region"
    SERVICE_IN_DEBT = "service_in_debt"
    UNPAID_INVOICES = "unpaid_invoices"
    NO_PAYMENT_METHOD = "no_payment_method"
    NOT_PERMITTED = "not_permitted"
    UNKNOWN_ACCOUNT = "unknown_account"
    GUARD = "guard"


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task that OVHcloud will make of a request: one from->to pair, its roles, and who must confirm."""

    from_account: AccountId
    to_account: AccountId
    roles: tuple[Role, ...]
    confirmers: tuple[AccountId, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One POST: the changes of one service that one account asks for now."""

    service: ServiceId
    asker: AccountId
    changes: tuple[Change, ...]
    tasks: tuple[PlannedTask, ...]


@dataclass(frozen=True, slots=True)
class Deferred:
    """A change that will be asked for once the roles and tasks in `waits_for` are settled."""

    change: Change
    asker: AccountId
    waits_for: tuple[Role | int, ...]


@dataclass(frozen=True, slots=True)
class Pending:
    """A change that an open task already makes; `waiting_for` are the parties not known to have confirmed."""

    change: Change
    task: int
    state: TaskState
    waiting_for: tuple[AccountId, ...]


@dataclass(frozen=True, slots=True)
class Blocked:
    """A change that cannot be asked for: why, in words with a remedy, and who could ask instead."""

    change: Change
    reason: Reason
    detail: str
    could_ask: tuple[AccountId, ...] = ()


@dataclass(frozen=True, slots=True)
class Observed:
    """A contact that the file only observes and that is not, or may not stay, as the file names it.

    It is shown and never requested. `change.live` and `change.desired` are equal where only an open task
    moves it away.

    Attributes:
        task: the open task that moves it, or the one just done that the service does not show yet; None: no
            such task.
        state: of that task.
        towards: whom that task moves it to.
        ours: our journal made that task.
    """

    change: Change
    task: int | None = None
    state: TaskState | None = None
    towards: AccountId | None = None
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Contested:
    """An open task that moves a managed contact to another account than the desired one.

    `change.live` and `change.desired` may be equal: the contact is right today. `ours`: our journal made it.
    """

    change: Change
    task: int
    asker: AccountId | None
    towards: AccountId
    ours: bool


@dataclass(frozen=True, slots=True)
class Unknown:
    """A service that could not be read; never counted as unchanged."""

    service: ServiceId
    detail: str


@dataclass(frozen=True, slots=True)
class Unjoined:
    """An open task that cannot be tied to one service, with the services that it may be about."""

    task: Task
    services: tuple[ServiceId, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """What a branch's plan tells of the base that the branch is to be merged into.

    Attributes:
        base: its name, as it was given.
        wanted: the contacts that the base wants moved and that are not there yet, each with its tray.
        released: contacts that the branch would no longer manage.
        contested: contacts that branch and base both changed since they parted, to different accounts.
    """

    base: str
    wanted: tuple[tuple[Change, str], ...] = ()
    released: tuple[tuple[ServiceId, Role], ...] = ()
    contested: tuple[tuple[ServiceId, Role], ...] = ()


class LeftOut(NamedTuple):
    """How much of a plan a selection leaves out: contacts by tray, then services."""

    requests: int = 0
    deferred: int = 0
    pending: int = 0
    blocked: int = 0
    observed: int = 0
    contested: int = 0
    absent: int = 0
    unmanaged: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a plan that was cut down tells of what it leaves out.

    Attributes:
        selection: what it was cut down to.
        left_out: by `only` and `roles`.
        left_for_later: by `limit`: contacts to request, and those that wait behind them.
    """

    selection: Selection
    left_out: LeftOut
    left_for_later: LeftOut


@dataclass(frozen=True, slots=True)
class Stop:
    """A guard that stops the whole run."""

    guard: str
    detail: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Every wanted change in its tray, all rows in the order of service and role.

    Attributes:
        in_sync: how many managed contacts are as desired.
        managed: how many contacts are managed and readable, those among them that are only observed.
        services: how many services have a managed role.
        watched: how many of the `managed` contacts are only observed.
        watched_services: how many of the `services` have no managed role that is more than observed.
        fingerprint: sha256 over the requests, and the live values and open tasks of their services.
        time_boxes: those of contacts in a tray, for people to see why; they are no part of the fingerprint.
        beside: where the plan is a branch's own: what else is to be told of the base.
        narrowed: where the plan was cut down: what it leaves out.
    """

    requests: tuple[Request, ...] = ()
    deferred: tuple[Deferred, ...] = ()
    pending: tuple[Pending, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    observed: tuple[Observed, ...] = ()
    contested: tuple[Contested, ...] = ()
    absent: tuple[ServiceId, ...] = ()
    unmanaged: tuple[ServiceId, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    stopped_by: tuple[Stop, ...] = ()
    unjoined: tuple[Unjoined, ...] = ()
    in_sync: int = 0
    managed: int = 0
    services: int = 0
    watched: int = 0
    watched_services: int = 0
    fingerprint: str = ""
    time_boxes: Mapping[tuple[ServiceId, Role], TimeBox] = field(default_factory=dict)
    beside: Beside | None = None
    narrowed: Narrowed | None = None

    def changes(self) -> Iterator[Change]:
        """Yield every wanted change, tray by tray: each lies in exactly one."""
        return (change for change, _ in self.trays())

    def trays(self) -> Iterator[tuple[Change, str]]:
        """Yield every wanted change with the name of its tray."""
        for request in self.requests:
            for change in request.changes:
                yield change, "requests"
        for deferred in self.deferred:
            yield deferred.change, "deferred"
        for pending in self.pending:
            yield pending.change, "pending"
        for blocked in self.blocked:
            yield blocked.change, "blocked"
        for observed in self.observed:
            yield observed.change, "observed"
