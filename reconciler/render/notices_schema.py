"""The published shape of a webhook's body, which `schemas/notice.schema.json` is generated from.

Keys may be added in a later release of the same version, so a reader must let unknown keys pass.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from reconciler.config.model import Occasion
from reconciler.model import Role, TaskState
from reconciler.render.schema import Account, Row, TaskId


class Event(Row):
    """One thing that became known of one request."""

    occasion: Occasion
    task: TaskId
    service: Annotated[str, Field(description="Its key, or OVHcloud's bare name where it fits no service.")]
    roles: list[Role]
    from_account: Account = Field(alias="from")
    to_account: Account = Field(alias="to")
    asker: Annotated[Account | None, Field(description="Null where OVHcloud does not name it.")]
    state: TaskState
    requested: AwareDatetime
    settled: Annotated[AwareDatetime | None, Field(description="Null while open.")]
    waiting_for: Annotated[list[Account], Field(description="The parties not known to have confirmed.")]
    expires: Annotated[AwareDatetime | None, Field(description="Null once nobody has to confirm any more.")]
    expires_learnt: Annotated[
        bool | None, Field(description="True if earlier requests here showed it, false if it is assumed.")
    ]
    ours: Annotated[bool, Field(description="Whether the journal knows that we made the request.")]
    text: Annotated[str, Field(description="The same in words, on one line.")]


class NoticeDocument(Row):
    """What a webhook is told in one call."""

    version: Literal[1]
    endpoint: str
    at: Annotated[AwareDatetime, Field(description="When it was seen, by the endpoint's clock.")]
    text: Annotated[str, Field(description="All of it for a person; the first 20 events, a line each.")]
    events: list[Event]


def notice_json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the body that a webhook gets."""
    schema = NoticeDocument.model_json_schema()
    title = {"title": "Notice of contact change requests, version 1"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, **title}
