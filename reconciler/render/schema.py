"""The published shape of the plan as JSON: the model that `schemas/plan.schema.json` is generated from.

Keys may be added in a later release of the same version, so a reader must let unknown keys pass.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from reconciler.model import Role, TaskState
from reconciler.plan import Reason

Count = Annotated[int, Field(ge=0)]
Account = Annotated[str, Field(description="The id of an OVHcloud account, in lower case.")]
TaskId = Annotated[int, Field(description="OVHcloud's number of the contact change task.")]
Service = Annotated[str, Field(description="Route and name of a service, such as `domain/shop.example`.")]


class Row(BaseModel):
    """Any object of the document."""

    model_config = ConfigDict(extra="allow", strict=True, populate_by_name=True)


class Summary(Row):
    """Trays and `contested` count contacts; `absent`, `unmanaged` and `unknown` count services."""

    in_sync: Count
    requests: Count
    deferred: Count
    pending: Count
    blocked: Count
    contested: Count
    absent: Count
    unmanaged: Count
    unknown: Count
    posts: Annotated[Count, Field(description="How many requests an apply would send now.")]
    tasks: Annotated[Count, Field(description="How many tasks OVHcloud would make of them.")]
    confirmations: Annotated[Count, Field(description="How many confirmations these tasks would need.")]
    observed: Annotated[
        Count, Field(description="Contacts under `observed`; left out where the file observes none.")
    ] = 0


class Contact(Row):
    """One contact that is not, or may not stay, the desired one."""

    service: Service
    role: Role
    live: Annotated[Account | None, Field(description="Null where the endpoint cannot show it.")]
    desired: Account


class PlannedTask(Row):
    """One task that OVHcloud would make of a request."""

    from_account: Account = Field(alias="from")
    to_account: Account = Field(alias="to")
    roles: list[Role]
    confirmers: Annotated[list[Account], Field(description="Everyone who would have to confirm.")]


class Request(Row):
    """One request that would be sent now."""

    service: Service
    asker: Account
    changes: list[Contact]
    tasks: list[PlannedTask]


class Deferred(Contact):
    """A change that a later apply will ask for."""

    asker: Account
    waits_for: Annotated[list[Role | TaskId], Field(description="Roles of the service, or task numbers.")]


class Pending(Contact):
    """A change that an open task already makes."""

    task: TaskId
    state: TaskState
    waiting_for: Annotated[list[Account], Field(description="Parties not known to have confirmed.")]


class Blocked(Contact):
    """A change that cannot be asked for."""

    reason: Reason
    detail: str
    could_ask: list[Account]


class Observed(Contact):
    """A contact that the file only observes and that is not, or may not stay, as the file names it."""

    task: Annotated[TaskId | None, Field(description="The open request that moves it, whoever made it.")]
    state: Annotated[TaskState | None, Field(description="Of that request.")]
    towards: Annotated[Account | None, Field(description="Whom that request moves it to.")]
    ours: Annotated[bool, Field(description="Whether this program's journal knows the task as its own.")]


class Contested(Contact):
    """A managed contact that an open task moves to another account than the desired one."""

    task: TaskId
    asker: Account | None
    towards: Account
    ours: Annotated[bool, Field(description="Whether this program's journal knows the task as its own.")]


class Unknown(Row):
    """A service that could not be read; it never counts as unchanged."""

    service: Service
    detail: str


class Stop(Row):
    """A guard that stops the run."""

    guard: str
    detail: str


class TimeBox(Row):
    """Why a contact in one of the trays is not there for good."""

    service: Service
    role: Role
    account: Annotated[Account, Field(description="Who holds the contact until then.")]
    until: Annotated[date, Field(description="The first UTC day on which `then` is to hold it.")]
    then: Annotated[Account, Field(description="Who follows.")]
    reason: str | None
    ticket: str | None


class WantedByBase(Contact):
    """A contact that the base wants moved and that is not there yet."""

    tray: Literal["requests", "deferred", "pending", "blocked"]


class ContactKey(Row):
    """A contact by service and role."""

    service: Service
    role: Role


class Base(Row):
    """The base of `plan --base`, and what is not the branch's own."""

    name: str
    wanted: list[WantedByBase]
    released: Annotated[list[ContactKey], Field(description="No longer managed once this is merged.")]
    contested: Annotated[list[ContactKey], Field(description="Changed here and in the base, differently.")]


class LeftOut(Row):
    """How much is left out; `absent`, `unmanaged` and `unknown` count services, the others contacts."""

    requests: Count
    deferred: Count
    pending: Count
    blocked: Count
    observed: Count
    contested: Count
    absent: Count
    unmanaged: Count
    unknown: Count


class Narrowed(Row):
    """What the plan was cut down to, and how much it says nothing of for that."""

    only: Annotated[list[str], Field(description="What --only named; empty: every service.")]
    roles: Annotated[list[Role], Field(description="What --role named; empty: all three.")]
    limit: Annotated[int | None, Field(gt=0, description="What --limit named.")]
    left_out: Annotated[LeftOut, Field(description="By `only` and `roles`.")]
    left_for_later: Annotated[LeftOut, Field(description="By `limit`.")]


class PlanDocument(Row):
    """What would be asked of whom, what waits, what is blocked and why."""

    version: Literal[1]
    fingerprint: str
    summary: Summary
    requests: list[Request]
    deferred: list[Deferred]
    pending: list[Pending]
    blocked: list[Blocked]
    contested: list[Contested]
    absent: Annotated[list[Service], Field(description="Declared, but no account sees them.")]
    unmanaged: Annotated[list[Service], Field(description="Seen, but not declared.")]
    unknown: list[Unknown]
    stopped_by: list[Stop]
    observed: Annotated[
        list[Observed],
        Field(description="Never requested: `manage: observe`; left out where the file observes none."),
    ] = []
    time_boxes: Annotated[
        list[TimeBox], Field(description="Of the contacts above that end; left out where there is none.")
    ] = []
    base: Annotated[Base | None, Field(description="Only with --base.")] = None
    narrowed: Annotated[Narrowed | None, Field(description="Only with --only, --role or --limit.")] = None


def plan_json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of `plan --format json`."""
    schema = PlanDocument.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Plan, version 1"}
