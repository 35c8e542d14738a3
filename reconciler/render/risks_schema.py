"""The published shape of `risks` as JSON, which `schemas/risks.schema.json` is generated from.

Keys may be added in a later release of the same version, so a reader must let unknown keys pass.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from reconciler.model import Role
from reconciler.render.schema import Account, Count, Row, Service
from reconciler.risks import Kind


class FoundRisk(Row):
    """One risk, with why it matters and what helps."""

    risk: Kind
    accounts: Annotated[
        list[Account],
        Field(description="Whom it is about; of a torn bundle, in whose hands. Empty: nobody is named."),
    ]
    services: list[Service]
    roles: list[Role]
    why: str
    remedy: str


class RiskDocument(Row):
    """What could go wrong with the services that the configured accounts see."""

    version: Literal[1]
    services: Annotated[Count, Field(description="How many services were looked at.")]
    summary: Annotated[dict[Kind, Count], Field(description="How many risks of each kind.")]
    risks: list[FoundRisk]


def risks_json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of `risks --format json`."""
    title = {"title": "Risks of an estate, version 1"}
    schema = RiskDocument.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, **title}
