"""The published shape of `doctor` as JSON, which `schemas/doctor.schema.json` is generated from.

Keys may be added in a later release of the same version, so a reader must let unknown keys pass.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from reconciler.checks import Subject, Verdict
from reconciler.render.schema import Count, Row

Call = Annotated[str, Field(description="A method and a path in which `*` stands for any characters.")]


class MadeCheck(Row):
    """One check, and what helps where it is not ok."""

    check: Subject
    account: Annotated[
        str | None,
        Field(description="Whose check it is, or where its keys are from; null: nobody's in particular."),
    ]
    verdict: Verdict
    found: str
    remedy: str | None
    missing: Annotated[list[Call], Field(description="Calls that are needed and not granted.")]
    beyond: Annotated[list[Call], Field(description="What is granted and never called.")]


class CheckDocument(Row):
    """Whether everything is ready before anyone needs it."""

    version: Literal[1]
    summary: Annotated[dict[Verdict, Count], Field(description="How many checks of each verdict.")]
    checks: list[MadeCheck]


def checks_json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of `doctor --format json`."""
    title = {"title": "Checks of doctor, version 1"}
    schema = CheckDocument.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, **title}
