"""The published shapes of `history` as JSON, which `schemas/history.schema.json` is generated from.

Keys may be added in a later release of the same version, so a reader must let unknown keys pass.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from reconciler.model import Answer, Role, TaskState
from reconciler.render.schema import Account, Row, Service, TaskId

Time = Annotated[str, Field(description="ISO 8601, in UTC.", json_schema_extra={"format": "date-time"})]


class GivenAnswer(Row):
    """An answer that this program gave."""

    account: Account
    answer: Answer
    at: Time
    user: Annotated[str | None, Field(description="Who gave it; null where the journal does not say.")]


class HistoryChange(Row):
    """One role of one request: carried out, turned down, or open when it was last seen."""

    service: Annotated[Service | None, Field(description="Null where OVHcloud's bare name fits several.")]
    name: Annotated[str | None, Field(description="OVHcloud's bare name; null if not looked at yet.")]
    candidates: Annotated[list[Service], Field(description="What a bare name may be about, and more.")]
    role: Role
    from_account: Account = Field(alias="from")
    to_account: Account = Field(alias="to")
    task: Annotated[TaskId | None, Field(description="Null where it is one of `maybe_tasks`.")]
    maybe_tasks: list[TaskId]
    ours: Annotated[bool, Field(description="Whether this program's journal knows the task as its own.")]
    asker: Account | None
    requested: Time
    state: Annotated[TaskState | None, Field(description="As last seen; null where it never was.")]
    seen: Annotated[Time | None, Field(description="When that state was first seen.")]
    ended: Annotated[Time | None, Field(description="When it reached a final state.")]
    ended_told: Annotated[bool, Field(description="False: `ended` is when that was first seen.")]
    held_until: Annotated[Time | None, Field(description="When the next change of the contact took over.")]
    lost_unseen: Annotated[
        bool,
        Field(description="It was lost at some time before `held_until`: that change names another `from`."),
    ]
    unseen_before: Annotated[
        Account | None, Field(description="The last known holder, where `from` is another.")
    ]
    run: str | None
    user: str | None
    commit: str | None
    answers: list[GivenAnswer]
    not_through_us: Annotated[
        list[Account], Field(description="Parties that have to confirm and did not do so here.")
    ]


class HistoryDocument(Row):
    """What the journal remembers, the newest request first."""

    version: Literal[1]
    changes: list[HistoryChange]


class JournalEntry(Row):
    """One entry of the journal as it stands in the database."""

    number: int
    at: str
    kind: str


class JournalBreak(Row):
    """The first entry that was changed, lost or moved."""

    number: int
    fault: Literal["changed", "misplaced", "missing", "beyond_the_end", "not_the_end"]
    found: Annotated[JournalEntry | None, Field(description="What stands there; null if nothing does.")]
    before: Annotated[JournalEntry | None, Field(description="The last entry that is as it was written.")]


class VerificationDocument(Row):
    """How many entries of the journal, from the first on, are as they were written."""

    version: Literal[1]
    whole: Annotated[int, Field(ge=0)]
    broken: JournalBreak | None


def history_json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of `history --format json`."""
    return _published(HistoryDocument, "History, version 1")


def verification_json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of `history --verify --format json`."""
    return _published(VerificationDocument, "Verification of the journal, version 1")


def _published(model: type[Row], title: str) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}
