"""The published shape of a snapshot, which `schemas/snapshot.schema.json` is generated from."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from reconciler.model import Answer, Region, Role, TaskState, UnknownRouteError, account_id, route_of

_EARLIEST, _LATEST = 2000, 2200


def _an_account(text: str) -> str:
    if text != account_id(text):
        raise ValueError("it is no account id in lower case, without blanks around it")
    return text


def _an_instant(at: datetime) -> datetime:
    if not _EARLIEST <= at.year <= _LATEST:  # so that no sum with it leaves the calendar
        raise ValueError(f"it is not between the years {_EARLIEST} and {_LATEST}")
    return at.astimezone(UTC)


def _a_service(text: str) -> str:
    try:
        route_of(text)
    except UnknownRouteError:
        raise ValueError("it is no key of a service, such as domain/shop.example") from None
    return text


Account = Annotated[
    str,
    Field(min_length=1, max_length=200, description="The id of an OVHcloud account, in lower case."),
    AfterValidator(_an_account),
]
Service = Annotated[
    str,
    Field(max_length=2_000, description="Route and name of a service, such as `domain/shop.example`."),
    AfterValidator(_a_service),
]
TaskId = Annotated[int, Field(ge=0, lt=2**63, description="OVHcloud's number of the contact change task.")]
Instant = Annotated[AwareDatetime, AfterValidator(_an_instant)]
Label = Annotated[
    str,
    Field(max_length=2_000, description="An account, or where keys are from that no account is known of."),
]
Words = Annotated[str, Field(max_length=20_000, description="Why, in words for people.")]
Roles = Annotated[list[Role], Field(max_length=3)]


class Strict(BaseModel):
    """Any object of the document."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True, frozen=True)


class HeldAccount(Strict):
    """An account that let us in; null: could not be read."""

    id: Account
    region: Region | None
    unpaid_invoices: bool | None
    payment_method: bool | None


class SeenService(Strict):
    """A service and who holds its contacts."""

    service: Service
    admin: Account | None
    technical: Account | None
    billing: Account | None
    in_debt: Annotated[bool, Field(description="The service's own state says that it is unpaid.")] = False


class SeenTask(Strict):
    """A contact change request, as OVHcloud shows it to its parties."""

    id: TaskId
    asker: Account | None
    from_account: Account = Field(alias="from")
    to_account: Account = Field(alias="to")
    roles: Roles
    name: Annotated[str, Field(max_length=2_000)] | None
    state: TaskState
    requested: Instant
    settled: Instant | None


class Claimed(Strict):
    """A task that the journal knows as its own."""

    task: TaskId
    service: Service
    asker: Account
    asked: Instant
    answered: Instant


class Answered(Strict):
    """An answer that was given for a configured account."""

    task: TaskId
    account: Account
    answer: Answer
    at: Instant


class LeaveToRetry(Strict):
    """Leave to ask again although this task was turned down."""

    service: Service
    role: Role
    task: TaskId
    at: Instant


class SnapshotDocument(Strict):
    """All that one look at an endpoint showed, and what the journal adds to planning. No key, no token."""

    version: Literal[1]
    made_by: Annotated[str, Field(max_length=100, description="The version of the program.")]
    endpoint: Annotated[str, Field(max_length=2_000, description="As the contacts file names it.")]
    region: Region
    at: Annotated[Instant, Field(description="When it was looked at, by the endpoint's clock.")]
    held: list[HeldAccount]
    services: list[SeenService]
    looked_for: Annotated[
        list[Service], Field(description="Not seen, though every account was asked for them by key.")
    ]
    unknown: Annotated[dict[Service, Words], Field(description="Of these, those that could not be read.")]
    tasks: list[SeenTask]
    unreadable: Annotated[dict[Label, Words], Field(description="Accounts that did not let us in.")]
    without_tasks: Annotated[dict[Account, Words], Field(description="Their requests could not be read.")]
    unlisted: Annotated[dict[Account, Words], Field(description="Their services could not be listed.")]
    incomplete: Annotated[dict[Account, Words], Field(description="Not all their services could be read.")]
    without_change: Annotated[
        int, Field(ge=0, lt=2**63, description="How many services are of products without a contact change.")
    ]
    claims: list[Claimed]
    confirmations: list[Answered]
    retries: list[LeaveToRetry]
    unknown_accounts: Annotated[
        dict[Account, Words], Field(description="Accounts that OVHcloud called unknown, in its words.")
    ]


def snapshot_json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of what `snapshot` writes."""
    schema = SnapshotDocument.model_json_schema(by_alias=True)
    title = "Snapshot, version 1"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}
