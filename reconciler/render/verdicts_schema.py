"""The published shape of `confirm` as JSON, which `schemas/confirm.schema.json` is generated from.

Keys may be added in a later release of the same version, so a reader must let unknown keys pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field

from reconciler.render.schema import Account, Row, TaskId


class JudgedToken(Row):
    """One token of a mail, or a mail without one."""

    mail: Annotated[str, Field(description="Where the mail lies.")]
    task: Annotated[TaskId | None, Field(description="Null where the request is not known for sure.")]
    account: Annotated[Account | None, Field(description="Whose token it is; null where not known.")]
    verdict: str
    detail: Annotated[str, Field(description="The reason in words. It holds no token.")]


class VerdictDocument(Row):
    """What became of every token that was found in mails."""

    version: Literal[1]
    verdicts: list[JudgedToken]


def verdicts_json_schema(kinds: Iterable[str]) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of `confirm --format json`, with the closed list of verdicts."""
    schema = VerdictDocument.model_json_schema()
    schema["$defs"]["JudgedToken"]["properties"]["verdict"]["enum"] = list(kinds)
    title = {"title": "Verdicts on mailed tokens, version 1"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, **title}
