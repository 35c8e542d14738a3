"""The published shape of `explain` as JSON, which `schemas/explain.schema.json` is generated from.

Keys may be added in a later release of the same version, so a reader must let unknown keys pass.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from reconciler.config import Manage
from reconciler.config.deciding import Layer
from reconciler.model import Role, TaskState
from reconciler.plan import Reason
from reconciler.render.schema import Account, Row, Service

_TRAYS = Literal[
    "in_sync", "requests", "deferred", "pending", "blocked", "observed", "unmanaged", "absent", "unknown"
]


class Line(Row):
    """A line of a file, as it is now; empty where it is not shown."""

    file: str
    line: Annotated[int, Field(ge=1)]
    column: Annotated[int, Field(ge=1)]
    source: str


class DecidingLine(Line):
    """The line that decides a contact; `entry`: somewhere in what the service's key stands for."""

    by: Layer


class ManagingLine(DecidingLine):
    """The line that decides what is done about a contact."""

    value: Annotated[Manage, Field(description="`observe`: it is shown and never requested.")]


class ExplainedBox(Row):
    """A time box: by `until`, `then` is to hold the contact, and from `due_from` on that is asked for."""

    account: Account
    until: str
    then: Account
    reason: str | None
    ticket: str | None
    due_from: str


class OtherRequest(Row):
    """An open request that moves the contact to another account than the desired one."""

    task: int
    asker: Account | None
    towards: Account
    ours: bool


class ExplainedContact(Row):
    """One contact; what the plan does not tell of its tray is null or empty."""

    role: Role
    live: Account | None
    desired: Annotated[Account | None, Field(description="Null: the role is not managed.")]
    manage: Annotated[ManagingLine | None, Field(description="Null: no `manage` is about it.")] = None
    decided: DecidingLine | None
    time_box: ExplainedBox | None
    tray: _TRAYS
    why: str
    remedies: list[str]
    contested: list[OtherRequest]
    asker: Account | None
    confirmers: list[Account]
    waits_for: list[Role | int]
    task: int | None
    state: TaskState | None
    waiting_for: list[Account]
    reason: Reason | None
    could_ask: list[Account]


class OpenRequest(Row):
    """An open request of the service."""

    task: int
    state: TaskState
    asker: Account | None
    from_: Annotated[Account, Field(alias="from")]
    to: Account
    roles: list[Role]


class ExplanationDocument(Row):
    """Which line decides each contact of a service, who holds it, and what the plan does with it."""

    version: Literal[1]
    service: Service
    declared: Annotated[Line | None, Field(description="Null: the file does not declare it.")]
    contacts: list[ExplainedContact]
    open: list[OpenRequest]
    may_be_open: Annotated[
        list[int], Field(description="Open tasks that may be about it; OVHcloud gives only a bare name.")
    ]


def explanation_json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of `explain --format json`."""
    title = {"title": "Explanation of a service's contacts, version 1"}
    schema = ExplanationDocument.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, **title}
