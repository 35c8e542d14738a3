"""The published shape of a saved plan: the plan as JSON, what it was made from, and a seal over all of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from reconciler.model import Role
from reconciler.plan import Basis, Plan
from reconciler.render import plan_json
from reconciler.render.schema import Account, PlanDocument, Service, TaskId

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="A sha256 in hexadecimal.")]


class Strict(BaseModel):
    """Any object of the document that is not a part of the plan as JSON."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True, frozen=True)


class FileDigest(Strict):
    """One file that the plan was made from."""

    file: Annotated[str, Field(description="As seen from the folder of the main file, which comes first.")]
    sha256: Annotated[Digest, Field(description="Of its content, with LF for each line end.")]


class Narrowing(Strict):
    """The part that the plan was cut down to: what --only, --role and --limit named."""

    only: Annotated[list[str], Field(description="Patterns of services; empty: every service.")]
    roles: Annotated[list[Role], Field(description="Empty: all three.")]
    limit: Annotated[int | None, Field(gt=0, description="How many contacts may be requested.")]


class Made(Strict):
    """What the plan was made from, by what, and how long it may be carried out."""

    tool: Literal["contact-reconciler"] = "contact-reconciler"
    version: Annotated[str, Field(description="Of the program.", pattern=r"^\d+\.[0-9A-Za-z.+!-]+$")]
    at: Annotated[AwareDatetime, Field(description="When the endpoint was looked at, by its clock.")]
    endpoint: Annotated[str, Field(description="As the file names it.")]
    commit: Annotated[
        str | None,
        Field(description="HEAD; null where the file is in no repository.", pattern="^[0-9a-f]{40,64}$"),
    ]
    dirty: Annotated[bool, Field(description="Whether HEAD holds something else than was planned from.")]
    files: Annotated[list[FileDigest], Field(min_length=1)]
    base: Annotated[str | None, Field(description="What --base named.")] = None
    narrowing: Annotated[Narrowing | None, Field(description="Null where the plan is whole.")] = None
    valid_for_seconds: Annotated[int | None, Field(gt=0, description="Null where it does not expire.")] = None
    retry: Annotated[list[str], Field(description="Contacts to ask for although turned down.")] = []
    lifted: Annotated[dict[str, str], Field(description="Guards that were lifted, with the reason.")] = {}


class SeenService(Strict):
    """What was seen of the service of one request."""

    service: Service
    admin: Account | None
    technical: Account | None
    billing: Account | None
    open_tasks: Annotated[list[TaskId], Field(description="Surely about this service, and open then.")]


class SavedPlan(PlanDocument):
    """A plan that was saved to be carried out as it is: once, and only if nothing has moved."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True, frozen=True)

    made: Made
    seen: Annotated[list[SeenService], Field(description="One row a request, in the same order.")]
    seal: Annotated[Digest, Field(description="Over all other keys, as compact JSON with sorted keys.")]


def saved_plan_json(plan: Plan, approved: Iterable[Basis], made: Made) -> str:
    """Return a plan as it is saved: the lines of the plan as JSON, and three keys more.

    Args:
        plan: what is saved.
        approved: its requests with what they were concluded from.
        made: what the plan was made from.
    """
    more = {
        "made": made.model_dump(mode="json"),
        "seen": [
            {
                "service": row.service,
                **row.live._asdict(),
                "open_tasks": [*row.open_tasks],
            }
            for row in approved
        ],
    }
    shown = plan_json(plan)
    more["seal"] = seal_of(json.loads(shown) | more)
    lines = [f",\n {json.dumps(key)}: {json.dumps(value)}" for key, value in more.items()]
    return "".join([shown[:-1], *lines, "}"])


def canonical(document: Mapping[str, Any]) -> str:
    """Return a document as JSON of one spelling, all in ASCII."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)


def seal_of(document: Mapping[str, Any]) -> str:
    """Return the seal that a document must bear: a hexadecimal sha256 over all of its keys but the seal.

    It finds what was edited by hand. It is no signature: whoever forges a plan can seal it, which is why a
    saved plan is only ever compared with what would be asked, and never carried out by itself.
    """
    rest = {key: value for key, value in document.items() if key != "seal"}
    return sha256(canonical(rest).encode("ascii")).hexdigest()


def saved_plan_json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of what `plan --out` writes."""
    schema = SavedPlan.model_json_schema(by_alias=True)
    title = "Saved plan, version 1"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}
